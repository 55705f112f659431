"""The record of a joint fit: which figures it has, whom it leaves out, and what must not move it."""

import json
from dataclasses import replace
from itertools import count

import pytest

from assessments.scoring.calibration import Calibration
from assessments.scoring.inputs import Answer, DimensionShape, EngagementShape, FrameworkShape, IndicatorShape
from assessments.scoring.joint import JointFit, fit_answers
from assessments.scoring.results import Figure
from assessments.scoring.scorecard import score_dyad
from tests.assessments.scoring import reference

FRAMEWORK = FrameworkShape(
    (
        DimensionShape("A", "field", 1.0, frozenset(), (IndicatorShape("A.1"), IndicatorShape("A.2", 2.0))),
        DimensionShape(
            "B", "field", 3.0, frozenset({"hybrid"}), (IndicatorShape("B.1"), IndicatorShape("B.2"))
        ),
        DimensionShape("X", "field", 1.0, frozenset(), (IndicatorShape("X.1", evaluative=False),)),
    )
)
CODES = ("A.1", "A.2", "B.1", "B.2", "X.1")
HYBRID, PARALLEL = EngagementShape(1, "hybrid"), EngagementShape(2, "parallel")
SEVERE, VIGNETTE = 10, 99
_numbers = count(1)


def answer(indicator: str, score: int | None, assessor: int, conflict: bool = False) -> Answer:
    return Answer(
        rating_id=next(_numbers),
        case="1",
        engagement_id=1,
        assessor_id=assessor,
        indicator=indicator,
        score=score,
        non_score=None if score else "insufficient_evidence",
        conflict=conflict,
        confidence="high",
        has_evidence=True,
    )


def dyad(number: int, assessors: dict[int, int], codes: tuple[str, ...] = CODES) -> list[tuple[int, Answer]]:
    """One case rated by ``assessors``, each giving everything the same score."""
    return [(number, answer(code, score, who)) for who, score in assessors.items() for code in codes]


def field(answers: list[tuple[int, Answer]], anchors: frozenset[int] = frozenset()) -> JointFit:
    engagements = {number: (HYBRID,) for number, _ in answers} | {3: (PARALLEL,)}
    political, fitted = fit_answers(FRAMEWORK, answers, Calibration.default(), engagements, anchors)
    assert political.n_ratings == 0
    return fitted


MAIN = [*dyad(1, {SEVERE: 2, 11: 4, 12: 4}), *dyad(2, {SEVERE: 2, 11: 4, 12: 4}), *dyad(3, {SEVERE: 2})]


def test_severities_are_learned_and_scores_adjusted() -> None:
    fitted = field(MAIN)
    assert fitted.n_ratings == 4 * 6 + 2  # descriptive answers and those that do not apply are not fitted
    assert fitted.severities[SEVERE].severity < -0.5 < 0 < fitted.severities[11].severity
    assert (fitted.severities[SEVERE].n_ratings, fitted.severities[SEVERE].n_dyads) == (10, 3)
    figure = fitted.dyads[3]["field"]
    assert figure.score > figure.tier_a
    assert figure.lower < figure.score < figure.upper
    assert (fitted.bias, fitted.bias_error, fitted.n_conflict) == (None, None, 0)


def test_figures_are_those_that_the_scorecard_publishes() -> None:
    answers = [*MAIN, (4, answer("A.1", 3, 11)), (4, answer("A.2", None, 11))]
    fitted = field(answers)
    assert set(fitted.dyads[1]) == {"field", "A", "A.1", "A.2", "B", "B.1", "B.2"}
    assert set(fitted.dyads[3]) == {"field", "A", "A.1", "A.2"}
    assert set(fitted.dyads[4]) == {"A.1"}
    for number, engagements in ((1, (HYBRID,)), (3, (PARALLEL,)), (4, (HYBRID,))):
        own = [given for of, given in answers if of == number]
        figures: dict[str, Figure] = score_dyad(FRAMEWORK, own, Calibration.default(), engagements).figures()
        published = {code: figure.score for code, figure in figures.items() if figure.score is not None}
        assert {code: figure.tier_a for code, figure in fitted.dyads[number].items()} == published


