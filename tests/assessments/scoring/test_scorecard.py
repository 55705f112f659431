"""What is published and withheld, what figures rest on, and what must not change them."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.scoring.calibration import Calibration, calibrate
from assessments.scoring.inputs import Answer, DimensionShape, EngagementShape, FrameworkShape, IndicatorShape
from assessments.scoring.results import ScorecardResult
from assessments.scoring.scorecard import digest, p_above, score_dyad, share_band
from tests.assessments.scoring import reference

A = tuple(IndicatorShape(code) for code in ("A.1", "A.2", "A.3"))
B = (IndicatorShape("B.1"), IndicatorShape("B.2", 3.0))
FRAMEWORK = FrameworkShape(
    (
        DimensionShape("A", "field", 1.0, frozenset(), A),
        DimensionShape("B", "field", 1.0, frozenset({"hybrid"}), B),
        DimensionShape("X", "field", 1.0, frozenset(), (IndicatorShape("X.1", 1.0, evaluative=False),)),
    )
)
HYBRID = (EngagementShape(1, "hybrid"),)


def answer(indicator: str, score: int | None, **changes: Any) -> Answer:
    given = Answer(
        rating_id=1,
        case="1",
        engagement_id=1,
        assessor_id=1,
        indicator=indicator,
        score=score,
        non_score=None if score else "insufficient_evidence",
        conflict=False,
        confidence="high",
        has_evidence=True,
    )
    return replace(given, **changes)


def score(*answers: Answer, engagements: tuple[EngagementShape, ...] = HYBRID) -> ScorecardResult:
    return score_dyad(FRAMEWORK, answers, Calibration.default(), engagements)


def test_it_works() -> None:
    result = score(answer("A.1", 4), answer("A.2", 2), answer("B.2", 5))
    assert {code: figure.status for code, figure in result.figures().items()} == {
        "political": "not_assessed",
        "field": "published",
        "A": "published",
        "A.1": "published",
        "A.2": "published",
        "A.3": "not_assessed",
        "B": "published",
        "B.1": "not_assessed",
        "B.2": "published",
        "X": "descriptive",
        "X.1": "descriptive",
    }
    figures = result.figures()
    assert (figures["A"].weight, figures["A.1"].weight, figures["B.2"].weight) == (0.5, 0.5, 1.0)


def test_an_answer_to_an_unknown_indicator_is_refused() -> None:
    with pytest.raises(ValueError, match=r"no indicator Z\.9"):
        score(answer("Z.9", 3))


def test_nothing_answered_shows_no_number() -> None:
    figures = score().figures()
    assert {figure.score for figure in figures.values()} == {None}
    assert figures["field"].status == "not_assessed"


def test_a_dimension_under_two_thirds_is_withheld_and_says_what_is_missing() -> None:
    dimension = score(answer("A.1", 4), answer("A.2", None)).levels[1].dimensions[0]
    assert (dimension.status, dimension.score, dimension.upper) == ("insufficient_evidence", None, None)
    assert dimension.missing == ("A.2", "A.3")
    assert dimension.coverage == pytest.approx(1 / 3)


def test_a_dimension_that_does_not_apply_is_neither_missing_nor_scored() -> None:
    level = score(answer("A.1", 4), answer("A.2", 2), engagements=(EngagementShape(1, "support"),)).levels[1]
    assert level.dimensions[1].status == "not_applicable"
    assert (level.coverage, level.missing, level.score) == (1.0, (), level.dimensions[0].score)


def test_a_level_under_two_thirds_is_evidence_limited() -> None:
    level = score(answer("A.1", 4), answer("A.2", 2)).levels[1]
    assert (level.status, level.coverage) == ("published", 0.5)
    assert "evidence_limited" in level.badges


@pytest.mark.parametrize(
    ("answers", "badges"),
    [
        ([answer("A.1", 3)], ("single_assessment",)),
        ([answer("A.1", 3, assessor_id=n) for n in (1, 2)], ("provisional",)),
        ([answer("A.1", 3, assessor_id=n) for n in range(4)], ()),
        ([answer("A.1", 3, assessor_id=n) for n in range(5)], ("full",)),
        ([answer("A.1", 3, conflict=True)], ("single_assessment", "no_independent_rating")),
        ([answer("A.1", None)], ()),
    ],
)
def test_badges_say_what_a_figure_rests_on(answers: list[Answer], badges: tuple[str, ...]) -> None:
    assert score(*answers).figures()["A.1"].badges == badges


def test_bounds_take_missing_evidence_as_worst_and_best() -> None:
    indicator = (
        score(answer("A.1", 4), answer("A.1", 2), answer("A.1", None)).levels[1].dimensions[0].indicators[0]
    )
    assert indicator.bounds == pytest.approx((7 / 3, 11 / 3))
    assert indicator.coverage == pytest.approx(2 / 3)


def test_a_very_uneven_level_is_flagged_beside_its_geometric_mean() -> None:
    low = [answer(code, 1, assessor_id=n) for code in ("A.1", "A.2", "A.3") for n in range(20)]
    high = [answer(code, 5, assessor_id=n) for code in ("B.1", "B.2") for n in range(20)]
    level = score(*low, *high).levels[1]
    assert "uneven_profile" in level.badges
    assert level.weakest == "A"
    assert level.geometric_mean is not None
    assert level.score is not None
    assert level.geometric_mean < level.score - 0.25


def test_a_descriptive_indicator_has_a_position_and_no_influence() -> None:
    plain = score(answer("A.1", 4), answer("A.2", 2))
    with_motive = score(answer("A.1", 4), answer("A.2", 2), answer("X.1", 1), answer("X.1", 4))
    assert with_motive.levels[1].dimensions[2].indicators[0].position == 2.5
    assert with_motive.levels[1].score == plain.levels[1].score


def test_case_facts_need_confidence_and_evidence() -> None:
    result = score(
        answer("A.1", 1, confidence="low"),
        answer("A.1", 2, has_evidence=False),
        answer("A.1", 4, assessor_id=2),
        answer("A.2", 2, confidence="moderate"),
    )
    first, second = result.cases[0].indicators
    assert (first.lowest_supported, first.spread, first.scored_and_unscored) == (4, 3, False)
    assert (second.lowest_supported, second.spread, second.scored_and_unscored) == (2, None, None)


def test_one_assessor_does_not_disagree_with_themselves() -> None:
    (indicator,) = score(answer("A.1", 1), answer("A.1", 5), answer("A.1", None)).cases[0].indicators
    assert (indicator.spread, indicator.scored_and_unscored) == (None, None)


def test_comparing_two_dyads() -> None:
    high = score(answer("A.1", 5), answer("A.2", 5)).figures()["A"]
    low = score(answer("A.1", 1), answer("A.2", 1)).figures()["A"]
    probability = p_above(high, low)
    assert probability is not None
    assert probability > 0.9
    assert not share_band(probability)
    same = p_above(high, high)
    assert same == 0.5
    assert share_band(same)
    assert p_above(high, score().figures()["A"]) is None


def test_it_survives_json() -> None:
    for dyad in reference.DYADS:
        result = reference.scorecard(dyad)
        assert ScorecardResult.from_dict(result.to_dict()) == result
    calibration = reference.calibration()
    assert Calibration.from_dict(calibration.to_dict()) == calibration


def test_ratings_in_conflict_do_not_calibrate() -> None:
    pairs = [(1, answer("A.1", 5)), (2, answer("A.1", 3))]
    biased = [*pairs, (3, answer("A.1", 1, conflict=True, assessor_id=9))]
    assert calibrate(FRAMEWORK, biased) == calibrate(FRAMEWORK, pairs)
    field = calibrate(FRAMEWORK, pairs).levels["field"]
    assert (field.mu["A.1"], field.mu["A.2"], field.n_dyads, field.n_assessors) == (4.0, 4.0, 2, 1)


def test_calibration_without_data_is_neutral() -> None:
    field = calibrate(FRAMEWORK, []).levels["field"]
    assert (set(field.mu.values()), field.n_dyads, field.n_assessors) == ({3.0}, 1, 1)


CODES = ("A.1", "A.2", "A.3", "B.1", "B.2", "X.1")
drawn = st.lists(
    st.builds(
        lambda code, given, case, assessor, conflict: answer(
            code, given, case=str(case), engagement_id=case, assessor_id=assessor, conflict=conflict
        ),
        st.sampled_from(CODES),
        st.none() | st.integers(1, 5),
        st.integers(1, 3),
        st.integers(1, 4),
        st.booleans(),
    ),
    min_size=1,
    max_size=40,
)


@settings(max_examples=50, deadline=None)
@given(drawn, st.randoms(use_true_random=False))
def test_order_and_ids_change_nothing(answers: list[Answer], random: Any) -> None:
    renamed = [
        replace(
            a,
            rating_id=99 - n,
            case=f"z{-int(a.case)}",
            assessor_id=50 - a.assessor_id,
            engagement_id=9 - int(a.case),
        )
        for n, a in enumerate(answers)
    ]
    random.shuffle(renamed)
    assert digest(score(*renamed)) == digest(score(*answers))


@settings(max_examples=50, deadline=None)
@given(drawn)
def test_a_changed_score_changes_the_digest(answers: list[Answer]) -> None:
    more = [*answers, answer("A.1", 5, case="other", engagement_id=4)]
    assert digest(score(*more)) != digest(score(*answers))


@settings(max_examples=50, deadline=None)
@given(drawn)
def test_not_applicable_changes_no_figure(answers: list[Answer]) -> None:
    asked = answers[0].indicator
    more = [*answers, answer(asked, None, non_score="not_applicable", rating_id=7, case="9", engagement_id=9)]
    before, after = score(*answers).figures(), score(*more).figures()
    assert {
        code: replace(figure, n_not_applicable=0) for code, figure in after.items() if figure.code == asked
    } == {asked: before[asked]}
    assert [(f.score, f.lower, f.upper, f.status) for f in after.values()] == [
        (f.score, f.lower, f.upper, f.status) for f in before.values()
    ]


@settings(max_examples=50, deadline=None)
@given(drawn)
def test_weighted_parts_add_up_to_the_whole(answers: list[Answer]) -> None:
    level = score(*answers).levels[1]
    wholes: list[tuple[Any, Any]] = [(level, level.dimensions)]
    wholes += [(dimension, dimension.indicators) for dimension in level.dimensions]
    for whole, parts in wholes:
        clipped = any(part.score in (1.0, 5.0) for part in parts)
        if whole.score is not None and not clipped:
            total = sum(part.weight * part.score for part in parts if part.weight)
            assert total == pytest.approx(whole.score, abs=1e-12)


@settings(max_examples=50, deadline=None)
@given(drawn)
def test_every_figure_lies_on_the_scale(answers: list[Answer]) -> None:
    for figure in score(*answers).figures().values():
        if figure.score is not None:
            assert figure.lower is not None
            assert figure.upper is not None
            assert 1 <= figure.lower < figure.upper <= 5
            assert 1 <= figure.score <= 5
