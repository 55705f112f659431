"""Intervals and probabilities of scores, from the Beta on [1, 5] with their mean and variance."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaincinv, ndtr, stdtrit

Floats = NDArray[np.float64]

LOWEST, HIGHEST = 1.0, 5.0
RANGE = HIGHEST - LOWEST
WEAK_BELOW, STRONG_ABOVE = 3.0, 3.5
NORMAL_95 = 1.6449
BAND = (0.1, 0.9)


def inflation(degrees_of_freedom: float) -> float:
    """How much variances grow because the variance components are themselves uncertain."""
    return float((stdtrit(degrees_of_freedom, 0.95) / NORMAL_95) ** 2)


@dataclass(frozen=True, slots=True)
class Distribution:
    """Betas on [1, 5], one entry a score."""

    a: Floats
    b: Floats

    @classmethod
    def of(cls, mean: Floats, variance: Floats) -> "Distribution":
        x = np.clip((mean - LOWEST) / RANGE, 0.02, 0.98)
        q = np.minimum(variance / RANGE**2, x * (1 - x) / 2)
        concentration = x * (1 - x) / q - 1
        return cls(x * concentration, (1 - x) * concentration)

    def quantile(self, probability: float | Floats) -> Floats:
        return np.asarray(LOWEST + RANGE * betaincinv(self.a, self.b, probability), dtype=np.float64)

    def below(self, score: float) -> Floats:
        return np.asarray(betainc(self.a, self.b, (score - LOWEST) / RANGE), dtype=np.float64)


def p_greater(score: float, variance: float, other: float, other_variance: float) -> float:
    """P(one score lies above another); their variances are those of the scorecard."""
    return float(ndtr((score - other) / sqrt(variance + other_variance)))


def share_band(probability: float) -> bool:
    """Whether two scores of which one lies above the other so probably are shown as equals."""
    return BAND[0] <= probability <= BAND[1]
