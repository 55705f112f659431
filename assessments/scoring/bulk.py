"""Tier A of all dyads of a level at once: the numbers of :mod:`assessments.scoring.scorecard`, bulk."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from assessments.scoring.calibration import LevelCalibration
from assessments.scoring.composites import DIMENSION_THRESHOLD, LEVEL_THRESHOLD, TOLERANCE
from assessments.scoring.inputs import DimensionShape
from assessments.scoring.intervals import inflation
from assessments.scoring.tier_a import CONFLICT_VARIANCE, prior_covariance
from assessments.scoring.tier_b import JointRatings

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Booleans = NDArray[np.bool_]

NOT_APPLICABLE = -1
BATCH = 512


@dataclass(frozen=True, slots=True)
class Layout:
    """The evaluative indicators and dimensions of a level, in the framework's order.

    ``member`` (dimensions x indicators) holds the weight of an indicator in its dimension, else 0. Figures
    are numbered indicators first, then dimensions, then the level.
    """

    indicators: tuple[str, ...]
    dimensions: tuple[str, ...]
    member: Floats
    weight: Floats

    @classmethod
    def of(cls, dimensions: Sequence[DimensionShape]) -> "Layout":
        scored = [d for d in dimensions if any(i.evaluative for i in d.indicators)]
        indicators = [(d.code, i) for d in scored for i in d.indicators if i.evaluative]
        member = [[i.weight if of == d.code else 0.0 for of, i in indicators] for d in scored]
        return cls(
            indicators=tuple(indicator.code for _of, indicator in indicators),
            dimensions=tuple(dimension.code for dimension in scored),
            member=np.array(member, np.float64).reshape(len(scored), len(indicators)),
            weight=np.array([dimension.weight for dimension in scored]),
        )

    @property
    def dimension_of(self) -> Indices:
        """The position of each indicator's dimension."""
        return np.asarray(np.argmax(self.member > 0, axis=0), dtype=np.intp)


@dataclass(frozen=True, slots=True)
class LevelAnswers:
    """Answers to the indicators of a :class:`Layout` over all dyads, as parallel arrays.

    As :class:`~assessments.scoring.tier_b.JointRatings`, whose ``score`` is here 0 for insufficient evidence
    and -1 for not applicable. ``applies`` (dyads x dimensions): whether a dimension applies to the dyad.
    """

    ratings: JointRatings
    applies: Booleans

    def counted(self, layout: Layout) -> JointRatings:
        """The scored answers that enter scores."""
        applies = self.applies[self.ratings.dyad, layout.dimension_of[self.ratings.indicator]]
        return self.ratings.only(applies & (self.ratings.score > 0))


@dataclass(frozen=True, slots=True)
class Weights:
    """Which figures each dyad publishes, and how indicators weigh in them.

    ``published`` is dyads x figures, ``of_indicators`` dyads x figures x indicators, 0 where not published.
    """

    published: Booleans
    of_indicators: Floats

    def only(self, dyads: Indices) -> "Weights":
        return Weights(self.published[dyads], self.of_indicators[dyads])


@dataclass(frozen=True, slots=True)
class Posteriors:
    """Theta of all dyads: ``mean`` (dyads x indicators), ``covariance`` (dyads x indicators x indicators)."""

    mean: Floats
    covariance: Floats

    def only(self, dyads: Indices) -> "Posteriors":
        return Posteriors(self.mean[dyads], self.covariance[dyads])

    def figures(self, weights: Weights, calibration: LevelCalibration) -> tuple[Floats, Floats]:
        """Means and inflated variances of all figures (dyads x figures), NaN where not published."""
        mean = np.einsum("dfi,di->df", weights.of_indicators, self.mean)
        spread = weights.of_indicators @ self.covariance
        variance = np.einsum("dfi,dfi->df", spread, weights.of_indicators)
        return (
            np.where(weights.published, mean, np.nan),
            np.where(weights.published, variance * inflation(calibration.degrees_of_freedom), np.nan),
        )


