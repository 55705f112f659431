"""The levels in detail: dimensions and indicators as rows of a table, and what only has a position."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assessments import wording
from assessments.choices import Level
from assessments.scoring.agreement import Agreement
from assessments.scoring.results import (
    DESCRIPTIVE,
    DimensionResult,
    IndicatorResult,
    LevelResult,
    ScorecardResult,
)
from assessments.views.pictures import Picture

Names = Mapping[str, str]
Poles = Mapping[str, Mapping[int, str]]


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    figure: IndicatorResult
    name: str
    agreement: Agreement | None


@dataclass(frozen=True, slots=True)
class DimensionRow:
    figure: DimensionResult
    name: str
    indicators: tuple[IndicatorRow, ...]


@dataclass(frozen=True, slots=True)
class Position:
    """A descriptive indicator between what its two poles are."""

    figure: IndicatorResult
    name: str
    low: str
    high: str


@dataclass(frozen=True, slots=True)
class LevelDetail:
    figure: LevelResult
    label: str
    weakest: str
    dimensions: tuple[DimensionRow, ...]
    positions: tuple[Position, ...]
    pictures: Sequence[Picture]


def level_detail(
    result: ScorecardResult, level: LevelResult, names: Names, poles: Poles, pictures: Sequence[Picture]
) -> LevelDetail:
    return LevelDetail(
        figure=level,
        label=str(Level(level.code).label),
        weakest=wording.subject_name(level.weakest, names) if level.weakest else "",
        dimensions=tuple(
            _dimension(d, names, result.agreements) for d in level.dimensions if d.status != DESCRIPTIVE
        ),
        positions=tuple(
            Position(figure, names[figure.code], ends.get(1, ""), ends.get(5, ""))
            for dimension in level.dimensions
            for figure in dimension.indicators
            if figure.position is not None
            for ends in [poles.get(figure.code, {})]
        ),
        pictures=pictures,
    )


def _dimension(dimension: DimensionResult, names: Names, agreements: Mapping[str, Agreement]) -> DimensionRow:
    indicators = tuple(
        IndicatorRow(figure, names[figure.code], agreements.get(figure.code))
        for figure in dimension.indicators
    )
    return DimensionRow(dimension, names[dimension.code], indicators)
