"""Pages about organisations, missions, roles and tokens: what they say, also when there is nothing to say."""

from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from organisations.actions.tokens import issue_token
from organisations.models import Dyad, Mission, Organisation, User
from organisations.roles import ROLES, Permission, Role
from tests.factories import (
    DyadFactory,
    EngagementFactory,
    InstrumentFactory,
    MembershipFactory,
    MissionFactory,
    OrganisationFactory,
    UserFactory,
    coordinator,
    member,
    reader,
)

pytestmark = pytest.mark.django_db


class Text(HTMLParser):
    """The words of the main part of a page, and where its links lead."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: set[str] = set()
        self.feed(page[page.index("<main") : page.index("</main>")])

    def handle_data(self, data: str) -> None:
        self.words += data.split()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links |= {value for name, value in attrs if name == "href" and value}

    def __contains__(self, words: str) -> bool:
        return f" {words} " in f" {' '.join(self.words)} "


def page(person: User, route: str, *args: object, **parameters: str) -> Text:
    client = Client()
    client.force_login(person)
    response = client.get(reverse(f"organisations:{route}", args=args), parameters)
    assert response.status_code == 200
    return Text(response.content.decode())


def status(person: User, route: str, *args: object) -> int:
    client = Client()
    client.force_login(person)
    return client.get(reverse(f"organisations:{route}", args=args)).status_code


def test_organisations_are_listed_with_links() -> None:
    organisation = OrganisationFactory(acronym="AAA", name="Alpha", scope="global", founded=1945)
    found = page(UserFactory(), "organisations")
    assert "AAA Alpha Global 1945" in found
    assert organisation.get_absolute_url() in found.links


def test_an_organisation_shows_what_ties_it_and_nothing_of_others() -> None:
    own, other, third = (OrganisationFactory(acronym=acronym) for acronym in ("OWN", "OTHER", "THIRD"))
    dyad, foreign = DyadFactory(first=own, second=other), DyadFactory(first=other, second=third)
    mission, not_led = MissionFactory(leads=[own]), MissionFactory(leads=[third])
    InstrumentFactory(dyad=dyad, title="Joint declaration", year=2003)
    InstrumentFactory(dyad=foreign, title="Foreign agreement")
    found = page(UserFactory(), "organisation", "OWN")
    assert "Joint declaration" in found
    assert {dyad.get_absolute_url(), mission.get_absolute_url()} <= found.links
    assert found.links.isdisjoint({foreign.get_absolute_url(), not_led.get_absolute_url()})
    assert "Foreign agreement" not in found


def test_an_organisation_is_found_in_any_case_of_letters() -> None:
    OrganisationFactory(acronym="OWN")
    assert status(UserFactory(), "organisation", "own") == 200


def test_only_coordinators_of_an_organisation_see_its_people() -> None:
    own, other = OrganisationFactory(), OrganisationFactory()
    person = reader(own, name="Somebody")
    assert "Somebody Reader" in page(coordinator(own), "organisation", own.acronym)
    for viewer in (person, reader(own), coordinator(other), UserFactory()):
        assert "People" not in page(viewer, "organisation", own.acronym)
        assert status(viewer, "organisation", own.acronym) == 200


def test_a_mission_shows_its_facts_and_engagements() -> None:
    dyad = DyadFactory()
    mission = MissionFactory(
        leads=[dyad.first, dyad.second], theatre="Somewhere", start="2003-06", end="2003-09",
        strength=1800, mandates=["Resolution 1484", "Decision 12"],
    )  # fmt: skip
    EngagementFactory(dyad=dyad, name="Handover", mission=mission)
    found = page(UserFactory(), "mission", mission.pk)
    for words in (
        mission.name,
        "Somewhere",
        "2003-06 to 2003-09",
        "Resolution 1484, Decision 12",
        "Handover",
    ):
        assert words in found
    assert {dyad.first.get_absolute_url(), dyad.second.get_absolute_url()} <= found.links
    assert dyad.get_absolute_url() in found.links


def test_missions_are_searched_and_filtered_by_lead() -> None:
    one, two = OrganisationFactory(), OrganisationFactory()
    first = MissionFactory(acronym="FIRST", theatre="Bunia", leads=[one])
    second = MissionFactory(acronym="SECOND", theatre="Sarajevo", leads=[one, two])
    person = UserFactory()
    links = {mission.get_absolute_url() for mission in (first, second)}
    assert page(person, "missions").links >= links
    assert page(person, "missions", search="buni").links & links == {first.get_absolute_url()}
    assert page(person, "missions", leads=str(two.pk)).links & links == {second.get_absolute_url()}
    assert "No mission matches." in page(person, "missions", search="nowhere")


def test_roles_are_what_the_code_permits_and_what_one_holds() -> None:
    organisation = OrganisationFactory(acronym="OWN")
    found = page(member(organisation, Role.REVIEWER), "roles")
    assert "OWN Reviewer" in found
    for role, description in ROLES.items():
        assert str(role.label) in found
        assert str(description.purpose) in found
    assert all(str(permission.label) in found for permission in Permission)


EMPTY = [
    ("organisation", "It is in no dyad."),
    ("organisation", "It leads no recorded mission."),
    ("organisation", "No formal instrument is recorded."),
    ("missions", "No mission matches."),
    ("mission", "It is part of no engagement."),
    ("roles", "You have no role in any organisation."),
    ("tokens", "You have no tokens yet."),
]


@pytest.mark.parametrize(("route", "words"), [*EMPTY, ("organisations", "No organisation is recorded yet.")])
def test_what_is_empty_says_so(route: str, words: str) -> None:
    args: tuple[object, ...] = ()
    if route == "organisation":
        args = (OrganisationFactory().acronym,)
    elif route == "mission":
        args = (MissionFactory().pk,)
    assert words in page(UserFactory(), route, *args)


def test_facts_that_are_not_known_are_said_or_left_out() -> None:
    organisation = OrganisationFactory(founded=None)
    assert "founded" not in page(UserFactory(), "organisation", organisation.acronym)
    found = page(UserFactory(), "mission", MissionFactory(start="2003", end="", strength=None).pk)
    assert "from 2003, end not recorded" in found
    assert "Authorised strength" not in found
    assert "None" not in found


@pytest.mark.parametrize(
    ("route", "unknown"),
    [
        ("organisation", "NOBODY"),
        ("mission", 0),
        ("mission", 10**30),
        ("revoke-token", "con_12345"),
    ],
)
def test_what_does_not_exist_is_404(route: str, unknown: object) -> None:
    MissionFactory(leads=[OrganisationFactory()])
    assert status(UserFactory(), route, unknown) == 404


def test_a_token_of_somebody_else_is_404() -> None:
    token, _secret = issue_token(label="Report", by=UserFactory())
    assert status(UserFactory(), "revoke-token", token.token_key) == 404


def one_more(person: User, own: Organisation) -> Callable[[], object]:
    """Adds one row to every list of every page."""

    def add() -> None:
        dyad: Dyad = DyadFactory(first=own)
        mission: Mission = MissionFactory(leads=[own, dyad.second])
        EngagementFactory(dyad=dyad, mission=mission)
        EngagementFactory(dyad=dyad, mission=Mission.objects.order_by("pk")[0])
        InstrumentFactory(dyad=dyad)
        reader(own)
        MembershipFactory(user=person, organisation=dyad.second, role=Role.READER)
        issue_token(label="Report", by=person)

    return add


@pytest.mark.parametrize("route", ["organisations", "organisation", "missions", "mission", "roles", "tokens"])
def test_queries_do_not_grow_with_rows(route: str) -> None:
    own = OrganisationFactory()
    person = coordinator(own)
    add = one_more(person, own)
    add()
    args = {"organisation": [own.acronym], "mission": [Mission.objects.order_by("pk")[0].pk]}
    address = reverse(f"organisations:{route}", args=args.get(route))
    client = Client()
    client.force_login(person)

    def measured() -> tuple[int, int]:
        client.get(address)  # so that nothing of a first time counts
        with CaptureQueriesContext(
            connection,
        ) as queries:
            size = len(client.get(address).content)
        return len(queries), size

    one, size = measured()
    for _ in range(4):
        add()
    several, larger = measured()
    assert larger > size, "nothing was added to this page"
    assert several == one
    assert one <= 9