def weights(answers: LevelAnswers, layout: Layout) -> Weights:
    """What is published of every dyad: dimensions from 2/3, the level from 1/2 of the weight that applies."""
    n_dyads, n = len(answers.applies), len(layout.indicators)
    cell = answers.ratings.dyad * n + answers.ratings.indicator
    score = answers.ratings.score

    def any_of(which: Booleans) -> Booleans:
        return np.bincount(cell[which], minlength=n_dyads * n).reshape(n_dyads, n) > 0

    scored, answered, dropped = any_of(score > 0), any_of(score >= 0), any_of(score == NOT_APPLICABLE)
    asked = answers.applies[:, layout.dimension_of]
    applies, with_data = asked & (answered | ~dropped), asked & scored
    of_dimensions = layout.member[None] * with_data[:, None, :]
    total, found = applies @ layout.member.T, of_dimensions.sum(2)
    published = (total > 0) & (found >= (DIMENSION_THRESHOLD - TOLERANCE) * total) & (found > 0)
    of_dimensions *= np.divide(published, found, out=np.zeros_like(found), where=found > 0)[:, :, None]
    carried = layout.weight * published
    applicable, carrying = ((total > 0) * layout.weight).sum(1), carried.sum(1)
    shown = (applicable > 0) & (carrying >= (LEVEL_THRESHOLD - TOLERANCE) * applicable) & (carrying > 0)
    shares = carried * np.divide(shown, carrying, out=np.zeros_like(carrying), where=carrying > 0)[:, None]
    of_level = np.einsum("dk,dki->di", shares, of_dimensions)
    single = np.eye(n)[None] * with_data[:, None, :]
    return Weights(
        published=np.concatenate([with_data, published, shown[:, None]], axis=1),
        of_indicators=np.concatenate([single, of_dimensions, of_level[:, None, :]], axis=1),
    )


