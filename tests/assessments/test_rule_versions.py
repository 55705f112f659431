"""Versions of a framework that differ in their rules only."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from django.db import IntegrityError
from django.test import Client

from assessments.actions.assessments import release
from assessments.actions.imports import load_framework
from assessments.actions.recommendations import decide
from assessments.exchange.documents import InvalidFile
from assessments.models import Finding, Framework, Recommendation, Scorecard
from tests.factories import (
    AT,
    AdministratorFactory,
    DyadFactory,
    FrameworkFactory,
    OrganisationFactory,
    coordinator,
    make_assessment,
    reader,
)

pytestmark = pytest.mark.django_db

WEAK: dict[str, Any] = {
    "code": "weak-P1.1",
    "scope": ["dyad"],
    "addresses": "P1.1",
    "kind": "weakness",
    "priority": 2,
    "when": {"of": "P1.1", "measure": "p_below_3", "at_least": 0.6},
    "finding": "{target} is weak for {subject}.",
    "recommendation": "Improve {target}.",
    "because": "It matters.",
}
NEW_WORDS = WEAK | {"finding": "{subject} is weak in {target}.", "source": "judgement"}


def version(path: Path, rules: list[dict[str, Any]], **other: Any) -> Path:
    content = {"code": "small", "version": "2.0", "questions_of": "1.0", "note": "Words.", "rules": rules}
    file = path / "rules.yaml"
    file.write_text(yaml.safe_dump(content | other), encoding="utf-8")
    return file


class Setting:
    """A dyad whose P1.1 was scored 1, seen by a reader of a third organisation."""

    def __init__(self) -> None:
        self.framework = FrameworkFactory(version="1.0", rules=[WEAK])
        self.dyad, self.third = DyadFactory(), OrganisationFactory()
        self.administrator, self.reader = AdministratorFactory(), reader(self.third)
        make_assessment(
            "approved",
            dyad=self.dyad,
            framework=self.framework,
            on_behalf_of=self.third,
            answers={"P1.1": 1},
            released_to_all=True,
        )

    def load(self, file: Path) -> Framework:
        load_framework(path=file, by=self.administrator, at=AT)
        return Framework.objects.get(version="2.0")

    def texts(self) -> list[str]:
        return [finding.text for finding in Finding.objects.visible_to(self.reader)]

    def recommendation(self) -> Recommendation:
        return Recommendation.objects.visible_to(self.reader).get()


@pytest.fixture
def setting() -> Setting:
    return Setting()


def test_answers_to_the_questions_are_judged_by_the_rules_published_last(
    setting: Setting, tmp_path: Path
) -> None:
    before = Scorecard.objects.visible_to(setting.reader).get()
    assert setting.texts() == [f"P1.1 Indicator P1.1 is weak for {setting.dyad.slug}."]

    published = setting.load(version(tmp_path, [NEW_WORDS]))

    after = Scorecard.objects.visible_to(setting.reader).get()
    assert setting.texts() == [f"{setting.dyad.slug} is weak in P1.1 Indicator P1.1."]
    assert after.rules == published == setting.framework.rules_in_force()
    assert (after.framework, after.sha256) == (before.framework, before.sha256), "figures stay"
    assert before.findings.count() == 1, "what was found by the former rules is kept"


def test_a_recommendation_in_the_same_words_stays_with_what_was_decided(
    setting: Setting, tmp_path: Path
) -> None:
    decider = coordinator(setting.dyad.first)
    decide(recommendation=setting.recommendation(), accept=True, by=decider, at=AT)
    setting.load(version(tmp_path, [NEW_WORDS]))
    assert setting.recommendation().status == "accepted"
    assert Recommendation.objects.count() == 1

    load_framework(
        path=version(tmp_path, [NEW_WORDS | {"recommendation": "Mend {target}."}], version="3.0"),
        by=setting.administrator,
        at=AT,
    )
    assert (setting.recommendation().status, setting.recommendation().text) == (
        "proposed",
        "Mend P1.1 Indicator P1.1.",
    )


def test_what_is_approved_later_is_judged_by_the_new_rules_too(setting: Setting, tmp_path: Path) -> None:
    setting.load(version(tmp_path, [NEW_WORDS]))
    later = make_assessment(
        "approved",
        dyad=setting.dyad,
        framework=setting.framework,
        on_behalf_of=setting.third,
        answers={"P1.1": 1},
        period=(2008, 2010),
    )
    release(assessment=later, to=[], to_all=True, by=coordinator(setting.third), at=AT)
    assert len(Scorecard.objects.visible_to(setting.reader).get().revision_ids) == 2
    assert setting.texts() == [f"{setting.dyad.slug} is weak in P1.1 Indicator P1.1."]


def test_it_is_fixed_once_published(setting: Setting, tmp_path: Path) -> None:
    rule = setting.load(version(tmp_path, [NEW_WORDS])).rules.get()
    rule.priority = 5
    with pytest.raises(IntegrityError, match="published and fixed"):
        rule.save()


@pytest.mark.parametrize(
    ("changes", "place", "message"),
    [
        ({"questions_of": "0.9"}, "questions_of", "a version with questions that is loaded (small@1.0)"),
        ({"rules": [NEW_WORDS | {"addresses": "P9"}]}, "rules[0].addresses", "P9"),
        ({"levels": {}}, "levels", "an unknown key"),
        ({"source": 1, "rules": [NEW_WORDS | {"source": 7}]}, "rules[0].source", "a text"),
    ],
)
def test_faults_are_named_with_their_place(
    setting: Setting, tmp_path: Path, changes: dict[str, Any], place: str, message: str
) -> None:
    file = version(tmp_path, **({"rules": [NEW_WORDS]} | changes))
    with pytest.raises(InvalidFile) as raised:
        setting.load(file)
    faults = {problem.path: problem.message for problem in raised.value.problems}
    assert message in faults[place]
    assert Framework.objects.count() == 1


def test_the_same_file_again_changes_nothing_and_another_one_is_refused(
    setting: Setting, tmp_path: Path
) -> None:
    setting.load(version(tmp_path, [NEW_WORDS]))
    report = load_framework(path=version(tmp_path, [NEW_WORDS]), by=setting.administrator, at=AT)
    assert dict(report.unchanged) == {"framework": 1}
    with pytest.raises(InvalidFile, match="other content than the stored"):
        setting.load(version(tmp_path, [WEAK]))


def test_pages_and_interface_know_both_versions(setting: Setting, tmp_path: Path, client: Client) -> None:
    published = setting.load(version(tmp_path, [NEW_WORDS]))
    client.force_login(setting.reader)
    page = client.get(published.get_absolute_url()).content.decode()
    assert "asks the questions of" in page
    assert "Indicator P1.1 – probability of a score below 3: at least 60%" in page
    assert "judgement" in page
    dyad = client.get(setting.dyad.get_absolute_url(), {"framework": "small@2.0"})
    assert dyad.context["scorecard"].rules == published

    for name in ("small@1.0", "small@2.0"):
        found = client.get("/api/v1/recommendations/", {"framework": name}).json()["results"]
        assert len(found) == 1, name
        assert len(client.get("/api/v1/scorecards/", {"framework": name}).json()["results"]) == 1
    shown = client.get(f"/api/v1/frameworks/{published.pk}/").json()
    assert shown["questions_of"] == "small@1.0"
    assert [dimension["code"] for dimension in shown["dimensions"]] == ["P1", "PX", "F1", "F5"]
    assert (
        client.get("/api/v1/frameworks/", {"framework": "small@2.0"}).json()["results"][0]["version"] == "2.0"
    )


def test_assessments_are_not_opened_under_it(setting: Setting, tmp_path: Path) -> None:
    setting.load(version(tmp_path, [NEW_WORDS]))
    assert Framework.objects.latest() == setting.framework
    assert [*Framework.objects.asking()] == [setting.framework]
