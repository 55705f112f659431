"""Panels: who convenes and rates, when answers open, disagreement, adjudication and its four eyes."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.test import Client

from assessments.actions.adjudication import AdjudicatedMeanwhile, adjudicate, conclude, discuss
from assessments.actions.assessments import describe, release
from assessments.actions.panels import (
    add_member,
    cancel,
    leave,
    open_answers,
    remove_member,
    replace_member,
)
from assessments.actions.review import approve, return_for_changes, start_review
from assessments.actions.submission import revise, submit
from assessments.disagreement import items_of
from assessments.models import Adjudication, Assessment, Framework, Panel, PanelMember
from assessments.policy import Refused
from organisations.models import Dyad, Organisation, User
from tests.factories import (
    AT,
    DyadFactory,
    FrameworkFactory,
    OrganisationFactory,
    analyst,
    answer,
    coordinator,
    reader,
    reviewer,
)
from tests.panel_world import assessment_of, make_panel, rate

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(hours=1)


class Setting:
    """An organisation with a coordinator, a chair and three analysts, and a dyad to rate."""

    def __init__(self) -> None:
        self.own: Organisation = OrganisationFactory()
        self.by: User = coordinator(self.own)
        self.chair: User = reviewer(self.own)
        self.people: list[User] = [analyst(self.own) for _ in range(3)]
        self.dyad: Dyad = DyadFactory()
        self.framework: Framework = FrameworkFactory()

    def panel(self, n: int = 2) -> Panel:
        return make_panel(
            self.own, self.dyad, self.framework, by=self.by, members=self.people[:n], chair=self.chair
        )

    def opened(self, *scores: dict[str, int | str]) -> Panel:
        panel = self.panel(len(scores))
        for person, given in zip(self.people, scores, strict=False):
            rate(panel, person, given)
        panel.refresh_from_db()
        return panel

    def adjudicate(self, panel: Panel, code: str = "P1.1", **values: Any) -> Adjudication:
        given = {
            "score": 3,
            "non_score": "",
            "reason": "The report of 2006.",
            "read": 0,
            "by": self.by,
            "at": AT,
        }
        indicator = assessment_of(panel, self.people[0]).applicable_indicators().get(code=code)
        return adjudicate(panel=panel, indicator=indicator, **(given | values))  # type: ignore[arg-type]


@pytest.fixture
def setting() -> Setting:
    return Setting()


def test_each_member_gets_a_draft_about_the_same(setting: Setting) -> None:
    panel = setting.panel(3)
    drafts = Assessment.objects.filter(panel_member__panel=panel)
    assert {draft.assessor for draft in drafts} == set(setting.people)
    assert {(d.state, d.case, d.dyad_id, d.basis) for d in drafts} == {
        ("draft", "period:2003-2007", setting.dyad.pk, "Panel of analysts")
    }


@pytest.mark.parametrize("role", [analyst, reviewer, reader])
def test_only_coordinators_of_the_organisation_convene(setting: Setting, role: Any) -> None:
    for by in (role(setting.own), coordinator(OrganisationFactory())):
        with pytest.raises(Refused, match="not a coordinator"):
            make_panel(setting.own, setting.dyad, setting.framework, by=by, members=setting.people)


def test_members_are_two_or_more_analysts_of_that_organisation(setting: Setting) -> None:
    with pytest.raises(ValidationError, match="two or more"):
        setting.panel(1)
    for other in (analyst(OrganisationFactory()), setting.by):
        with pytest.raises(Refused, match="is not an analyst"):
            make_panel(
                setting.own, setting.dyad, setting.framework, by=setting.by, members=[*setting.people, other]
            )
    assert not Panel.objects.exists()
    assert not Assessment.objects.exists()


def test_the_chair_reads_the_work_and_does_not_rate(setting: Setting) -> None:
    where = (setting.own, setting.dyad, setting.framework)
    with pytest.raises(Refused, match="does not read"):
        make_panel(*where, by=setting.by, members=setting.people, chair=reader(setting.own))
    with pytest.raises(Refused, match="is the chair"):
        make_panel(*where, by=setting.by, members=setting.people, chair=setting.people[0])


def test_the_last_submission_opens_the_answers(setting: Setting) -> None:
    panel = setting.panel(3)
    for person in setting.people[:2]:
        rate(panel, person, {})
        panel.refresh_from_db()
        assert (panel.state, panel.opened_at) == ("rating", None)
    last = rate(panel, setting.people[2], {})
    panel.refresh_from_db()
    assert (panel.state, panel.opened_by, panel.opening_reason) == ("comparing", setting.people[2], "")
    last.refresh_from_db()
    assert panel.members.get(person=setting.people[2]).revision == last.current_revision


def test_a_member_who_never_submits_is_left_out_and_named(setting: Setting, client: Client) -> None:
    panel = setting.panel(3)
    rate(panel, setting.people[0], {})
    with pytest.raises(ValidationError, match="Fewer than two"):
        open_answers(panel=panel, reason="Too long.", by=setting.by, at=AT)
    rate(panel, setting.people[1], {})
    with pytest.raises(ValidationError, match="not waited for"):
        open_answers(panel=panel, reason=" ", by=setting.by, at=AT)
    for by in (*setting.people, setting.chair):
        with pytest.raises(Refused):
            open_answers(panel=panel, reason="Too long.", by=by, at=AT)
    open_answers(panel=panel, reason="Too long.", by=setting.by, at=LATER)
    client.force_login(setting.chair)
    page = client.get(panel.get_absolute_url()).content.decode()
    assert "without waiting for everybody" in page
    assert "Too long." in page
    assert "had not submitted" in page
    late = rate(panel, setting.people[2], {"P1.1": 5})
    assert panel.members.get(person=setting.people[2]).revision is None
    late.refresh_from_db()
    assert late.state == "submitted"


def test_who_comes_late_is_marked(setting: Setting, client: Client) -> None:
    """On the page of the panel, of the assessment and of its review."""
    panel = setting.panel(3)
    for person in setting.people[:2]:
        rate(panel, person, {})
    open_answers(panel=panel, reason="Too long.", by=setting.by, at=AT)
    late = rate(panel, setting.people[2], {"P1.1": 5})
    start_review(assessment=late, by=setting.chair, at=LATER)
    client.force_login(setting.chair)
    for address in (late.get_absolute_url(), f"{late.get_absolute_url()}review/1/"):
        assert "after the answers of the others were open" in client.get(address).content.decode()
    page = client.get(panel.get_absolute_url()).content.decode()
    assert "revision 1 after the opening" in page


def test_a_changed_answer_stands_beside_the_first_one(setting: Setting, client: Client) -> None:
    panel = setting.opened({"P1.1": 5}, {"P1.1": 2})
    mine = assessment_of(panel, setting.people[0])
    revision = start_review(assessment=mine, by=setting.chair, at=LATER)
    return_for_changes(revision=revision, by=setting.chair, reason="Look again.", at=LATER)
    revise(assessment=mine, by=setting.people[0], at=LATER)
    answer(mine, {"P1.1": 3})
    submit(assessment=mine, by=setting.people[0], at=LATER)
    [item] = [item for item in items_of(panel) if item.disagrees]
    first, second = item.answers
    assert (first.answer["score"], first.later["score"], second.later) == (5, 3, None)  # type: ignore[index]
    client.force_login(setting.by)
    page = client.get(f"{panel.get_absolute_url()}P1.1/").content.decode()
    assert "Changed after the opening" in page
    assert "revision 2 after the opening" in client.get(panel.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        (({"P1.1": 4}, {"P1.1": 5}), []),
        (({"P1.1": 3}, {"P1.1": 5}), [("P1.1", 2, False)]),
        (({"P1.1": 1}, {"P1.1": 2}, {"P1.1": 3}), [("P1.1", 2, False)]),
        (({"P1.1": 3}, {"P1.1": "insufficient_evidence"}), [("P1.1", 0, True)]),
        (({"PX.1": 3}, {"PX.1": "not_applicable"}), [("PX.1", 0, True)]),
        (({"P1.1": "not_applicable"}, {"P1.1": "insufficient_evidence"}), []),
        (({"P1.1": 5}, {"P1.1": 1}, {"P1.1": "not_applicable"}), [("P1.1", 4, True)]),
    ],
)
def test_what_counts_as_disagreement(setting: Setting, scores: Any, expected: Any) -> None:
    panel = setting.opened(*scores)
    found = [(i.indicator.code, i.spread, i.scored_and_unscored) for i in items_of(panel) if i.disagrees]
    assert found == expected


def test_a_value_is_adjudicated_beside_the_answers(setting: Setting) -> None:
    panel = setting.opened({"P1.1": 5}, {"P1.1": 2})
    before = list(Assessment.objects.order_by("pk").values_list("state", "version", "current_revision"))
    decided = setting.adjudicate(panel, by=setting.chair)
    assert (decided.score, decided.decided_by) == (3, setting.chair)
    assert (
        list(Assessment.objects.order_by("pk").values_list("state", "version", "current_revision")) == before
    )
    with pytest.raises(AdjudicatedMeanwhile):
        setting.adjudicate(panel, score=4)
    second = setting.adjudicate(panel, score=None, non_score="insufficient_evidence", read=decided.pk)
    assert list(panel.adjudications.standing()) == [second]
    assert panel.adjudications.count() == 2


def test_who_adjudicates(setting: Setting) -> None:
    panel = setting.opened({"P1.1": 5}, {"P1.1": 2})
    for by in (*setting.people, reviewer(setting.own), coordinator(OrganisationFactory())):
        with pytest.raises(Refused):
            setting.adjudicate(panel, by=by)
    with pytest.raises(ValidationError, match="nothing to adjudicate"):
        setting.adjudicate(panel, code="P1.2")
    for wrong in ({"reason": " "}, {"score": 6}, {"score": None}):
        with pytest.raises(ValidationError):
            setting.adjudicate(panel, **wrong)


def test_who_has_rated_never_adjudicates_whatever_their_roles(setting: Setting) -> None:
    """Also who has left, and in the database as well."""
    setting.people[0].memberships.create(organisation=setting.own, role="coordinator")
    panel = setting.panel(3)
    leave(panel=panel, reason="Moved on.", by=setting.people[0], at=AT)
    for person, score in zip(setting.people[1:], (5, 1), strict=True):
        rate(panel, person, {"P1.1": score})
    indicator = assessment_of(panel, setting.people[1]).applicable_indicators()[0]
    values: dict[str, Any] = {"score": 3, "non_score": "", "reason": "R", "read": 0, "at": AT}
    with pytest.raises(Refused, match="four eyes"):
        adjudicate(panel=panel, indicator=indicator, by=setting.people[0], **values)
    with pytest.raises(DatabaseError, match="cannot adjudicate"), transaction.atomic():
        Adjudication.objects.create(
            panel=panel,
            indicator=indicator,
            score=3,
            reason="R",
            decided_by=setting.people[0],
            decided_at=AT,
        )
    kept = adjudicate(panel=panel, indicator=indicator, by=setting.by, **values)
    with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
        Adjudication.objects.filter(pk=kept.pk).update(score=5)


def test_members_do_not_review_one_another(setting: Setting) -> None:
    setting.people[0].memberships.create(organisation=setting.own, role="reviewer")
    panel = setting.opened({"P1.1": 5}, {"P1.1": 2})
    with pytest.raises(Refused, match="rated for the same panel"):
        start_review(assessment=assessment_of(panel, setting.people[1]), by=setting.people[0], at=AT)


def test_discussion_in_threads(setting: Setting) -> None:
    panel = setting.opened({"P1.1": 5}, {"P1.1": 2})
    indicator = assessment_of(panel, setting.people[0]).applicable_indicators()[0]
    place: dict[str, Any] = {"panel": panel, "indicator": indicator, "at": AT}
    first = discuss(text="Which year?", by=setting.people[0], **place)
    reply = discuss(text="2006.", by=setting.chair, parent=first, **place)
    assert discuss(text="Thanks.", by=setting.by, parent=reply, **place).parent == first
    with pytest.raises(Refused, match="Members, the chair"):
        discuss(text="Me too.", by=reviewer(setting.own), **place)
    with pytest.raises(Refused, match="Your role"):
        discuss(text="Me too.", by=analyst(OrganisationFactory()), **place)
    with pytest.raises(ValidationError, match="Write something"):
        discuss(text=" ", by=setting.by, **place)


def test_concluding_needs_every_disagreement_adjudicated(setting: Setting) -> None:
    panel = setting.opened({"P1.1": 5, "P1.2": 5}, {"P1.1": 2, "P1.2": 1})
    setting.adjudicate(panel)
    with pytest.raises(ValidationError, match=r"Still to adjudicate: P1\.2"):
        conclude(panel=panel, by=setting.by, at=AT)
    setting.adjudicate(panel, code="P1.2")
    conclude(panel=panel, by=setting.chair, at=LATER)
    panel.refresh_from_db()
    assert (panel.state, panel.ended_by) == ("concluded", setting.chair)
    with pytest.raises(Refused, match="not possible while"):
        setting.adjudicate(panel, read=panel.adjudications.latest("pk").pk)


def test_members_change_only_while_they_rate(setting: Setting) -> None:
    panel = setting.panel(2)
    first, second, third = setting.people
    with pytest.raises(ValidationError, match="Say why"):
        remove_member(panel=panel, person=first, reason="", by=setting.by, at=AT)
    replace_member(panel=panel, person=first, successor=third, reason="Illness.", by=setting.by, at=AT)
    gone = panel.members.get(person=first)
    assert (gone.left_reason, gone.removed_by, gone.assessment.state) == ("Illness.", setting.by, "withdrawn")
    with pytest.raises(Refused, match="is a member already"):
        add_member(panel=panel, person=third, by=setting.by, at=AT)
    with pytest.raises(ValidationError, match="is not a member"):
        remove_member(panel=panel, person=first, reason="R", by=setting.by, at=AT)
    with pytest.raises(Refused, match="not a member"):
        leave(panel=panel, reason="R", by=first, at=AT)
    for person in (second, third):
        rate(panel, person, {})
    with pytest.raises(Refused, match="not possible while"):
        add_member(panel=panel, person=first, by=setting.by, at=AT)
    with pytest.raises(Refused, match="not possible while"):
        leave(panel=panel, reason="R", by=second, at=AT)


def test_leaving_opens_nothing_by_itself(setting: Setting) -> None:
    """The coordinator may want somebody else in their place."""
    panel = setting.panel(3)
    for person in setting.people[:2]:
        rate(panel, person, {})
    leave(panel=panel, reason="Moved on.", by=setting.people[2], at=AT)
    panel.refresh_from_db()
    assert panel.is_blind
    open_answers(panel=panel, reason="Both are done.", by=setting.by, at=AT)


def test_a_cancelled_panel_leaves_ordinary_assessments(setting: Setting) -> None:
    panel = setting.panel(2)
    drafts = Assessment.objects.filter(panel_member__panel=panel)
    assert not drafts.visible_to(setting.by)
    with pytest.raises(ValidationError, match="Say why"):
        cancel(panel=panel, reason=" ", by=setting.by, at=AT)
    cancel(panel=panel, reason="No time.", by=setting.by, at=AT)
    assert drafts.visible_to(setting.by).count() == 2
    rate(panel, setting.people[0], {})
    panel.refresh_from_db()
    assert panel.state == "cancelled"


def test_the_period_of_a_panel_stays(setting: Setting) -> None:
    draft = assessment_of(setting.panel(), setting.people[0])
    values: dict[str, Any] = {"version": 1, "reference": "", "marking": "AMBER", "at": AT}
    with pytest.raises(ValidationError, match="the period stays"):
        describe(assessment=draft, by=draft.assessor, period=(2003, 2006), basis="B", **values)
    describe(assessment=draft, by=draft.assessor, period=(2003, 2007), basis="My interviews", **values)


def approve_all(setting: Setting, panel: Panel) -> None:
    for member in PanelMember.objects.filter(panel=panel):
        revision = start_review(assessment=member.assessment, by=setting.chair, at=LATER)
        approve(revision=revision, by=setting.chair, at=LATER)


def test_the_value_is_shown_on_the_drill_down_to_who_may_know_it(setting: Setting, client: Client) -> None:
    """The organisation's people; others once concluded, when all answers behind it are released to them."""
    panel = setting.opened({"P1.1": 5}, {"P1.1": 2})
    setting.adjudicate(panel)
    approve_all(setting, panel)
    stranger = analyst(OrganisationFactory())

    def shown(person: User) -> bool:
        client.force_login(person)
        page = client.get(f"{setting.dyad.get_absolute_url()}political/")
        return "Adjudicated beside the answers" in page.content.decode()

    first, second = Assessment.objects.filter(panel_member__panel=panel).order_by("pk")
    release(assessment=first, to=[], to_all=True, by=setting.by, at=LATER)
    assert (shown(setting.chair), shown(stranger)) == (True, False)
    conclude(panel=panel, by=setting.by, at=LATER)
    assert not shown(stranger)
    release(assessment=second, to=[], to_all=True, by=setting.by, at=LATER)
    assert shown(stranger)


