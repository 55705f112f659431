"""Variance components against published figures, against M in full, and against simulated truth."""

import time
from dataclasses import astuple, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.scoring.calibration import Calibration, LevelCalibration, calibrate_level
from assessments.scoring.components import (
    FEW_DYADS,
    NAMES,
    NOT_SEPARABLE,
    Components,
    Sample,
    degrees_of_freedom,
    estimate,
    moment_estimates,
)

SHROUT_FLEISS = [(9, 2, 5, 8), (6, 1, 3, 2), (8, 4, 6, 8), (7, 1, 2, 6), (10, 5, 6, 9), (6, 2, 4, 7)]
TRUTH = Components(0.30, 0.20, 0.15, 0.12, 0.40, 0.50)


def test_shrout_and_fleiss() -> None:
    """Six targets by four judges (1979): components from their mean squares, which moments equal here."""
    score = np.array(SHROUT_FLEISS).ravel()
    target, judge = np.repeat(np.arange(6), 4), np.tile(np.arange(4), 6)
    result = moment_estimates([target, judge], np.zeros(24, dtype=np.intp), score)
    assert result.variances == pytest.approx([2.5556, 5.2444, 1.0194], abs=5e-5)


def simulated(
    truth: Components = TRUTH, *, n_dyads: int = 150, n_indicators: int = 12, seed: int = 1
) -> tuple[Sample, np.ndarray]:
    """Four cases a dyad, three of 120 assessors each; whole numbers, and what they were rounded from."""
    draw = np.random.default_rng(seed)
    n_cases, n_assessors = n_dyads * 4, 120
    case = np.repeat(np.arange(n_cases), 3 * n_indicators)
    dyad, indicator = case // 4, np.tile(np.arange(n_indicators), n_cases * 3)
    assessor = np.repeat(draw.integers(0, n_assessors, n_cases * 3), n_indicators)
    size = {name: np.sqrt(value) for name, value in zip(NAMES, astuple(truth), strict=True)}
    exact = (
        3
        + draw.normal(0, size["dyad"], n_dyads)[dyad]
        + draw.normal(0, size["dyad_indicator"], (n_dyads, n_indicators))[dyad, indicator]
        + draw.normal(0, size["case"], n_cases)[case]
        + draw.normal(0, size["case_indicator"], (n_cases, n_indicators))[case, indicator]
        + draw.normal(0, size["assessor"], n_assessors)[assessor]
        + draw.normal(0, size["residual"], len(case))
    )
    return Sample(dyad, case, assessor, indicator, np.rint(exact).astype(np.int64)), exact


def test_it_recovers_known_components() -> None:
    """In thousandths, so that rounding adds nothing; within four standard errors of dyads and assessors."""
    sample, exact = simulated()
    fine = replace(sample, score=np.rint(1000 * exact).astype(np.int64))
    found = moment_estimates(list(fine.factors().values()), fine.indicator, fine.score).variances / 1e6
    assert found == pytest.approx(astuple(TRUTH), rel=0.25)
    assert found[1] == pytest.approx(TRUTH.dyad_indicator, abs=0.03)
    assert found[3] == pytest.approx(TRUTH.case_indicator, abs=0.03)
    assert found[5] == pytest.approx(TRUTH.residual, abs=0.02)


def test_rounding_to_whole_scores_goes_into_the_residual() -> None:
    found = estimate(simulated()[0]).estimated
    assert found is not None
    assert found.residual == pytest.approx(TRUTH.residual + 1 / 12, abs=0.03)
    assert found.assessor == pytest.approx(TRUTH.assessor, rel=0.25)


ratings = st.lists(
    st.tuples(st.integers(1, 3), st.integers(1, 2), st.integers(1, 4), st.integers(0, 2), st.integers(1, 5)),
    min_size=1,
    max_size=25,
)


@settings(deadline=None)
@given(ratings)
def test_the_sparse_form_equals_the_matrices_in_full(rows: list[tuple[int, int, int, int, int]]) -> None:
    """``M_FF' = ||Z_F' Q Z_F'||_F^2`` and ``S_F = ||Z_F' e||^2``, and the solution satisfies them."""
    sample = Sample.of(rows)
    n = len(rows)
    indicator = np.unique(sample.indicator, return_inverse=True)[1]
    groups = [*sample.factors().values(), np.arange(n)]
    zs = [np.eye(of.max() + 1)[of] for of in groups]
    per = np.eye(indicator.max() + 1)[indicator]
    centring = np.eye(n) - per @ np.diag(1 / per.sum(axis=0)) @ per.T
    full = np.array([[np.sum((left.T @ centring @ right) ** 2) for right in zs] for left in zs])
    observed = np.array([np.sum((z.T @ centring @ sample.score) ** 2) for z in zs])
    result = moment_estimates(groups[:-1], indicator, sample.score)
    if np.diag(full).min() < 1e-9:
        assert result.smallest_eigenvalue == pytest.approx(0, abs=1e-9)
        return
    scale = 1 / np.sqrt(np.diag(full))
    scaled = full * np.outer(scale, scale)
    assert result.smallest_eigenvalue == pytest.approx(max(0, np.linalg.eigvalsh(scaled)[0]), abs=1e-9)
    assert (result.variances >= 0).all()
    # Non-negative least squares: no component can be moved, within what is allowed, to fit better.
    gradient = scaled @ (scaled @ (result.variances / scale) - observed * scale)
    inside = result.variances > 1e-9
    size = max(1.0, float(np.abs(observed * scale).max()))
    assert gradient[inside] == pytest.approx(np.zeros(inside.sum()), abs=1e-6 * size)
    assert (gradient >= -1e-6 * size).all()


