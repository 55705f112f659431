"""How many queries each page takes, and that more rows take no more."""

from collections.abc import Iterable, Mapping

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assessments.actions.calibrations import propose_calibration
from assessments.actions.editions import freeze_edition
from assessments.actions.joint_fits import request_joint_fit
from assessments.actions.vignettes import save_vignette_ratings
from assessments.choices import EditionBasis, State
from assessments.models import Assessment, Finding, Framework, JointScore, Recommendation
from organisations.models import Dyad, Organisation, User
from tests.factories import (
    AT,
    DyadFactory,
    EngagementFactory,
    FrameworkFactory,
    InstrumentFactory,
    OrganisationFactory,
    VignetteFactory,
    analyst,
    answer,
    coordinator,
    make_assessment,
    rate_vignette,
)
from tests.jobs import do_jobs
from tests.world import RULE

pytestmark = pytest.mark.django_db

RULES = [
    {**RULE, "code": "weak", "when": {"of": "P1.1", "measure": "n_assessors", "at_least": 1}},
    {
        **RULE,
        "code": "weak-field",
        "addresses": "F1.1",
        "scope": ["engagement"],
        "when": {"of": "F1.1", "measure": "n_assessors", "at_least": 1},
    },
]


@pytest.fixture
def framework() -> Framework:
    framework: Framework = FrameworkFactory(version="1.0", rules=RULES)
    return framework


def work_on(dyad: Dyad, framework: Framework, assessors: Iterable[Organisation]) -> None:
    """Approved and released assessments of both levels, one for each organisation, and one in each state."""
    engagement = EngagementFactory(dyad=dyad)
    InstrumentFactory(dyad=dyad)
    for organisation in assessors:
        for subject in ({"dyad": dyad}, {"engagement": engagement}):
            make_assessment(
                State.APPROVED,
                framework=framework,
                on_behalf_of=organisation,
                released_to_all=True,
                **subject,
            )
        for state in (State.DRAFT, State.SUBMITTED, State.RETURNED):
            make_assessment(state, framework=framework, on_behalf_of=organisation, dyad=dyad)


HEAD_OF_A_PAGE = (
    'SELECT DISTINCT "assessments_notice"."kind"',
    'SELECT COUNT(*) AS "__count" FROM "assessments_notice"',
)
QUERIES = {
    "home": 17,
    "assessments": 7,
    "history": 20,
    "revisions": 7,
    "compare-revisions": 7,
    "assessment": 21,
    "dyads": 10,
    "dyad": 27,
    "editions": 7,
    "freeze": 31,
    "edition": 8,
    "recompute": 7,
    "edition-changes": 7,
    "ratings": 16,
    "chart": 13,
    "compare": 11,
    "compare-common": 14,
    "compare-engagements": 17,
    "compare-arrangements": 17,
    "constellation": 12,
    "organisation-dyads": 15,
    "dyad-preview": 20,
    "planning": 26,
    "finding": 15,
    "recommendations": 9,
    "recommendation": 18,
    "search": 6,
    "sources": 5,
    "frameworks": 3,
    "framework": 10,
    "method": 6,
    "calibration": 5,
    "missions": 6,
    "organisations": 4,
    "organisation": 8,
}


QUERIES_OF_A_DRAFT = {
    "describe": 4,
    "edit": 17,
    "dimension": 29,
    "cite": 6,
    "check": 11,
    "offline": 5,
    "offline-form": 15,
    "authors": 10,
    "history": 18,
    "revisions": 5,
    "compare-revisions": 9,
}


QUERIES_OF_THE_JOINT_FIT = {"joint": 11, "severity": 6, "dyad": 25}
QUERIES_OF_VIGNETTES = {"vignettes": 4, "vignette": 8, "complete": 8}


def pages_of_a_draft(draft: Assessment) -> dict[str, str]:
    address = draft.get_absolute_url()
    return {
        "describe": f"{address}describe/",
        "edit": f"{address}edit/",
        "dimension": f"{address}edit/F1/",
        "cite": f"{address}cite/F1.1/",
        "check": f"{address}check/",
        "offline": f"{address}offline/",
        "offline-form": f"{address}offline/form.xlsx",
        "authors": f"{address}authors/",
        "history": f"{address}history/",
        "revisions": f"{address}revisions/",
        "compare-revisions": f"{address}revisions/now/now/",
    }


