"""The first screen of a scorecard: how good, how sure, what is not known, and what to do first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments import wording
from assessments.choices import FindingKind, Level, RecommendationStatus
from assessments.models import Assessment, Finding
from assessments.scoring.contrasts import PERCEPTION
from assessments.scoring.inputs import FIRST, SECOND
from assessments.scoring.results import DESCRIPTIVE, NOT_APPLICABLE, Figure, LevelResult, ScorecardResult
from assessments.views.scorecard_blocks.parts import PROBABLE, VERY_PROBABLE, trend_sentence
from organisations.models import Dyad

SHOWN = 3

Names = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Line:
    """A dimension or an indicator in one line; ``level`` is the code that its answers' address needs."""

    figure: Figure
    name: str
    level: str
    words: wording.ScoreWords | None


@dataclass(frozen=True, slots=True)
class LevelGlance:
    figure: LevelResult
    label: str
    words: wording.ScoreWords | None
    years: str
    trend: str
    dimensions: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Glance:
    """``first`` is the finding whose recommendation comes first; ``unknown`` says what lacks answers."""

    scale: str
    levels: tuple[LevelGlance, ...]
    gap: str
    strongest: tuple[Line, ...]
    weakest: tuple[Line, ...]
    unknown: tuple[str, ...]
    first: Finding | None


def glance(
    result: ScorecardResult,
    names: Names,
    scale: wording.Scale,
    findings: Sequence[Finding],
    dyad: Dyad,
    assessments: Sequence[Assessment],
) -> Glance:
    """``assessments``: those that the figures rest on; they say of what years a level's figures are."""
    strongest, weakest = _extremes(result, names, scale)
    return Glance(
        scale=_("Scores run from 1 to 5: %(words)s.") % {"words": wording.scale_in_words(scale)},
        levels=tuple(_level(result, level, names, scale, assessments) for level in result.levels),
        gap=_gap(result),
        strongest=strongest,
        weakest=weakest,
        unknown=(
            *(sentence for level in result.levels for sentence in _unknown(level, names)),
            *_unheard(result, dyad),
        ),
        first=_first(findings),
    )


def _line(figure: Figure, level: str, names: Names, scale: wording.Scale) -> Line:
    return Line(figure, names[figure.code], level, wording.score_words(figure, scale))


def _level(
    result: ScorecardResult,
    level: LevelResult,
    names: Names,
    scale: wording.Scale,
    assessments: Sequence[Assessment],
) -> LevelGlance:
    asked = [d for d in level.dimensions if d.status not in {DESCRIPTIVE, NOT_APPLICABLE}]
    return LevelGlance(
        figure=level,
        label=str(Level(level.code).label),
        words=wording.score_words(level, scale),
        years=_years([a for a in assessments if a.level == level.code]),
        trend=trend_sentence(result, level.code) if level.published else "",
        dimensions=tuple(_line(dimension, level.code, names, scale) for dimension in asked),
    )


def _years(assessments: Sequence[Assessment]) -> str:
    """The years that assessments are about, as a span of years; nothing without any."""
    if not assessments:
        return ""
    first, last = min(a.period_start for a in assessments), max(a.period_end for a in assessments)
    return str(first) if first == last else f"{first}–{last}"


def _extremes(
    result: ScorecardResult, names: Names, scale: wording.Scale
) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """The indicators most probably above 3.5 and most probably below 3; none is in both lists."""
    lines = [
        _line(indicator, level.code, names, scale)
        for level in result.levels
        for dimension in level.dimensions
        for indicator in dimension.indicators
        if indicator.published
    ]
    shown = min(SHOWN, len(lines) // 2)
    strongest = sorted(lines, key=lambda line: -(line.figure.p_above_3_5 or 0))[:shown]
    others = [line for line in lines if line not in strongest]
    weakest = sorted(others, key=lambda line: -(line.figure.p_below_3 or 0))[:shown]
    return tuple(strongest), tuple(weakest)


def _gap(result: ScorecardResult) -> str:
    above = result.political_above_field
    if above is None:
        without = [str(Level(level.code).label) for level in result.levels if not level.published]
        return _("The two levels cannot be compared. Without a score: %(levels)s.") % {
            "levels": ", ".join(without)
        }
    political, field = (level.score or 0 for level in result.levels)
    values = {
        "difference": f"{abs(political - field):.1f}",
        "share": wording.probability(max(above, 1 - above)),
    }
    if max(above, 1 - above) < PROBABLE:
        higher = Level.POLITICAL if above >= 0.5 else Level.FIELD
        return _(
            "The two levels cannot be told apart: the %(higher)s is above with a probability of %(share)s."
        ) % (values | {"higher": str(higher.label).lower()})
    if above > 0.5 and above >= VERY_PROBABLE:
        sentence = _("Practice lags behind politics, by %(difference)s points (probability %(share)s).")
    elif above > 0.5:
        sentence = _("Practice probably lags behind politics, by %(difference)s (probability %(share)s).")
    elif 1 - above >= VERY_PROBABLE:
        sentence = _("Practice is ahead of politics, by %(difference)s points (probability %(share)s).")
    else:
        sentence = _("Practice is probably ahead of politics, by %(difference)s (probability %(share)s).")
    return sentence % values


def _unknown(level: LevelResult, names: Names) -> Iterable[str]:
    label = str(Level(level.code).label)
    if not level.assessed:
        yield _("%(level)s: no assessment yet") % {"level": label}
        return
    for dimension in level.dimensions:
        if dimension.code not in level.missing:
            continue
        asked = len(dimension.missing) + sum(indicator.published for indicator in dimension.indicators)
        scored = asked - len(dimension.missing)
        yield ngettext(
            "%(name)s: %(scored)d of %(asked)d question answered",
            "%(name)s: %(scored)d of %(asked)d questions answered",
            asked,
        ) % {"name": wording.subject_name(dimension.code, names), "scored": scored, "asked": asked}


def _unheard(result: ScorecardResult, dyad: Dyad) -> Iterable[str]:
    """Sides without an assessor of their own, and levels without an independent one."""
    heard = {
        part.name
        for contrast in result.contrasts
        if contrast.kind == PERCEPTION
        for part in contrast.parts
        if any(figure.assessed for figure in part.figures)
    }
    silent = [str(side) for name, side in ((FIRST, dyad.first), (SECOND, dyad.second)) if name not in heard]
    if silent and any(level.assessed for level in result.levels):
        yield _("How it looks from inside: no assessor of %(sides)s") % {"sides": _(" or ").join(silent)}
    for level in result.levels:
        if "no_independent_rating" in level.badges:
            yield _("%(level)s: no independent assessor") % {"level": str(Level(level.code).label)}


def _first(findings: Iterable[Finding]) -> Finding | None:
    """The first recommendation that nobody has declined; ``findings`` come by priority."""
    return next(
        (
            finding
            for finding in findings
            if finding.recommendation
            and finding.kind != FindingKind.STRENGTH
            and finding.recommendation.status != RecommendationStatus.DECLINED
        ),
        None,
    )
