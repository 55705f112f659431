"""Rules: conditions that may be unknown, what fires and why, and every fault of a file of rules."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.scoring.calibration import Calibration
from assessments.scoring.findings import FiredFinding, fire_rules, render
from assessments.scoring.inputs import Answer, EngagementShape
from assessments.scoring.rules import check_rules
from assessments.scoring.scorecard import score_dyad
from tests.assessments.scoring.reference import framework

ENGAGEMENTS = [EngagementShape(1, "sequential"), EngagementShape(2, "hybrid")]
TRUE = {"of": "F1.1", "measure": "score", "above": 1}
FALSE = {"of": "F1.1", "measure": "score", "below": 1}
UNKNOWN = {"of": "F8.1", "measure": "score", "above": 1}


def rule(when: Any, **changes: Any) -> dict[str, Any]:
    return {
        "code": "r",
        "scope": ["dyad"],
        "addresses": "F1.1",
        "kind": "weakness",
        "priority": 3,
        "when": when,
        "finding": "{target} of {dyad}",
        "because": "judgement",
    } | changes


def answers() -> list[Answer]:
    def one(number: int, engagement: int, assessor: int, code: str, score: int | None) -> Answer:
        non_score = None if score else "insufficient_evidence"
        return Answer(
            number, str(engagement), engagement, assessor, code, score, non_score, False, "high", True
        )

    return [
        one(1, 1, 1, "F1.1", 2),
        one(2, 1, 2, "F1.1", 4),
        one(3, 1, 1, "F1.2", 3),
        one(4, 1, 2, "F1.2", None),
        one(5, 2, 1, "F1.1", 5),
        one(6, 2, 1, "F1.3", 5),
    ]


def fire(*rules: dict[str, Any]) -> list[FiredFinding]:
    assert check_rules(framework(), list(rules)) == []
    result = score_dyad(framework(), answers(), Calibration.default(), ENGAGEMENTS)
    return fire_rules(rules, framework(), result, ENGAGEMENTS)


def test_it_works() -> None:
    (finding,) = fire(rule({"of": "F1.1", "measure": "lowest_supported", "at_most": 2}, scope=["engagement"]))
    assert (finding.rule, finding.scope, finding.engagement_id, finding.target) == (
        "r",
        "engagement",
        1,
        "F1.1",
    )
    assert finding.rating_ids == [1, 2]
    assert finding.inputs == [
        {
            "of": "F1.1",
            "measure": "lowest_supported",
            "value": 2,
            "comparison": "at_most",
            "threshold": 2,
            "holds": True,
        }
    ]


@pytest.mark.parametrize(
    ("when", "fires"),
    [
        (TRUE, True),
        (FALSE, False),
        (UNKNOWN, False),
        ({"not": FALSE}, True),
        ({"not": TRUE}, False),
        ({"not": UNKNOWN}, False),
        ({"all": [TRUE, {"not": FALSE}]}, True),
        ({"all": [TRUE, FALSE]}, False),
        ({"all": [TRUE, UNKNOWN]}, False),
        ({"not": {"all": [FALSE, UNKNOWN]}}, True),
        ({"any": [FALSE, TRUE]}, True),
        ({"any": [UNKNOWN, TRUE]}, True),
        ({"any": [FALSE, UNKNOWN]}, False),
        ({"not": {"any": [FALSE, UNKNOWN]}}, False),
        ({"arrangement": ["hybrid"]}, True),
        ({"arrangement": ["parallel"]}, False),
        ({"of": "gap", "measure": "political_above_field", "at_least": 0}, False),
        ({"of": "F1", "measure": "published", "equals": True}, True),
        ({"of": "field", "measure": "published", "equals": False}, True),
        ({"of": "F1.1", "measure": "n_engagements", "equals": 2}, True),
        ({"of": "F1.1", "measure": "spread", "at_least": 2}, True),
        ({"of": "F1.1", "measure": "spread", "above": 2}, False),
        ({"of": "F1.2", "measure": "scored_and_unscored", "equals": True}, True),
    ],
)
def test_conditions_of_a_dyad(when: dict[str, Any], fires: bool) -> None:
    assert bool(fire(rule(when))) is fires


def test_an_engagement_is_judged_by_its_own_answers_and_arrangement() -> None:
    spread = rule({"of": "F1.1", "measure": "spread", "at_least": 2}, scope=["engagement"])
    hybrid = rule({"arrangement": ["hybrid"]}, scope=["engagement"], code="h")
    assert [(f.rule, f.engagement_id) for f in fire(spread, hybrid)] == [("r", 1), ("h", 2)]


def test_for_each_binds_the_target() -> None:
    each = {"of": "each", "measure": "n_ratings", "above": 0}
    found = fire(
        {k: v for k, v in rule(each, for_each="indicator", level="field").items() if k != "addresses"}
    )
    assert [f.target for f in found] == ["F1.1", "F1.2", "F1.3"]


def test_a_rule_can_ask_another_and_takes_over_its_inputs() -> None:
    found = fire(rule({"all": [{"rule": "other"}, TRUE]}), rule({"not": FALSE}, code="other"))
    assert [f.rule for f in found] == ["r", "other"]
    assert {entry["comparison"] for entry in found[0].inputs} == {"above", "below"}
    assert fire(rule({"rule": "other"}), rule(UNKNOWN, code="other")) == []


def test_render_fills_in_names_only() -> None:
    assert render("{first} and {second}", {"first": "{second}", "second": "B"}) == "{second} and B"
    with pytest.raises(ValueError, match="engagement"):
        render("{engagement}", {"first": "A"})


GOOD = rule(TRUE)
FAULTS: list[tuple[Any, str, str]] = [
    ({}, "rules[0]", "a rule with"),
    (7, "rules[0]", "a rule with"),
    ({k: v for k, v in GOOD.items() if k != "because"}, "rules[0].because", "a value"),
    (GOOD | {"colour": 1}, "rules[0].colour", "one of"),
    (GOOD | {"code": ""}, "rules[0].code", "1 to 80"),
    (GOOD | {"scope": []}, "rules[0].scope", "a list"),
    (GOOD | {"scope": ["world"]}, "rules[0].scope[0]", "one of"),
    (GOOD | {"priority": 0}, "rules[0].priority", "from 1"),
    (GOOD | {"priority": True}, "rules[0].priority", "from 1"),
    (GOOD | {"kind": "odd"}, "rules[0].kind", "one of"),
    (GOOD | {"addresses": "F9.9"}, "rules[0].addresses", "one of"),
    (GOOD | {"for_each": "indicator"}, "rules[0].addresses", "nothing"),
    (GOOD | {"level": "field"}, "rules[0].level", "for_each"),
    (GOOD | {"for_each": "word"}, "rules[0].for_each", "one of"),
    (GOOD | {"for_each": "indicator", "level": "moon"}, "rules[0].level", "one of"),
    (GOOD | {"finding": " "}, "rules[0].finding", "a text"),
    (GOOD | {"finding": "{score.real}"}, "rules[0].finding", "braces only"),
    (GOOD | {"finding": "{nobody}"}, "rules[0].finding", "only the placeholders"),
    (GOOD | {"recommendation": "{engagement}"}, "rules[0].recommendation", "only the placeholders"),
    (rule({}), "rules[0].when", "a condition with"),
    (rule(None), "rules[0].when", "a condition with"),
    (rule({"all": []}), "rules[0].when.all", "at least one"),
    (rule({"all": [TRUE, {}]}), "rules[0].when.all[1]", "a condition with"),
    (rule({"all": [TRUE], "any": [TRUE]}), "rules[0].when", "exactly one"),
    (rule({"not": 3}), "rules[0].when.not", "a condition with"),
    (rule({"arrangement": ["odd"]}), "rules[0].when.arrangement[0]", "one of"),
    (rule({"arrangement": "hybrid"}), "rules[0].when.arrangement", "a list"),
    (rule({"all": [TRUE, TRUE | {"of": "F9.9"}]}), "rules[0].when.all[1].of", "the code of an indicator"),
    (rule(TRUE | {"of": "each"}), "rules[0].when.of", "no for_each"),
    (rule(TRUE | {"of": "P1.1"}, scope=["engagement"]), "rules[0].when.of", "field level"),
    (rule(TRUE | {"measure": "charm"}), "rules[0].when.measure", "one of"),
    (rule(TRUE | {"measure": "lowest_supported"}), "rules[0].when.measure", "one of"),
    (rule(TRUE | {"below": 4}), "rules[0].when", "exactly one"),
    (rule(TRUE | {"above": "high"}), "rules[0].when.above", "a number"),
    (rule(TRUE | {"above": float("nan")}), "rules[0].when.above", "a number"),
    (rule(TRUE | {"measure": "published"}), "rules[0].when.above", "yes or no"),
    (rule({"rule": "nobody"}), "rules[0].when.rule", "a rule in this file"),
    (rule({"rule": 1}), "rules[0].when.rule", "the code of a rule"),
    (rule({"rule": "r"}), "rules[0].when", "circle"),
]


@pytest.mark.parametrize(("bad", "path", "expected"), FAULTS)
def test_a_fault_is_named_with_its_place(bad: Any, path: str, expected: str) -> None:
    problems = check_rules(framework(), [bad])
    assert [p for p in problems if p.path == path and expected in p.expected]


def test_all_faults_are_reported_at_once() -> None:
    bad = [GOOD | {"priority": 9}, GOOD, rule({"all": []}, code="x", kind="odd")]
    assert {p.path for p in check_rules(framework(), bad)} == {
        "rules[0].priority",
        "rules[1].code",
        "rules[2].kind",
        "rules[2].when.all",
    }


def test_every_cycle_is_named_with_its_members() -> None:
    asks = {"a": "b", "b": "c", "c": "a", "x": "y", "y": "x"}
    problems = check_rules(framework(), [rule({"rule": other}, code=code) for code, other in asks.items()])
    assert [(p.path, p.found) for p in problems] == [
        ("rules[0].when", "a -> b -> c -> a"),
        ("rules[3].when", "x -> y -> x"),
    ]


def test_asking_a_rule_of_another_scope_or_of_other_targets_is_a_fault() -> None:
    other = rule({"arrangement": ["hybrid"]}, code="other", scope=["engagement"])
    each = rule({"of": "each", "measure": "score", "above": 1}, code="each", for_each="dimension")
    each.pop("addresses")
    problems = check_rules(framework(), [rule({"any": [{"rule": "other"}, {"rule": "each"}]}), other, each])
    assert [p.path for p in problems] == ["rules[0].when.any[0].rule", "rules[0].when.any[1].rule"]


def test_endless_and_huge_conditions_are_cut_short() -> None:
    loop: dict[str, Any] = {"any": []}
    loop["any"] += [loop, loop]
    assert "conditions" in check_rules(framework(), [rule(loop)])[0].expected


@pytest.mark.parametrize("raw", [None, {}, "rules", 3])
def test_rules_must_be_a_list(raw: Any) -> None:
    assert [p.path for p in check_rules(framework(), raw)] == ["rules"]


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.dates() | st.text(max_size=8)
words = st.sampled_from(
    ["all", "any", "not", "of", "each", "rule", "arrangement", "measure", "F1.1", "r", *GOOD]
)
values = st.recursive(
    scalars | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words | scalars, inner, max_size=5),
    max_leaves=25,
)


@settings(max_examples=150, deadline=None)
@given(values, values, values, st.sampled_from(sorted(GOOD)))
def test_no_value_makes_checking_fail(raw: Any, part: Any, when: Any, key: str) -> None:
    check_rules(framework(), raw)
    check_rules(framework(), [raw, GOOD | {key: part}, rule(when), rule({"any": [when, part]})])


@pytest.mark.parametrize("number", [10**400, -(10**400), float("inf"), float("nan")])
def test_a_number_beyond_all_measures_is_a_fault_and_no_crash(number: float) -> None:
    condition = {"of": "F1.1", "measure": "score", "above": number}
    assert [problem.path for problem in check_rules(framework(), [rule(condition)])] == [
        "rules[0].when.above"
    ]
