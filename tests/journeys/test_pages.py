"""Every page, filled and empty, wide and narrow, light and dark: no barrier, no overflow, nothing blocked."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from assessments.actions.attachments import attach
from assessments.actions.calibrations import propose_calibration
from assessments.actions.cycles import reconfirm, start_next_cycle
from assessments.actions.editions import freeze_edition
from assessments.actions.reference import load_reference
from assessments.actions.review import start_review
from assessments.actions.rule_versions import begin_rules_version, remove_rule, write_rule
from assessments.choices import EditionBasis
from assessments.models import Assessment, Engagement, Finding, Framework, Recommendation, Source, Vignette
from organisations.models import Dyad, Mission, Organisation, User
from tests.browser import Visitor
from tests.factories import (
    AT,
    AdministratorFactory,
    FrameworkFactory,
    SourceFactory,
    analyst,
    make_assessment,
    reader,
    reviewer,
)

pytestmark = pytest.mark.django_db(transaction=True)

LISTS = [
    "/",
    "/assessments/",
    "/dyads/",
    "/dyads/compare/",
    "/engagements/compare/",
    "/arrangements/compare/",
    "/constellations/",
    "/planning/",
    "/search/",
    "/search/?q=a",
    "/search/?q=%26",
    "/sources/",
    "/sources/add/",
    "/sources/list/",
    "/recommendations/",
    "/lessons/",
    "/lessons/board/",
    "/lessons/figures/",
    "/actions/",
    "/lessons/write/",
    "/exports/",
    "/exports/scorecards/",
    "/exports/dictionary/",
    "/frameworks/",
    "/method/",
    "/vignettes/",
    "/method/joint/",
    "/me/severity/",
    "/notices/",
    "/me/notices/",
    "/organisations/",
    "/missions/",
    "/roles/",
    "/account/tokens/",
    "/account/password/change/",
]
SWAGGER = "#swagger-ui"  # the documentation's own interface, of drf-spectacular's sidecar


def look_at(visitor: Visitor, paths: list[str], status: int = 200) -> None:
    found = []
    for path in paths:
        assert (path, visitor.open(path)) == (path, status)
        found += [f"{path}: {barrier}" for barrier in visitor.barriers()]
        if visitor.overflow() > 0:
            found.append(f"{path}: wider than its window by {visitor.overflow()} pixels")
    assert not found, "\n".join(found)


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (360, False), (1280, True)])
def test_empty_pages(visit: Callable[..., Visitor], width: int, dark: bool) -> None:
    visitor = visit(width, dark=dark)
    look_at(visitor, ["/account/login/", "/account/password/reset/", "/account/signup/"])
    framework = FrameworkFactory(version="1.0")
    visitor.carry_session_of(AdministratorFactory())
    look_at(visitor, [f"{framework.get_absolute_url()}rules/"])
    visitor.carry_session_of(AdministratorFactory(is_staff=False, is_superuser=False))
    look_at(visitor, [*LISTS, "/assessments/open/"])
    look_at(visitor, ["/nowhere/", "/dyads/A-B/"], status=404)


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (360, False), (1280, True)])
def test_filled_pages(visit: Callable[..., Visitor], width: int, dark: bool) -> None:
    load_reference(at=AT)
    visitor = visit(width, dark=dark)
    visitor.carry_session_of(User.objects.get(email="reader@un.example"))
    look_at(visitor, [*LISTS, *_reading()])
    visitor.carry_session_of(User.objects.get(email="coordinator@un.example"))
    recommendation = Recommendation.objects.filter(dyad=_dyad()).first()
    assert recommendation is not None
    look_at(visitor, ["/", recommendation.get_absolute_url(), "/organisations/UN/", *_editions()])
    look_at(visitor, ["/dyads/UN-EU/as/EU/", "/dyads/UN-EU/political/?as=EU"])
    draft = _assessment("draft")
    visitor.carry_session_of(draft.assessor)
    source = Source.objects.earliest("pk")
    own = SourceFactory(organisation=draft.on_behalf_of)
    file = SimpleUploadedFile("A long name of a report that was attached.txt", b"What it says.")
    attach(source=own, file=file, marking="AMBER", by=draft.assessor, at=AT)
    look_at(visitor, [source.get_absolute_url(), own.get_absolute_url()])
    look_at(visitor, ["/", "/vignettes/", *_recording(draft)])
    approved = _assessment("approved")
    visitor.carry_session_of(approved.assessor)
    look_at(visitor, _next_cycle(approved))
    submitted = _assessment("submitted")
    person = reviewer(submitted.on_behalf_of)
    start_review(assessment=submitted, by=person, at=AT)
    visitor.carry_session_of(person)
    look_at(visitor, ["/", f"/assessments/{submitted.pk}/review/1/"])
    administrator = AdministratorFactory()
    visitor.carry_session_of(administrator)
    look_at(visitor, ["/method/", *_calibrations()])
    look_at(visitor, _rules(administrator))


def _dyad() -> Dyad:
    return Dyad.objects.named("UN-EU").get()


def _assessment(state: str) -> Assessment:
    engagement = Engagement.objects.get(name="IPTF-EUPM")
    organisation = Organisation.objects.get(acronym="EU")
    framework = Framework.objects.latest()
    assert framework is not None
    return make_assessment(
        state, engagement=engagement, framework=framework, assessor=analyst(organisation), period=(2003, 2004)
    )


def _calibrations() -> list[str]:
    """The one in force, and a proposal that moves something."""
    framework = Framework.objects.latest()
    assert framework is not None
    make_assessment("approved", dyad=_dyad(), framework=framework, released_to_all=True)
    proposal = propose_calibration(framework=framework, at=AT)
    assert proposal.report["dyads"]
    return [calibration.get_absolute_url() for calibration in framework.calibrations.all()]


def _rules(by: User) -> list[str]:
    """The draft of other rules, tried, and the form of one."""
    framework = Framework.objects.latest()
    assert framework is not None
    draft = begin_rules_version(questions=framework, version="1.2", note="Sharper.", by=by)
    rule = draft.rules.latest("position")
    definition = {**rule.definition, "priority": 5, "finding": f"Found: {rule.definition['finding']}"}
    write_rule(draft=draft, rule=rule, definition=definition, version=1, by=by)
    remove_rule(rule=draft.rules.earliest("position"), by=by)
    path = f"{framework.get_absolute_url()}rules/"
    return [framework.get_absolute_url(), path, f"{path}?try=all", f"{path}add/", f"{path}{rule.pk}/"]


def _reading() -> list[str]:
    dyad, mission = _dyad(), Mission.objects.get(acronym="UNAMID")
    finding = Finding.objects.filter(scorecard__dyad=dyad).first()
    framework, assessment = Framework.objects.latest(), Assessment.objects.first()
    assert finding is not None
    assert framework is not None
    assert assessment is not None
    return [
        dyad.get_absolute_url(),
        f"{dyad.get_absolute_url()}field/",
        finding.get_absolute_url(),
        framework.get_absolute_url(),
        assessment.get_absolute_url(),
        mission.get_absolute_url(),
        "/organisations/UN/",
        "/learning/F5.2/?dyad=UN-EU",
        "/learning/P1/",
        "/search/?q=mandate&level=field&kind=rationale&year=x",
        "/search/?q=un&page=2",
        "/dyads/compare/?by=P2",
        "/dyads/compare/?dyad=UN-EU&dyad=UN-NATO&detail=indicators&common=on&part=none",
        "/engagements/compare/?detail=indicators&common=on",
        "/arrangements/compare/?by=F3&detail=indicators",
        "/constellations/?organisation=UN&organisation=EU&organisation=NATO",
        "/constellations/?organisation=UN&organisation=EU&organisation=NATO&organisation=AU",
        "/constellations/?organisation=UN",
        "/exports/ratings/?dyad=UN-EU&format=ndjson",
        "/organisations/UN/dyads/",
        "/planning/?one=UN&other=EU&arrangement=bridging&title=Chad",
        "/planning/?one=UN&other=EU&arrangement=",
    ]


def _editions() -> list[str]:
    """An edition for everybody and one of an organisation, and a dyad without any."""
    dyad = _dyad()
    framework, person = Framework.objects.latest(), User.objects.get(email="coordinator@un.example")
    un = Organisation.objects.get(acronym="UN")
    assert framework is not None
    for basis in EditionBasis.values:
        freeze_edition(dyad=dyad, framework=framework, basis=basis, organisation=un, by=person, at=AT)
    here = f"{dyad.get_absolute_url()}editions/"
    return [
        here,
        f"{here}freeze/",
        f"{here}freeze/?basis=nonsense",
        f"{here}1/",
        f"{here}1/recompute/",
        f"{here}1/changes/UN-1/",
        "/dyads/UN-AU/editions/",
    ]


def _recording(draft: Assessment) -> list[str]:
    here = f"/assessments/{draft.pk}/"
    vignette = Vignette.objects.order_by("pk")[0].get_absolute_url()
    return [
        "/assessments/open/",
        vignette,
        f"{vignette}complete/",
        here,
        f"{here}describe/",
        f"{here}edit/",
        f"{here}edit/F1/",
        f"{here}cite/F1.1/",
        f"{here}check/",
        f"{here}offline/",
    ]


def _next_cycle(approved: Assessment) -> list[str]:
    """The form, and the draft with one answer reconfirmed and others not."""
    person, period = approved.assessor, (2005, 2006)
    draft = start_next_cycle(assessment=approved, by=person, period=period, basis="Interviews", at=AT)
    indicator = draft.applicable_indicators()[0]
    reconfirm(assessment=draft, indicator=indicator, by=person, at=AT)
    here = f"/assessments/{draft.pk}/edit/"
    start = f"/assessments/{approved.pk}/next-cycle/"
    return [approved.get_absolute_url(), start, here, f"{here}{indicator.dimension.code}/"]


def test_the_description_of_the_api(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.carry_session_of(reader(Organisation.objects.create(acronym="ORG", name="Organisation")))
    visitor.open("/api/v1/docs/")
    visitor.page.get_by_text("/api/v1/ratings/", exact=True).first.wait_for()
    assert visitor.barriers(leave_out=SWAGGER) == []


def test_the_essential_path_works_without_scripts(visit: Callable[..., Visitor]) -> None:
    visitor = visit(scripts=False)
    draft = make_assessment(answers={"P1.1": 3})
    visitor.carry_session_of(draft.assessor)
    visitor.open(f"/assessments/{draft.pk}/edit/P1/")
    visitor.page.locator('[id="indicator-P1.2"]').get_by_label("P1.2 at 5").check()
    visitor.press("Save and stay")
    visitor.page.get_by_text("Your answers are saved.").wait_for()
    assert draft.ratings.get(indicator__code="P1.2").score == 5
