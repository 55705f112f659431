"""Parts of the answers side by side: with and without conflict, the two sides, and how levels have moved."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from assessments import wording
from assessments.choices import Level
from assessments.scoring.contrasts import ALL, CONFLICT, INDEPENDENT, PERCEPTION, TREND, WITHOUT
from assessments.scoring.inputs import FIRST, SECOND
from assessments.scoring.results import DESCRIPTIVE, Contrast, Difference, Part, Portion, ScorecardResult
from organisations.models import Dyad

PROBABLE, VERY_PROBABLE = 0.70, 0.85

Names = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Cell:
    """``part`` names the part in addresses of its answers, such as ``perception:first``."""

    figure: Portion
    part: str


@dataclass(frozen=True, slots=True)
class Row:
    code: str
    name: str
    cells: tuple[Cell, ...]
    difference: Difference | None
    verdict: str


@dataclass(frozen=True, slots=True)
class Table:
    """A level's parts side by side; ``heads`` name them."""

    level: str
    label: str
    heads: tuple[str, ...]
    n_indicators: int
    rows: tuple[Row, ...]


def conflict_tables(result: ScorecardResult, names: Names, dyad: Dyad) -> list[Table]:
    return [_table(contrast, names, dyad, "") for contrast in _of_kind(result, CONFLICT)]


def perception_tables(result: ScorecardResult, names: Names, dyad: Dyad) -> list[Table]:
    sides = {"first": dyad.first, "second": dyad.second}
    higher, lower = _("%(first)s rates it higher"), _("%(second)s rates it higher")
    return [
        _table(contrast, names, dyad, _("insufficient evidence"), (higher % sides, lower % sides))
        for contrast in _of_kind(result, PERCEPTION)
    ]


def part_name(kind: str, part: Part, dyad: Dyad) -> str:
    """A part in words."""
    names = {
        ALL: _("all assessors"),
        WITHOUT: _("without assessors who act for one of the two"),
        FIRST: _("assessors of %(organisation)s") % {"organisation": dyad.first},
        SECOND: _("assessors of %(organisation)s") % {"organisation": dyad.second},
        INDEPENDENT: _("independent assessors"),
    }
    return _years(part.years) if kind == TREND else names[part.name]


def trend_sentence(result: ScorecardResult, level: str) -> str:
    """How a level has moved since the earlier half of its assessments, or why that cannot be said."""
    contrast = result.contrast(TREND, level)
    if contrast is None:
        return _("No earlier assessment to compare with.")
    earlier, later = contrast.parts
    values = {"earlier": _years(earlier.years), "later": _years(later.years)}
    difference = next((d for d in contrast.differences if d.code == level), None)
    if difference is None or difference.p_positive is None:
        return _("Too little evidence to compare %(earlier)s with %(later)s.") % values
    values |= {
        "before": f"{earlier.figures[0].score:.1f}",
        "after": f"{later.figures[0].score:.1f}",
        "verdict": _verdict(difference, (_("a rise"), _("a fall"))),
    }
    return _("%(before)s in %(earlier)s, %(after)s in %(later)s: %(verdict)s.") % values


def _of_kind(result: ScorecardResult, kind: str) -> list[Contrast]:
    return [contrast for contrast in result.contrasts if contrast.kind == kind]


def _table(
    contrast: Contrast, names: Names, dyad: Dyad, without: str, directions: tuple[str, str] = ("", "")
) -> Table:
    differences = {difference.code: difference for difference in contrast.differences}
    figures = zip(*(part.figures for part in contrast.parts), strict=True)
    return Table(
        level=contrast.level,
        label=str(Level(contrast.level).label),
        heads=tuple(part_name(contrast.kind, part, dyad) for part in contrast.parts),
        n_indicators=len(contrast.indicators),
        rows=tuple(
            Row(
                code=row[0].code,
                name=wording.subject_name(row[0].code, names),
                cells=tuple(
                    Cell(figure, f"{contrast.kind}:{part.name}")
                    for figure, part in zip(row, contrast.parts, strict=True)
                ),
                difference=differences.get(row[0].code),
                verdict=_verdict(differences[row[0].code], directions)
                if row[0].code in differences
                else without,
            )
            for row in figures
            if row[0].status != DESCRIPTIVE and any(figure.assessed for figure in row)
        ),
    )


def _verdict(difference: Difference, directions: tuple[str, str]) -> str:
    if difference.p_positive is None:
        return ""
    share = max(difference.p_positive, 1 - difference.p_positive)
    words = directions[0] if difference.p_positive >= 0.5 else directions[1]
    if share < PROBABLE:
        return _("no difference can be told")
    sentence = (
        _("%(what)s (probability %(share)s)")
        if share >= VERY_PROBABLE
        else _("probably %(what)s (%(share)s)")
    )
    return sentence % {"what": words, "share": wording.probability(share)}


def _years(years: tuple[int, int] | None) -> str:
    if years is None:
        return ""
    return str(years[0]) if years[0] == years[1] else f"{years[0]}–{years[1]}"