def test_composites_carry_the_weights_of_the_scorecard() -> None:
    figures = field(MAIN).dyads[1]
    a = (figures["A.1"].score + 2 * figures["A.2"].score) / 3
    assert figures["A"].score == pytest.approx(a, abs=1e-12)
    assert figures["field"].score == pytest.approx((a + 3 * figures["B"].score) / 4, abs=1e-12)


def test_a_large_difference_from_tier_a_is_flagged() -> None:
    figures = [figure for of_dyad in field(MAIN).dyads.values() for figure in of_dyad.values()]
    assert {figure.differs for figure in figures} == {True, False}
    assert all(figure.differs == (abs(figure.score - figure.tier_a) > 0.3) for figure in figures)


def test_whom_nothing_connects_is_listed_with_their_dyad() -> None:
    island = [*dyad(5, {20: 3}), (5, answer("A.1", 4, 21))]
    fitted = field([*MAIN, *island])
    assert (fitted.left_out, fitted.dyads_left_out) == ((20, 21), (5,))
    assert 5 not in fitted.dyads
    assert 20 not in fitted.severities
    assert fitted.n_ratings == field(MAIN).n_ratings


def test_a_vignette_connects_and_has_no_score() -> None:
    island = dyad(5, {20: 3})
    vignette = dyad(VIGNETTE, {11: 3, 20: 4}, ("A.1", "A.2"))
    fitted = field([*MAIN, *island, *vignette], frozenset({VIGNETTE}))
    assert (fitted.left_out, fitted.dyads_left_out) == ((), ())
    assert set(fitted.dyads) == {1, 2, 3, 5}
    assert fitted.severities[20].n_dyads == 2


def test_bias_of_conflict_is_reported_where_there_is_one() -> None:
    partisan = [(n, answer(code, 5, 13, conflict=True)) for n in (1, 2) for code in CODES[:4]]
    partisan += [(3, answer(code, 3, 13)) for code in CODES[:2]]
    fitted = field([*MAIN, *partisan])
    assert fitted.n_conflict == 8
    assert fitted.bias is not None
    assert fitted.bias > 0.4
    assert fitted.bias_error is not None
    assert 0 < fitted.bias_error < 1


def test_nothing_rated_gives_an_empty_record() -> None:
    fitted = field([(1, answer("A.1", None, 11)), (1, answer("X.1", 4, 11))])
    assert fitted == JointFit("field", 0, 0, {}, {}, None, None, {}, (), ())


def test_a_record_survives_json() -> None:
    fitted = field([*MAIN, *dyad(5, {20: 3})])
    assert JointFit.from_dict(json.loads(json.dumps(fitted.to_dict()))) == fitted


def test_order_of_answers_changes_nothing() -> None:
    shuffled = MAIN[::3] + MAIN[::-3] + MAIN[1::3]
    shuffled = list(dict.fromkeys(shuffled + MAIN[::-1]))
    assert sorted(shuffled, key=repr) == sorted(MAIN, key=repr) != shuffled
    assert field(shuffled) == field(MAIN)


def test_not_applicable_changes_nothing() -> None:
    extra = replace(answer("A.1", None, 11), non_score="not_applicable")
    assert field([*MAIN, (1, extra)]) == field(MAIN)


def test_equal_case_names_of_two_dyads_are_two_cases() -> None:
    renamed = [(n, replace(given, case=f"{n}/{given.case}")) for n, given in MAIN]
    assert field(renamed) == field(MAIN)


def test_reference_cases_have_a_joint_fit_of_each_level() -> None:
    answers = [(n, a) for n, name in enumerate(reference.DYADS) for a in reference.answers(name)]
    engagements = {n: reference.engagements(name) for n, name in enumerate(reference.DYADS)}
    fits = fit_answers(reference.framework(), answers, reference.calibration(), engagements)
    for fitted in fits:
        assert fitted.n_ratings > 0
        for number, name in enumerate(reference.DYADS):
            level = reference.scorecard(name).figures()[fitted.level]
            adjusted = fitted.dyads.get(number, {}).get(fitted.level)
            if number not in fitted.dyads_left_out:
                assert (adjusted.tier_a if adjusted else None) == level.score
