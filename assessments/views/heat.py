"""Tables of figures side by side: what is compared are the columns, levels and dimensions are the rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from assessments import wording
from assessments.scoring.bands import bands
from assessments.scoring.commons import basis
from assessments.scoring.estimates import NO_ESTIMATE, Estimate
from assessments.scoring.ranks import RankBand, rank_bands
from assessments.scoring.results import DESCRIPTIVE, Figure, IndicatorResult, LevelResult

NOTHING_IN_COMMON = "nothing_in_common"
SEED = 1  # of rank bands: any fixed number, so that a page shown twice says the same

Names = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Column:
    """Something that is compared: a dyad or an engagement.

    ``address_of`` gives a figure's address by code. ``common``: estimates of levels and dimensions over the
    indicators that all columns have in common, if that is what is compared.
    """

    key: str
    levels: Sequence[LevelResult]
    address_of: Callable[[str], str]
    common: Mapping[str, Estimate] | None = None

    def figures(self) -> dict[str, Figure]:
        return {code: self._on_common(code, figure) for code, figure in figures_of(self.levels).items()}

    def _on_common(self, code: str, figure: Figure) -> Figure:
        if self.common is None or isinstance(figure, IndicatorResult) or not figure.published:
            return figure
        if code not in self.common:
            return replace(figure, status=NOTHING_IN_COMMON, **NO_ESTIMATE.to_dict())
        return replace(figure, **self.common[code].to_dict())

    def bases(self) -> dict[str, frozenset[str]]:
        """The indicators that each published level and dimension rests on."""
        found: dict[str, frozenset[str]] = {}
        for level in self.levels:
            found |= {code: frozenset(weights) for code, weights in basis(level).items()}
        return found


def figures_of(levels: Sequence[LevelResult]) -> dict[str, Figure]:
    """Every level, dimension and indicator by its code."""
    figures: dict[str, Figure] = {}
    for level in levels:
        figures[level.code] = level
        for dimension in level.dimensions:
            figures[dimension.code] = dimension
            figures |= {indicator.code: indicator for indicator in dimension.indicators}
    return figures


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure in a comparison; ``band`` counts from 1, and what shares a band is not told apart.

    ``without``: indicators that figures beside it rest on, and this one does not. ``rank``: of levels, as far
    as it holds under other weights and means.
    """

    column: str
    figure: Figure
    address: str
    band: int | None
    without: tuple[str, ...]
    rank: RankBand | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """Which rows are shown: ``code`` of a level or dimension or "" for all, and how much of them."""

    code: str = ""
    detail: str = ""


def rows(columns: Sequence[Column], names: Names, part: Part, *, banded: bool = True) -> list[dict[str, Any]]:
    """The rows of a comparison in the framework's order: code, name, kind, cells, whether sets differ.

    ``banded``: whether the columns are independent of each other, so that bands can be given.
    """
    if not columns:
        return []
    figures = [column.figures() for column in columns]
    bases = [column.bases() for column in columns]
    return [
        {
            "code": code,
            "name": wording.subject_name(code, names),
            "kind": kind,
            "cells": cells,
            "differs": len(set(sets)) > 1,
            "common": sorted(frozenset.intersection(*sets)) if sets else [],
        }
        for code, kind in chosen_codes(columns[0].levels, part)
        for sets in [[of_column[code] for of_column in bases if code in of_column]]
        for cells in [_cells(columns, figures, bases, code, banded)]
    ]


def _cells(
    columns: Sequence[Column],
    figures: Sequence[Mapping[str, Figure]],
    bases: Sequence[Mapping[str, frozenset[str]]],
    code: str,
    banded: bool,
) -> list[Cell]:
    of_row = [of_column[code] for of_column in figures]
    found = bands(of_row) if banded else [None] * len(of_row)
    everything = frozenset[str]().union(*(of_column.get(code, frozenset()) for of_column in bases))
    return [
        Cell(
            column=column.key,
            figure=figure,
            address=column.address_of(code) if figure.assessed else "",
            band=band,
            without=tuple(sorted(everything - own)) if column.common is None else (),
        )
        for column, figure, of_column, band in zip(columns, of_row, bases, found, strict=True)
        for own in [of_column.get(code, everything)]
    ]


def with_ranks(rows: Sequence[dict[str, Any]], columns: Sequence[Column]) -> list[dict[str, Any]]:
    """The rows, those of levels with rank bands among the columns."""
    bands = {
        code: rank_bands(
            {column.key: level for column in columns for level in column.levels if level.code == code}, SEED
        )
        for code in (row["code"] for row in rows if row["kind"] == "level")
    }
    return [
        row
        | {
            "cells": [
                replace(cell, rank=bands.get(row["code"], {}).get(cell.column)) for cell in row["cells"]
            ]
        }
        for row in rows
    ]


def chosen_codes(levels: Sequence[LevelResult], part: Part) -> list[tuple[str, str]]:
    """Codes of the rows with their kind: level, dimension, indicator, or position (which is not scored)."""
    found = []
    for level in levels:
        inside = part.code in {"", level.code}
        if inside:
            found.append((level.code, "level"))
        for dimension in level.dimensions:
            if inside or part.code == dimension.code:
                detail = part.detail if inside else "indicators"
                found += _of_dimension(dimension.code, dimension.status, dimension.indicators, detail)
    return found


def _of_dimension(
    code: str, status: str, indicators: Sequence[IndicatorResult], detail: str
) -> list[tuple[str, str]]:
    if detail == "levels":
        return []
    if status == DESCRIPTIVE:
        return [(indicator.code, "position") for indicator in indicators]
    own = [(i.code, "position" if i.status == DESCRIPTIVE else "indicator") for i in indicators]
    return [(code, "dimension"), *(pair for pair in own if detail == "indicators" or pair[1] == "position")]


def order_of(figure: Figure | None) -> float:
    """What columns are sorted by, highest first: the score or position; what has none comes last."""
    if isinstance(figure, IndicatorResult) and figure.position is not None:
        return -figure.position
    return -(figure.score or 0.0) if figure else 0.0


def parts(levels: Sequence[LevelResult], names: Names) -> list[tuple[str, str]]:
    """Codes and names of the levels and scored dimensions, as choices of a form."""
    return [
        (code, wording.subject_name(code, names))
        for level in levels
        for code in [level.code, *(d.code for d in level.dimensions if d.status != DESCRIPTIVE)]
    ]
