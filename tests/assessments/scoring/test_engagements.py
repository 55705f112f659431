"""Engagements one by one against a dense model with every effect written out, and pooled by arrangement."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.scoring.calibration import LevelCalibration
from assessments.scoring.engagements import ScoredEngagement, fit_cases, score_engagements
from assessments.scoring.inputs import Answer, DimensionShape, EngagementShape, FrameworkShape, IndicatorShape
from assessments.scoring.intervals import inflation
from assessments.scoring.pooling import p_pool_above, pool, pooled_level
from assessments.scoring.results import LevelResult
from assessments.scoring.tier_a import CONFLICT_VARIANCE, prior_covariance
from tests.assessments.scoring import reference
from tests.assessments.scoring.test_scorecard import answer

A = tuple(IndicatorShape(code) for code in ("A.1", "A.2"))
FRAMEWORK = FrameworkShape(
    (
        DimensionShape("A", "field", 1.0, frozenset(), A),
        DimensionShape("B", "field", 1.0, frozenset({"hybrid"}), (IndicatorShape("B.1"),)),
    )
)
CALIBRATION = LevelCalibration(mu={"A.1": 3.0, "A.2": 3.2, "B.1": 2.5}, n_dyads=20, n_assessors=15)
CODES = ["A.1", "A.2", "B.1"]
ratings = st.lists(
    st.tuples(st.integers(1, 3), st.integers(0, 3), st.sampled_from(CODES), st.integers(1, 5), st.booleans()),
    min_size=1,
    max_size=14,
    unique_by=lambda row: row[:3],
)


def of(engagement: int, indicator: str, score: int | None, **changes: Any) -> Answer:
    return answer(indicator, score, case=f"engagement:{engagement}", engagement_id=engagement, **changes)


def answers_of(rows: Sequence[tuple[int, int, str, int, bool]]) -> list[Answer]:
    return [
        of(engagement, code, score, assessor_id=assessor, conflict=conflict, rating_id=number)
        for number, (engagement, assessor, code, score, conflict) in enumerate(rows, 1)
    ]


def dense(rows: Sequence[tuple[int, int, str, int, bool]]) -> dict[tuple[str, str], tuple[float, float]]:
    """Mean and variance of theta + C + H by case and indicator: every effect a column of one system."""
    parts = CALIBRATION.components
    codes = sorted({row[2] for row in rows})
    cases, assessors = sorted({row[0] for row in rows}), sorted({row[1] for row in rows})
    groups = sorted({(row[0], row[2]) for row in rows})
    sizes = [len(codes), len(cases), len(groups), len(assessors), 1]
    starts = np.cumsum([0, *sizes])
    prior = np.zeros((starts[-1], starts[-1]))
    prior[: sizes[0], : sizes[0]] = prior_covariance(len(codes), CALIBRATION)
    variances = (None, parts.case, parts.case_indicator, parts.assessor, CONFLICT_VARIANCE)
    for start, size, variance in zip(starts[1:-1], sizes[1:], variances[1:], strict=True):
        prior[start : start + size, start : start + size] = np.eye(size) * variance
    design = np.zeros((len(rows), starts[-1]))
    deviations = np.zeros(len(rows))
    for line, (case, assessor, code, score, conflict) in enumerate(rows):
        design[line, codes.index(code)] = 1
        design[line, starts[1] + cases.index(case)] = 1
        design[line, starts[2] + groups.index((case, code))] = 1
        design[line, starts[3] + assessors.index(assessor)] = 1
        design[line, starts[4]] = conflict
        deviations[line] = score - CALIBRATION.mean_of(code)
    gain = prior @ design.T @ np.linalg.inv(design @ prior @ design.T + parts.residual * np.eye(len(rows)))
    mean, covariance = gain @ deviations, prior - gain @ design @ prior
    found = {}
    for case, code in groups:
        row = np.zeros(starts[-1])
        row[codes.index(code)] = row[starts[1] + cases.index(case)] = 1
        row[starts[2] + groups.index((case, code))] = 1
        key = (f"engagement:{case}", code)
        found[key] = (CALIBRATION.mean_of(code) + row @ mean, row @ covariance @ row)
    return found


@given(ratings)
@settings(max_examples=40, deadline=None)
def test_a_case_has_the_posterior_of_the_dense_model(rows: list[tuple[int, int, str, int, bool]]) -> None:
    fit = fit_cases(answers_of(rows), CODES, CALIBRATION)
    expected = dense(rows)
    assert fit.position.keys() == expected.keys()
    for key, (mean, variance) in expected.items():
        place = fit.position[key]
        assert fit.mean[place] == pytest.approx(mean, abs=1e-8)
        inflated = variance * inflation(CALIBRATION.degrees_of_freedom)
        assert fit.covariance[place, place] == pytest.approx(inflated, abs=1e-8)


def scored(
    rows: Sequence[tuple[int, int, str, int, bool]], arrangement: str = "hybrid"
) -> list[ScoredEngagement]:
    shapes = [EngagementShape(number, arrangement) for number in (1, 2, 3)]
    return score_engagements(FRAMEWORK, answers_of(rows), CALIBRATION, shapes)


@given(ratings, st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_order_changes_no_pooled_figure(rows: list[tuple[int, int, str, int, bool]], random: Any) -> None:
    shuffled = random.sample(rows, len(rows))
    engagements, others = scored(rows), scored(shuffled)
    one, other = pooled_level(engagements), pooled_level(random.sample(others, len(others)))
    assert figures(one) == [
        (code, status, pytest.approx(score), pytest.approx(variance))
        for code, status, score, variance in figures(other)
    ]


@given(ratings)
@settings(max_examples=30, deadline=None)
def test_one_engagement_equals_its_own_figures(rows: list[tuple[int, int, str, int, bool]]) -> None:
    for engagement in scored(rows):
        own = [
            (code, status, pytest.approx(score), pytest.approx(variance))
            for code, status, score, variance in figures(engagement.level)
        ]
        assert figures(pooled_level([engagement])) == own


def figures(level: LevelResult) -> list[tuple[Any, ...]]:
    inside = [*level.dimensions, *(i for d in level.dimensions for i in d.indicators)]
    return [(f.code, f.status, f.score, f.variance) for f in (level, *inside)]


def test_two_engagements_of_two_dyads_are_pooled_as_independent() -> None:
    (one,) = scored([(1, 0, "A.1", 5, False), (1, 0, "A.2", 4, False)])
    (other,) = scored([(2, 1, "A.1", 2, False), (2, 1, "A.2", 2, False)])
    both = pooled_level([one, other]).dimensions[0]
    parts = [e.level.dimensions[0] for e in (one, other)]
    assert both.score == pytest.approx(sum(part.score or 0 for part in parts) / 2)
    assert both.variance == pytest.approx(sum(part.variance or 0 for part in parts) / 4)
    assert (both.n_engagements, both.n_assessors, both.badges) == (2, 2, ("provisional",))


def test_what_engagements_share_about_their_dyad_widens_their_mean_and_cancels_in_their_difference() -> None:
    one, other = scored([(1, 0, "A.1", 5, False), (2, 1, "A.1", 2, False)])
    pools = [pool([engagement], "A.1") for engagement in (one, other)]
    together = pool([one, other], "A.1")
    assert pools[0]
    assert pools[1]
    assert together
    independent = (pools[0].variance + pools[1].variance) / 4
    assert together.variance > independent
    assert pools[0].less(pools[1]).variance < 4 * independent


def test_arrangements_are_compared_from_two_engagements_on() -> None:
    high = scored([(1, 0, "A.1", 5, False), (2, 1, "A.1", 5, False)])
    low = scored([(1, 2, "A.1", 1, False), (2, 3, "A.1", 1, False)], "parallel")
    above = p_pool_above(pool(high, "A.1"), pool(low, "A.1"))
    assert above is not None
    assert above > 0.9
    assert p_pool_above(pool(low, "A.1"), pool(high, "A.1")) == pytest.approx(1 - above)
    assert p_pool_above(pool(high[:1], "A.1"), pool(low, "A.1")) is None
    assert p_pool_above(pool(high, "B.1"), pool(low, "A.1")) is None
    assert "single_engagement" in pooled_level(high[:1]).dimensions[0].indicators[0].badges
    assert "single_engagement" not in pooled_level(high).dimensions[0].indicators[0].badges


def test_what_applies_to_no_engagement_of_an_arrangement_is_not_applicable() -> None:
    level = pooled_level(scored([(1, 0, "A.1", 3, False), (1, 0, "A.2", 3, False)], "parallel"))
    assert [d.status for d in level.dimensions] == ["published", "not_applicable"]


def test_only_unscored_answers_are_insufficient_evidence() -> None:
    given = [of(1, "A.1", None), of(1, "A.2", None)]
    (engagement,) = score_engagements(FRAMEWORK, given, CALIBRATION, [EngagementShape(1, "parallel")])
    assert pooled_level([engagement]).dimensions[0].status == "insufficient_evidence"
    assert pool([engagement], "A") is None


def test_the_reference_cases_by_arrangement() -> None:
    calibration = reference.calibration().levels["field"]
    found = [
        engagement
        for dyad in reference.DYADS
        for engagement in score_engagements(
            reference.framework(), reference.answers(dyad), calibration, reference.engagements(dyad)
        )
    ]
    counts = {
        a: sum(e.arrangement == a for e in found) for a in ("sequential", "hybrid", "bridging", "support")
    }
    assert counts == {"sequential": 2, "hybrid": 1, "bridging": 1, "support": 1}
    command = {a: pool([e for e in found if e.arrangement == a], "F3") for a in counts}
    sequential, hybrid = command["sequential"], command["hybrid"]
    assert sequential
    assert hybrid
    assert hybrid.mean < sequential.mean
    assert p_pool_above(sequential, hybrid) is None
    assert command["support"] is None
