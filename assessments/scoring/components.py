"""How much ratings vary with what: variance components by the method of moments, on arrays of any size.

Of a factor F (each rating is in one group) and residuals e from the means of indicators, ``S_F = sum_g
(sum_{j in g} e_j)^2`` is expected to be ``sum_F' M_FF' s2_F'`` with ``M_FF' = ||Z_F' Q Z_F'||_F^2``, Q
centring within indicators. M and sums of scores are counted in whole numbers, so that the order of rows
changes nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls
from scipy.sparse import csr_array

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

FEWEST_DYADS = 5
SMALLEST_EIGENVALUE = 0.01
SINGULAR = 1e-9
DEFAULTS_COUNT_AS = 8.0
DISCOUNT = 0.4
CLOSE_TOGETHER = 4

ESTIMATED, NOT_ESTIMATED, FEW_DYADS, NOT_SEPARABLE = "", "not_estimated", "few_dyads", "not_separable"


@dataclass(frozen=True, slots=True)
class Components:
    """Variances: dyads, dyad x indicator, cases, case x indicator, assessors, residual."""

    dyad: float = 0.25
    dyad_indicator: float = 0.25
    case: float = 0.10
    case_indicator: float = 0.10
    assessor: float = 0.20
    residual: float = 0.60


NAMES = tuple(field.name for field in fields(Components))


@dataclass(frozen=True, slots=True)
class Sample:
    """Ratings as parallel arrays of equal length; who is who in any integers.

    ``score`` holds whole numbers. Cases are told apart within their dyad.
    """

    dyad: Indices
    case: Indices
    assessor: Indices
    indicator: Indices
    score: NDArray[np.int64]

    @classmethod
    def of(cls, rows: Iterable[tuple[int, int, int, int, int]]) -> "Sample":
        """From rows of (dyad, case, assessor, indicator, score)."""
        return cls(*np.array(list(rows), dtype=np.int64).reshape(-1, 5).T)

    def factors(self) -> dict[str, Indices]:
        """The group of each rating, counted from 0, of each component but the residual."""
        dyad, indicator = _numbered(self.dyad), _numbered(self.indicator)
        case = _numbered(_pairs(dyad, _numbered(self.case)))
        return {
            "dyad": dyad,
            "dyad_indicator": _numbered(_pairs(dyad, indicator)),
            "case": case,
            "case_indicator": _numbered(_pairs(case, indicator)),
            "assessor": _numbered(self.assessor),
        }


@dataclass(frozen=True, slots=True)
class Moments:
    """Estimates of variances, none negative, and the smallest eigenvalue of the scaled M (0: no solution)."""

    variances: Floats
    smallest_eigenvalue: float


@dataclass(frozen=True, slots=True)
class Estimation:
    """Components to score with, and where they come from.

    ``estimated``: as the data alone have them, none where they have no solution. ``guard`` says why the
    defaults are used: few_dyads | not_separable | empty where they are not. ``groups`` counts what each
    component varies over.
    """

    components: Components
    estimated: Components | None
    guard: str
    smallest_eigenvalue: float
    groups: Mapping[str, int]


def estimate(sample: Sample, defaults: Components | None = None) -> Estimation:
    """Estimate components from ratings without conflict, drawn towards the defaults.

    Defaults are used as they are with fewer than five dyads, or when ratings cannot tell components apart.
    """
    defaults = defaults or Components()
    factors = sample.factors()
    groups = {name: _count(groups) for name, groups in factors.items()} | {"residual": len(sample.score)}
    moments = moment_estimates(list(factors.values()), _numbered(sample.indicator), sample.score)
    found = dict(zip(NAMES, moments.variances.tolist(), strict=True))
    guard = _guard(groups["dyad"], moments.smallest_eigenvalue)
    return Estimation(
        components=defaults if guard else _shrunk(found, groups, defaults),
        estimated=Components(**found) if moments.smallest_eigenvalue > SINGULAR else None,
        guard=guard,
        smallest_eigenvalue=moments.smallest_eigenvalue,
        groups=groups,
    )


def degrees_of_freedom(n_dyads: int, n_assessors: int) -> float:
    """Of variances that are estimated from so many dyads and assessors."""
    return DEFAULTS_COUNT_AS + DISCOUNT * (min(n_dyads, n_assessors) - 1)


def _guard(n_dyads: int, smallest_eigenvalue: float) -> str:
    if n_dyads < FEWEST_DYADS:
        return FEW_DYADS
    return NOT_SEPARABLE if smallest_eigenvalue < SMALLEST_EIGENVALUE else ESTIMATED


def _shrunk(found: Mapping[str, float], groups: Mapping[str, int], defaults: Components) -> Components:
    """Means of scaled inverse chi-squares that start at the defaults."""
    shrunk = {}
    for name in NAMES:
        weight = DISCOUNT * (groups[name] - 1)
        total = DEFAULTS_COUNT_AS * getattr(defaults, name) + weight * found[name]
        shrunk[name] = total / (DEFAULTS_COUNT_AS - 2 + weight)
    return Components(**shrunk)


def moment_estimates(factors: Sequence[Indices], indicator: Indices, score: NDArray[np.int64]) -> Moments:
    """Variances of the factors, and of the residual as the last.

    Non-negative least squares of ``M s = S``, rows and columns scaled by ``diag(M)^-1/2``. Factors hold a
    group for each rating; groups and indicators count from 0.
    """
    per_indicator, totals = np.bincount(indicator), np.bincount(indicator, score)
    means = totals / np.maximum(per_indicator, 1)
    tables = [_Factor.of(groups, indicator) for groups in factors]
    residual = float(np.square(score).sum() - totals @ means)
    observed = np.array([*(table.sum_of_squares(score, means) for table in tables), residual])
    expected = _expected(tables, per_indicator)
    diagonal = np.diag(expected)
    if (diagonal <= 0).any():
        return Moments(np.zeros(len(observed)), 0.0)
    scale = 1 / np.sqrt(diagonal)
    scaled = expected * np.outer(scale, scale)
    solution, _rest = nnls(scaled, observed * scale)
    return Moments(solution * scale, max(0.0, float(np.linalg.eigvalsh(scaled)[0])))


@dataclass(frozen=True, slots=True)
class _Factor:
    """A factor's groups of ratings, and its counts of ratings by group and indicator."""

    groups: Indices
    counts: csr_array

    @classmethod
    def of(cls, groups: Indices, indicator: Indices) -> "_Factor":
        return cls(groups, _crossed(groups, indicator))

    @property
    def breadth(self) -> float:
        """Indicators a group; products with the narrower of two factors are the smaller ones."""
        return self.counts.nnz / max(1, self.counts.shape[0])

    def sum_of_squares(self, score: NDArray[np.int64], means: Floats) -> float:
        """Of the groups' sums of residuals, added from the smallest, whatever groups are called."""
        sums = np.bincount(self.groups, score) - self.counts @ means
        return float(np.sort(np.square(sums)).sum())


