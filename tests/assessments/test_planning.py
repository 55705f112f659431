"""What comparable engagements teach a planner, as far as the reader may see them, and what is not known."""

from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries

from assessments.actions.recommendations import decide
from assessments.choices import Arrangement, State
from assessments.models import Assessment, Engagement, Framework, Recommendation
from organisations.models import Dyad, Organisation, User
from tests.factories import (
    AT,
    AdministratorFactory,
    DyadFactory,
    EngagementFactory,
    FrameworkFactory,
    OrganisationFactory,
    analyst,
    coordinator,
    make_assessment,
    reader,
)
from tests.world import RULE

pytestmark = pytest.mark.django_db
LOW = {"F1.1": 1, "F1.2": 5}
RULES = [
    {
        **RULE,
        "code": "engagement",
        "scope": ["engagement"],
        "addresses": "F1.1",
        "when": {"of": "F1.1", "measure": "lowest_supported", "at_most": 2},
        "finding": "{target} was low in {engagement}.",
        "recommendation": "{first} and {second} plan together before {engagement} begins.",
    },
    {
        **RULE,
        "code": "dyad",
        "addresses": "P1.1",
        "when": {"of": "P1.1", "measure": "p_below_3", "at_least": 0.5},
        "finding": "{target} is weak for {dyad}.",
        "recommendation": "{first} and {second} renew their declaration.",
    },
    {
        **RULE,
        "code": "strong",
        "kind": "strength",
        "addresses": "F1.2",
        "when": {"of": "F1.2", "measure": "p_above_3_5", "at_least": 0.5},
        "finding": "{target} is strong for {dyad}.",
        "recommendation": "Keep it.",
    },
]


class Case:
    """UN and EU have a bridging engagement with low planning, UN and AU another; a reader of the EU plans."""

    def __init__(self) -> None:
        self.un, self.eu, self.au = (OrganisationFactory(acronym=name) for name in ("UN", "EU", "AU"))
        self.dyad: Dyad = DyadFactory(first=self.un, second=self.eu)
        self.elsewhere: Dyad = DyadFactory(first=self.un, second=self.au)
        self.framework: Framework = FrameworkFactory(version="1.0", rules=RULES)
        self.own = self.engagement(self.dyad, "MONUC-Artemis")
        self.other = self.engagement(self.elsewhere, "AMIS-UNMIS")
        self.reader = reader(self.eu)

    @staticmethod
    def engagement(dyad: Dyad, name: str, arrangement: str = Arrangement.BRIDGING) -> Engagement:
        engagement: Engagement = EngagementFactory(dyad=dyad, name=name, arrangement=arrangement)
        return engagement

    def assess(self, engagement: Engagement | None = None, **fields: Any) -> Assessment:
        given: dict[str, Any] = {"released_to_all": True, "answers": LOW} | fields
        if engagement is None:
            given |= {"dyad": self.dyad, "answers": {"P1.1": 1, "P1.2": 2}}
        return make_assessment(State.APPROVED, framework=self.framework, engagement=engagement, **given)

    def plan(self, client: Client, by: User | None = None, **parameters: str) -> Any:
        client.force_login(by or self.reader)
        page = client.get("/planning/", {"one": "UN", "other": "EU", "arrangement": "bridging"} | parameters)
        assert page.status_code == 200
        return page


@pytest.fixture
def case(db: None) -> Case:
    return Case()


def words(page: Any) -> str:
    return " ".join(page.content.decode().split())


def test_it_works(case: Case, client: Client) -> None:
    case.assess(case.own)
    case.assess(case.other)
    case.assess()
    page = case.plan(client, title="Chad")
    text = words(page)
    assert "<h1>Chad: UN–EU, Bridging</h1>" in text
    assert "The figures below rest on 2 engagements of the same arrangement" in text
    assert [(name, [e.name for e in found]) for name, found in page.context["groups"]] == [
        ("Of this dyad, bridging", ["MONUC-Artemis"]),
        ("Of other dyads, bridging", ["AMIS-UNMIS"]),
    ]
    experience = page.context["experience"]
    assert [line.figure.code for line in experience.weakest] == ["F1.1"]
    assert [line.figure.code for line in experience.strongest] == ["F1.2"]
    assert experience.weakest[0].figure.n_engagements == 2
    assert [line.figure.code for line in page.context["politics"].weak] == ["P1"]


def test_the_checklist_speaks_of_the_planned_pair_and_leads_to_every_source(
    case: Case, client: Client
) -> None:
    case.assess(case.own)
    case.assess(case.other)
    case.assess()
    page = case.plan(client, title="Chad")
    political, field = page.context["checklist"]
    assert (political.heading, field.heading) == ("P1 Political commitment", "F1 Joint planning")
    assert [item.text for item in field.items] == ["UN and EU plan together before Chad begins."]
    assert [str(finding.engagement) for finding in field.items[0].sources] == ["AMIS-UNMIS", "MONUC-Artemis"]
    assert [item.text for item in political.items] == ["UN and EU renew their declaration."]
    text = words(page)
    assert all(finding.get_absolute_url() in text for finding in field.items[0].sources)
    assert "Keep it." not in text
    assert text.count('type="checkbox"') == 2


