"""What the pages of scorecards and recommendations say and let people do."""

import pytest
from django.test import Client
from django.utils.html import escape

from assessments.actions.assessments import amend, withdraw
from assessments.choices import Marking, State
from assessments.models import Assessment, Framework, Recommendation
from organisations.models import Dyad, Organisation, User
from tests.factories import (
    AT,
    DyadFactory,
    EngagementFactory,
    FrameworkFactory,
    OrganisationFactory,
    SourceFactory,
    UserFactory,
    advance,
    analyst,
    coordinator,
    make_assessment,
    reader,
)
from tests.world import RULES

pytestmark = pytest.mark.django_db


@pytest.fixture
def framework() -> Framework:
    framework: Framework = FrameworkFactory(version="1.0", rules=RULES)
    return framework


@pytest.fixture
def dyad() -> Dyad:
    dyad: Dyad = DyadFactory(first=OrganisationFactory(acronym="OWN"))
    return dyad


@pytest.fixture
def approved(dyad: Dyad, framework: Framework) -> Assessment:
    """Of the political level, P1.1 at 5 and the rest at 3, released to all."""
    return make_assessment(
        State.APPROVED,
        dyad=dyad,
        framework=framework,
        on_behalf_of=dyad.first,
        answers={"P1.1": 5},
        released_to_all=True,
    )


def page(client: Client, address: str, person: User | None = None) -> str:
    if person:
        client.force_login(person)
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/", "Nothing waits for you"),
        ("/assessments/", "No assessment matches."),
        ("/dyads/", "No dyad is recorded yet"),
        ("/dyads/compare/", "Nothing to compare yet"),
        ("/recommendations/", "No recommendation matches."),
        ("/sources/", "No source matches."),
        ("/frameworks/", "No framework is published yet"),
    ],
)
def test_an_empty_page_says_so(client: Client, address: str, words: str) -> None:
    assert words in page(client, address, UserFactory())


def test_a_dyad_without_assessments_says_what_is_missing(client: Client, framework: Framework) -> None:
    text = page(client, DyadFactory().get_absolute_url(), UserFactory())
    assert "No scorecard yet" in text


def test_a_scorecard_carries_the_strictest_marking_behind_it(
    client: Client, dyad: Dyad, framework: Framework, approved: Assessment
) -> None:
    Assessment.objects.filter(pk=approved.pk).update(marking=Marking.RED)
    make_assessment(
        State.APPROVED, dyad=dyad, framework=framework, on_behalf_of=dyad.first, released_to_all=True
    )
    client.force_login(reader(dyad.second))
    for address in (
        "/dyads/",
        dyad.get_absolute_url(),
        "/dyads/compare/",
        f"{dyad.get_absolute_url()}political/",
    ):
        assert f">{Marking.RED.label}</aside>" in page(client, address), address


def test_a_framework_version_is_chosen_by_name(
    client: Client, dyad: Dyad, approved: Assessment, framework: Framework
) -> None:
    client.force_login(analyst(dyad.first))
    FrameworkFactory(code="other", version="1.0", published_at=framework.published_at)
    assert "No scorecard yet" in page(client, f"{dyad.get_absolute_url()}?framework=other@1.0")
    assert "Political level" in page(client, f"{dyad.get_absolute_url()}?framework=small@1.0")
    assert client.get(f"{dyad.get_absolute_url()}?framework=none@1.0").status_code == 404


def test_dyads_are_compared_in_the_order_of_a_row(client: Client, dyad: Dyad, framework: Framework) -> None:
    person, high = analyst(dyad.first), DyadFactory(first=dyad.first)
    for one, score in ((dyad, 1), (high, 5)):
        for _ in range(3):
            answers = dict.fromkeys(("P1.1", "P1.2"), score)
            organisation = OrganisationFactory()
            make_assessment(
                State.APPROVED,
                dyad=one,
                framework=framework,
                on_behalf_of=organisation,
                answers=answers,
                released_to_all=True,
            )
    text = page(client, "/dyads/compare/?by=P1", person)
    assert text.index(f">{high.slug}</a>") < text.index(f">{dyad.slug}</a>")
    assert text.index("band 1") < text.index("band 2")


