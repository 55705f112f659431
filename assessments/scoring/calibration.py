"""What ratings without conflict of interest say about indicators in general, before a dyad is looked at."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from assessments.scoring.components import (
    DEFAULTS_COUNT_AS,
    NOT_ESTIMATED,
    Components,
    Sample,
    degrees_of_freedom,
    estimate,
)
from assessments.scoring.inputs import LEVELS, Answer, DimensionShape, FrameworkShape

__all__ = [
    "Calibration",
    "Components",
    "LevelCalibration",
    "Sample",
    "calibrate",
    "calibrate_level",
    "calibrate_rows",
]

NEUTRAL = 3.0
GRAND_MEAN_WEIGHT = 0.5
HALF_WEIGHT_COUNT = 2
DECIMALS = 9

Row = tuple[int, str, int, str, int]  # dyad, case, assessor, indicator, score


@dataclass(frozen=True, slots=True)
class LevelCalibration:
    """Indicator means by code, and how many dyads and assessors they rest on (at least 1).

    ``degrees_of_freedom`` are those of the variance components: 8 for the defaults. ``guard`` to ``groups``
    say where the components come from, as :class:`~assessments.scoring.components.Estimation` has them.
    """

    mu: Mapping[str, float] = field(default_factory=dict)
    n_dyads: int = 1
    n_assessors: int = 1
    components: Components = field(default_factory=Components)
    degrees_of_freedom: float = DEFAULTS_COUNT_AS
    guard: str = NOT_ESTIMATED
    estimated: Components | None = None
    smallest_eigenvalue: float = 0.0
    groups: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def from_dict(cls, part: Mapping[str, Any]) -> "LevelCalibration":
        estimated = part.get("estimated")
        return cls(
            **{
                **part,
                "components": Components(**part["components"]),
                "estimated": Components(**estimated) if estimated else None,
            }
        )

    def mean_of(self, indicator: str) -> float:
        return self.mu.get(indicator, NEUTRAL)


@dataclass(frozen=True, slots=True)
class Calibration:
    """One record a level; each level is calibrated on its own."""

    levels: Mapping[str, LevelCalibration]

    @classmethod
    def default(cls) -> "Calibration":
        return cls({level: LevelCalibration() for level in LEVELS})

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> "Calibration":
        levels = record["levels"]
        return cls({level: LevelCalibration.from_dict(levels[level]) for level in LEVELS if level in levels})

    def digest(self) -> str:
        """SHA-256 of the canonical JSON, numbers at nine decimals, in hexadecimal."""
        content = json.dumps(_rounded(self.to_dict()), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(content.encode()).hexdigest()


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(part) for key, part in value.items()}
    return round(value, DECIMALS) + 0.0 if isinstance(value, float) else value


def calibrate(framework: FrameworkShape, answers: Iterable[tuple[int, Answer]]) -> Calibration:
    """Estimate indicator means and components from (dyad id, answer) pairs; answers in conflict are left out.

    Callers pass only answers that are released to every organisation.
    """
    rows = [
        (dyad, answer.case, answer.assessor_id, answer.indicator, answer.score)
        for dyad, answer in answers
        if answer.score is not None and not answer.conflict
    ]
    return calibrate_rows(framework, rows)


def calibrate_rows(framework: FrameworkShape, rows: Sequence[Row]) -> Calibration:
    """The same from rows of scored answers without conflict."""
    codes = {level: evaluative_codes(framework.of_level(level)) for level in LEVELS}
    return Calibration(
        {level: calibrate_level(codes[level], _sample(codes[level], rows)) for level in LEVELS}
    )


def evaluative_codes(dimensions: Sequence[DimensionShape]) -> list[str]:
    """The indicators that a level is calibrated on, in their order."""
    return [i.code for dimension in dimensions for i in dimension.indicators if i.evaluative]


def _sample(codes: Sequence[str], rows: Sequence[Row]) -> Sample:
    position = {code: index for index, code in enumerate(codes)}
    cases = {case: index for index, case in enumerate(dict.fromkeys(row[1] for row in rows))}
    return Sample.of(
        (dyad, cases[case], assessor, position[indicator], score)
        for dyad, case, assessor, indicator, score in rows
        if indicator in position
    )


def calibrate_level(codes: Sequence[str], sample: Sample) -> LevelCalibration:
    """Calibrate one level; the sample names indicators by their position in ``codes``."""
    found = estimate(sample)
    n_dyads, n_assessors = max(1, found.groups["dyad"]), max(1, found.groups["assessor"])
    return LevelCalibration(
        mu=dict(zip(codes, _means(sample, len(codes)), strict=True)),
        n_dyads=n_dyads,
        n_assessors=n_assessors,
        components=found.components,
        degrees_of_freedom=DEFAULTS_COUNT_AS if found.guard else degrees_of_freedom(n_dyads, n_assessors),
        guard=found.guard,
        estimated=found.estimated,
        smallest_eigenvalue=found.smallest_eigenvalue,
        groups=found.groups,
    )


def _means(sample: Sample, n_indicators: int) -> list[float]:
    """Means of one level's indicators, drawn towards the grand mean; few ratings of a dyad weigh less.

    Cells of dyad and indicator are added in an order that does not depend on who is who.
    """
    group = sample.factors()["dyad_indicator"]
    count, total = np.bincount(group), np.bincount(group, sample.score)
    indicator = np.zeros(len(count), dtype=np.intp)
    indicator[group] = sample.indicator
    order = np.lexsort((total, count, indicator))
    indicator, count, total = indicator[order], count[order], total[order]
    weight = count / (count + HALF_WEIGHT_COUNT)
    weighted = weight * total / np.maximum(count, 1)
    grand = weighted.sum() / weight.sum() if len(weight) else NEUTRAL
    sums = np.bincount(indicator, weighted, n_indicators) + GRAND_MEAN_WEIGHT * grand
    means: list[float] = (sums / (np.bincount(indicator, weight, n_indicators) + GRAND_MEAN_WEIGHT)).tolist()
    return means
