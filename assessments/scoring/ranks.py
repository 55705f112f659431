"""Ranks of dyads at one level that hold when weights, the kind of mean and the scores could be others.

Each draw multiplies the weight of every dimension by a factor from U(.75, 1.25), the same for all dyads,
takes the arithmetic or the geometric mean, and takes each dyad's dimensions from their posterior.
"""

import hashlib
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from assessments.scoring.intervals import Distribution
from assessments.scoring.results import DECIMALS, DimensionResult, LevelResult

Floats = NDArray[np.float64]
Key = TypeVar("Key", bound=Hashable)

DRAWS = 1000
FACTORS = (0.75, 1.25)
BAND = (0.05, 0.5, 0.95)
DEVIATES = np.linspace(-5, 5, 201)


@dataclass(frozen=True, slots=True)
class RankBand:
    """Nine in ten draws rank the dyad from ``best`` to ``worst``; 1 is the highest of ``of`` dyads."""

    best: int
    median: int
    worst: int
    of: int


def is_ranked(level: LevelResult) -> bool:
    """Whether there is a score, and more than one assessment to tell assessors apart from what they saw."""
    return level.published and "single_assessment" not in level.badges


def rank_bands(levels: Mapping[Key, LevelResult], seed: int, draws: int = DRAWS) -> dict[Key, RankBand]:
    """Rank bands of the dyads, given as their results of the same level by any key.

    Withheld levels and those of a single assessment have no entry; nor has anybody when fewer than two
    remain. Equal seeds give equal bands, whatever the keys and their order: a dyad's draws follow from the
    seed and its figures. Dyads with the same figures share their band.
    """
    ranked: dict[tuple[object, ...], list[Key]] = defaultdict(list)
    for key, level in levels.items():
        if is_ranked(level):
            ranked[_content(level)].append(key)
    total = sum(map(len, ranked.values()))
    if total < 2:
        return {}
    contents = sorted(ranked)
    factors, geometric = _robustness(contents, seed, draws)
    scores = [
        _draw(levels[key], np.random.default_rng(_stream(seed, content, twin)), factors, geometric)
        for content in contents
        for twin, key in enumerate(ranked[content])
    ]
    ranks = total - np.argsort(np.argsort(np.array(scores), axis=0, kind="stable"), axis=0)
    bands: dict[Key, RankBand] = {}
    start = 0
    for content in contents:
        keys = ranked[content]
        own = ranks[start : start + len(keys)]
        best, median, worst = np.quantile(own, BAND, method="inverted_cdf").astype(int).tolist()
        bands |= dict.fromkeys(keys, RankBand(best, median, worst, total))
        start += len(keys)
    return bands


def _published(level: LevelResult) -> list[DimensionResult]:
    return sorted((d for d in level.dimensions if d.published and d.weight > 0), key=lambda d: d.code)


def _content(level: LevelResult) -> tuple[object, ...]:
    """What decides a dyad's draws: the rounded figures of the level, no ids."""
    figures: list[object] = [round(level.variance or 0.0, DECIMALS)]
    for dimension in _published(level):
        numbers = (dimension.weight, dimension.score or 0.0, dimension.variance or 0.0)
        figures += [dimension.code, *(round(number, DECIMALS) for number in numbers)]
    return tuple(figures)


def _stream(seed: int, content: Sequence[object], twin: int) -> list[int]:
    """Words for a generator's seed; ``twin`` counts dyads with the same figures."""
    hashed = hashlib.sha256(repr(tuple(content)).encode()).digest()
    return [seed, twin, *np.frombuffer(hashed, dtype="<u4").tolist()]


def _robustness(
    contents: Sequence[tuple[object, ...]], seed: int, draws: int
) -> tuple[dict[str, Floats], NDArray[np.bool_]]:
    """What all dyads share in a draw: the factor of each dimension's weight, and the kind of mean."""
    codes = sorted({part for content in contents for part in content if isinstance(part, str)})
    factors = {
        code: np.random.default_rng(_stream(seed, ("weight", code), 0)).uniform(*FACTORS, draws)
        for code in codes
    }
    geometric = np.random.default_rng(_stream(seed, ("geometric",), 0)).random(draws) < 0.5
    return factors, geometric


def _draw(
    level: LevelResult,
    generator: np.random.Generator,
    factors: Mapping[str, Floats],
    geometric: NDArray[np.bool_],
) -> Floats:
    """Scores of one dyad's level, one entry a draw."""
    dimensions = _published(level)
    drawn = _dimension_scores(level, dimensions, generator, len(geometric))
    weights = np.array([factors[dimension.code] * dimension.weight for dimension in dimensions])
    weights /= weights.sum(axis=0)
    arithmetic = (weights * drawn).sum(axis=0)
    drawn_scores: Floats = np.where(geometric, np.exp((weights * np.log(drawn)).sum(axis=0)), arithmetic)
    return drawn_scores


def _dimension_scores(
    level: LevelResult, dimensions: Sequence[DimensionResult], generator: np.random.Generator, draws: int
) -> Floats:
    """Draws from the dimensions' Betas (dimensions x draws), correlated as the level's variance says."""
    correlation = _correlation(level, dimensions)
    normal = generator.standard_normal((len(dimensions) + 1, draws))
    deviates = sqrt(correlation) * normal[0] + sqrt(1 - correlation) * normal[1:]
    percentiles = ndtr(DEVIATES)
    drawn = []
    for dimension, own in zip(dimensions, deviates, strict=True):
        beta = Distribution.of(np.array([dimension.score]), np.array([dimension.variance]))
        drawn.append(np.interp(own, DEVIATES, beta.quantile(percentiles)))
    return np.array(drawn)


def _correlation(level: LevelResult, dimensions: Sequence[DimensionResult]) -> float:
    """The common correlation of dimensions that explains the variance of their weighted mean."""
    deviations = np.array([d.weight * sqrt(d.variance or 0.0) for d in dimensions])
    alone, together = float((deviations**2).sum()), float(deviations.sum() ** 2)
    if together <= alone:
        return 0.0
    return min(1.0, max(0.0, ((level.variance or 0.0) - alone) / (together - alone)))