def _expected(tables: Sequence[_Factor], per_indicator: Indices) -> Floats:
    """M, with the residual last: each rating is a group of its own there, which leaves little to count."""
    share = 1 / np.maximum(per_indicator, 1)
    total = float(per_indicator.sum())
    size = len(tables) + 1
    expected = np.full((size, size), total - (per_indicator > 0).sum())
    for row, left in enumerate(tables):
        expected[row, -1] = expected[-1, row] = total - left.counts.power(2).sum(axis=0) @ share
        for column, right in enumerate(tables[: row + 1]):
            expected[row, column] = expected[column, row] = _cross_moment(left, right, share)
    return expected


def _cross_moment(left: _Factor, right: _Factor, share: Floats) -> float:
    """``sum N_gh^2 - 2 sum_i n_i^-1 sum_gh N_gh N_gi N_hi + sum_ii' A_ii' A'_ii'/(n_i n_i')``."""
    if left.breadth < right.breadth:
        left, right = right, left
    both = _crossed(left.groups, right.groups)
    first = int(np.square(both.data).sum())
    second = left.counts.multiply(both @ right.counts).sum(axis=0)
    third = (left.counts.T @ left.counts).multiply(right.counts.T @ right.counts).toarray()
    return float(first - 2 * (second @ share) + share @ third @ share)


def _crossed(rows: Indices, columns: Indices) -> csr_array:
    """How many ratings are in each row's and column's group."""
    ones = np.ones(len(rows), dtype=np.int64)
    return csr_array((ones, (rows, columns)), shape=(_count(rows), _count(columns)))


def _numbered(labels: Indices) -> Indices:
    """Labels as numbers from 0 without gaps, in their order; by counting where they lie close together."""
    if not len(labels):
        return labels.astype(np.intp)
    from_zero = labels - labels.min()
    if from_zero.max() > CLOSE_TOGETHER * len(labels):
        return np.unique(labels, return_inverse=True)[1].astype(np.intp)
    return np.asarray((np.cumsum(np.bincount(from_zero) > 0) - 1)[from_zero], dtype=np.intp)


def _pairs(left: Indices, right: Indices) -> Indices:
    return left * _count(right) + right


def _count(groups: Indices) -> int:
    return int(groups.max()) + 1 if len(groups) else 0