def posteriors(ratings: JointRatings, n_dyads: int, mu: Floats, calibration: LevelCalibration) -> Posteriors:
    """Solve tier A of every dyad; a dyad without scores keeps the prior.

    The normal equations of all dyads are one sparse block-diagonal system, solved batch by batch of dyads
    with about equally many unknowns.
    """
    columns = _Columns.of(ratings, n_dyads, len(mu))
    precision, pull = _normal_equations(ratings, columns, mu, calibration)
    mean = np.empty((n_dyads, len(mu)))
    covariance = np.empty((n_dyads, len(mu), len(mu)))
    prior = np.linalg.inv(prior_covariance(len(mu), calibration))
    for start in range(0, n_dyads, BATCH):
        batch = slice(start, min(start + BATCH, n_dyads))
        dense, right = columns.dense(batch, precision, pull)
        dense[:, : len(mu), : len(mu)] += prior
        n_batch, width = right.shape
        sides = np.zeros((n_batch, width, len(mu)))
        sides[:, range(len(mu)), range(len(mu))] = 1
        solved = np.linalg.solve(dense, sides)
        dyads = columns.order[batch]
        mean[dyads] = mu + np.einsum("dwi,dw->di", solved, right)
        covariance[dyads] = solved[:, : len(mu)]
    return Posteriors(mean, covariance)


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where the unknowns of each dyad stand: indicators | cases | assessors | conflict, dyad after dyad.

    ``order`` are the dyads, those with the fewest unknowns first; ``start`` are their first columns in that
    order, and one past the last. ``case``, ``assessor``, ``indicator`` and ``conflict`` are by rating.
    """

    order: Indices
    start: Indices
    indicator: Indices
    case: Indices
    assessor: Indices
    conflict: Indices
    n_cases: Indices

    @classmethod
    def of(cls, ratings: JointRatings, n_dyads: int, n_indicators: int) -> "_Columns":
        case, cases_before, n_cases = _within_dyads(ratings.dyad, ratings.case, n_dyads)
        assessor, assessors_before, n_assessors = _within_dyads(ratings.dyad, ratings.assessor, n_dyads)
        width = n_indicators + n_cases + n_assessors + 1
        order = np.argsort(width, kind="stable")
        start = np.concatenate([[0], np.cumsum(width[order])])
        first = np.empty(n_dyads, dtype=np.intp)
        first[order] = start[:-1]
        of_rating, here = first[ratings.dyad], ratings.dyad
        return cls(
            order=order,
            start=start,
            indicator=of_rating + ratings.indicator,
            case=of_rating + n_indicators + case - cases_before[here],
            assessor=of_rating + n_indicators + n_cases[here] + assessor - assessors_before[here],
            conflict=of_rating + width[here] - 1,
            n_cases=n_cases[order],
        )

    def dense(self, batch: slice, precision: csr_array, pull: Floats) -> tuple[Floats, Floats]:
        """Precisions (dyads x unknowns x unknowns) and pulls; what is padding has precision 1."""
        begin, end = self.start[batch], self.start[batch.start + 1 : batch.stop + 1]
        width, size = int((end - begin).max()), batch.stop - batch.start
        dyad = np.repeat(np.arange(size), end - begin)
        local = np.arange(begin[0], end[-1]) - np.repeat(begin, end - begin)
        entries = precision[begin[0] : end[-1]].tocoo()
        dense = np.zeros((size, width, width))
        padding = np.arange(width)[None] >= (end - begin)[:, None]
        dense[:, range(width), range(width)] = padding
        dense[dyad[entries.row], local[entries.row], local[entries.col - begin[0]]] = entries.data
        right = np.zeros((size, width))
        right[dyad, local] = pull[begin[0] : end[-1]]
        return dense, right


def _within_dyads(dyad: Indices, of: Indices, n_dyads: int) -> tuple[Indices, Indices, Indices]:
    """Each rating's number among all (dyad, ``of``) pairs, and of each dyad the first and how many."""
    span = int(of.max()) + 1 if len(of) else 1
    pairs, number = np.unique(dyad * span + of, return_inverse=True)
    counts = np.bincount(pairs // span, minlength=n_dyads)
    return number, np.concatenate([[0], np.cumsum(counts)[:-1]]), counts


def _normal_equations(
    ratings: JointRatings, columns: _Columns, mu: Floats, calibration: LevelCalibration
) -> tuple[csr_array, Floats]:
    """Precision of all unknowns, without the prior of theta, and the pull of the ratings."""
    components, n, n_ratings = calibration.components, int(columns.start[-1]), len(ratings.score)
    _, group, size = np.unique(
        ratings.case * len(mu) + ratings.indicator, return_inverse=True, return_counts=True
    )
    in_conflict = np.flatnonzero(ratings.conflict)
    rows = np.concatenate([np.tile(np.arange(n_ratings), 3), in_conflict])
    unknowns = np.concatenate(
        [columns.indicator, columns.case, columns.assessor, columns.conflict[in_conflict]]
    )
    values = np.concatenate([np.ones(3 * n_ratings), ratings.conflict[in_conflict]])
    design = csr_array((values, (rows, unknowns)), shape=(n_ratings, n))
    sums = csr_array((values, (group[rows], unknowns)), shape=(len(size), n))
    kappa = components.case_indicator / (components.residual + size * components.case_indicator)
    weighted = sums.multiply(kappa[:, None]).tocsr()
    deviation = ratings.score - mu[ratings.indicator]
    pull = design.T @ deviation - weighted.T @ np.bincount(group, deviation, len(size))
    precision = (design.T @ design - sums.T @ weighted) / components.residual
    prior = np.full(n, 1 / components.assessor)
    offset = np.arange(n) - np.repeat(columns.start[:-1], np.diff(columns.start))
    n_cases = np.repeat(columns.n_cases, np.diff(columns.start))
    prior[offset < len(mu) + n_cases] = 1 / components.case
    prior[offset < len(mu)] = 0
    prior[columns.start[1:] - 1] = 1 / CONFLICT_VARIANCE
    diagonal = csr_array((prior, (np.arange(n), np.arange(n))), shape=(n, n))
    return (precision + diagonal).tocsr(), pull / components.residual