def test_pages_of_vignettes_take_their_queries_whatever_is_answered(client: Client) -> None:
    person = analyst(OrganisationFactory())
    vignette = VignetteFactory(framework=FrameworkFactory())
    client.force_login(person)
    indicator = vignette.indicators.get(code="F1.1")
    save_vignette_ratings(vignette=vignette, answers={indicator: 3}, by=person, at=AT)
    pages = {
        "vignettes": "/vignettes/",
        "vignette": vignette.get_absolute_url(),
        "complete": f"{vignette.get_absolute_url()}complete/",
    }
    assert queries_of(client, pages) == QUERIES_OF_VIGNETTES
    rate_vignette(vignette, person, complete=False)
    for _ in range(2):
        VignetteFactory(framework=vignette.framework)
    assert queries_of(client, pages) == QUERIES_OF_VIGNETTES


def test_pages_of_the_joint_fit_take_their_queries_whatever_it_found(
    client: Client, framework: Framework
) -> None:
    own = OrganisationFactory()
    person, dyad = analyst(own, is_superuser=True), DyadFactory(first=own)
    client.force_login(person)
    pages = {"joint": "/method/joint/", "severity": "/me/severity/", "dyad": dyad.get_absolute_url()}
    for more in ([own], [OrganisationFactory(), OrganisationFactory()]):
        work_on(dyad, framework, more)
        work_on(DyadFactory(first=own), framework, more)
        request_joint_fit(framework=framework, by=person, at=AT)
        do_jobs()
        JointScore.objects.update(largest_difference=1.0)
        client.get(pages["dyad"])
        assert queries_of(client, pages) == QUERIES_OF_THE_JOINT_FIT


def addresses(person: User, dyad: Dyad) -> dict[str, str]:
    """Of every page that grows with approved work; findings are of the scorecard that the person sees now."""
    assessment = Assessment.objects.filter(state=State.APPROVED, dyad=dyad).order_by("pk")[0]
    finding = Finding.objects.visible_to(person).filter(scorecard__dyad=dyad).order_by("pk")[0]
    recommendation = Recommendation.objects.visible_to(person).filter(dyad=dyad).order_by("pk")[0]
    others = Dyad.objects.filter(first=dyad.first).exclude(pk=dyad.pk).select_related("second")
    corners = [dyad.first, dyad.second, others.order_by("pk")[0].second]
    return {
        "home": "/",
        "assessments": "/assessments/",
        "assessment": assessment.get_absolute_url(),
        "history": f"{assessment.get_absolute_url()}history/",
        "revisions": f"{assessment.get_absolute_url()}revisions/",
        "compare-revisions": f"{assessment.get_absolute_url()}revisions/1/1/",
        "dyads": "/dyads/",
        "dyad": dyad.get_absolute_url(),
        "editions": f"{dyad.get_absolute_url()}editions/",
        "freeze": f"{dyad.get_absolute_url()}editions/freeze/",
        "edition": f"{dyad.get_absolute_url()}editions/1/",
        "recompute": f"{dyad.get_absolute_url()}editions/1/recompute/",
        "edition-changes": f"{dyad.get_absolute_url()}editions/1/changes/{dyad.first.acronym}-1/",
        "ratings": f"{dyad.get_absolute_url()}field/",
        "chart": f"{dyad.get_absolute_url()}charts/political-dimensions.svg",
        "compare": "/dyads/compare/",
        "compare-common": "/dyads/compare/?common=on",
        "compare-engagements": "/engagements/compare/",
        "compare-arrangements": "/arrangements/compare/",
        "constellation": f"/constellations/?{'&'.join(f'organisation={one}' for one in corners)}",
        "organisation-dyads": f"{dyad.first.get_absolute_url()}dyads/",
        "dyad-preview": f"{dyad.get_absolute_url()}as/{dyad.second}/",
        "planning": f"/planning/?dyad={dyad}&arrangement=sequential",
        "finding": finding.get_absolute_url(),
        "recommendations": "/recommendations/",
        "recommendation": recommendation.get_absolute_url(),
        "search": "/search/?q=p1",
        "sources": "/sources/",
        "frameworks": "/frameworks/",
        "framework": assessment.framework.get_absolute_url(),
        "method": "/method/",
        "calibration": assessment.framework.calibrations.order_by("-number")[0].get_absolute_url(),
        "missions": "/missions/",
        "organisations": "/organisations/",
        "organisation": dyad.first.get_absolute_url(),
    }


