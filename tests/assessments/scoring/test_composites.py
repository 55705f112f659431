"""Weights, missing data and the geometric mean against published and hand-made figures."""

from collections.abc import Mapping

import pytest

from assessments.scoring import composites

EQUAL = {"a": 1.0, "b": 1.0, "c": 1.0}


def mean(scores: Mapping[str, float], weights: Mapping[str, float]) -> float | None:
    with_data = list(scores)
    if not composites.reaches(composites.coverage(weights, with_data), composites.DIMENSION_THRESHOLD):
        return None
    return sum(scores[code] * share for code, share in composites.shares(weights, with_data).items())


@pytest.mark.parametrize(
    ("scores", "expected"),
    [({"a": 1, "b": 3, "c": 1}, 1.6667), ({"a": 2}, None), ({"a": 3, "c": 1}, 2)],
)
def test_a_dimension_needs_two_thirds_of_its_weight(scores: dict[str, float], expected: float | None) -> None:
    assert mean(scores, EQUAL) == (None if expected is None else pytest.approx(expected, abs=5e-5))


@pytest.mark.parametrize(("weights", "expected"), [((1, 1, 1), 1.8171), ((1, 1, 2), 2.0598)])
def test_geometric_mean(weights: tuple[float, ...], expected: float) -> None:
    scores = {"a": 1.0, "b": 2.0, "c": 3.0}
    named = dict(zip("abc", map(float, weights), strict=True))
    assert composites.geometric_mean(scores, named) == pytest.approx(expected, abs=5e-5)


def test_a_weighted_mean_over_what_is_there() -> None:
    weights = {"a": 1.0, "b": 2.0, "c": 1.0}
    assert mean({"a": 2.0, "b": 5.0}, weights) == pytest.approx(4.0)
    assert mean({"a": 2.0, "c": 5.0}, weights) is None


def test_nothing_applicable_has_no_coverage() -> None:
    assert composites.coverage({}, []) is None
    assert not composites.reaches(None, 0.5)


def test_uneven_profile() -> None:
    assert composites.is_uneven(3.0, 2.7)
    assert not composites.is_uneven(3.0, 2.8)


def test_published_composite_with_unequal_weights() -> None:
    """The Human Development Index of Turkey as worked out in UNDP's report of 2007/2008, technical note 1."""
    education = mean({"literacy": 0.874, "enrolment": 0.687}, {"literacy": 2.0, "enrolment": 1.0})
    assert education == pytest.approx(0.812, abs=5e-4)
    index = mean(
        {"life": 0.773, "education": education or 0, "income": 0.740},
        dict.fromkeys(("life", "education", "income"), 1.0),
    )
    assert index == pytest.approx(0.775, abs=5e-4)
