"""Parts of a dyad's answers side by side: with and without conflict, one side and the other, then and now.

Each part is fitted by tier A as if it were all there is. Two parts are compared on the indicators that both
have scored, so that a difference is one of judgement and not of questions.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import accumulate
from math import sqrt

from assessments.scoring.calibration import Calibration, LevelCalibration
from assessments.scoring.estimates import estimates
from assessments.scoring.inputs import (
    FIRST,
    LEVELS,
    SECOND,
    Answer,
    DimensionShape,
    EngagementShape,
    FrameworkShape,
)
from assessments.scoring.intervals import NORMAL_95
from assessments.scoring.results import Contrast, Difference, Figure, LevelResult, Part, Portion
from assessments.scoring.scorecard import p_above, score_level

CONFLICT, PERCEPTION, TREND = "conflict", "perception", "trend"
ALL, WITHOUT = "all", "without"
INDEPENDENT = "independent"
EARLIER, LATER = "earlier", "later"


def contrasts(
    framework: FrameworkShape,
    answers: Sequence[Answer],
    calibration: Calibration,
    engagements: Sequence[EngagementShape],
) -> tuple[Contrast, ...]:
    """Every contrast that the answers allow, level by level."""
    arrangements = {engagement.id: engagement.arrangement for engagement in engagements}
    return tuple(
        found
        for level in LEVELS
        for setting in [_Setting(level, framework.of_level(level), calibration.levels[level], arrangements)]
        for own in [setting.evaluative(answers)]
        for found in (_conflict(setting, own), _perception(setting, own), _trend(setting, own))
        if found is not None
    )


@dataclass(frozen=True, slots=True)
class _Setting:
    level: str
    shapes: tuple[DimensionShape, ...]
    calibration: LevelCalibration
    arrangements: Mapping[int, str]

    def evaluative(self, answers: Sequence[Answer]) -> list[Answer]:
        codes = {i.code for shape in self.shapes for i in shape.indicators if i.evaluative}
        return [answer for answer in answers if answer.indicator in codes]

    def score(self, answers: Sequence[Answer]) -> LevelResult:
        arrangements = {self.arrangements[a.engagement_id] for a in answers if a.engagement_id}
        estimator = partial(estimates, calibration=self.calibration)
        return score_level(self.level, self.shapes, answers, arrangements, estimator)


def _conflict(setting: _Setting, answers: Sequence[Answer]) -> Contrast | None:
    """All answers, and those left without the assessors who act for one of the two."""
    if not any(answer.conflict and answer.score is not None for answer in answers):
        return None
    parts = {ALL: answers, WITHOUT: [answer for answer in answers if not answer.conflict]}
    results = {name: setting.score(part) for name, part in parts.items()}
    differences = tuple(
        Difference(one.code, one.score - other.score)
        for one, other in _pairs(results[ALL], results[WITHOUT])
        if one.score is not None and other.score is not None
    )
    codes = tuple(sorted(_scored(answers)))
    return Contrast(CONFLICT, setting.level, codes, _parts(results, parts), differences)


def _perception(setting: _Setting, answers: Sequence[Answer]) -> Contrast | None:
    """The two sides' own assessors, and those of neither; the bias of conflict is what is looked for here."""
    parts = {
        name: [replace(answer, conflict=False) for answer in answers if answer.side == side]
        for name, side in ((FIRST, FIRST), (SECOND, SECOND), (INDEPENDENT, ""))
    }
    if not (parts[FIRST] or parts[SECOND]):
        return None
    return _compared(PERCEPTION, setting, parts, FIRST, SECOND)


def _trend(setting: _Setting, answers: Sequence[Answer]) -> Contrast | None:
    """The newer half of the assessments against the older, cut between two years."""
    dated = [answer for answer in answers if answer.year is not None]
    cut = _middle(Counter(year for _case, _who, year in {(a.case, a.assessor_id, a.year) for a in dated}))
    if cut is None:
        return None
    parts = {
        EARLIER: [answer for answer in dated if (answer.year or 0) < cut],
        LATER: [answer for answer in dated if (answer.year or 0) >= cut],
    }
    return _compared(TREND, setting, parts, LATER, EARLIER)


def _middle(assessments: Mapping[int | None, int]) -> int | None:
    """The year with which the newer half begins: the halves as equal as whole years let them be.

    Of two such years the later one.
    """
    years = sorted(year for year in assessments if year is not None)
    if len(years) < 2:
        return None
    before = list(accumulate(assessments[year] for year in years))
    return max(
        (-abs(before[-1] - 2 * earlier), year) for earlier, year in zip(before, years[1:], strict=False)
    )[1]


def _compared(
    kind: str, setting: _Setting, parts: Mapping[str, Sequence[Answer]], one: str, other: str
) -> Contrast:
    """Score parts on the indicators that ``one`` and ``other`` share; on their own where one has none."""
    given = [scored for scored in (_scored(parts[one]), _scored(parts[other])) if scored]
    shared = set.intersection(*given) if given else set()
    kept = {
        name: [answer for answer in part if answer.score is None or answer.indicator in shared]
        for name, part in parts.items()
    }
    results = {name: setting.score(part) for name, part in kept.items()}
    codes = tuple(sorted(shared))
    return Contrast(
        kind, setting.level, codes, _parts(results, kept), tuple(_differences(results[one], results[other]))
    )


def _differences(one: LevelResult, other: LevelResult) -> Iterator[Difference]:
    """Of levels only where they are made of the same dimensions."""
    comparable = _published(one) == _published(other)
    for figure, against in _pairs(one, other):
        probability = p_above(figure, against)
        if probability is None or (figure is one and not comparable):
            continue
        value = (figure.score or 0) - (against.score or 0)
        reach = NORMAL_95 * sqrt((figure.variance or 0) + (against.variance or 0))
        yield Difference(figure.code, value, value - reach, value + reach, probability)


def _published(level: LevelResult) -> set[str]:
    return {dimension.code for dimension in level.dimensions if dimension.published}


def _pairs(one: LevelResult, other: LevelResult) -> Iterator[tuple[Figure, Figure]]:
    yield one, other
    yield from zip(one.dimensions, other.dimensions, strict=True)


def _scored(answers: Sequence[Answer]) -> set[str]:
    return {answer.indicator for answer in answers if answer.score is not None}


def _parts(results: Mapping[str, LevelResult], answers: Mapping[str, Sequence[Answer]]) -> tuple[Part, ...]:
    return tuple(
        Part(name, _years(answers[name]), tuple(map(Portion.of, (result, *result.dimensions))))
        for name, result in results.items()
    )


def _years(answers: Sequence[Answer]) -> tuple[int, int] | None:
    years = [answer.year for answer in answers if answer.year is not None]
    return (min(years), max(years)) if years else None
