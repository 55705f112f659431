"""Tier B: all dyads of one level fitted together, so that severities and the bias of conflict are learned.

The same mixed model as tier A. Effects of case by indicator are integrated out group by group (Woodbury),
cases and then dyads are eliminated (Schur complement), and what all dyads share, the *border* of indicator
means, severities and bias, is solved by Cholesky. Without random numbers.
"""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse import csgraph, csr_array

from assessments.scoring.calibration import Components

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Booleans = NDArray[np.bool_]

BIAS_VARIANCE = 1.0


@dataclass(frozen=True, slots=True)
class JointRatings:
    """Scores of one level over all dyads as parallel arrays.

    Dyads, cases, assessors and indicators count from 0; a case belongs to one dyad. ``conflict`` is 1 where
    the assessor acts for one of the dyad's two organisations, else 0.
    """

    dyad: Indices
    case: Indices
    assessor: Indices
    indicator: Indices
    score: Floats
    conflict: Floats

    def only(self, rows: Booleans | Indices) -> "JointRatings":
        return JointRatings(*(getattr(self, name)[rows] for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class JointPosterior:
    """What all ratings say together; variances are not yet inflated for uncertain components.

    ``indicators``, ``dyads`` and ``assessors`` are the indices that were fitted, ascending; the other arrays
    are parallel to them. ``mean`` (dyads x indicators) and ``covariance`` (dyads x indicators x indicators)
    are of theta, and hold the uncertainty of everything else. ``left_out`` are assessors without connection.
    """

    indicators: Indices
    mu: Floats
    assessors: Indices
    severity: Floats
    severity_error: Floats
    bias: float
    bias_error: float
    dyads: Indices
    mean: Floats
    covariance: Floats
    left_out: Indices

    def linear(self, position: int, weights: Floats) -> tuple[Floats, Floats]:
        """Means and variances of scores of ``dyads[position]``; ``weights`` are scores x all indicators."""
        rated = np.isin(np.arange(weights.shape[1]), self.indicators)
        if weights[:, ~rated].any():
            raise ValueError("A score has weight on an indicator that nobody rated.")
        own = weights[:, self.indicators]
        variance: Floats = np.einsum("si,ij,sj->s", own, self.covariance[position], own)
        return own @ self.mean[position], variance


def fit(
    ratings: JointRatings, components: Components, anchors: Collection[int] = frozenset()
) -> JointPosterior:
    """Fit the main component of the graph of assessors and dyads; ``components`` are all above 0.

    ``anchors`` are dyads (common vignettes) that connect assessors but do not make a component the main one.
    Raises ValueError without ratings.
    """
    if not len(ratings.score):
        raise ValueError("There are no ratings to fit.")
    connected = main_component(ratings, anchors)
    kept = ratings.only(connected)
    dyads, dyad = np.unique(kept.dyad, return_inverse=True)
    _, case = np.unique(kept.case, return_inverse=True)
    assessors, assessor = np.unique(kept.assessor, return_inverse=True)
    indicators, indicator = np.unique(kept.indicator, return_inverse=True)
    system = _eliminate_cases(
        JointRatings(dyad, case, assessor, indicator, kept.score, kept.conflict), components
    )
    n = len(indicators)
    border = system.border_precision()
    border[np.diag_indices_from(border)] += np.concatenate(
        [np.zeros(n), np.full(len(assessors), 1 / components.assessor), [1 / BIAS_VARIANCE]]
    )
    covariance = cho_solve(cho_factor(border, lower=True), np.eye(len(border)))
    effects = covariance @ system.border_pull()
    errors = np.sqrt(np.diag(covariance))
    mean, of_theta = system.dyads(effects, covariance)
    return JointPosterior(
        indicators=indicators,
        mu=effects[:n],
        assessors=assessors,
        severity=effects[n:-1],
        severity_error=errors[n:-1],
        bias=float(effects[-1]),
        bias_error=float(errors[-1]),
        dyads=dyads,
        mean=mean,
        covariance=of_theta,
        left_out=np.setdiff1d(ratings.assessor, assessors),
    )


def main_component(ratings: JointRatings, anchors: Collection[int] = frozenset()) -> Booleans:
    """Which ratings belong to the largest set of assessors and dyads that ratings connect.

    The largest has the most ratings outside ``anchors``, then in all, then of assessors, then of points.
    """
    assessors, assessor = np.unique(ratings.assessor, return_inverse=True)
    dyads, dyad = np.unique(ratings.dyad, return_inverse=True)
    size = len(assessors) + len(dyads)
    links = csr_array((np.ones(len(dyad)), (assessor, len(assessors) + dyad)), shape=(size, size))
    n, label = csgraph.connected_components(links, directed=False)
    of_rating = label[assessor]
    proper = ~np.isin(ratings.dyad, list(anchors))
    sizes = (
        np.bincount(of_rating, proper, n),
        np.bincount(of_rating, minlength=n),
        np.bincount(label[: len(assessors)], minlength=n),
        np.bincount(of_rating, ratings.score, n),
    )
    main: Booleans = of_rating == np.lexsort(sizes[::-1])[-1]
    return main


@dataclass(frozen=True, slots=True)
class _System:
    """Normal equations of the dyads' effects and the border, cases being eliminated.

    ``inverse`` (dyads x indicators x indicators) is the covariance of a dyad's effects given the border.
    ``start``, ``column`` and ``block`` are a dyad's coupling with the columns of the border that it meets.
    """

    inverse: Floats
    pull: Floats
    start: Indices
    column: Indices
    block: Floats
    shared: Floats
    shared_pull: Floats

    def coupling(self, dyad: int) -> tuple[Indices, Floats]:
        own = slice(self.start[dyad], self.start[dyad + 1])
        return self.column[own], self.block[own]

    def border_precision(self) -> Floats:
        """Precision of the border with the dyads eliminated, without its prior."""
        precision = self.shared.copy()
        for dyad, inverse in enumerate(self.inverse):
            columns, block = self.coupling(dyad)
            precision[np.ix_(columns, columns)] -= block @ inverse @ block.T
        return precision

    def border_pull(self) -> Floats:
        pull = self.shared_pull.copy()
        for dyad, inverse in enumerate(self.inverse):
            columns, block = self.coupling(dyad)
            pull[columns] -= block @ (inverse @ self.pull[dyad])
        return pull

    def dyads(self, effects: Floats, covariance: Floats) -> tuple[Floats, Floats]:
        """Mean and covariance of every dyad's theta, given those of the border."""
        n = self.inverse.shape[1]
        mean, of_theta = np.empty(self.pull.shape), np.empty(self.inverse.shape)
        for dyad, inverse in enumerate(self.inverse):
            columns, block = self.coupling(dyad)
            mean[dyad] = effects[:n] + inverse @ (self.pull[dyad] - effects[columns] @ block)
            mixed = np.concatenate([np.arange(n), columns])
            slopes = np.hstack([np.eye(n), -inverse @ block.T])
            of_theta[dyad] = inverse + slopes @ covariance[np.ix_(mixed, mixed)] @ slopes.T
        return mean, of_theta


def _eliminate_cases(ratings: JointRatings, components: Components) -> _System:
    """Normal equations without cases and without case by indicator, for indices without gaps."""
    n = int(ratings.indicator.max()) + 1
    n_cases, n_dyads = int(ratings.case.max()) + 1, int(ratings.dyad.max()) + 1
    key, group, size = np.unique(
        ratings.case * n + ratings.indicator, return_inverse=True, return_counts=True
    )
    case, indicator = key // n, key % n
    dyad_of_case = np.empty(n_cases, dtype=np.intp)
    dyad_of_case[ratings.case] = ratings.dyad
    theta = dyad_of_case[case] * n + indicator
    variance = components.residual + size * components.case_indicator  # of a group's sum, by its size
    total = np.bincount(group, ratings.score)
    border, summed = _border(ratings, n, group)
    scaled = summed.multiply((1 / variance)[:, None]).tocsr()
    to_theta = csr_array((np.ones(len(key)), (theta, np.arange(len(key)))), shape=(n_dyads * n, len(key)))
    to_case = csr_array((np.ones(len(key)), (case, np.arange(len(key)))), shape=(n_cases, len(key)))
    weight = size / variance

    of_case = 1 / (np.bincount(case, weight) + 1 / components.case)
    theta_case = csr_array((weight, (theta, case)), shape=(n_dyads * n, n_cases))
    gain = theta_case.multiply(of_case[None, :]).tocsr()
    case_border, case_pull = to_case @ scaled, to_case @ (total / variance)
    precision = -_diagonal_blocks(gain @ theta_case.T, n)
    precision[:, range(n), range(n)] += np.bincount(theta, weight, n_dyads * n).reshape(n_dyads, n)
    prior = np.full((n, n), components.dyad) + np.eye(n) * components.dyad_indicator
    coupling = (to_theta @ scaled - gain @ case_border).tobsr(blocksize=(n, 1))
    kappa = components.case_indicator / variance
    shared = (border.T @ border - summed.T @ summed.multiply(kappa[:, None])) / components.residual
    shared = shared - case_border.T @ case_border.multiply(of_case[:, None])
    shared_pull = (border.T @ ratings.score - summed.T @ (kappa * total)) / components.residual
    return _System(
        inverse=np.linalg.inv(precision + np.linalg.inv(prior)),
        pull=(to_theta @ (total / variance) - gain @ case_pull).reshape(n_dyads, n),
        start=coupling.indptr,
        column=coupling.indices,
        block=coupling.data[:, :, 0],
        shared=shared.toarray(),
        shared_pull=shared_pull - case_border.T @ (of_case * case_pull),
    )


def _border(ratings: JointRatings, n_indicators: int, group: Indices) -> tuple[csr_array, csr_array]:
    """Columns indicators | assessors | conflict: one row a rating, and summed to one row a group."""
    n = len(ratings.score)
    n_columns = n_indicators + int(ratings.assessor.max()) + 2
    conflict = np.flatnonzero(ratings.conflict)
    rows = np.concatenate([np.arange(n), np.arange(n), conflict])
    columns = np.concatenate(
        [ratings.indicator, n_indicators + ratings.assessor, np.full(len(conflict), n_columns - 1)]
    )
    values = np.concatenate([np.ones(2 * n), ratings.conflict[conflict]])
    return (
        csr_array((values, (rows, columns)), shape=(n, n_columns)),
        csr_array((values, (group[rows], columns)), shape=(int(group.max()) + 1, n_columns)),
    )


def _diagonal_blocks(matrix: csr_array, size: int) -> Floats:
    """The blocks of a block-diagonal matrix, as blocks x size x size."""
    entries = matrix.tocoo()
    blocks = np.zeros((matrix.shape[0] // size, size, size))
    blocks[entries.row // size, entries.row % size, entries.col % size] = entries.data
    return blocks
