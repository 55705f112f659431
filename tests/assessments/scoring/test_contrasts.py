"""Parts of a dyad's answers side by side, and what else a scorecard says beside its scores."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.scoring.calibration import Calibration
from assessments.scoring.contrasts import contrasts
from assessments.scoring.details import with_details
from assessments.scoring.inputs import Answer, EngagementShape
from assessments.scoring.intervals import NORMAL_95, p_greater
from assessments.scoring.results import Contrast, Figure, Portion, ScorecardResult
from assessments.scoring.scorecard import digest, score_dyad
from tests.assessments.scoring import reference
from tests.assessments.scoring.test_scorecard import CODES, FRAMEWORK, HYBRID, answer, score

CALIBRATION = Calibration.default()
NEXT = EngagementShape(2, "hybrid")


def of_field(kind: str, *answers: Answer, engagements: Any = HYBRID) -> Contrast | None:
    found = contrasts(FRAMEWORK, answers, CALIBRATION, engagements)
    return next((c for c in found if (c.kind, c.level) == (kind, "field")), None)


def rated(score_given: int | None, codes: tuple[str, ...] = ("A.1", "A.2"), **changes: Any) -> list[Answer]:
    return [answer(code, score_given, **changes) for code in codes]


def on_side(
    side: str, score_given: int, codes: tuple[str, ...] = ("A.1", "A.2"), **changes: Any
) -> list[Answer]:
    return rated(score_given, codes, side=side, conflict=bool(side), **changes)


def portion(contrast: Contrast, part: str, code: str = "field") -> Portion:
    (found,) = [p for p in contrast.parts if p.name == part]
    return next(figure for figure in found.figures if figure.code == code)


def same(shown: Portion, figure: Figure) -> bool:
    return shown == Portion.of(figure)


class TestConflict:
    def test_there_is_none_where_nobody_is_in_conflict(self) -> None:
        assert of_field("conflict", *rated(3)) is None

    def test_the_one_part_is_the_scorecard_and_the_other_the_scorecard_without_them(self) -> None:
        independent, own = rated(2), on_side("first", 5, assessor_id=2)
        contrast = of_field("conflict", *independent, *own)
        assert contrast is not None
        whole, rest = score(*independent, *own).levels[1], score(*independent).levels[1]
        assert same(portion(contrast, "all"), whole)
        assert same(portion(contrast, "without"), rest)
        assert same(portion(contrast, "without", "A"), rest.dimensions[0])
        (of_level,) = [d for d in contrast.differences if d.code == "field"]
        assert of_level.value == pytest.approx((whole.score or 0) - (rest.score or 0))
        assert of_level.value > 0
        assert (of_level.lower, of_level.p_positive) == (None, None)

    def test_without_them_nothing_may_be_left(self) -> None:
        contrast = of_field("conflict", *on_side("second", 4))
        assert contrast is not None
        assert portion(contrast, "without").status == "not_assessed"
        assert contrast.differences == ()


class TestPerception:
    def test_there_is_none_where_neither_side_has_assessed(self) -> None:
        assert of_field("perception", *rated(3)) is None

    def test_sides_are_scored_apart_and_without_the_term_for_conflict(self) -> None:
        first, second = on_side("first", 5, assessor_id=2), on_side("second", 2, assessor_id=3)
        contrast = of_field("perception", *first, *second, *rated(3))
        assert contrast is not None
        one, other = (
            score(*(replace(a, conflict=False) for a in side)).levels[1] for side in (first, second)
        )
        assert same(portion(contrast, "first"), one)
        assert same(portion(contrast, "second"), other)
        assert same(portion(contrast, "independent"), score(*rated(3)).levels[1])
        of_level = contrast.differences[0]
        assert (one.score, other.score, one.variance, other.variance) != (None,) * 4
        assert of_level.value == pytest.approx((one.score or 0) - (other.score or 0))
        variance = (one.variance or 0) + (other.variance or 0)
        assert of_level.lower == pytest.approx(of_level.value - NORMAL_95 * variance**0.5)
        assert of_level.upper == pytest.approx(of_level.value + NORMAL_95 * variance**0.5)
        expected = p_greater(one.score or 0, one.variance or 0, other.score or 0, other.variance or 0)
        assert of_level.p_positive == pytest.approx(expected)
        assert expected > 0.9

    def test_they_are_compared_on_what_both_have_scored(self) -> None:
        first = on_side("first", 3, ("A.1", "A.2", "A.3"), assessor_id=2)
        contrast = of_field("perception", *first, *on_side("second", 3, assessor_id=3))
        assert contrast is not None
        assert contrast.indicators == ("A.1", "A.2")
        assert portion(contrast, "first").n_ratings == 2
        assert contrast.differences[0].value == pytest.approx(0)
        assert contrast.differences[0].p_positive == pytest.approx(0.5)

    def test_too_little_on_one_side_gives_no_difference(self) -> None:
        contrast = of_field(
            "perception", *on_side("first", 5), *on_side("second", 2, ("A.1",), assessor_id=3)
        )
        assert contrast is not None
        assert portion(contrast, "second").status == "insufficient_evidence"
        assert contrast.differences == ()

    def test_a_side_without_assessors_leaves_the_other_as_it_is(self) -> None:
        contrast = of_field("perception", *on_side("second", 4))
        assert contrast is not None
        assert portion(contrast, "first").status == "not_assessed"
        assert portion(contrast, "second").published
        assert contrast.differences == ()


class TestTrend:
    def test_there_is_none_within_one_year(self) -> None:
        assert of_field("trend", *rated(3, year=2003), *rated(3, year=2003, assessor_id=2)) is None
        assert of_field("trend", *rated(3)) is None

    def test_the_newer_half_is_compared_with_the_older(self) -> None:
        early = [a for n in (1, 2) for a in rated(2, year=2002 + n, case="1", assessor_id=n)]
        late = rated(5, year=2006, case="2", engagement_id=2, assessor_id=3)
        contrast = of_field("trend", *early, *late, engagements=(*HYBRID, NEXT))
        assert contrast is not None
        assert [(part.name, part.years) for part in contrast.parts] == [
            ("earlier", (2003, 2004)),
            ("later", (2006, 2006)),
        ]
        assert same(portion(contrast, "later"), score(*late, engagements=(NEXT,)).levels[1])
        assert contrast.differences[0].value > 0
        assert (contrast.differences[0].p_positive or 0) > 0.8

    @pytest.mark.parametrize(
        ("years", "cut"),
        [((2001, 2002), 2002), ((2001, 2002, 2002, 2002), 2002), ((2001, 2001, 2001, 2005, 2006), 2005)],
    )
    def test_years_stay_whole_and_halves_as_equal_as_they_can(self, years: tuple[int, ...], cut: int) -> None:
        answers = [a for n, year in enumerate(years) for a in rated(3, year=year, assessor_id=n)]
        contrast = of_field("trend", *answers)
        assert contrast is not None
        assert contrast.parts[1].years == (cut, max(years))


class TestDetails:
    def test_agreement_is_given_where_assessors_can_be_compared(self) -> None:
        answers = [*rated(2), *rated(4, ("A.1",), assessor_id=2)]
        result = detailed(answers)
        assert set(result.agreements) == {"A.1"}
        assert (result.agreements["A.1"].n_units, result.agreements["A.1"].n_assessors) == (1, 2)

    def test_answers_are_counted_by_score(self) -> None:
        result = detailed([*rated(2), *rated(4, assessor_id=2), *rated(None, assessor_id=3)])
        indicator = result.levels[1].dimensions[0].indicators[0]
        assert indicator.distribution == (0, 1, 0, 1, 0)
        assert result.cases[0].indicators[0].distribution == (0, 1, 0, 1, 0)

    def test_a_case_has_the_level_that_its_engagement_has_in_the_comparison(self) -> None:
        answers = [*rated(2), *rated(5, case="2", engagement_id=2)]
        low, high = (case.figure for case in detailed(answers).case_levels)
        field = score(*answers, engagements=(*HYBRID, NEXT)).levels[1].score
        assert low.score is not None
        assert high.score is not None
        assert field is not None
        assert low.score < field < high.score

    def test_a_period_of_the_political_level_has_one_too(self) -> None:
        first, second = reference.answers("UN-EU"), reference.answers("UN-NATO")
        political = [replace(a, year=2003) for a in first if a.engagement_id is None]
        later = [replace(a, case="later") for a in second if a.engagement_id is None]
        result = with_details(
            score_dyad(reference.framework(), [*political, *later], CALIBRATION, ()),
            reference.framework(),
            [*political, *later],
            CALIBRATION,
            (),
        )
        levels = {case.case: case.figure.score or 0 for case in result.case_levels}
        assert len(levels) == 2
        assert levels.pop("later") < next(iter(levels.values()))


def detailed(answers: list[Answer]) -> ScorecardResult:
    engagements = [EngagementShape(number, "hybrid") for number in (1, 2, 3)]
    result = score_dyad(FRAMEWORK, answers, CALIBRATION, engagements)
    return with_details(result, FRAMEWORK, answers, CALIBRATION, engagements)


drawn = st.lists(
    st.builds(
        lambda code, given, case, assessor, side, year: answer(
            code,
            given,
            case=str(case),
            engagement_id=case,
            assessor_id=assessor,
            conflict=bool(side),
            side=side,
            year=year,
        ),
        st.sampled_from(CODES),
        st.none() | st.integers(1, 5),
        st.integers(1, 3),
        st.integers(1, 4),
        st.sampled_from(["", "first", "second"]),
        st.none() | st.integers(2000, 2003),
    ),
    min_size=1,
    max_size=40,
)


@settings(max_examples=40, deadline=None)
@given(drawn, st.randoms(use_true_random=False))
def test_order_and_ids_change_nothing(answers: list[Answer], random: Any) -> None:
    renamed = [
        replace(a, rating_id=99 - n, case=f"z{-int(a.case)}", assessor_id=50 - a.assessor_id)
        for n, a in enumerate(answers)
    ]
    random.shuffle(renamed)
    assert digest(detailed(renamed)) == digest(detailed(answers))


@settings(max_examples=40, deadline=None)
@given(drawn)
def test_it_survives_json(answers: list[Answer]) -> None:
    result = detailed(answers)
    assert ScorecardResult.from_dict(result.to_dict()) == result


@settings(max_examples=40, deadline=None)
@given(drawn)
def test_every_difference_is_between_the_figures_shown(answers: list[Answer]) -> None:
    ends = {"conflict": ("all", "without"), "perception": ("first", "second"), "trend": ("later", "earlier")}
    for contrast in detailed(answers).contrasts:
        for difference in contrast.differences:
            one, other = (portion(contrast, part, difference.code) for part in ends[contrast.kind])
            assert difference.value == pytest.approx((one.score or 0) - (other.score or 0))
            if difference.lower is not None and difference.upper is not None:
                assert difference.lower <= difference.value <= difference.upper
