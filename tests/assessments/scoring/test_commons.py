"""Scores on the indicators that figures have in common, by hand; and which indicators that are."""

import pytest

from assessments.scoring.calibration import LevelCalibration
from assessments.scoring.commons import basis, common_weights
from assessments.scoring.estimates import estimates
from assessments.scoring.inputs import Answer, DimensionShape, EngagementShape, FrameworkShape, IndicatorShape
from assessments.scoring.intervals import inflation
from assessments.scoring.results import LevelResult
from assessments.scoring.scorecard import score_level
from tests.assessments.scoring.test_scorecard import answer

A = DimensionShape("A", "field", 1.0, frozenset(), (IndicatorShape("A.1", 2.0), IndicatorShape("A.2", 1.0)))
B = DimensionShape("B", "field", 3.0, frozenset(), (IndicatorShape("B.1"), IndicatorShape("B.2")))
FRAMEWORK = FrameworkShape((A, B))
# The seven ratings of the method's reference posterior, as (case, assessor, indicator, score).
SEVEN = [(0, 0, 0, 4), (0, 0, 1, 3), (0, 1, 0, 5), (0, 1, 1, 4), (1, 0, 0, 3), (1, 2, 0, 4), (1, 2, 1, 2)]
CALIBRATION = LevelCalibration(mu={"A.1": 3.0, "A.2": 3.2}, n_dyads=20, n_assessors=15)
ENGAGEMENTS = (EngagementShape(1, "hybrid"),)


def seven() -> list[Answer]:
    return [
        answer(f"A.{indicator + 1}", score, case=str(case), assessor_id=assessor, rating_id=number)
        for number, (case, assessor, indicator, score) in enumerate(SEVEN, 1)
    ]


def level(*answers: Answer) -> LevelResult:
    return score_level(
        "field",
        FRAMEWORK.dimensions,
        answers,
        ["hybrid"],
        lambda given, weights: estimates(given, weights, CALIBRATION),
    )


def test_a_dimension_on_the_common_indicator_has_that_indicators_posterior() -> None:
    """One dyad has both indicators, the other the first alone: what is common is the first, at weight 1."""
    both, first = level(*seven()), level(answer("A.1", 4))
    weights = common_weights(FRAMEWORK.dimensions, [both, first])
    assert weights["A"] == {"A.1": 1.0}
    common = estimates(seven(), weights, CALIBRATION)["A"]
    assert common.score == pytest.approx(3.62778023, abs=1e-8)
    assert common.variance == pytest.approx(0.19993572 * inflation(8), abs=1e-7)
    own = both.dimensions[0]
    assert own.score == pytest.approx((2 * 3.62778023 + 3.10913850) / 3, abs=1e-8)


def test_the_basis_of_a_figure_are_the_weights_that_it_was_computed_with() -> None:
    result = level(answer("A.1", 4), answer("B.1", 2), answer("B.2", 3))
    assert basis(result)["B"] == {"B.1": 0.5, "B.2": 0.5}
    assert basis(result)["field"] == pytest.approx({"A.1": 0.25, "B.1": 0.375, "B.2": 0.375})


def test_a_level_on_common_indicators_keeps_the_weights_of_the_dimensions() -> None:
    one = level(*seven(), answer("B.1", 2), answer("B.2", 3))
    other = level(answer("A.1", 4), answer("B.1", 2), answer("B.2", 3))
    weights = common_weights(FRAMEWORK.dimensions, [one, other])
    assert weights["field"] == pytest.approx({"A.1": 0.25, "B.1": 0.375, "B.2": 0.375})


def test_withheld_figures_narrow_nothing_down() -> None:
    weights = common_weights(FRAMEWORK.dimensions, [level(*seven()), level(answer("A.2", 4))])
    assert weights["A"] == pytest.approx({"A.1": 2 / 3, "A.2": 1 / 3})


def test_nothing_in_common_is_left_out() -> None:
    shapes = (DimensionShape("A", "field", 1.0, frozenset(), (IndicatorShape("A.1"), IndicatorShape("A.2"))),)
    results = [
        score_level("field", shapes, [answer(*given)], [], lambda a, w: estimates(a, w, CALIBRATION))
        for given in (("A.1", 4), ("A.2", 3))
    ]
    assert common_weights(shapes, results) == {}
    assert common_weights(shapes, []) == {}