class TestRecommendation:
    @pytest.fixture
    def recommendation(self, client: Client, dyad: Dyad, approved: Assessment) -> Recommendation:
        page(client, "/recommendations/", coordinator(dyad.first))
        return Recommendation.objects.get()

    def test_leads_to_the_answers_behind_it(self, client: Client, recommendation: Recommendation) -> None:
        text = page(client, recommendation.get_absolute_url())
        assert escape("Why P1.1 is 5.") in text
        assert "P1.1 at 5" in text

    def test_is_declined_with_a_reason(self, client: Client, recommendation: Recommendation) -> None:
        address = recommendation.get_absolute_url()
        refused = client.post(address, {"decision": "decline", "reason": ""})
        assert refused.status_code == 422
        assert "Say why it is declined." in refused.content.decode()
        assert client.post(address, {"decision": "decline", "reason": "No money."}).status_code == 302
        recommendation.refresh_from_db()
        assert (recommendation.status, recommendation.reason) == ("declined", "No money.")
        assert "No money." in page(client, address)

    def test_is_decided_once(self, client: Client, recommendation: Recommendation) -> None:
        address = recommendation.get_absolute_url()
        client.post(address, {"decision": "accept"})
        again = client.post(address, {"decision": "decline", "reason": "Too late."}, follow=True)
        assert "has been decided on already" in again.content.decode()
        recommendation.refresh_from_db()
        assert recommendation.status == "accepted"

    def test_a_decision_stays_with_its_organisation_when_nothing_leads_to_it_any_longer(
        self, client: Client, recommendation: Recommendation, approved: Assessment
    ) -> None:
        address, outsider = recommendation.get_absolute_url(), analyst(OrganisationFactory())
        client.post(address, {"decision": "accept", "reason": "We can pay."})
        withdraw(assessment=approved, by=approved.assessor, at=AT)
        text = page(client, address)
        assert "We can pay." in text
        assert "It no longer follows from the figures" in text
        client.force_login(outsider)
        assert client.get(address).status_code == 404

    def test_is_not_for_analysts_to_decide(self, client: Client, recommendation: Recommendation) -> None:
        client.force_login(analyst(recommendation.dyad.first))
        assert "Your decision" not in page(client, recommendation.get_absolute_url())
        client.post(recommendation.get_absolute_url(), {"decision": "accept"})
        recommendation.refresh_from_db()
        assert recommendation.status == "proposed"


def test_an_amendment_proposes_the_release_of_what_it_replaced(client: Client, approved: Assessment) -> None:
    amendment = amend(assessment=approved, by=approved.assessor, at=AT)
    advance(amendment, State.APPROVED)
    text = page(client, amendment.get_absolute_url(), coordinator(approved.on_behalf_of))
    assert "This version is not released yet." in text
    assert client.get(amendment.get_absolute_url()).context["release_form"].initial["released_to_all"]


def test_a_rating_page_can_be_narrowed_to_one_indicator(
    client: Client, dyad: Dyad, framework: Framework
) -> None:
    engagement = EngagementFactory(dyad=dyad)
    make_assessment(State.APPROVED, engagement=engagement, framework=framework, on_behalf_of=dyad.first)
    text = page(client, f"{dyad.get_absolute_url()}field/?of=F1.1", analyst(dyad.first))
    assert "Why F1.1 is 3." in text
    assert "Why F1.2 is 3." not in text


def test_sources_of_an_organisation_are_its_own(client: Client) -> None:

    own: Organisation = OrganisationFactory()
    SourceFactory(title="Everybody's report")
    SourceFactory(title="Own report", organisation=own)
    SourceFactory(title="Foreign report", organisation=OrganisationFactory())
    text = page(client, "/sources/", analyst(own))
    shown = {title for title in ("Everybody&#x27;s report", "Own report", "Foreign report") if title in text}
    assert shown == {"Everybody&#x27;s report", "Own report"}


def test_partners_do_not_see_how_an_organisation_works(client: Client, approved: Assessment) -> None:
    Assessment.objects.filter(pk=approved.pk).update(reference="INTERNAL-7")
    address = approved.get_absolute_url()
    assert "INTERNAL-7" in page(client, address, analyst(approved.on_behalf_of))
    text = page(client, address, analyst(approved.dyad.second))
    assert "INTERNAL-7" not in text
    assert "Released to" not in text


def test_a_single_assessment_is_in_no_band(client: Client, dyad: Dyad, approved: Assessment) -> None:
    text = page(client, "/dyads/compare/", analyst(dyad.first))
    assert "single assessment" in text
    assert 'class="band"' not in text


def test_an_amendment_and_what_it_amends_name_each_other(client: Client, approved: Assessment) -> None:
    amendment = amend(assessment=approved, by=approved.assessor, at=AT)
    assert amendment.get_absolute_url() in page(client, approved.get_absolute_url(), approved.assessor)
    assert approved.get_absolute_url() in page(client, amendment.get_absolute_url())
