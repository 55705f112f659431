"""What the reference cases must lead to: figures of the method page, and the findings of every rule."""

import statistics
from collections import defaultdict

import pytest

from assessments.scoring.findings import FiredFinding, fire_rules, render
from assessments.scoring.inputs import NOT_APPLICABLE
from assessments.scoring.rules import check_rules
from tests.assessments.scoring import reference
from tests.assessments.scoring.reference import DYADS, engagement, rounded, scorecard

IPTF_EUPM = ("IPTF", "EUPM")
MONUC_ARTEMIS = ("MONUC", "Artemis")
UNPROFOR_IFOR = ("UNPROFOR", "IFOR")


def fired(dyad: str) -> list[FiredFinding]:
    return fire_rules(reference.rules(), reference.framework(), scorecard(dyad), reference.engagements(dyad))


def targets(dyad: str, prefix: str, *missions: str) -> set[str]:
    number = engagement(*missions) if missions else None
    return {f.target for f in fired(dyad) if f.rule.startswith(prefix) and f.engagement_id == number}


def recommendation(dyad: str, rule: str) -> str:
    assert rule in {f.rule for f in fired(dyad)}
    template = next(r["recommendation"] for r in reference.rules() if r["code"] == rule)
    values = dict.fromkeys(("dyad", "first", "second", "subject", "target", "engagement"), "X")
    return render(template, values).lower()


def test_the_levels_have_the_reference_scores() -> None:
    scores = {dyad: rounded(level.score for level in scorecard(dyad).levels) for dyad in DYADS}
    assert scores == {"UN-EU": [4.08, 3.24], "UN-NATO": [2.89, 3.17], "UN-AU": [3.85, None]}


def test_the_gaps_have_the_reference_probabilities() -> None:
    gaps = rounded(scorecard(dyad).political_above_field for dyad in DYADS)
    assert gaps == [0.90, 0.35, None]


def test_single_figures_have_the_reference_values() -> None:
    nato, eu = scorecard("UN-NATO").figures(), scorecard("UN-EU").figures()
    assert rounded([nato["P2"].score, nato["P2"].p_below_3]) == [2.53, 0.78]
    assert rounded([nato["P4.2"].score, nato["P4.2"].p_above_3_5]) == [3.91, 0.73]
    assert rounded([eu["F6.3"].score, eu["F6.3"].lower, eu["F6.3"].upper]) == [1.90, 1.09, 3.21]


@pytest.mark.parametrize(
    ("dyad", "level", "expected"),
    [
        ("UN-EU", "political", 4.42),
        ("UN-NATO", "political", 2.42),
        ("UN-AU", "political", 4.00),
        ("UN-EU", "field", 3.40),
        ("UN-NATO", "field", 3.14),
        ("UN-AU", "field", 3.00),
    ],
)
def test_plain_arithmetic(dyad: str, level: str, expected: float) -> None:
    dimension_of = {
        i.code: d.code for d in reference.framework().of_level(level) for i in d.indicators if i.evaluative
    }
    by_dimension = defaultdict(list)
    for answer in reference.answers(dyad):
        if answer.score is not None and answer.indicator in dimension_of:
            by_dimension[dimension_of[answer.indicator]].append(answer.score)
    mean = statistics.fmean(statistics.fmean(scores) for scores in by_dimension.values())
    assert round(mean, 2) == expected


@pytest.mark.parametrize(
    ("dyad", "scored", "applicable"), [("UN-EU", 45, 64), ("UN-NATO", 11, 22), ("UN-AU", 11, 42)]
)
def test_answered_share_of_the_field(dyad: str, scored: int, applicable: int) -> None:
    field = scorecard(dyad).levels[1]
    assert (field.n_ratings, field.n_ratings + field.n_insufficient) == (scored, applicable)


def test_the_default_rules_have_no_fault_and_cover_every_evaluative_indicator() -> None:
    rules = reference.rules()
    assert check_rules(reference.framework(), rules) == []
    evaluative = {i.code for d in reference.framework().dimensions for i in d.indicators if i.evaluative}
    assert {r["addresses"] for r in rules if r["kind"] == "weakness"} == evaluative
    assert all(r["recommendation"] for r in rules if r["kind"] == "weakness")


def test_the_default_rules_name_no_organisation_of_the_cases() -> None:
    text = str(reference.rules())
    names = [o["acronym"] for o in reference.read("cases.yaml")["organisations"]]
    names += [m["acronym"] for m in reference.read("cases.yaml")["missions"]]
    assert not [name for name in names if f"{name} " in text or f"{name}-" in text]


def test_un_eu_practice_lags_behind_politics() -> None:
    assert targets("UN-EU", "implementation-gap") == {"field"}
    assert not targets("UN-NATO", "implementation-gap")
    assert not targets("UN-AU", "implementation-gap")