def freeze(dyad: Dyad, framework: Framework, person: User) -> None:
    for basis in EditionBasis.values:
        freeze_edition(dyad=dyad, framework=framework, basis=basis, organisation=dyad.first, by=person, at=AT)


def queries_of_pages(client: Client, person: User, dyad: Dyad) -> dict[str, int]:
    """Of a second look: the first may compute a scorecard that nobody has looked at, and draws the chart."""
    client.get("/dyads/")
    client.get(f"{dyad.get_absolute_url()}charts/political-dimensions.svg")
    return queries_of(client, addresses(person, dyad))


def queries_of(client: Client, addresses: Mapping[str, str]) -> dict[str, int]:
    """Without those of the head of each page, see ``test_the_head_of_a_page_asks_for_what_there_is``."""
    taken = {}
    for page, address in addresses.items():
        with CaptureQueriesContext(connection) as queries:
            response = client.get(address)
        assert (page, response.status_code) == (page, 200)
        taken[page] = sum(not query["sql"].startswith(HEAD_OF_A_PAGE) for query in queries)
    return taken


def test_pages_take_their_queries_whatever_the_number_of_rows(client: Client, framework: Framework) -> None:
    own, other = OrganisationFactory(), OrganisationFactory()
    dyad, person = DyadFactory(first=own, second=other), coordinator(own)
    DyadFactory(first=own)
    client.force_login(person)
    propose_calibration(framework=framework, at=AT)
    work_on(dyad, framework, [own])
    propose_calibration(framework=framework, at=AT)
    freeze(dyad, framework, person)
    assert queries_of_pages(client, person, dyad) == QUERIES
    work_on(dyad, framework, [other, OrganisationFactory()])
    freeze(dyad, framework, person)
    for _ in range(2):
        work_on(DyadFactory(first=own), framework, [own, other])
    propose_calibration(framework=framework, at=AT)
    assert queries_of_pages(client, person, dyad) == QUERIES


def test_pages_of_a_draft_take_their_queries_whatever_is_answered(client: Client) -> None:
    draft = make_assessment(engagement=EngagementFactory(), answers={"F1.1": 4})
    client.force_login(draft.assessor)
    assert queries_of(client, pages_of_a_draft(draft)) == QUERIES_OF_A_DRAFT
    answer(draft, dict.fromkeys(("F1.1", "F1.2", "F5.1"), 3))
    assert queries_of(client, pages_of_a_draft(draft)) == QUERIES_OF_A_DRAFT


QUERIES_OF_STATES = {"fault": 29, "two answers": 36, "saved": 32, "read-only": 3}


def test_states_of_the_editor_take_their_queries_whatever_is_answered(client: Client) -> None:
    """What is sent with a fault, over somebody else's answer, as it should be, and too late."""
    draft = make_assessment(answers={"PX.1": 4})
    client.force_login(draft.assessor)
    address = f"{draft.get_absolute_url()}edit/PX/"

    def states() -> dict[str, int]:
        version = str(draft.ratings.get(indicator__code="PX.1").version)
        good = {"PX.1-answer": "2", "PX.1-version": version, "then": "stay"}
        sent = {
            "fault": (good | {"PX.1-answer": "9"}, 422),
            "two answers": (good | {"PX.1-version": "0"}, 409),
            "saved": (good, 302),
        }
        taken = {}
        for state, (data, status) in sent.items():
            with CaptureQueriesContext(connection) as queries:
                assert (state, client.post(address, data).status_code) == (state, status)
            taken[state] = len(queries)
        return taken

    read_only = make_assessment("submitted", assessor=draft.assessor)

    def refused() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"{read_only.get_absolute_url()}edit/P1/").status_code == 302
        return len(queries)

    assert states() | {"read-only": refused()} == QUERIES_OF_STATES
    answer(draft, {"P1.1": 5, "P1.2": 3, "PX.1": 1})
    assert states() | {"read-only": refused()} == QUERIES_OF_STATES
