"""What the reference cases must lead to, read from the rows that a reader of all released material sees.

Beside the three dyads stand, for each, an invented one with the same answers and an invented one whose
answers give no cause: conclusions come of ratings, not of names.
"""

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse

from assessments.actions.imports import load_cases
from assessments.actions.reference import ADMINISTRATOR, COORDINATOR, FOLDER, REVIEWER, load_reference
from assessments.models import Finding, Recommendation, Scorecard
from assessments.scoring.results import ScorecardResult
from organisations.models import User
from tests.factories import AT

pytestmark = pytest.mark.django_db

CASES: dict[str, Any] = yaml.safe_load((FOLDER / "cases.yaml").read_text(encoding="utf-8"))
DYADS = ("UN-EU", "UN-NATO", "UN-AU")
SAME = dict(zip(DYADS, ("AAA-BBB", "CCC-DDD", "EEE-FFF"), strict=True))
NEUTRAL = dict(zip(DYADS, ("GGG-HHH", "III-JJJ", "KKK-LLL"), strict=True))
WORD = re.compile(r"[A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class Conclusion:
    """A rule that must fire; ``text`` and ``recommendation`` are parts of what it says."""

    dyad: str
    rule: str
    target: str
    engagement: str = ""
    text: str = ""
    recommendation: str = ""

    def __str__(self) -> str:
        return f"{self.engagement or self.dyad} {self.rule} {self.target}"


def weak(dyad: str, target: str, engagement: str = "", recommendation: str = "") -> Conclusion:
    return Conclusion(dyad, f"weak-{target}", target, engagement, "is weak in", recommendation)


CONCLUSIONS = [
    Conclusion("UN-EU", "implementation-gap", "field", "", "an implementation gap", "Turn the commitments"),
    *(
        Conclusion("UN-EU", "disagreement-field", target, "IPTF-EUPM", "disagree on")
        for target in ("F5.1", "F1.3", "F2.2", "F3.2", "F5.3", "F5.4")
    ),
    weak("UN-EU", "F5.2", "MONUC-Artemis", "stay-behind terms"),
    weak("UN-EU", "F4.3", "MONUC-Artemis", "handover of knowledge"),
    weak("UN-EU", "F6.3", "MONUC-Artemis", "serve in the partner's mission"),
    weak("UN-EU", "F5.3", "MONUC-Artemis", "exit to conditions"),
    weak("UN-EU", "F6.3", "", "serve in the partner's mission"),
    weak("UN-EU", "F3.2", "IPTF-EUPM", "Settle in writing"),
    Conclusion(
        "UN-NATO",
        "untapped-complementarity",
        "P2",
        "",
        "an untapped complementarity",
        "Formalise the partner",
    ),
    Conclusion("UN-NATO", "strong-indicator", "P4.2", "", "are strong in"),
    weak("UN-NATO", "F3.1", "UNPROFOR-IFOR", "single chain of command"),
    weak("UN-NATO", "F1.3", "UNPROFOR-IFOR", "State one end state"),
    weak("UN-NATO", "F7.1", "UNPROFOR-IFOR"),
    weak("UN-NATO", "F7.2", "UNPROFOR-IFOR", "civil-military"),
    Conclusion("UN-AU", "strong-dimension", "P1", "", "is strong in"),
    Conclusion("UN-AU", "strong-dimension", "P2", "", "is strong in"),
    Conclusion(
        "UN-AU", "insufficient-evidence-field", "field", "", "is insufficient", "again when more evidence"
    ),
    weak("UN-AU", "F3.1", "UNAMID", "single chain of command"),
    weak("UN-AU", "F3.2", "UNAMID", "Settle in writing"),
    weak("UN-AU", "F8.1", "AMIS-UNMIS"),
]
each_conclusion = pytest.mark.parametrize("conclusion", CONCLUSIONS, ids=str)


def renaming(dyad: str, invented: str) -> dict[str, str]:
    """The names of a dyad's organisations and missions -> those of an invented dyad's."""
    names = dict(zip(dyad.split("-"), invented.split("-"), strict=True))
    missions = [m["acronym"] for m in CASES["missions"] if m["acronym"] in missions_of(dyad)]
    return names | {mission: f"{invented[:3]}{number}" for number, mission in enumerate(missions, 1)}


def missions_of(dyad: str) -> set[str]:
    return {name for a in CASES["assessments"] if same(a, dyad) for name in a.get("missions", {}).values()}


def same(assessment: dict[str, Any], dyad: str) -> bool:
    return "-".join(assessment["dyad"]) == dyad


def renamed(text: str, names: dict[str, str]) -> str:
    return WORD.sub(lambda word: names.get(word[0], word[0]), text)


def neutrally(rating: dict[str, Any]) -> dict[str, Any]:
    """The rating with a score that neither praises at the political level nor blames in the field."""
    confidence = rating["confidence"] if rating["evidence"] else "low"
    return rating | {"score": 3 if rating["indicator"].startswith("P") else 4, "confidence": confidence}


def invented_cases(dyad: str, invented: str, neutral: bool) -> dict[str, list[dict[str, Any]]]:
    names = renaming(dyad, invented)
    organisations = [o for o in CASES["organisations"] if o["acronym"] in names]
    missions = [m for m in CASES["missions"] if m["acronym"] in names]
    return {
        "organisations": [o | {"acronym": names[o["acronym"]], "name": "Invented"} for o in organisations],
        "missions": [
            m
            | {
                "acronym": names[m["acronym"]],
                "name": "Invented",
                "lead": [names[lead] for lead in m["lead"]],
            }
            for m in missions
        ],
        "assessments": [
            a
            | {"id": f"{invented}-{a['id']}", "dyad": invented.split("-")}
            | ({"missions": {p: names[m] for p, m in a["missions"].items()}} if "missions" in a else {})
            | {"ratings": [neutrally(r) if neutral else r for r in a["ratings"]]}
            for a in CASES["assessments"]
            if same(a, dyad)
        ],
    }


def load_invented(folder: Path) -> None:
    """Load all invented dyads as one file of cases; sources and assessors are those of the reference."""
    content: dict[str, Any] = {"framework": CASES["framework"]}
    for dyad in DYADS:
        for invented, neutral in ((SAME[dyad], False), (NEUTRAL[dyad], True)):
            for key, rows in invented_cases(dyad, invented, neutral).items():
                content.setdefault(key, []).extend(rows)
    path = folder / "invented.yaml"
    path.write_text(json.dumps(content), encoding="utf-8")  # which is YAML, and repeats what is the same
    load_cases(
        path=path,
        by=User.objects.get(email=ADMINISTRATOR),
        at=AT,
        approve_as=User.objects.get(email=REVIEWER),
        release_to_all=User.objects.get(email=COORDINATOR),
    )


@pytest.fixture(scope="module")
def reader(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[User]:
    """A reader of one organisation; the cases are loaded once for the module, and rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_reference(at=AT)
        load_invented(tmp_path_factory.mktemp("cases"))
        yield User.objects.get(email="reader@eu.example")
        transaction.set_rollback(True)


def scorecard(reader: User, dyad: str) -> Scorecard:
    first, second = dyad.split("-")
    visible = Scorecard.objects.visible_to(reader)
    return visible.get(dyad__first__acronym=first, dyad__second__acronym=second)


def result(reader: User, dyad: str) -> ScorecardResult:
    return ScorecardResult.from_dict(scorecard(reader, dyad).content)


def findings(reader: User, dyad: str) -> list[Finding]:
    visible = Finding.objects.visible_to(reader).filter(scorecard=scorecard(reader, dyad))
    return list(visible.select_related("rule", "engagement", "recommendation"))


def of(conclusion: Conclusion, rows: list[Finding], names: dict[str, str]) -> list[Finding]:
    wanted = (conclusion.rule, conclusion.target, renamed(conclusion.engagement, names))
    return [row for row in rows if (row.rule.code, row.target, getattr(row.engagement, "name", "")) == wanted]


def statement(row: Finding, names: dict[str, str]) -> tuple[str, str, str, str, int, str, str]:
    recommendation = row.recommendation.text if row.recommendation else ""
    return (
        row.rule.code,
        row.target,
        renamed(getattr(row.engagement, "name", ""), names),
        row.kind,
        row.priority,
        renamed(row.text, names),
        renamed(recommendation, names),
    )


def measured(row: Finding) -> list[dict[str, Any]]:
    """At nine decimals: ids decide the order of sums, and so the last digit."""
    return [
        {name: round(value, 9) if isinstance(value, float) else value for name, value in given.items()}
        for given in row.inputs
    ]


@each_conclusion
def test_it_is_shown_to_a_reader(conclusion: Conclusion, reader: User) -> None:
    (row,) = of(conclusion, findings(reader, conclusion.dyad), {})
    assert conclusion.text in row.text
    assert any(name in row.text for name in (conclusion.engagement or conclusion.dyad).split("-"))
    assert row.rating_ids
    assert row.inputs
    if conclusion.recommendation:
        assert row.recommendation_id
        visible = Recommendation.objects.visible_to(reader).get(pk=row.recommendation_id)
        assert conclusion.recommendation in visible.text


@each_conclusion
def test_it_follows_for_any_dyad_with_these_ratings(conclusion: Conclusion, reader: User) -> None:
    names = renaming(conclusion.dyad, SAME[conclusion.dyad])
    (row,) = of(conclusion, findings(reader, conclusion.dyad), {})
    (invented,) = of(conclusion, findings(reader, SAME[conclusion.dyad]), names)
    assert statement(invented, {}) == statement(row, names)
    assert measured(invented) == measured(row)
    assert invented.text != row.text


@each_conclusion
def test_it_does_not_follow_from_neutral_ratings(conclusion: Conclusion, reader: User) -> None:
    names = renaming(conclusion.dyad, NEUTRAL[conclusion.dyad])
    assert of(conclusion, findings(reader, NEUTRAL[conclusion.dyad]), names) == []


@pytest.mark.parametrize("dyad", DYADS)
def test_everything_said_of_a_dyad_is_said_of_its_like(dyad: str, reader: User) -> None:
    names = renaming(dyad, SAME[dyad])
    assert scorecard(reader, SAME[dyad]).sha256 == scorecard(reader, dyad).sha256
    said = [statement(row, names) for row in findings(reader, dyad)]
    assert [statement(row, {}) for row in findings(reader, SAME[dyad])] == said
    assert scorecard(reader, NEUTRAL[dyad]).sha256 != scorecard(reader, dyad).sha256


def test_politics_of_un_and_eu_are_clearly_above_practice(reader: User) -> None:
    card = result(reader, "UN-EU")
    political, field = card.levels
    assert (round(political.score or 0, 2), round(field.score or 0, 2)) == (4.08, 3.24)
    assert round(card.political_above_field or 0, 2) == 0.90
    assert "UN-EU" not in {
        d for d in DYADS[1:] for row in findings(reader, d) if row.rule.code.endswith("gap")
    }


def test_the_two_scores_of_a_disagreement_are_kept_apart(reader: User) -> None:
    (conclusion,) = (c for c in CONCLUSIONS if (c.rule, c.target) == ("disagreement-field", "F5.1"))
    (row,) = of(conclusion, findings(reader, "UN-EU"), {})
    assert row.engagement
    case = next(c for c in result(reader, "UN-EU").cases if c.engagement_id == row.engagement_id)
    figure = next(indicator for indicator in case.indicators if indicator.code == "F5.1")
    assert (figure.spread, figure.n_assessors) == (2, 2)
    assert list(figure.rating_ids) == row.rating_ids
    disagreed = {r.target for r in findings(reader, "UN-EU") if r.rule.code == "disagreement-field"}
    assert disagreed == {"F5.1", "F1.3", "F2.2", "F3.2", "F5.3", "F5.4"}


def test_formalising_the_partnership_comes_first(reader: User) -> None:
    assert result(reader, "UN-NATO").levels[0].weakest == "P2"
    dyad = scorecard(reader, "UN-NATO").dyad_id
    first = Recommendation.objects.visible_to(reader).filter(dyad=dyad).select_related("rule")[0]
    assert first.rule.code == "untapped-complementarity"
    assert not [r for d in ("UN-EU", "UN-AU") for r in findings(reader, d) if r.rule == first.rule]


def test_the_field_of_un_and_au_has_no_grade(reader: User) -> None:
    field = result(reader, "UN-AU").levels[1]
    assert (field.status, field.score, field.lower, field.upper) == (
        "insufficient_evidence",
        None,
        None,
        None,
    )
    evaluative = [d for d in field.dimensions if d.status not in {"descriptive", "not_applicable"}]
    assert (sum(d.published for d in field.dimensions), len(evaluative)) == (3, 8)


def test_motives_are_a_position_in_no_score(reader: User) -> None:
    motives = {dyad: result(reader, dyad).figures()["PX.1"] for dyad in DYADS}
    positions = {dyad: getattr(figure, "position", None) or 0 for dyad, figure in motives.items()}
    assert min(DYADS, key=lambda dyad: positions[dyad]) == "UN-NATO"
    assert {(f.status, f.score, f.weight) for f in motives.values()} == {("descriptive", None, 0)}


def test_the_comparison_orders_dyads_by_formal_structures_and_consultation(
    reader: User, client: Client
) -> None:
    client.force_login(reader)
    order = {}
    for code in ("P2", "P3"):
        context = client.get(reverse("assessments:compare"), {"by": code}).context
        order[code] = [str(card.dyad) for card in context["scorecards"] if str(card.dyad) in DYADS]
        assert code in [row["code"] for row in context["rows"]]
    assert order["P2"][-1] == "UN-NATO"
    assert order["P3"][0] == "UN-EU"


def spoken_words(path: Path) -> set[str]:
    """The words of a file; of Python only those in strings that are not documentation."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        return set(WORD.findall(text))
    tree = ast.parse(text)
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    strings = [n for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    return {
        word for node in strings if id(node) not in documentation for word in WORD.findall(str(node.value))
    }


def test_no_name_of_the_cases_stands_in_code_templates_or_rules() -> None:
    names = {name for dyad in DYADS for name in renaming(dyad, SAME[dyad])}
    assert {"UN", "EU", "Artemis", "UNAMID"} <= names
    root = settings.BASE_DIR
    files = [
        FOLDER / "framework.yaml",
        *(root / "templates").rglob("*.html"),
        *(root / "static").rglob("*.js"),
    ]
    for app in ("assessments", "organisations", "config"):
        files += (root / app).rglob("*.py")
    assert len(files) > 100
    found = {path.name: words for path in files if (words := spoken_words(path) & names)}
    assert found == {}
