"""Tier B against generalised least squares written out in full, and what must not move it."""

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from assessments.scoring.calibration import Components
from assessments.scoring.tier_b import BIAS_VARIANCE, JointPosterior, JointRatings, fit, main_component

COMPONENTS = Components(
    dyad=0.3, dyad_indicator=0.2, case=0.15, case_indicator=0.08, assessor=0.25, residual=0.5
)
CASES_OF_A_DYAD = 3

rows = st.lists(
    st.tuples(  # dyad, case within it, assessor, indicator, score, conflict
        st.integers(0, 3),
        st.integers(0, CASES_OF_A_DYAD - 1),
        st.integers(0, 4),
        st.integers(0, 2),
        st.integers(1, 5),
        st.booleans(),
    ),
    min_size=1,
    max_size=40,
)
Row = tuple[int, int, int, int, int, bool]


def ratings(table: list[Row]) -> JointRatings:
    dyad, case, assessor, indicator, score, conflict = (np.array(c) for c in zip(*table, strict=True))
    return JointRatings(
        dyad.astype(np.intp),
        (dyad * CASES_OF_A_DYAD + case).astype(np.intp),
        assessor.astype(np.intp),
        indicator.astype(np.intp),
        score.astype(float),
        conflict.astype(float),
    )


def same(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    equal: np.ndarray = np.equal.outer(left, right)
    return equal.astype(float)


class Dense:
    """Best linear unbiased prediction with the full covariance of the ratings; nothing is eliminated."""

    def __init__(self, data: JointRatings, components: Components) -> None:
        self.data, self.components = data, components
        one_case = same(data.case, data.case)
        covariance = (
            self.theta_theta(data.dyad, data.indicator, data.dyad, data.indicator)
            + components.case * one_case
            + components.case_indicator * one_case * same(data.indicator, data.indicator)
            + components.assessor * same(data.assessor, data.assessor)
            + BIAS_VARIANCE * np.outer(data.conflict, data.conflict)
            + components.residual * np.eye(len(data.score))
        )
        self.indicators = np.unique(data.indicator)
        self.inverse = np.linalg.inv(covariance)
        fixed = same(data.indicator, self.indicators)
        self.of_mu = np.linalg.inv(fixed.T @ self.inverse @ fixed)
        self.fixed = fixed
        self.mu = self.of_mu @ fixed.T @ self.inverse @ data.score

    def theta_theta(self, dyad: Any, indicator: Any, other_dyad: Any, other_indicator: Any) -> np.ndarray:
        one_dyad = same(dyad, other_dyad)
        return one_dyad * (
            self.components.dyad + self.components.dyad_indicator * same(indicator, other_indicator)
        )

    def predict(self, cross: np.ndarray, prior: np.ndarray, fixed: np.ndarray) -> tuple[Any, Any]:
        """Mean and covariance of effects with covariance ``cross`` to the ratings, plus ``fixed`` mu."""
        gain = cross @ self.inverse
        rest = fixed - gain @ self.fixed
        mean = fixed @ self.mu + gain @ (self.data.score - self.fixed @ self.mu)
        return mean, prior - gain @ cross.T + rest @ self.of_mu @ rest.T

    def theta(self, dyad: int) -> tuple[Any, Any]:
        dyads, indicators = np.full(len(self.indicators), dyad), self.indicators
        cross = self.theta_theta(dyads, indicators, self.data.dyad, self.data.indicator)
        prior = self.theta_theta(dyads, indicators, dyads, indicators)
        return self.predict(cross, prior, np.eye(len(indicators)))

    def severity(self, assessor: int) -> tuple[float, float]:
        cross = self.components.assessor * same(np.array([assessor]), self.data.assessor)
        mean, variance = self.predict(
            cross, np.array([[self.components.assessor]]), np.zeros((1, len(self.mu)))
        )
        return float(mean[0]), float(variance[0, 0])

    def bias(self) -> tuple[float, float]:
        cross = BIAS_VARIANCE * self.data.conflict[None, :]
        mean, variance = self.predict(cross, np.array([[BIAS_VARIANCE]]), np.zeros((1, len(self.mu))))
        return float(mean[0]), float(variance[0, 0])


@settings(max_examples=80, deadline=None)
@given(rows)
def test_it_equals_dense_generalised_least_squares(table: list[Row]) -> None:
    data = ratings(table)
    result = fit(data, COMPONENTS)
    dense = Dense(data.only(main_component(data)), COMPONENTS)
    assert result.indicators.tolist() == dense.indicators.tolist()
    assert result.mu == pytest.approx(dense.mu, abs=1e-8)
    for position, dyad in enumerate(result.dyads):
        mean, covariance = dense.theta(int(dyad))
        assert result.mean[position] == pytest.approx(mean, abs=1e-8)
        assert result.covariance[position] == pytest.approx(covariance, abs=1e-8)
    for position, assessor in enumerate(result.assessors):
        mean, variance = dense.severity(int(assessor))
        assert result.severity[position] == pytest.approx(mean, abs=1e-8)
        assert result.severity_error[position] ** 2 == pytest.approx(variance, abs=1e-8)
    assert (result.bias, result.bias_error**2) == pytest.approx(dense.bias(), abs=1e-8)


def by_id(result: JointPosterior, dyads: Any, assessors: Any) -> dict[Any, Any]:
    """Figures by the ids that the indices stand for."""
    figures: dict[Any, Any] = {
        ("dyad", dyads[d]): (result.mean[p], result.covariance[p]) for p, d in enumerate(result.dyads)
    }
    for position, assessor in enumerate(result.assessors):
        who = assessors[assessor]
        figures["assessor", who] = result.severity[position], result.severity_error[position]
    return figures | {"shared": (result.mu, result.bias, result.bias_error)}


@settings(max_examples=60, deadline=None)
@given(rows, st.randoms(use_true_random=False))
def test_order_and_ids_move_nothing(table: list[Row], random: Any) -> None:
    data = ratings(table)
    assume(main_component(data).mean() > 0.5)  # with two equal halves the ids decide which one is left out
    order = list(range(len(table)))
    random.shuffle(order)
    dyads, assessors = random.sample(range(9), 4), random.sample(range(9), 5)
    renamed = [(dyads[d], c, assessors[r], i, y, k) for d, c, r, i, y, k in (table[row] for row in order)]
    plain = by_id(fit(data, COMPONENTS), range(4), range(5))
    other = fit(ratings(renamed), COMPONENTS)
    back = by_id(
        other, {new: old for old, new in enumerate(dyads)}, {new: old for old, new in enumerate(assessors)}
    )
    assert back.keys() == plain.keys()
    for key, figures in plain.items():
        for one, same_one in zip(figures, back[key], strict=True):
            assert same_one == pytest.approx(one, abs=1e-9)


def test_a_severe_assessor_is_found_and_corrected_for() -> None:
    """Assessor 0 rates every dyad one point lower than 1 and 2; dyad 3 has only them to go by."""
    table: list[Row] = [
        (d, 0, r, i, 3 if r else 2, False) for d in range(3) for r in range(3) for i in range(3)
    ]
    table += [(3, 0, 0, i, 2, False) for i in range(3)]
    result = fit(ratings(table), COMPONENTS)
    assert result.severity[0] < -0.5
    assert result.severity[1] == pytest.approx(result.severity[2])
    assert result.mean[3].mean() > 2.4
    assert (result.severity_error < np.sqrt(COMPONENTS.assessor)).all()


def test_bias_of_conflict_is_learned_where_others_rate_the_same() -> None:
    table: list[Row] = [
        (d, 0, r, i, 4 if r == d else 3, r == d) for d in range(4) for r in range(5) for i in range(3)
    ]
    result = fit(ratings(table), COMPONENTS)
    assert 0.7 < result.bias < 1
    assert result.mean.mean() == pytest.approx(3, abs=0.1)


def test_without_conflict_nothing_is_learned_of_it() -> None:
    result = fit(ratings([(0, 0, 0, 0, 4, False), (0, 0, 1, 0, 2, False)]), COMPONENTS)
    assert (result.bias, result.bias_error**2) == pytest.approx((0, BIAS_VARIANCE))


def test_whom_nothing_connects_is_left_out() -> None:
    island: list[Row] = [(3, 0, 4, 2, 1, False)]
    mainland: list[Row] = [(0, 0, 0, 0, 4, False), (1, 0, 0, 0, 4, False), (1, 1, 1, 1, 2, False)]
    result = fit(ratings(mainland + island), COMPONENTS)
    assert result.left_out.tolist() == [4]
    assert (result.assessors.tolist(), result.dyads.tolist(), result.indicators.tolist()) == (
        [0, 1],
        [0, 1],
        [0, 1],
    )
    alone = fit(ratings(mainland), COMPONENTS)
    assert alone.left_out.tolist() == []
    assert result.mean == pytest.approx(alone.mean)
    bridge: list[Row] = [(3, 1, 1, 0, 3, False)]
    assert fit(ratings(mainland + island + bridge), COMPONENTS).left_out.tolist() == []


def test_many_ratings_of_a_vignette_do_not_make_a_main_component() -> None:
    vignette: list[Row] = [(3, 0, r, i, 3, False) for r in (3, 4) for i in range(3)]
    proper: list[Row] = [(0, 0, 0, 0, 4, False), (0, 0, 1, 0, 4, False)]
    assert fit(ratings(vignette + proper), COMPONENTS).dyads.tolist() == [3]
    assert fit(ratings(vignette + proper), COMPONENTS, anchors={3}).dyads.tolist() == [0]


def test_linear_scores_have_mean_and_variance_and_refuse_unrated_indicators() -> None:
    result = fit(ratings([(0, 0, 0, 0, 4, False), (0, 0, 0, 2, 2, False)]), COMPONENTS)
    mean, variance = result.linear(0, np.array([[0.5, 0, 0.5], [1, 0, 0]]))
    assert mean == pytest.approx([result.mean[0].mean(), result.mean[0, 0]])
    assert variance == pytest.approx([result.covariance[0].sum() / 4, result.covariance[0, 0, 0]])
    with pytest.raises(ValueError, match="nobody rated"):
        result.linear(0, np.array([[0.5, 0.5, 0]]))


def test_without_ratings_there_is_nothing_to_fit() -> None:
    data = ratings([(0, 0, 0, 0, 4, False)])
    with pytest.raises(ValueError, match="no ratings"):
        fit(data.only(np.array([False])), COMPONENTS)