def test_scores_rest_on_the_answers_and_not_on_the_value(setting: Setting) -> None:
    panel = setting.opened({"P1.1": 5}, {"P1.1": 1})
    setting.adjudicate(panel, score=4)
    approve_all(setting, panel)
    scores = [
        rating.score
        for member in PanelMember.objects.filter(panel=panel)
        for rating in member.assessment.approved_ratings.filter(indicator__code="P1.1")
    ]
    assert scores == [5, 1]


def test_the_convening_form(setting: Setting, client: Client) -> None:
    client.force_login(setting.by)
    data: dict[str, Any] = {
        "on_behalf_of": setting.own.pk,
        "level": "political",
        "dyad": setting.dyad.pk,
        "framework": setting.framework.pk,
        "period_start": "2003",
        "period_end": "2007",
        "basis": "Panel",
        "marking": "AMBER",
        "members": [setting.people[0].pk],
        "chair": setting.people[0].pk,
        "due": "2020-01-01",
    }
    page = client.post("/panels/convene/", data)
    assert page.status_code == 422
    for words in ("two or more members", "The chair does not rate", "This day has passed"):
        assert words in page.content.decode()
    right = {"members": [person.pk for person in setting.people], "chair": setting.chair.pk, "due": ""}
    response = client.post("/panels/convene/", data | right)
    panel = Panel.objects.get()
    assert response["Location"] == panel.get_absolute_url()
    client.force_login(setting.people[0])
    assert panel.get_absolute_url() in client.get("/").content.decode()


def test_odd_requests(setting: Setting, client: Client) -> None:
    panel = setting.opened({"P1.1": 5}, {"P1.1": 2})
    client.force_login(setting.by)
    here = panel.get_absolute_url()
    item = f"{here}P1.1/"
    for address, data, status in (
        (here, {"do": "?"}, 404),
        (item, {}, 404),
        (f"{here}nowhere/", {"do": "discuss", "text": "x"}, 404),
        (item, {"do": "discuss", "text": "x", "parent": "999999"}, 404),
        (item, {"do": "discuss", "text": ""}, 422),
        (item, {"do": "adjudicate", "answer": "9", "reason": "R", "read": "0"}, 422),
        (item, {"do": "adjudicate", "answer": "3", "reason": "R", "read": str(10**30)}, 422),
        (item, {"do": "adjudicate", "answer": "3", "reason": "R", "read": "0"}, 302),
        (item, {"do": "adjudicate", "answer": "4", "reason": "R", "read": "0"}, 409),
        (here, {"do": "conclude"}, 302),
        (here, {"do": "cancel", "reason": "R"}, 302),
    ):
        assert (data, client.post(address, data).status_code) == (data, status)
    panel.refresh_from_db()
    assert panel.state == "concluded"
