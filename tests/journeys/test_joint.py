"""Vignettes and the joint fit in a browser: every state of their pages, and the way without scripts."""

from collections.abc import Callable

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from assessments.actions.joint_fits import request_joint_fit
from assessments.actions.reference import load_reference
from assessments.choices import JointFitStage, JointFitState
from assessments.models import Framework, JointFit, JointScore, Vignette, VignetteAssessment
from organisations.models import User
from tests.browser import Visitor
from tests.factories import AT, AdministratorFactory, analyst, rate_vignette
from tests.jobs import do_jobs
from tests.journeys.test_pages import look_at

pytestmark = pytest.mark.django_db(transaction=True)

PAGE, OWN = "/method/joint/", "/me/severity/"


def make_fit() -> Framework:
    """The reference cases with a vignette rated by their two assessors, fitted; some figures differ much."""
    ProcrastinateJob.objects.all().delete()  # jobs outlive the tables that transactional tests empty
    load_reference(at=AT)
    framework, vignette = Framework.objects.asking().get(), Vignette.objects.all()[0]
    for number, score in ((1, 2), (2, 4)):
        rate_vignette(vignette, User.objects.get(email=f"independent-{number}@ind.example"), score)
    request_joint_fit(framework=framework, by=AdministratorFactory(), at=AT)
    do_jobs()
    for joint_score in JointScore.objects.all():
        joint_score.content["field"] = joint_score.content.get("political", {}) | {"differs": True}
        joint_score.largest_difference = 0.5
        joint_score.save()
    return framework


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (360, False), (1280, True)])
def test_pages_with_results(visit: Callable[..., Visitor], width: int, dark: bool) -> None:
    framework = make_fit()
    visitor = visit(width, dark=dark)
    assessor = User.objects.get(email="independent-1@ind.example")
    rated, other = Vignette.objects.order_by("position")
    visitor.carry_session_of(assessor)
    look_at(visitor, ["/vignettes/", rated.get_absolute_url(), other.get_absolute_url(), OWN, PAGE])
    look_at(visitor, [f"{other.get_absolute_url()}complete/", "/dyads/UN-EU/"])
    visitor.carry_session_of(AdministratorFactory(name="A Very Long Name Of An Administrator"))
    look_at(visitor, [PAGE, OWN])
    fit = JointFit.objects.create(framework=framework, method_version="2", requested_at=AT)
    for state, stage in (
        (JointFitState.QUEUED, ""),
        (JointFitState.RUNNING, JointFitStage.FITTING_FIELD),
        (JointFitState.FAILED, ""),
    ):
        JointFit.objects.filter(pk=fit.pk).update(
            state=state,
            stage=stage,
            progress=50,
            finished_at=AT,
            error="LinAlgError: " + 12 * "singular" + "matrix",
        )
        look_at(visitor, [PAGE])


def test_the_page_follows_a_fit_to_its_end(visit: Callable[..., Visitor]) -> None:
    framework = make_fit()
    administrator = AdministratorFactory()
    visitor = visit()
    visitor.carry_session_of(administrator)
    visitor.open(PAGE)
    visitor.press("Fit anew")
    visitor.page.get_by_text("Waiting for the worker since").wait_for()
    do_jobs()
    visitor.page.get_by_role("button", name="Fit anew").wait_for()
    assert JointFit.objects.filter(framework=framework).count() == 2


def test_a_vignette_is_rated_without_scripts(visit: Callable[..., Visitor]) -> None:
    load_reference(at=AT)
    person = analyst(User.objects.get(email="analyst@eu.example").memberships.get().organisation)
    visitor = visit(scripts=False)
    visitor.carry_session_of(person)
    visitor.open("/")
    visitor.page.get_by_role("alert").or_(visitor.page.locator(".alert")).get_by_role(
        "link", name="Vignettes"
    ).click()
    visitor.follow("A short force that holds the line")
    vignette = Vignette.objects.get(code="bridging-force")
    for indicator in vignette.asked():
        section = visitor.page.locator(f'[id="indicator-{indicator.code}"]')
        section.locator('input[value="3"]').check()
    visitor.press("Save and check")
    visitor.press("Complete the vignette")
    visitor.page.get_by_text("Completed. Your answers count").wait_for()
    assert VignetteAssessment.objects.completed().get().assessor == person
