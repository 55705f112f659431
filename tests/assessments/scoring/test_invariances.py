"""What must not move a figure, from the answers of several dyads through calibration to findings.

The goals of the method: the order of rows and their ids, answers of *not applicable*, and the way in which a
whole is put together change nothing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.scoring.calibration import Calibration, calibrate
from assessments.scoring.details import with_details
from assessments.scoring.findings import fire_rules
from assessments.scoring.inputs import Answer, DimensionShape, EngagementShape, FrameworkShape, IndicatorShape
from assessments.scoring.results import ScorecardResult
from assessments.scoring.scorecard import digest, score_dyad

Answers = Sequence[tuple[int, Answer]]
ARRANGEMENTS = {1: "sequential", 2: "hybrid", 3: "parallel"}
CLOSE = 1e-9


def dimension(code: str, level: str, weight: float, applies: set[str], *weights: float) -> DimensionShape:
    indicators = (IndicatorShape(f"{code}.{number}", w) for number, w in enumerate(weights, 1))
    return DimensionShape(code, level, weight, frozenset(applies), tuple(indicators))


FRAMEWORK = FrameworkShape(
    (
        dimension("P", "political", 1.0, set(), 1.0, 2.0),
        dimension("Q", "political", 3.0, set(), 1.0),
        dimension("F", "field", 1.0, set(), 1.0, 0.5, 1.5),
        dimension("G", "field", 2.0, {"hybrid"}, 1.0, 1.0),
        DimensionShape("X", "field", 1.0, frozenset(), (IndicatorShape("X.1", 1.0, evaluative=False),)),
    )
)
EACH = {"for_each": "indicator", "level": "field"}
RULES: list[dict[str, Any]] = [
    {
        **EACH,
        "code": "weak",
        "scope": ["dyad"],
        "when": {"of": "each", "measure": "p_below_3", "at_least": 0.5},
    },
    {
        **EACH,
        "code": "low",
        "scope": ["engagement"],
        "when": {"of": "each", "measure": "lowest_supported", "at_most": 2},
    },
]
POLITICAL = ("P.1", "P.2", "Q.1")
FIELD = ("F.1", "F.2", "F.3", "G.1", "G.2", "X.1")


def an_answer(dyad: int, code: str, value: int | None, case: int, assessor: int, conflict: bool) -> Any:
    in_the_field = code in FIELD
    engagement = dyad * 10 + case if in_the_field else None
    return dyad, Answer(
        rating_id=0,
        case=f"engagement:{engagement}" if in_the_field else f"period:{2000 + case}",
        engagement_id=engagement,
        assessor_id=assessor,
        indicator=code,
        score=value,
        non_score=None if value else "insufficient_evidence",
        conflict=conflict,
        confidence="high",
        has_evidence=True,
        side="first" if conflict else "",
        year=2000 + case,
    )


an = st.builds(
    an_answer,
    st.integers(1, 7),
    st.sampled_from(POLITICAL + FIELD),
    st.none() | st.integers(1, 5),
    st.integers(1, 3),
    st.integers(1, 6),
    st.booleans(),
)
drawn = st.lists(an, min_size=1, max_size=120).map(
    lambda answers: [(dyad, replace(answer, rating_id=n)) for n, (dyad, answer) in enumerate(answers, 1)]
)
examples = settings(max_examples=40, deadline=None)


def calibrated(answers: Answers) -> Calibration:
    return calibrate(FRAMEWORK, [pair for pair in answers if not pair[1].conflict])


def scorecard(
    answers: Iterable[Answer], calibration: Calibration, arrangement: Mapping[int, str]
) -> tuple[ScorecardResult, list[tuple[str, str]]]:
    """The scorecard of one dyad and the findings on it, by rule and target."""
    own = list(answers)
    ids = sorted({answer.engagement_id for answer in own if answer.engagement_id})
    engagements = [EngagementShape(pk, arrangement[pk]) for pk in ids]
    result = score_dyad(FRAMEWORK, own, calibration, engagements)
    result = with_details(result, FRAMEWORK, own, calibration, engagements)
    fired = fire_rules(RULES, FRAMEWORK, result, engagements)
    return result, sorted((finding.rule, finding.target) for finding in fired)


def every_scorecard(answers: Answers, arrangement: Mapping[int, str]) -> list[Any]:
    """Digest and findings of each dyad, in an order that no id decides."""
    calibration = calibrated(answers)
    found = []
    for dyad in {dyad for dyad, _answer in answers}:
        result, findings = scorecard((a for d, a in answers if d == dyad), calibration, arrangement)
        found.append((digest(result), findings))
    return sorted(found)


def told(result: ScorecardResult) -> dict[str, dict[str, Any]]:
    """All that is said of each figure, but for how often it was called not applicable and for its parts."""
    left_out = {"n_not_applicable", "dimensions", "indicators"}
    return {
        code: {f.name: getattr(figure, f.name) for f in fields(figure) if f.name not in left_out}
        for code, figure in result.figures().items()
    }


def arrangements(rename: Callable[[int], int] = lambda pk: pk) -> dict[int, str]:
    return {rename(dyad * 10 + case): kind for dyad in range(1, 8) for case, kind in ARRANGEMENTS.items()}


@examples
@given(drawn, st.randoms(use_true_random=False))
def test_order_and_ids_change_nothing(answers: Answers, random: Random) -> None:
    renamed = [
        (
            100 - dyad,
            replace(
                answer,
                rating_id=10_000 - answer.rating_id,
                assessor_id=77 - answer.assessor_id,
                engagement_id=answer.engagement_id and 500 - answer.engagement_id,
                case=f"z{answer.case[::-1]}",
            ),
        )
        for dyad, answer in answers
    ]
    random.shuffle(renamed)
    assert calibrated(renamed).digest() == calibrated(answers).digest()
    expected = every_scorecard(answers, arrangements())
    assert every_scorecard(renamed, arrangements(lambda pk: 500 - pk)) == expected


@examples
@given(drawn, st.data())
def test_answers_of_not_applicable_change_nothing(answers: Answers, data: st.DataObject) -> None:
    """Beside other answers: an indicator with nothing else is called not applicable, which is a statement."""
    more = list(answers)
    for position in data.draw(st.lists(st.integers(0, len(answers) - 1), min_size=1, max_size=5)):
        dyad, beside = answers[position]
        more.append((dyad, replace(beside, score=None, non_score="not_applicable", rating_id=999 + position)))
    calibration = calibrated(answers)
    assert calibrated(more).digest() == calibration.digest()
    for dyad in {dyad for dyad, _answer in answers}:
        before, found = scorecard((a for d, a in answers if d == dyad), calibration, arrangements())
        after, found_after = scorecard((a for d, a in more if d == dyad), calibration, arrangements())
        assert told(after) == told(before)
        assert (after.political_above_field, found_after) == (before.political_above_field, found)


@examples
@given(drawn)
def test_weighted_indicators_are_the_dimension_and_weighted_dimensions_the_level(answers: Answers) -> None:
    calibration = calibrated(answers)
    for dyad in {dyad for dyad, _answer in answers}:
        result, _findings = scorecard((a for d, a in answers if d == dyad), calibration, arrangements())
        for level in result.levels:
            wholes: list[tuple[Any, Sequence[Any]]] = [(level, level.dimensions)]
            wholes += [(dimension, dimension.indicators) for dimension in level.dimensions]
            for whole, parts in wholes:
                if whole.published and not any(part.score in {1.0, 5.0} for part in (whole, *parts)):
                    total = sum(part.weight * part.score for part in parts if part.weight)
                    assert total == pytest.approx(whole.score, abs=1e-12)
                    assert sum(part.weight for part in parts) == pytest.approx(1, abs=1e-12)


@examples
@given(drawn, st.randoms(use_true_random=False))
def test_a_scorecard_depends_on_its_own_answers_and_the_calibration_alone(
    answers: Answers, random: Random
) -> None:
    """Which is why an approval calculates its dyad only, and gives what a full calculation gives."""
    calibration, dyad = calibrated(answers), answers[0][0]
    own = [answer for d, answer in answers if d == dyad]
    grown: list[Answer] = []
    for answer in random.sample(own, len(own)):
        grown.append(answer)
        scorecard(grown, calibration, arrangements())
    figures = scorecard(grown, calibration, arrangements())[0].figures()
    full = scorecard(own, calibration, arrangements())[0].figures()
    assert figures.keys() == full.keys()
    for code, figure in figures.items():
        for name in ("score", "lower", "upper", "variance", "p_below_3", "p_above_3_5"):
            assert getattr(figure, name) == pytest.approx(getattr(full[code], name), abs=CLOSE)


def test_the_examples_reach_what_they_are_about() -> None:
    """With answers of seven dyads variances are estimated, levels are published and rules fire."""
    random = Random(1)  # noqa: S311
    answers: list[tuple[int, Answer]] = [
        (dyad, replace(answer, rating_id=number))
        for number, (dyad, answer) in enumerate(
            an_answer(random.randint(1, 7), random.choice(POLITICAL + FIELD), random.randint(1, 5),
                      random.randint(1, 3), random.randint(1, 6), random.random() < 0.3)
            for _ in range(400)
        )
    ]  # fmt: skip
    calibration = calibrated(answers)
    assert calibration.levels["field"].components != Calibration.default().levels["field"].components
    result, findings = scorecard((a for d, a in answers if d == 1), calibration, arrangements())
    assert [level.published for level in result.levels] == [True, True]
    assert {rule for rule, _target in findings} == {"weak", "low"}
