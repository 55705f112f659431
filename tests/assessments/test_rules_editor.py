"""The rules editor: drafts, faults at their fields, trials that tell what publishing brings, who may."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.actions import rule_versions as actions
from assessments.actions.scorecards import rebuild
from assessments.forms.rules import RuleForm
from assessments.models import Finding, Framework, Rule, Scorecard
from assessments.policy import Refused
from assessments.rule_trial import try_rules
from organisations.models import User
from tests.factories import (
    AT,
    AdministratorFactory,
    DyadFactory,
    EngagementFactory,
    FrameworkFactory,
    OrganisationFactory,
    coordinator,
    make_assessment,
    reader,
)

pytestmark = pytest.mark.django_db

WEAK: dict[str, Any] = {
    "code": "weak",
    "kind": "weakness",
    "priority": 2,
    "scope": ["dyad"],
    "addresses": "F5.1",
    "when": {"of": "F5.1", "measure": "p_below_3", "at_least": 0.7},
    "finding": "{subject} is weak in {target}.",
    "recommendation": "{first} and {second} should plan.",
    "because": "Handovers fail without it.",
    "source": "judgement",
}
SPREAD: dict[str, Any] = {
    **WEAK,
    "code": "spread",
    "kind": "disagreement",
    "scope": ["engagement"],
    "when": {"all": [{"of": "F5.1", "measure": "spread", "at_least": 2}, {"not": {"rule": "odd"}}]},
    "finding": "Assessors of {engagement} differ.",
}
ODD: dict[str, Any] = {
    **WEAK,
    "code": "odd",
    "scope": ["dyad", "engagement"],
    "when": {"of": "F5.1", "measure": "n_ratings", "at_least": 99},
}


def posted(definition: dict[str, Any], version: int = 1, **changed: Any) -> dict[str, Any]:
    """A definition as the form sends it."""
    rule = Rule(definition=definition, version=version)
    initial = RuleForm.initial_of(rule)
    return {name: value for name, value in (initial | changed).items() if value is not None}


class Setting:
    """Two dyads, weak and good in F5.1, seen by everybody, and a third of which nobody else sees anything."""

    def __init__(self, rules: list[dict[str, Any]]) -> None:
        self.questions: Framework = FrameworkFactory(version="1.0", rules=rules)
        self.by: User = AdministratorFactory()
        self.weak, self.good, self.hidden = DyadFactory(), DyadFactory(), DyadFactory()
        for dyad, scores, shown in ((self.weak, (1, 1, 3), True), (self.good, (5, 5, 5), True)):
            self.assess(dyad, scores, to_all=shown)
        self.assess(self.hidden, (1, 1, 1), to_all=False)

    def assess(self, dyad: Any, scores: tuple[int, ...], *, to_all: bool) -> None:
        engagement = EngagementFactory(dyad=dyad, arrangement="sequential")
        for score in scores:
            make_assessment(
                "approved",
                engagement=engagement,
                framework=self.questions,
                on_behalf_of=OrganisationFactory(),
                answers={"F5.1": score},
                released_to_all=to_all,
            )

    def draft(self) -> Framework:
        return actions.begin_rules_version(questions=self.questions, version="1.1", note="New.", by=self.by)

    def write(self, draft: Framework, definition: dict[str, Any], rule: Rule | None = None) -> Rule:
        return actions.write_rule(draft=draft, rule=rule, definition=definition, version=1, by=self.by)


def publish(draft: Framework, by: User) -> Framework:
    return actions.publish_rules_version(draft=draft, read=actions.reading_of(draft), by=by, at=AT)


def findings(version: Framework) -> set[tuple[str, int | None, str, str]]:
    """What the scorecards that everybody sees say under a version of rules."""
    everybody = Finding.objects.visible_to(reader(OrganisationFactory())).filter(scorecard__rules=version)
    return {(one.rule.code, one.engagement_id, one.target, one.text) for one in everybody}


def test_a_draft_begins_with_the_rules_in_force_and_is_seen_by_nobody() -> None:
    setting = Setting([WEAK])
    draft = setting.draft()
    assert [rule.definition for rule in draft.rules.all()] == [WEAK]
    assert draft not in Framework.objects.visible_to(setting.by)
    with pytest.raises(Exception, match="being written already"):
        actions.begin_rules_version(questions=setting.questions, version="1.2", note="", by=setting.by)
    actions.discard_rules_version(draft=draft, by=setting.by)
    with pytest.raises(Exception, match="already exists"):
        actions.begin_rules_version(questions=setting.questions, version="1.0", note="", by=setting.by)
    assert not Framework.objects.drafts().exists()


def test_a_trial_says_what_publishing_brings() -> None:
    """The heart of it: every finding of the trial, and no other, stands on the scorecards afterwards."""
    setting = Setting([WEAK])
    draft = setting.draft()
    weaker = {**WEAK, "when": {"of": "F5.1", "measure": "p_above_3_5", "at_least": 0.7}}
    setting.write(draft, weaker, draft.rules.get())
    setting.write(draft, ODD)
    setting.write(draft, SPREAD)
    trials = try_rules(setting.questions, list(draft.rules.order_by("position")))
    assert trials.dyads == 2
    told = {
        (one.rule.code, one.engagement.pk if one.engagement else None, one.target, one.text)
        for trial in trials.by_code.values()
        for _dyad, one in trial.found
    }
    assert {code for code, *_rest in told} == {"weak", "spread"}
    weak = trials.by_code["weak"]
    assert (weak.dyads, [dyad for dyad, _one in weak.newly]) == (1, [setting.good])
    assert [dyad for dyad, _one in weak.no_longer] == [setting.weak]
    assert [dyad for dyad, _one in trials.by_code["spread"].newly] == [setting.weak]
    published = actions.publish_rules_version(
        draft=draft, read=actions.reading_of(draft), by=setting.by, at=AT
    )
    assert findings(published) == told


def test_a_trial_is_the_same_whether_scorecards_are_stored_or_not() -> None:
    setting = Setting([WEAK])
    rules = list(setting.questions.rules.all())
    stored = try_rules(setting.questions, rules)
    Finding.objects.all().delete()
    Scorecard.objects.all().delete()
    anew = try_rules(setting.questions, rules)
    assert stored.by_code["weak"].found == anew.by_code["weak"].found != []
    assert (stored.dyads, anew.dyads) == (2, 2)
    rebuild(framework=setting.questions, at=AT)


def test_rules_that_are_taken_out_are_missed() -> None:
    setting = Setting([WEAK])
    draft = setting.draft()
    actions.remove_rule(rule=draft.rules.get(), by=setting.by)
    trials = try_rules(setting.questions, [])
    assert [dyad for dyad, _one in trials.by_code["weak"].no_longer] == [setting.weak]
    actions.publish_rules_version(draft=draft, read=actions.reading_of(draft), by=setting.by, at=AT)
    assert findings(draft) == set()


def test_the_same_rules_are_not_published_again() -> None:
    setting = Setting([WEAK])
    draft = setting.draft()
    with pytest.raises(Exception, match="These are the rules in force"):
        actions.publish_rules_version(draft=draft, read=actions.reading_of(draft), by=setting.by, at=AT)


def test_what_is_published_stays() -> None:
    setting = Setting([WEAK])
    draft = setting.draft()
    rule = setting.write(draft, {**WEAK, "priority": 1}, draft.rules.get())
    actions.publish_rules_version(draft=draft, read=actions.reading_of(draft), by=setting.by, at=AT)
    for attempt in (
        lambda: setting.write(draft, WEAK, rule),
        lambda: actions.remove_rule(rule=rule, by=setting.by),
        lambda: actions.discard_rules_version(draft=draft, by=setting.by),
        lambda: actions.publish_rules_version(
            draft=draft, read=actions.reading_of(draft), by=setting.by, at=AT
        ),
    ):
        with pytest.raises(Refused, match="published and stays"):
            attempt()


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"when": {"of": "F9.9", "measure": "score", "at_least": 1}}, "when.of"),
        ({"when": {"of": "F5.1", "measure": "beauty", "at_least": 1}}, "when.measure"),
        ({"when": {"rule": "none"}}, "when.rule"),
        ({"when": {"rule": "weak"}}, "when"),
        ({"finding": "{nobody} is weak."}, "finding"),
        ({"finding": "{engagement} is weak."}, "finding"),
        ({"addresses": "F9.9"}, "addresses"),
        ({"code": "odd"}, "code"),
    ],
)
def test_a_rule_that_cannot_be_fired_is_not_saved(changed: dict[str, Any], place: str) -> None:
    setting = Setting([ODD, WEAK])
    draft = setting.draft()
    with pytest.raises(actions.InvalidRule) as raised:
        setting.write(draft, {**WEAK, **changed}, draft.rules.get(code="weak"))
    assert [at for at, _what in raised.value.problems] == [place]
    assert draft.rules.get(code="weak").definition == WEAK


def test_a_rule_that_others_ask_is_neither_taken_out_nor_renamed() -> None:
    setting = Setting([ODD, SPREAD])
    draft = setting.draft()
    odd = draft.rules.get(code="odd")
    with pytest.raises(actions.InvalidRule, match="rule spread"):
        actions.remove_rule(rule=odd, by=setting.by)
    with pytest.raises(actions.InvalidRule, match="rule spread"):
        setting.write(draft, {**ODD, "code": "renamed"}, odd)
    assert draft.rules.count() == 2


def test_of_two_who_change_a_rule_the_second_is_told() -> None:
    setting = Setting([WEAK])
    draft = setting.draft()
    rule = draft.rules.get()
    setting.write(draft, {**WEAK, "priority": 1}, rule)
    with pytest.raises(actions.RuleChanged):
        setting.write(draft, {**WEAK, "priority": 5}, rule)
    rule.refresh_from_db()
    actions.remove_rule(rule=rule, by=setting.by)
    with pytest.raises(actions.RuleChanged):
        setting.write(draft, {**WEAK, "priority": 5}, rule)


def test_only_administrators_edit_rules() -> None:
    setting = Setting([WEAK])
    draft = setting.draft()
    others = (coordinator(setting.weak.first), AdministratorFactory(is_active=False))
    for person in others:
        setting.by = person
        for attempt in (
            setting.draft,
            lambda: setting.write(draft, WEAK),
            lambda: actions.remove_rule(rule=draft.rules.get(), by=person),  # noqa: B023 - called at once
            lambda: actions.discard_rules_version(draft=draft, by=person),  # noqa: B023
            lambda: publish(draft, person),  # noqa: B023
        ):
            with pytest.raises(Refused, match="Only administrators"):
                attempt()


class Page:
    def __init__(self, client: Client, rules: list[dict[str, Any]]) -> None:
        self.setting, self.client = Setting(rules), client
        client.force_login(self.setting.by)
        self.path = reverse("assessments:rules", args=["small", "1.0"])

    def read(self) -> str:
        """What the form that publishes says was looked at."""
        return str(self.client.get(self.path).context["read"])

    def begin(self) -> Framework:
        assert self.client.post(self.path, {"version": "1.1", "note": "New."}).status_code == 302
        return Framework.objects.drafts().get()


def test_only_what_was_read_is_published(client: Client) -> None:
    page = Page(client, [WEAK])
    draft = page.begin()
    rule = page.setting.write(draft, {**WEAK, "priority": 1}, draft.rules.get())
    read = page.read()
    actions.write_rule(
        draft=draft, rule=rule, definition={**WEAK, "priority": 5}, version=2, by=AdministratorFactory()
    )
    stale = client.post(page.path, {"do": "publish", "read": read}, follow=True)
    assert "have changed since you looked" in stale.content.decode()
    assert page.setting.questions.rules_in_force() == page.setting.questions
    assert client.post(page.path, {"version": "1.2", "note": "Mine."}, follow=True).status_code == 200
    client.post(page.path, {"do": "publish", "read": page.read()})
    assert page.setting.questions.rules_in_force() == draft


def test_the_page_from_beginning_to_publishing(client: Client) -> None:
    page = Page(client, [WEAK])
    at_first = client.get(page.path)
    assert at_first.context["form"]["version"].value() == "1.1"
    assert "Edit the rules" in client.get(page.setting.questions.get_absolute_url()).content.decode()
    draft = page.begin()
    rule = draft.rules.get()
    changed = posted(WEAK, when="{of: F5.1, measure: p_above_3_5, at_least: 0.7}", kind="strength")
    saved = client.post(f"{page.path}{rule.pk}/", changed)
    assert saved.headers["Location"] == f"{page.path}?try=all#rule-weak"
    tried = client.get(f"{page.path}?try=all").content.decode()
    assert "Would fire for 1 of 2 dyads" in tried
    assert "Newly for 1" in tried
    assert "No longer for 1" in tried
    assert f"{page.setting.good} is weak in F5.1" in tried
    assert str(page.setting.hidden) not in tried
    published = client.post(page.path, {"do": "publish", "read": page.read()})
    assert published.headers["Location"] == "/frameworks/small/1.1/"
    assert page.setting.questions.rules_in_force().version == "1.1"
    assert client.get(page.path).context["form"]["version"].value() == "1.2"


def test_rules_are_added_and_taken_out_on_the_page(client: Client) -> None:
    page = Page(client, [WEAK])
    draft = page.begin()
    each = {**ODD, "for_each": "indicator", "level": "field", "when": {**ODD["when"], "of": "each"}}
    del each["addresses"]
    assert client.post(f"{page.path}add/", posted(each, version=0)).status_code == 302
    added = draft.rules.get(code="odd")
    assert (added.definition, added.position) == (each, 1)
    assert client.get(f"{page.path}{added.pk}/").context["form"]["about"].value() == "each indicator"
    client.post(page.path, {"do": "remove", "rule": added.pk})
    assert [rule.code for rule in draft.rules.all()] == ["weak"]
    client.post(page.path, {"do": "discard"})
    assert not Framework.objects.drafts().exists()


def test_faults_stand_at_their_fields_and_nothing_is_lost(client: Client) -> None:
    page = Page(client, [WEAK])
    rule = page.begin().rules.get()
    for sent, field, words in (
        ({"when": "{of: F9.9, measure: score, at_least: 1}"}, "when", "of: found"),
        ({"when": "all: ["}, "when", "this is not YAML"),
        ({"when": "of: &a [*a]"}, "when", "alias"),
        ({"when": "2020-01-01"}, "when", ""),
        ({"about": "F9.9"}, "about", "valid choice"),
        ({"level": "field"}, "level", "no level"),
        ({"finding": "{nobody}"}, "finding", "placeholders"),
        ({"source": ""}, "source", "required"),
    ):
        answer = client.post(f"{page.path}{rule.pk}/", posted(WEAK) | sent)
        assert answer.status_code == 422, sent
        assert words in str(answer.context["form"].errors[field]), sent
        assert answer.context["form"]["because"].value() == WEAK["because"]
    rule.refresh_from_db()
    assert rule.definition == WEAK


def test_another_version_of_a_rule_is_shown_beside_ones_own(client: Client) -> None:
    page = Page(client, [WEAK])
    draft = page.begin()
    rule = draft.rules.get()
    page.setting.write(draft, {**WEAK, "finding": "Theirs about {dyad}."}, rule)
    answer = client.post(f"{page.path}{rule.pk}/", posted(WEAK, finding="Mine about {dyad}."))
    assert answer.status_code == 409
    assert "Theirs about {dyad}." in answer.content.decode()
    assert answer.context["form"]["finding"].value() == "Mine about {dyad}."
    again = posted(WEAK, version=answer.context["form"]["version"].value(), finding="Mine about {dyad}.")
    assert client.post(f"{page.path}{rule.pk}/", again).status_code == 302


def test_what_is_not_there_is_not_found(client: Client) -> None:
    page = Page(client, [WEAK])
    assert client.get(f"{page.path}add/", follow=True).redirect_chain[-1][0] == page.path
    draft = page.begin()
    assert client.get(f"{page.path}{10**9}/").status_code == 404
    assert client.post(page.path, {"do": "own"}).status_code == 404
    assert client.post(page.path, {"do": "remove", "rule": "²"}).status_code == 404
    assert client.get(reverse("assessments:rules", args=["small", draft.version])).status_code == 404
    client.post(page.path, {"do": "publish", "read": page.read()})
    assert Framework.objects.drafts().get() == draft, "nothing is changed yet"


def test_faults_at_the_beginning(client: Client) -> None:
    page = Page(client, [WEAK])
    for version in ("1.0", "next", "", "1" * 21):
        answer = client.post(page.path, {"version": version, "note": "Kept."})
        assert answer.status_code == 422
        assert answer.context["form"]["note"].value() == "Kept."


def test_more_dyads_take_no_more_queries(client: Client) -> None:
    page = Page(client, [WEAK])
    page.begin()

    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(f"{page.path}?try=all").status_code == 200
        return len(captured)

    once = count()
    page.setting.assess(DyadFactory(), (1, 2), to_all=True)
    assert count() == once
