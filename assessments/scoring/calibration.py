"""What ratings without conflict of interest say about indicators in general, before a dyad is looked at."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from math import fsum
from typing import Any

from assessments.scoring.inputs import LEVELS, Answer, DimensionShape, FrameworkShape

NEUTRAL = 3.0
GRAND_MEAN_WEIGHT = 0.5
HALF_WEIGHT_COUNT = 2


@dataclass(frozen=True, slots=True)
class Components:
    """Variances: dyads, dyad x indicator, cases, case x indicator, assessors, residual."""

    dyad: float = 0.25
    dyad_indicator: float = 0.25
    case: float = 0.10
    case_indicator: float = 0.10
    assessor: float = 0.20
    residual: float = 0.60


@dataclass(frozen=True, slots=True)
class LevelCalibration:
    """Indicator means by code, and how many dyads and assessors they rest on (at least 1).

    ``degrees_of_freedom`` are those of the variance components: 8 for the defaults.
    """

    mu: Mapping[str, float] = field(default_factory=dict)
    n_dyads: int = 1
    n_assessors: int = 1
    components: Components = field(default_factory=Components)
    degrees_of_freedom: float = 8.0

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
        return cls(
            {
                level: LevelCalibration(**{**part, "components": Components(**part["components"])})
                for level, part in record["levels"].items()
            }
        )


def calibrate(framework: FrameworkShape, answers: Sequence[tuple[int, Answer]]) -> Calibration:
    """Estimate indicator means from (dyad id, answer) pairs; answers in conflict are left out.

    Callers pass only answers that are released to every organisation.
    """
    return Calibration({level: _calibrate_level(framework.of_level(level), answers) for level in LEVELS})


def _calibrate_level(
    dimensions: Sequence[DimensionShape], answers: Sequence[tuple[int, Answer]]
) -> LevelCalibration:
    scores: dict[str, dict[int, list[int]]] = {
        indicator.code: defaultdict(list)
        for dimension in dimensions
        for indicator in dimension.indicators
        if indicator.evaluative
    }
    assessors = set()
    for dyad, answer in answers:
        if answer.score is not None and not answer.conflict and answer.indicator in scores:
            scores[answer.indicator][dyad].append(answer.score)
            assessors.add(answer.assessor_id)
    dyads = {dyad for by_dyad in scores.values() for dyad in by_dyad}
    return LevelCalibration(_means(scores), max(1, len(dyads)), max(1, len(assessors)))


def _means(scores: Mapping[str, Mapping[int, Sequence[int]]]) -> dict[str, float]:
    """Means of one level's indicators, drawn towards the grand mean; few ratings of a dyad weigh less."""
    weighted = {
        code: [_weight_and_mean(ratings) for ratings in by_dyad.values()] for code, by_dyad in scores.items()
    }
    pairs = [pair for of_indicator in weighted.values() for pair in of_indicator]
    weight = fsum(w for w, _ in pairs)
    grand = fsum(w * mean for w, mean in pairs) / weight if weight else NEUTRAL
    return {
        code: (fsum(w * mean for w, mean in of_indicator) + GRAND_MEAN_WEIGHT * grand)
        / (fsum(w for w, _ in of_indicator) + GRAND_MEAN_WEIGHT)
        for code, of_indicator in weighted.items()
    }


def _weight_and_mean(ratings: Sequence[int]) -> tuple[float, float]:
    n = len(ratings)
    return n / (n + HALF_WEIGHT_COUNT), sum(ratings) / n
