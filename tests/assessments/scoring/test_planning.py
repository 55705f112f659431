"""Which engagements compare with one that is planned, and what stands out of them."""

from dataclasses import replace

from assessments.scoring.calibration import Calibration
from assessments.scoring.inputs import EngagementShape
from assessments.scoring.planning import Candidate, comparable, extremes
from assessments.scoring.scorecard import score_dyad
from tests.assessments.scoring.test_scorecard import FRAMEWORK, answer

KNOWN = [
    Candidate(1, 10, "hybrid"),
    Candidate(2, 10, "support"),
    Candidate(3, 20, "hybrid"),
    Candidate(4, 20, "support"),
    Candidate(5, 30, "parallel"),
]


def test_the_same_arrangement_comes_first_and_is_what_figures_rest_on() -> None:
    found = comparable(KNOWN, 10, "hybrid")
    assert (found.own, found.others, found.other_arrangements) == (
        frozenset({1}),
        frozenset({3}),
        frozenset({2}),
    )
    assert found.basis == found.same_arrangement == {1, 3}


def test_without_the_arrangement_figures_rest_on_what_the_dyad_has_done() -> None:
    found = comparable(KNOWN, 10, "bridging")
    assert (found.same_arrangement, found.basis) == (frozenset(), frozenset({1, 2}))


def test_a_pair_that_is_not_recorded_learns_from_others_of_the_arrangement_only() -> None:
    assert comparable(KNOWN, None, "support").basis == {2, 4}
    assert comparable(KNOWN, None, "bridging").basis == frozenset()
    assert comparable([], 10, "hybrid").basis == frozenset()


def test_strong_and_weak_are_told_apart_and_ordered_by_how_probable_they_are() -> None:
    answers = [
        *(answer("A.1", 5, assessor_id=n) for n in range(4)),
        *(answer("A.2", 4, assessor_id=n) for n in range(4)),
        *(answer("A.3", 1, assessor_id=n) for n in range(4)),
        *(answer("B.1", 2, assessor_id=n) for n in range(4)),
        answer("B.2", None),
    ]
    level = score_dyad(FRAMEWORK, answers, Calibration.default(), [EngagementShape(1, "hybrid")]).levels[1]
    found = extremes(level)
    assert [figure.code for figure in found.strongest] == ["A.1", "A.2"]
    assert [figure.code for figure in found.weakest] == ["A.3", "B.1"]
    assert [figure.code for figure in extremes(level, shown=1).weakest] == ["A.3"]
    assert all(figure.published for figure in found.strongest + found.weakest)


def test_nothing_stands_out_of_nothing() -> None:
    level = score_dyad(FRAMEWORK, [], Calibration.default(), []).levels[1]
    assert (extremes(level).strongest, extremes(level).weakest) == ((), ())


def test_what_is_probably_neither_stands_out_as_neither() -> None:
    level = score_dyad(FRAMEWORK, [answer("A.1", 3)], Calibration.default(), []).levels[1]
    even = replace(level.dimensions[0].indicators[0], p_below_3=0.4, p_above_3_5=0.4)
    dimension = replace(level.dimensions[0], indicators=(even,))
    found = extremes(replace(level, dimensions=(dimension,)))
    assert (found.strongest, found.weakest) == ((), ())
