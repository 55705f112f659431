"""Who is told of a panel: that answers are due, and that they are open."""

from datetime import date, timedelta

import pytest
from django.test import Client

from assessments.actions.panels import add_member, convene, leave, open_answers, remind_of_panels
from assessments.actions.submission import submit
from assessments.models import Assessment, Notice, Panel
from organisations.models import User
from tests.assessments.notice_team import new
from tests.factories import (
    AT,
    DyadFactory,
    FrameworkFactory,
    OrganisationFactory,
    analyst,
    answer,
    coordinator,
)

pytestmark = pytest.mark.django_db
CODES = ("P1.1", "P1.2", "PX.1")


class Sitting:
    """A panel of three, led by who convened it or by a chair."""

    def __init__(self, due: date | None = None, *, chaired: bool = False) -> None:
        self.own = OrganisationFactory()
        self.coordinator, self.chair = coordinator(self.own), coordinator(self.own)
        self.members: list[User] = [analyst(self.own) for _ in range(3)]
        self.panel: Panel = convene(
            organisation=self.own,
            members=self.members,
            dyad=DyadFactory(),
            engagement=None,
            framework=FrameworkFactory(),
            period=(2003, 2007),
            basis="Panel",
            chair=self.chair if chaired else None,
            due=due,
            by=self.coordinator,
            at=AT,
        )
        Notice.objects.all().delete()

    def draft_of(self, person: User) -> Assessment:
        return Assessment.objects.get(panel_member__panel=self.panel, assessor=person)

    def submits(self, person: User) -> None:
        draft = self.draft_of(person)
        answer(draft, dict.fromkeys(CODES, 3))
        submit(assessment=draft, by=person, at=AT, reason="It stands.")

    def told(self, kind: str) -> set[int]:
        return set(Notice.objects.filter(kind=kind).values_list("recipient", flat=True))


def ids(*people: User) -> set[int]:
    return {person.pk for person in people}


@pytest.mark.parametrize("chaired", [True, False])
def test_members_and_who_leads_are_told_when_the_answers_open(chaired: bool) -> None:
    sitting = Sitting(chaired=chaired)
    *early, last = sitting.members
    for person in early:
        sitting.submits(person)
        assert sitting.told("panel_open") == set(), "nothing while they rate blind"
    sitting.submits(last)
    leads = sitting.chair if chaired else sitting.coordinator
    assert sitting.told("panel_open") == ids(*early, leads), "not who opened them by submitting last"
    for person in (*early, leads):
        assert "panel_open" in new(person)


def test_who_left_is_not_told_and_who_is_late_is() -> None:
    sitting = Sitting()
    first, second, third = sitting.members
    leave(panel=sitting.panel, reason="Another post.", by=third, at=AT)
    added = analyst(sitting.own)
    add_member(panel=sitting.panel, person=added, by=sitting.coordinator, at=AT)
    for person in (first, second):
        sitting.submits(person)
    open_answers(panel=sitting.panel, reason="It is late.", by=sitting.coordinator, at=AT)
    assert sitting.told("panel_open") == ids(first, second, added)


def test_the_notice_leads_to_the_panel(client: Client) -> None:
    sitting = Sitting()
    for person in sitting.members:
        sitting.submits(person)
    client.force_login(sitting.members[0])
    notice = Notice.objects.get(recipient=sitting.members[0], kind="panel_open")
    assert sitting.panel.get_absolute_url() in client.get(notice.get_absolute_url()).content.decode()


@pytest.mark.parametrize(("days", "reminded"), [(4, False), (3, True), (0, True), (-1, True)])
def test_members_who_have_not_submitted_are_reminded(days: int, reminded: bool) -> None:
    sitting = Sitting(due=AT.date() + timedelta(days=days))
    sitting.submits(sitting.members[0])
    for _ in range(2):
        remind_of_panels(at=AT)
    expected = ids(*sitting.members[1:]) if reminded else set()
    assert sitting.told("panel_due") == expected
    assert Notice.objects.filter(kind="panel_due").count() == len(expected), "once"


def test_it_is_told_once_more_when_it_is_overdue() -> None:
    sitting = Sitting(due=AT.date())
    for day in (0, 1, 2, 3):
        remind_of_panels(at=AT + timedelta(days=day))
    assert Notice.objects.filter(kind="panel_due").count() == 2 * len(sitting.members)


def test_without_a_day_nobody_is_reminded() -> None:
    sitting = Sitting()
    remind_of_panels(at=AT)
    assert sitting.told("panel_due") == set()
