"""What coordinators are shown of what another organisation sees, and what a page says about who sees it."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries

from assessments.actions.scorecards import bring_up_to_date
from assessments.choices import State
from assessments.models import Assessment, Framework, Scorecard
from organisations.models import Dyad, Organisation, User
from organisations.roles import Role
from tests.factories import (
    AT,
    AdministratorFactory,
    DyadFactory,
    EngagementFactory,
    FrameworkFactory,
    MembershipFactory,
    OrganisationFactory,
    analyst,
    coordinator,
    make_assessment,
    reader,
    reviewer,
)
from tests.world import RULES

pytestmark = pytest.mark.django_db


class Case:
    """UN and EU assess their dyad; the AU is another organisation. UN's coordinator looks."""

    def __init__(self) -> None:
        self.un, self.eu, self.au = (OrganisationFactory(acronym=name) for name in ("UN", "EU", "AU"))
        self.dyad: Dyad = DyadFactory(first=self.un, second=self.eu)
        self.framework: Framework = FrameworkFactory(rules=RULES)
        self.coordinator = coordinator(self.un)

    def assess(self, organisation: Organisation, score: int, *to: Organisation, **kwargs: Any) -> Assessment:
        answers = {"P1.1": score, "P1.2": score}
        subject: dict[str, Any] = {} if "engagement" in kwargs else {"dyad": self.dyad, "answers": answers}
        return make_assessment(
            State.APPROVED,
            framework=self.framework,
            on_behalf_of=organisation,
            released_to=to,
            **subject,
            **kwargs,
        )

    def preview(self, client: Client, acronym: str, by: User | None = None) -> Any:
        client.force_login(by or self.coordinator)
        return client.get(f"/dyads/UN-EU/?as={acronym}", follow=True)


@pytest.fixture
def case(db: None) -> Case:
    return Case()


def sha_of(person: User) -> str:
    bring_up_to_date(viewer=person, at=AT)
    return Scorecard.objects.visible_to(person).get().sha256


def test_it_is_what_the_other_organisation_sees(case: Case, client: Client) -> None:
    case.assess(case.un, 4, case.eu)
    case.assess(case.un, 2, period=(2001, 2002))
    case.assess(case.un, 5, released_to_all=True, period=(1999, 2000))
    page = case.preview(client, "eu")
    name = urlencode({"framework": case.framework.name})
    assert page.redirect_chain == [(f"/dyads/UN-EU/as/EU/?{name}", 302)]
    text = page.content.decode()
    assert sha_of(reader(case.eu)) in text
    assert sha_of(case.coordinator) not in text
    assert "It rests on 2 approved assessments." in text
    assert "UN-EU: P1.1 Indicator P1.1 was assessed." in text
    assert "UN-EU commits itself." in text


def test_it_shows_nothing_that_the_coordinator_may_not_see(case: Case, client: Client) -> None:
    seen = case.assess(case.un, 4, case.eu)
    unreleased = case.assess(case.eu, 1)
    between_others = case.assess(case.au, 1, case.eu)
    text = case.preview(client, "EU").content.decode()
    theirs = sha_of(reader(case.eu))
    assert "It rests on 1 approved assessment." in text
    assert theirs not in text
    assert all(a.get_absolute_url() not in text for a in (unreleased, between_others))
    case.assess(case.au, 5, case.eu, case.un)  # that it was released to the EU is for the AU to tell
    page = case.preview(client, "EU")
    assert page.context["assessments"] == [seen]
    assert page.context["others_hidden"]
    shared = case.assess(case.eu, 2, case.un)
    text = case.preview(client, "EU").content.decode()
    assert "It rests on 2 approved assessments." in text
    assert shared.get_absolute_url() in text


def test_it_says_what_of_ones_own_is_hidden_and_leads_to_the_release(case: Case, client: Client) -> None:
    hidden = case.assess(case.un, 3)
    of_others = case.assess(case.au, 3, case.un)
    page = case.preview(client, "EU")
    assert page.context["hidden"] == [hidden]
    assert page.context["others_hidden"]
    text = page.content.decode()
    assert f'href="{hidden.get_absolute_url()}#release"' in text
    assert of_others.get_absolute_url() not in text
    assert "Nothing of what you see about this dyad is known to be seen by EU." in text


