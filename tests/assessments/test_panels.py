"""Panels: who convenes and rates, who leaves, when the answers open, and what comes late."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from assessments.actions.assessments import describe
from assessments.actions.panels import (
    add_member,
    cancel,
    leave,
    open_answers,
    remove_member,
    replace_member,
)
from assessments.actions.review import start_review
from assessments.models import Assessment, Panel
from assessments.policy import Refused
from tests.factories import (
    AT,
    OrganisationFactory,
    analyst,
    coordinator,
    reader,
    reviewer,
)
from tests.panel_world import Setting, assessment_of, make_panel, rate

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(hours=1)


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
