"""From the name of a figure, as addresses give it, to the answers behind it."""

from collections.abc import Sequence
from dataclasses import dataclass

from assessments.scoring.cases import CaseResult
from assessments.scoring.results import Figure, Part, Portion, ScorecardResult


@dataclass(frozen=True, slots=True)
class NamedFigure:
    """``rating_ids``: none for all of the level. A case has nothing to be shown but its answers."""

    rating_ids: Sequence[int] | None = None
    shown: Figure | Portion | None = None
    case: CaseResult | None = None
    part: Part | None = None
    kind: str = ""


def figure_named(
    result: ScorecardResult, level: str, code: str, case: str = "", part: str = ""
) -> NamedFigure | None:
    """Nothing for a figure that the scorecard does not have; without any name all of the level.

    ``code`` is of an indicator, a dimension or the level, ``case`` that of the answers, ``part`` is such as
    ``perception:first``.
    """
    if case:
        return _of_case(result, level, code, case)
    if part:
        return _of_part(result, level, code or level, part)
    if not code:
        return NamedFigure()
    figure = result.figures().get(code)
    return NamedFigure(figure.rating_ids, figure) if figure else None


def _of_case(result: ScorecardResult, level: str, code: str, name: str) -> NamedFigure | None:
    wanted = {code} | {
        indicator.code
        for of_level in result.levels
        for dimension in of_level.dimensions
        for indicator in dimension.indicators
        if code in ("", of_level.code, dimension.code)
    }
    for case in result.cases:
        if (case.case, case.level) == (name, level):
            indicators = [one for one in case.indicators if one.code in wanted]
            return NamedFigure([pk for one in indicators for pk in one.rating_ids], case=case)
    return None


def _of_part(result: ScorecardResult, level: str, code: str, name: str) -> NamedFigure | None:
    kind, _colon, part_name = name.partition(":")
    contrast = result.contrast(kind, level)
    for part in contrast.parts if contrast else ():
        for figure in part.figures:
            if (part.name, figure.code) == (part_name, code):
                return NamedFigure(figure.rating_ids, figure, part=part, kind=kind)
    return None
