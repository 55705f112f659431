"""Engagement by engagement: what was answered in each, indicator by indicator."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from assessments import wording
from assessments.choices import Level
from assessments.models import Engagement
from assessments.scoring.cases import CaseIndicator, CaseResult
from assessments.scoring.results import DESCRIPTIVE, LevelResult, ScorecardResult

SHOWN_ANSWERS = 4
CONTESTED = 2


@dataclass(frozen=True, slots=True)
class Cell:
    """``text`` is the answer, or the mean of several, which ``answers`` lists while they are few.

    ``mean`` decides on the colour; nothing without a score.
    """

    case: str
    text: str
    answers: str
    mean: float | None
    single: bool
    contested: bool


@dataclass(frozen=True, slots=True)
class Row:
    code: str
    name: str
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True)
class Column:
    case: str
    name: str
    arrangement: str


@dataclass(frozen=True, slots=True)
class HeatMap:
    level: str
    label: str
    columns: tuple[Column, ...]
    dimensions: tuple[tuple[str, tuple[Row, ...]], ...]


def heat_map(
    result: ScorecardResult,
    level: LevelResult,
    names: Mapping[str, str],
    engagements: Mapping[int, Engagement],
) -> HeatMap | None:
    """Nothing where the level has no answers."""
    cases = [case for case in result.cases if case.level == level.code]
    if not cases:
        return None
    answered = [{indicator.code: indicator for indicator in case.indicators} for case in cases]
    return HeatMap(
        level=level.code,
        label=str(Level(level.code).label),
        columns=tuple(_column(case, engagements) for case in cases),
        dimensions=tuple(
            (
                wording.subject_name(dimension.code, names),
                tuple(
                    Row(
                        figure.code,
                        names[figure.code],
                        tuple(
                            _cell(case, given.get(figure.code))
                            for case, given in zip(cases, answered, strict=True)
                        ),
                    )
                    for figure in dimension.indicators
                ),
            )
            for dimension in level.dimensions
            if dimension.status != DESCRIPTIVE
        ),
    )


def _column(case: CaseResult, engagements: Mapping[int, Engagement]) -> Column:
    engagement = engagements.get(case.engagement_id) if case.engagement_id else None
    if engagement is None:
        return Column(case.case, period_of(case.case), "")
    return Column(case.case, engagement.name, str(engagement.get_arrangement_display()))


def period_of(case: str) -> str:
    """The years of a case of the political level, which its name holds."""
    first, _dash, last = case.partition(":")[2].partition("-")
    return first if first == last else f"{first}–{last}"


def _cell(case: CaseResult, given: CaseIndicator | None) -> Cell | None:
    if given is None:
        return None
    if not given.n_ratings:
        words = _("insufficient evidence") if given.n_insufficient else _("not applicable")
        return Cell(case.case, words, "", None, single=False, contested=False)
    scores = [score for score, n in enumerate(given.distribution, 1) for _one in range(n)]
    mean = sum(scores) / len(scores)
    return Cell(
        case=case.case,
        text=str(scores[0]) if len(scores) == 1 else f"{mean:.1f}",
        answers=_answers(scores, given.n_insufficient),
        mean=mean,
        single=len(scores) == 1,
        contested=(given.spread or 0) >= CONTESTED or bool(given.scored_and_unscored),
    )


def _answers(scores: list[int], n_insufficient: int) -> str:
    if len(scores) == 1 and not n_insufficient:
        return ""
    if len(scores) > SHOWN_ANSWERS:
        return _("%(n)d answers, %(lowest)d to %(highest)d") % {
            "n": len(scores),
            "lowest": scores[0],
            "highest": scores[-1],
        }
    said = [str(score) for score in scores] + [_("insufficient")] * n_insufficient
    return ", ".join(said)