def test_few_dyads_use_the_defaults_as_they_are() -> None:
    result = estimate(simulated(n_dyads=4)[0])
    assert (result.guard, result.components) == (FEW_DYADS, Components())
    assert result.estimated not in (None, Components())
    assert estimate(simulated(n_dyads=5)[0]).guard == ""


def test_components_that_cannot_be_told_apart_use_the_defaults() -> None:
    """One assessor and one case a dyad: dyads, cases and assessors are the same groups."""
    sample = simulated()[0]
    result = estimate(replace(sample, case=sample.dyad, assessor=sample.dyad))
    assert (result.guard, result.components) == (NOT_SEPARABLE, Components())
    assert result.estimated is None
    assert result.smallest_eigenvalue < 0.01


def test_no_ratings_use_the_defaults() -> None:
    result = estimate(Sample.of([]))
    assert (result.guard, result.estimated, result.components) == (FEW_DYADS, None, Components())
    assert set(result.groups.values()) == {0}


def test_estimates_are_drawn_towards_the_defaults() -> None:
    sample = simulated(n_dyads=6)[0]
    result, default = estimate(sample), Components()
    assert result.estimated is not None
    weight = 0.4 * (6 - 1)
    expected = (8 * default.dyad + weight * result.estimated.dyad) / (6 + weight)
    assert result.components.dyad == pytest.approx(expected)
    weight = 0.4 * (len(sample.score) - 1)
    expected = (8 * default.residual + weight * result.estimated.residual) / (6 + weight)
    assert result.components.residual == pytest.approx(expected)


def test_components_are_never_zero() -> None:
    """Scores that vary by nothing but the indicator leave what the defaults bring."""
    sample = simulated()[0]
    result = estimate(replace(sample, score=sample.indicator % 5 + 1))
    assert result.estimated is not None
    assert astuple(result.estimated) == pytest.approx([0] * 6, abs=1e-9)
    assert min(astuple(result.components)) > 0


def test_degrees_of_freedom_grow_with_dyads_and_assessors() -> None:
    assert degrees_of_freedom(1, 50) == 8
    assert degrees_of_freedom(21, 11) == 12
    codes = [f"F{number}" for number in range(12)]
    assert calibrate_level(codes, simulated(n_dyads=4)[0]).degrees_of_freedom == 8
    assert calibrate_level(codes, simulated(n_dyads=21)[0]).degrees_of_freedom == 8 + 0.4 * 20


def record(sample: Sample) -> Calibration:
    level = calibrate_level([f"F{number}" for number in range(12)], sample)
    return Calibration({"political": LevelCalibration(), "field": level})


SMALL = simulated(n_dyads=8)[0]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 1000), st.booleans())
def test_order_and_ids_change_nothing_in_the_record(seed: int, factor: int, backwards: bool) -> None:
    """To the last digit, not only in the digest: sums are whole numbers or added in an order of their own."""
    draw = np.random.default_rng(seed)
    order = draw.permutation(len(SMALL.score))
    dyads, assessors = draw.permutation(8), draw.permutation(120) * factor
    cases = (-1 if backwards else 1) * (np.arange(32) * factor + 7)
    other = Sample(
        dyads[SMALL.dyad][order],
        cases[SMALL.case][order],
        assessors[SMALL.assessor][order],
        SMALL.indicator[order],
        SMALL.score[order],
    )
    assert record(other) == record(SMALL)
    assert record(other).digest() == record(SMALL).digest()


def test_the_digest_tells_records_apart() -> None:
    changed = SMALL.score.copy()
    changed[0] = changed[0] % 5 + 1
    assert record(replace(SMALL, score=changed)).digest() != record(SMALL).digest()


def test_cases_of_different_dyads_may_have_the_same_name() -> None:
    within = replace(SMALL, case=SMALL.case % 4)
    assert estimate(within) == estimate(SMALL)


def test_records_of_earlier_methods_can_be_read() -> None:
    old = {
        "mu": {"F1": 3.5},
        "n_dyads": 3,
        "n_assessors": 2,
        "components": dict(zip(NAMES, astuple(Components()), strict=True)),
        "degrees_of_freedom": 8.0,
    }
    read = Calibration.from_dict({"levels": {"field": old}}).levels["field"]
    assert (read.mean_of("F1"), read.guard, read.estimated) == (3.5, "not_estimated", None)


def test_a_million_ratings_take_seconds() -> None:
    """Time of this process, so that others on the machine do not count; .8 s when it was written."""
    draw, n = np.random.default_rng(5), 1_000_000
    case = draw.integers(0, 16_000, n)
    sample = Sample(
        case // 8,
        case,
        draw.integers(0, 5_000, n),
        draw.integers(0, 30, n),
        draw.integers(1, 6, n),
    )
    start = time.process_time()
    calibrate_level([str(number) for number in range(30)], sample)
    assert time.process_time() - start < 4
