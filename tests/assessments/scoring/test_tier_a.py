"""Tier A against the method's own figures and against generalised least squares written out in full."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.scoring.calibration import LevelCalibration
from assessments.scoring.intervals import Distribution, inflation
from assessments.scoring.tier_a import CONFLICT_VARIANCE, Ratings, posterior, prior_covariance

CALIBRATION = LevelCalibration(n_dyads=20, n_assessors=15)
MU = np.array([3.0, 3.2])
SEVEN = [(0, 0, 0, 4), (0, 0, 1, 3), (0, 1, 0, 5), (0, 1, 1, 4), (1, 0, 0, 3), (1, 2, 0, 4), (1, 2, 1, 2)]


def test_it_gives_the_reference_posterior() -> None:
    result = posterior(Ratings.of(SEVEN), MU, CALIBRATION)
    assert result.mean == pytest.approx([3.62778023, 3.10913850], abs=5e-9)
    assert result.covariance == pytest.approx(
        np.array([[0.19993572, 0.08596645], [0.08596645, 0.21796684]]), abs=5e-9
    )


def test_the_mean_of_both_has_the_reference_interval() -> None:
    result = posterior(Ratings.of(SEVEN), MU, CALIBRATION)
    half = np.array([0.5, 0.5])
    mean, variance = half @ result.mean, half @ result.covariance @ half
    assert (mean, variance) == pytest.approx((3.36845936, 0.14745886), abs=5e-9)
    beta = Distribution.of(np.array([mean]), np.array([variance * inflation(8)]))
    assert [beta.quantile(0.05)[0], beta.quantile(0.95)[0]] == pytest.approx([2.6312, 4.0617], abs=5e-5)
    assert beta.below(2.5)[0] == pytest.approx(0.0260, abs=5e-5)


@pytest.mark.parametrize(
    ("conflict", "expected"), [(False, [3.34994583, 3.37930661]), (True, [3.28358209, 3.34530290])]
)
def test_one_rating_moves_both_indicators_and_less_in_conflict(conflict: bool, expected: list[float]) -> None:
    result = posterior(Ratings.of([(0, 0, 0, 4)], [conflict]), MU, CALIBRATION)
    assert result.mean == pytest.approx(expected, abs=5e-9)


rows = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 2), st.integers(1, 5), st.booleans()),
    min_size=1,
    max_size=25,
)


@settings(max_examples=60, deadline=None)
@given(rows)
def test_it_equals_dense_generalised_least_squares(table: list[tuple[int, int, int, int, bool]]) -> None:
    mu, components = np.array([2.7, 3.1, 3.9]), CALIBRATION.components
    case, assessor, indicator, score, conflict = (np.array(column) for column in zip(*table, strict=True))

    def same(left: np.ndarray, right: np.ndarray | None = None) -> np.ndarray:
        equal: np.ndarray = np.equal.outer(left, left if right is None else right)
        return equal.astype(float)

    prior = prior_covariance(3, CALIBRATION)
    covariance = (
        prior[np.ix_(indicator, indicator)]
        + components.case * same(case)
        + components.case_indicator * same(case) * same(indicator)
        + components.assessor * same(assessor)
        + CONFLICT_VARIANCE * np.outer(conflict, conflict)
        + components.residual * np.eye(len(score))
    )
    cross = prior[:, indicator]
    gain = np.linalg.solve(covariance, cross.T).T
    result = posterior(
        Ratings.of([row[:4] for row in table], [bool(flag) for flag in conflict]), mu, CALIBRATION
    )
    assert result.mean == pytest.approx(mu + gain @ (score - mu[indicator]), abs=1e-8)
    assert result.covariance == pytest.approx(prior - gain @ cross.T, abs=1e-8)


@pytest.mark.parametrize("score", [1, 5])
def test_extreme_ratings_have_an_interval_within_the_scale(score: int) -> None:
    result = posterior(
        Ratings.of([(c, c, 0, score) for c in range(4)] * 50), np.array([float(score)]), CALIBRATION
    )
    beta = Distribution.of(result.mean, np.diag(result.covariance))
    low, high = beta.quantile(0.05)[0], beta.quantile(0.95)[0]
    assert 1 <= low < high <= 5
