"""Weights of indicators and dimensions, and when a dimension or a level has enough data to be published."""

from collections.abc import Mapping, Sequence
from math import exp, fsum, log

DIMENSION_THRESHOLD = 2 / 3
LEVEL_THRESHOLD = 1 / 2
EVIDENCE_LIMITED_BELOW = 2 / 3
UNEVEN_ABOVE = 0.25
TOLERANCE = 1e-9


def coverage(weights: Mapping[str, float], with_data: Sequence[str]) -> float | None:
    """Share of the weight of applicable parts that has data; none where nothing applies."""
    total = fsum(weights.values())
    return fsum(weights[code] for code in with_data) / total if total else None


def reaches(share: float | None, threshold: float) -> bool:
    return share is not None and share >= threshold - TOLERANCE


def shares(weights: Mapping[str, float], with_data: Sequence[str]) -> dict[str, float]:
    """Weights of the parts with data, which carry the whole: they add up to 1."""
    total = fsum(weights[code] for code in with_data)
    return {code: weights[code] / total for code in with_data}


def geometric_mean(scores: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """Weighted geometric mean of positive scores: a low one cannot be made up for in full."""
    return exp(fsum(share * log(scores[code]) for code, share in shares(weights, list(scores)).items()))


def is_uneven(mean: float, geometric: float) -> bool:
    return abs(mean - geometric) > UNEVEN_ABOVE