def test_lessons_say_what_became_of_them_and_go_when_declined(case: Case, client: Client) -> None:
    case.assess()
    assert "P1.1 Indicator P1.1 is weak for UN-EU." in words(case.plan(client))
    assert "recommendation: proposed" in words(case.plan(client))
    recommendation = Recommendation.objects.get(rule__code="dyad")
    by = coordinator(case.un)
    decide(recommendation=recommendation, accept=False, by=by, reason="It is done.", at=AT)
    page = case.plan(client)
    assert (page.context["findings"], page.context["checklist"]) == ([], [])
    assert "No finding about these engagements or this dyad is open that you may see." in words(page)


def test_findings_about_another_dyad_as_a_whole_are_not_its_lessons(case: Case, client: Client) -> None:
    case.assess(case.other)
    case.assess(dyad=case.elsewhere)
    make_assessment(
        State.APPROVED,
        framework=case.framework,
        dyad=case.elsewhere,
        answers={"P1.1": 1},
        released_to_all=True,
    )
    page = case.plan(client)
    assert {
        finding.rule.code for finding in page.context["findings"] if finding.scorecard.dyad == case.elsewhere
    } == {"engagement"}


def test_without_the_arrangement_the_dyads_other_engagements_speak_and_it_is_said(
    case: Case, client: Client
) -> None:
    case.assess(case.own)
    page = case.plan(client, arrangement="support")
    assert "No engagement with the arrangement “support” has been assessed that you may see." in words(page)
    assert "rest on 1 engagement of this dyad in another arrangement" in words(page)
    assert "single engagement" in words(page)


def test_experience_of_others_only_is_said_to_be_that(case: Case, client: Client) -> None:
    case.assess(case.other)
    assert "None is one of UN and EU" in words(case.plan(client))


def test_nothing_known_is_said_and_has_no_number(case: Case, client: Client) -> None:
    page = case.plan(client)
    text = words(page)
    assert "No comparable engagement has been assessed that you may see." in text
    assert "The political level of UN and EU has not been assessed, as far as you may see." in text
    assert "No finding that you may see leads to a recommendation here." in text
    assert "score-number" not in text


def test_two_organisations_that_are_no_dyad_learn_from_others(case: Case, client: Client) -> None:
    case.assess(case.other)
    page = case.plan(client, one="EU", other="AU")
    assert page.context["dyad"] is None
    assert "<h1>EU–AU, Bridging</h1>" in words(page)
    assert [item.text for group in page.context["checklist"] for item in group.items] == [
        "EU and AU plan together before the planned engagement begins."
    ]
    assert "are not recorded as a dyad" in words(
        case.plan(client, one="EU", other="AU", arrangement="hybrid")
    )


def test_it_rests_on_what_the_reader_may_see(case: Case, client: Client) -> None:
    case.assess(case.own, released_to_all=False, on_behalf_of=case.un)
    case.assess(case.other, answers={"F1.1": 4, "F1.2": 4})
    insider = case.plan(client, by=analyst(case.un))
    assert insider.context["comparable"].own == {case.own.pk}
    outsider = case.plan(client)
    assert outsider.context["comparable"].own == frozenset()
    assert "MONUC-Artemis" not in words(outsider)
    assert outsider.context["findings"] == []
    nobody = case.plan(client, by=AdministratorFactory())
    assert nobody.context["experience"] is None


def test_it_carries_the_strictest_marking_of_what_it_rests_on(case: Case, client: Client) -> None:
    case.assess(case.own)
    assert case.plan(client).context["marking"] == "TLP:AMBER"
    assert case.plan(client, one="EU", other="AU", arrangement="hybrid").context["marking"] == ""


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"other": "UN"}, "A dyad consists of two different organisations."),
        ({"arrangement": ""}, "This field is required."),
        ({"arrangement": "none"}, "Select a valid choice."),
        ({"one": "NOWHERE"}, "Select a valid choice."),
        ({"title": "x" * 200}, "Ensure this value has at most 120 characters"),
    ],
)
def test_what_cannot_be_planned_is_said(
    case: Case, client: Client, parameters: dict[str, Any], said: str
) -> None:
    page = case.plan(client, **parameters)
    assert said in words(page)
    assert "planned" not in page.context


def test_it_opens_empty_or_with_a_dyad(case: Case, client: Client) -> None:
    client.force_login(case.reader)
    assert "Please mend this first" not in words(client.get("/planning/"))
    page = client.get("/planning/", {"dyad": "eu-un"})
    assert "Please mend this first" not in words(page)
    assert '<option value="EU" selected>' in words(page)
    assert client.get("/planning/", {"dyad": "nowhere"}).status_code == 404
    assert client.get("/planning/", {"framework": "none@1"}).status_code == 404


def test_without_a_framework_it_says_so(client: Client) -> None:
    client.force_login(reader(Organisation.objects.create(acronym="UN", name="United Nations")))
    assert "No framework is published yet" in words(client.get("/planning/"))


def test_queries_do_not_grow_with_rows(
    case: Case, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    case.assess()
    for number in range(3):
        case.assess(case.own)
        case.assess(case.other)
        case.assess(case.engagement(case.elsewhere, f"More {number}"))
        case.assess(period=(1990, 1991 + number))
        case.plan(client)
        with django_assert_num_queries(26):
            client.get("/planning/?one=UN&other=EU&arrangement=bridging")