def test_un_eu_sources_disagree_on_the_police_transition() -> None:
    expected = {"F5.1", "F1.3", "F2.2", "F3.2", "F5.3", "F5.4"}
    assert targets("UN-EU", "disagreement", *IPTF_EUPM) == expected
    found = next(f for f in fired("UN-EU") if f.rule == "disagreement-field" and f.target == "F5.1")
    assert (found.inputs[0]["measure"], found.inputs[0]["value"]) == ("spread", 2)
    assert len(found.rating_ids) == 2


def test_un_eu_withdrawal_from_bunia() -> None:
    assert {"F5.2", "F4.3", "F6.3", "F5.3"} <= targets("UN-EU", "weak-", *MONUC_ARTEMIS)
    assert "F6.3" in targets("UN-EU", "weak-")
    assert "stay-behind terms" in recommendation("UN-EU", "weak-F5.2")
    assert "handover of knowledge" in recommendation("UN-EU", "weak-F4.3")
    assert "serve in the partner's mission" in recommendation("UN-EU", "weak-F6.3")
    assert "exit to conditions" in recommendation("UN-EU", "weak-F5.3")


def test_un_eu_double_hatting() -> None:
    assert "F3.2" in targets("UN-EU", "weak-", *IPTF_EUPM)
    assert "settle in writing" in recommendation("UN-EU", "weak-F3.2")


def test_un_nato_is_an_untapped_complementarity() -> None:
    assert scorecard("UN-NATO").levels[0].weakest == "P2"
    p2 = {dyad: scorecard(dyad).figures()["P2"].score or 0 for dyad in DYADS}
    assert min(p2, key=lambda dyad: p2[dyad]) == "UN-NATO"
    assert "P4.2" in targets("UN-NATO", "strong-indicator")
    assert targets("UN-NATO", "untapped-complementarity") == {"P2"}
    assert "formalise the partnership" in recommendation("UN-NATO", "untapped-complementarity")
    first = [r["code"] for r in reference.rules() if r["priority"] == 1]
    assert first == ["untapped-complementarity"]
    assert not targets("UN-EU", "untapped") | targets("UN-AU", "untapped")


def test_un_nato_parallel_chains_of_command() -> None:
    assert {"F3.1", "F1.3", "F7.1", "F7.2"} <= targets("UN-NATO", "weak-", *UNPROFOR_IFOR)
    assert "one end state" in recommendation("UN-NATO", "weak-F1.3")
    assert "civil-military" in recommendation("UN-NATO", "weak-F7.2")


def test_un_au_political_will_rests_on_agreements() -> None:
    assert {"P1", "P2"} <= targets("UN-AU", "strong-dimension")
    assert "P2" not in targets("UN-NATO", "strong-dimension")


def test_un_au_field_is_too_early_to_conclude() -> None:
    field = scorecard("UN-AU").levels[1]
    assert (field.status, field.score, field.p_below_3) == ("insufficient_evidence", None, None)
    assert sum(dimension.published for dimension in field.dimensions) == 3
    assert len([d for d in field.dimensions if d.status not in ("descriptive", "not_applicable")]) == 8
    assert targets("UN-AU", "weak-", "UNAMID") == {"F3.1", "F3.2"}
    assert targets("UN-AU", "weak-", "AMIS", "UNMIS") == {"F8.1"}
    assert "again" in recommendation("UN-AU", "insufficient-evidence-field")


def test_motives_are_a_position_and_never_part_of_a_score() -> None:
    positions = {}
    for dyad in DYADS:
        dimension = next(d for d in scorecard(dyad).levels[0].dimensions if d.code == "PX")
        assert (dimension.status, dimension.score, dimension.weight) == ("descriptive", None, 0)
        assert dimension.indicators[0].score is None
        positions[dyad] = dimension.indicators[0].position or 0
    assert min(positions, key=lambda dyad: positions[dyad]) == "UN-NATO"


def test_formal_structures_and_consultation_by_pair() -> None:
    p2, p3 = ({d: scorecard(d).figures()[code].score or 0 for d in DYADS} for code in ("P2", "P3"))
    assert min(p2, key=lambda dyad: p2[dyad]) == "UN-NATO"
    assert max(p3, key=lambda dyad: p3[dyad]) == "UN-EU"


def test_not_applicable_answers_do_not_count_as_missing() -> None:
    answers = [a for a in reference.answers("UN-EU") if a.indicator == "F7.1"]
    assert NOT_APPLICABLE in {a.non_score for a in answers}
    assert scorecard("UN-EU").figures()["F7.1"].n_insufficient == 1
