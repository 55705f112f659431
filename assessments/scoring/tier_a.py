"""Tier A: what the ratings of one dyad at one level say about its indicators, as a normal posterior."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assessments.scoring.calibration import LevelCalibration

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

CONFLICT_VARIANCE = 0.36


@dataclass(frozen=True, slots=True)
class Ratings:
    """Scores of one dyad and level as parallel arrays; cases, assessors and indicators count from 0."""

    case: Indices
    assessor: Indices
    indicator: Indices
    score: Floats
    conflict: Floats

    @classmethod
    def of(
        cls, rows: Sequence[tuple[int, int, int, int]], conflict: Sequence[bool] | None = None
    ) -> "Ratings":
        """From rows of (case, assessor, indicator, score)."""
        table = np.asarray(rows, dtype=np.intp).reshape(-1, 4)
        flags = np.zeros(len(table)) if conflict is None else np.asarray(conflict, dtype=np.float64)
        return cls(table[:, 0], table[:, 1], table[:, 2], table[:, 3].astype(np.float64), flags)


@dataclass(frozen=True, slots=True)
class Posterior:
    """Mean and covariance of theta, one entry an indicator, as an average assessor would rate it."""

    mean: Floats
    covariance: Floats


@dataclass(frozen=True, slots=True)
class Cases:
    """What an average assessor without conflict would say of each case: theta + C + H.

    One entry a pair of case and indicator that is rated, in the order of ``case`` and ``indicator``.
    """

    case: Indices
    indicator: Indices
    posterior: Posterior


@dataclass(frozen=True, slots=True)
class _Solution:
    """Posterior of the columns of the design, as deviations from means, and the groups integrated out."""

    mean: Floats
    covariance: Floats
    group: Indices  # case times number of indicators plus indicator, one entry a group
    kappa: Floats
    sums: Floats
    deviations: Floats


def posterior(ratings: Ratings, mu: Floats, calibration: LevelCalibration) -> Posterior:
    """Solve the mixed model of one dyad and level; ``mu`` are the means of its indicators.

    The case-by-indicator effects are integrated out group by group (Woodbury), the rest is one small system.
    """
    solved, n = _solve(ratings, mu, calibration), len(mu)
    return Posterior(mu + solved.mean[:n], solved.covariance[:n, :n])


def cases(ratings: Ratings, mu: Floats, calibration: LevelCalibration) -> Cases:
    """The same model's posterior of single cases.

    Given the columns of the design, H of a group has the mean ``kappa (e_q - s_q b)`` and the variance
    ``kappa s2_e``, independently of other groups.
    """
    solved, n = _solve(ratings, mu, calibration), len(mu)
    case, indicator = solved.group // n, solved.group % n
    rows = -solved.sums * solved.kappa[:, None]
    each = np.arange(len(case))
    rows[each, indicator] += 1
    rows[each, n + case] += 1
    mean = mu[indicator] + rows @ solved.mean + solved.kappa * solved.deviations
    own = np.diag(solved.kappa * calibration.components.residual)
    return Cases(case, indicator, Posterior(mean, rows @ solved.covariance @ rows.T + own))


def _solve(ratings: Ratings, mu: Floats, calibration: LevelCalibration) -> _Solution:
    components = calibration.components
    design = _design(ratings, len(mu))
    deviation = ratings.score - mu[ratings.indicator]
    group, member, size = np.unique(
        ratings.case * len(mu) + ratings.indicator, return_inverse=True, return_counts=True
    )
    kappa = components.case_indicator / (components.residual + size * components.case_indicator)
    sums = np.zeros((len(size), design.shape[1]))
    np.add.at(sums, member, design)
    deviations = np.bincount(member, deviation, len(size)).astype(np.float64)
    weighted = sums * kappa[:, None]
    precision = (design.T @ design - sums.T @ weighted) / components.residual
    precision += _prior_precision(design.shape[1], ratings, len(mu), calibration)
    pull = (design.T @ deviation - weighted.T @ deviations) / components.residual
    covariance = np.linalg.inv(precision)
    return _Solution(covariance @ pull, covariance, group, kappa, sums, deviations)


def prior_covariance(n: int, calibration: LevelCalibration) -> Floats:
    """Covariance of theta before the dyad is rated, wider where means rest on few dyads or assessors."""
    components = calibration.components
    spread = 1 + 1 / calibration.n_dyads
    shared = components.dyad * spread + components.assessor / calibration.n_assessors
    return np.full((n, n), shared) + np.eye(n) * components.dyad_indicator * spread


def _design(ratings: Ratings, n_indicators: int) -> Floats:
    """Columns: indicators | cases | assessors | conflict."""
    n_cases, n_assessors = _count(ratings.case), _count(ratings.assessor)
    design = np.zeros((len(ratings.score), n_indicators + n_cases + n_assessors + 1))
    rows = np.arange(len(ratings.score))
    design[rows, ratings.indicator] = 1
    design[rows, n_indicators + ratings.case] = 1
    design[rows, n_indicators + n_cases + ratings.assessor] = 1
    design[:, -1] = ratings.conflict
    return design


def _prior_precision(size: int, ratings: Ratings, n_indicators: int, calibration: LevelCalibration) -> Floats:
    components = calibration.components
    n_cases = _count(ratings.case)
    diagonal = np.full(size, 1 / components.assessor)
    diagonal[n_indicators : n_indicators + n_cases] = 1 / components.case
    diagonal[-1] = 1 / CONFLICT_VARIANCE
    precision = np.diag(diagonal)
    precision[:n_indicators, :n_indicators] = np.linalg.inv(prior_covariance(n_indicators, calibration))
    return precision


def _count(indices: Indices) -> int:
    return int(indices.max()) + 1 if len(indices) else 0
