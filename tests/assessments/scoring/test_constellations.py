"""Means and weakest links of several dyads."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.scoring.bands import bands
from assessments.scoring.constellations import together, weakest
from assessments.scoring.results import Figure
from tests.assessments.scoring.reference import DYADS, scorecard

PUBLISHED = Figure(
    code="P",
    status="published",
    weight=1.0,
    score=3.0,
    lower=2.0,
    upper=4.0,
    variance=0.2,
    p_below_3=0.5,
    p_above_3_5=0.2,
    coverage=1.0,
    n_ratings=2,
    n_insufficient=0,
    n_not_applicable=0,
    n_engagements=1,
    n_assessors=2,
    badges=(),
    rating_ids=(1,),
)


def figure(score: float | None, variance: float = 0.2, **changes: Any) -> Figure:
    if score is None:
        return replace(PUBLISHED, status="insufficient_evidence", score=None, variance=None)
    return replace(PUBLISHED, score=score, variance=variance, **changes)


scores = st.one_of(st.none(), st.floats(1, 5))
members = st.lists(
    st.one_of(st.none(), st.builds(figure, scores, st.floats(0.01, 1))), min_size=1, max_size=6
)


@given(members, st.randoms(use_true_random=False))
def test_order_changes_nothing(figures: list[Figure | None], random: Any) -> None:
    places = random.sample(range(len(figures)), len(figures))
    one, other = together(figures), together([figures[place] for place in places])
    assert (one.status, one.n_dyads, one.coverage, one.badges) == (
        other.status,
        other.n_dyads,
        other.coverage,
        other.badges,
    )
    assert one.estimate.score == pytest.approx(other.estimate.score)
    assert one.estimate.variance == pytest.approx(other.estimate.variance)
    lowest = {figures[index].score for index in one.weakest[:1]}  # type: ignore[union-attr]
    assert lowest == {figures[places[index]].score for index in other.weakest[:1]}


@given(st.floats(1, 5), st.floats(0.01, 1))
def test_one_member_equals_its_own_figure(score: float, variance: float) -> None:
    found = together([figure(score, variance)])
    assert found.estimate.score == pytest.approx(score)
    assert found.estimate.variance == pytest.approx(variance)
    assert found.weakest == ()


def test_the_mean_has_the_variance_of_independent_scores() -> None:
    found = together([figure(4, 0.2), figure(2, 0.4), None])
    assert (found.status, found.n_dyads, found.badges) == ("published", 2, ())
    assert found.estimate.score == pytest.approx(3)
    assert found.estimate.variance == pytest.approx(0.15)


@pytest.mark.parametrize(
    ("known", "of", "status", "badges"),
    [
        (1, 3, "insufficient_evidence", ()),
        (2, 3, "published", ()),
        (2, 6, "insufficient_evidence", ()),
        (3, 6, "published", ("evidence_limited",)),
        (4, 6, "published", ()),
        (0, 3, "not_assessed", ()),
    ],
)
def test_half_of_the_dyads_are_needed(known: int, of: int, status: str, badges: tuple[str, ...]) -> None:
    found = together([figure(3)] * known + [None] * (of - known))
    assert (found.status, found.badges) == (status, badges)
    assert (found.estimate.score is None) == (status != "published")


def test_the_weakest_link_names_those_that_are_not_told_apart_from_it() -> None:
    assert weakest([figure(4.5), figure(2.0), None, figure(2.2), figure(None)]) == (1, 3)
    assert weakest([figure(4.5), figure(2.0)]) == (1,)
    assert weakest([figure(4.5), None]) == ()


def test_the_reference_cases_as_a_constellation() -> None:
    """UN, EU and NATO: the third dyad is not recorded."""
    political = [scorecard(dyad).levels[0] for dyad in DYADS[:2]]
    found = together([*political, None])
    assert round(found.estimate.score or 0, 2) == 3.49
    assert (found.n_dyads, found.weakest) == (2, (1,))


def test_bands_need_two_figures_and_know_no_single_assessment() -> None:
    single = figure(5, badges=("single_assessment",))
    assert bands([figure(4), None, figure(None)]) == [None, None, None]
    assert bands([figure(4.8), single, figure(2), figure(2.1)]) == [1, None, 2, 2]
    assert bands([]) == []