def test_the_answers_behind_it_are_those_of_the_preview(case: Case, client: Client) -> None:
    case.assess(case.un, 4, case.eu)
    case.assess(case.un, 2, period=(2001, 2002))
    client.force_login(case.coordinator)
    assert len(client.get("/dyads/UN-EU/political/").context["ratings"]) == 6
    page = client.get("/dyads/UN-EU/political/", {"as": "EU"})
    assert {answer["score"] for _rating, answer in page.context["ratings"]} == {4, 3}
    assert "Only those that EU sees as well." in page.content.decode()
    assert client.get("/dyads/UN-EU/political/", {"as": "nowhere"}).status_code == 404


def test_only_coordinators_preview_and_only_others(case: Case, client: Client) -> None:
    case.assess(case.un, 4, case.eu)
    words = "Only coordinators, who release assessments, preview what others see."
    for person in (analyst(case.un), reviewer(case.un), reader(case.un), AdministratorFactory()):
        for address in ("/dyads/UN-EU/as/EU/", "/dyads/UN-EU/political/?as=EU"):
            client.force_login(person)
            response = client.get(address)
            assert response.status_code == 302
            assert [str(message) for message in get_messages(response.wsgi_request)][-1] == words
    assert "You belong to UN: you see it already." in case.preview(client, "UN").content.decode()
    assert case.preview(client, "nowhere").status_code == 404
    assert case.preview(client, "a/b?&").status_code == 404


def test_the_page_of_a_dyad_offers_it_to_coordinators(case: Case, client: Client) -> None:
    case.assess(case.un, 4, case.eu)
    client.force_login(case.coordinator)
    assert "/dyads/UN-EU/as/EU/?framework=" in client.get("/dyads/UN-EU/").content.decode()
    client.force_login(analyst(case.un))
    assert "/dyads/UN-EU/as/" not in client.get("/dyads/UN-EU/").content.decode()


def audience(client: Client, person: User) -> str:
    client.force_login(person)
    text = client.get("/dyads/UN-EU/").content.decode()
    return " ".join(text.partition("Who sees this?</strong>")[2].partition("</p>")[0].split())


def test_a_scorecard_says_who_sees_it(case: Case, client: Client) -> None:
    case.assess(case.un, 4, released_to_all=True)
    assert audience(client, case.coordinator) == "Every organisation."
    case.assess(case.un, 4, case.eu, period=(2001, 2002))
    assert audience(client, case.coordinator).startswith("EU, UN, as a whole. No other organisation does.")
    case.assess(case.un, 4, case.au, case.eu, period=(1999, 2000))
    assert audience(client, case.coordinator).startswith("EU, UN, as a whole. No other organisation does.")


def test_who_else_sees_it_is_not_told_to_those_it_was_released_to(case: Case, client: Client) -> None:
    case.assess(case.un, 4, case.eu, case.au)
    told = audience(client, reader(case.eu))
    assert told.startswith("EU, UN Whether others do is known to those who recorded it.")
    assert "AU" not in told
    in_two = reader(case.eu)
    MembershipFactory(user=in_two, organisation=case.au, role=Role.READER)
    assert audience(client, in_two).startswith("UN Whether others do")
    case.assess(case.au, 4, case.eu, period=(2001, 2002))
    assert audience(client, in_two).startswith("It is put together from what several organisations recorded")


@pytest.mark.parametrize(
    ("to", "own", "others"),
    [
        ("nobody", "Analysts, reviewers and coordinators of UN; nobody else.", ""),
        (
            "eu",
            "Analysts, reviewers and coordinators of UN; everybody of EU.",
            "UN, and yours by its release.",
        ),
        ("all", "Every organisation.", "Every organisation."),
    ],
)
def test_an_assessment_says_who_sees_it(case: Case, client: Client, to: str, own: str, others: str) -> None:
    released = {"eu": [case.eu]}.get(to, [])
    assessment = case.assess(case.un, 4, *released, released_to_all=to == "all")
    client.force_login(case.coordinator)
    assert own in client.get(assessment.get_absolute_url()).content.decode()
    client.force_login(reader(case.eu))
    page = client.get(assessment.get_absolute_url())
    assert page.status_code == (200 if others else 404)
    assert others in page.content.decode()


def test_queries_do_not_grow_with_rows(
    case: Case, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(case.coordinator)
    engagement = EngagementFactory(dyad=case.dyad)
    for number in range(3):
        case.assess(case.un, 1 + number, case.eu, period=(1990, 1990 + number))
        case.assess(case.eu, 1 + number, case.un, period=(1980, 1980 + number))
        case.assess(case.un, 3, case.eu, engagement=engagement, period=(1990, 1990 + number))
        case.assess(case.un, 2, period=(1970, 1970 + number))
        with django_assert_num_queries(21):
            assert client.get("/dyads/UN-EU/as/EU/").status_code == 200
