"""Pages of the joint fit: its state for all, its results for readers, severities for whom they concern."""

import pytest
from django.test import Client

from assessments.actions.joint_fits import request_joint_fit
from assessments.choices import JointFitStage, JointFitState, State
from assessments.joint_wording import Difference, bias_words, severity_words
from assessments.models import Framework, JointFit, JointScore
from assessments.scoring.inputs import FIELD
from organisations.models import Dyad, User
from tests.factories import (
    AT,
    AdministratorFactory,
    EngagementFactory,
    FrameworkFactory,
    OrganisationFactory,
    UserFactory,
    VignetteFactory,
    analyst,
    coordinator,
    make_assessment,
    reader,
)
from tests.jobs import do_jobs

pytestmark = pytest.mark.django_db

PAGE, OWN = "/method/joint/", "/me/severity/"


@pytest.fixture
def framework() -> Framework:
    framework: Framework = FrameworkFactory(version="1.0")
    return framework


@pytest.fixture
def severe(framework: Framework) -> User:
    """Who gives 1 where two others give 5, on four dyads; a fifth dyad is theirs alone."""
    severe: User = analyst(OrganisationFactory(), name="Severe Person")
    mild = [analyst(OrganisationFactory(), name=f"Mild Person {n}") for n in range(2)]
    for number in range(5):
        engagement = EngagementFactory()
        for assessor, score in [(severe, 1), *((person, 5) for person in mild)][: 3 if number else 1]:
            make_assessment(
                State.APPROVED,
                engagement=engagement,
                framework=framework,
                assessor=assessor,
                answers=dict.fromkeys(("F1.1", "F1.2", "F5.1"), score),
                released_to_all=True,
            )
    return severe


def fit(framework: Framework) -> JointFit:
    fit = request_joint_fit(framework=framework, by=AdministratorFactory(), at=AT)
    do_jobs()
    fit.refresh_from_db()
    return fit


def page(client: Client, person: User, address: str = PAGE) -> str:
    client.force_login(person)
    response = client.get(address)
    assert response.status_code == 200
    return response.text


def test_an_administrator_starts_a_fit_and_sees_it_run(
    client: Client, framework: Framework, severe: User
) -> None:
    administrator = AdministratorFactory()
    assert "No joint fit has been made yet." in page(client, administrator)
    asked = client.post(PAGE, follow=True).text
    assert "The joint fit waits for the worker." in asked
    assert 'hx-trigger="every 3s"' in asked
    assert "Fit anew" not in asked
    JointFit.objects.update(state=JointFitState.RUNNING, stage=JointFitStage.FITTING_FIELD, progress=50)
    running = page(client, administrator)
    assert 'max="100" value="50"' in running
    assert "Fitting the field level" in running
    JointFit.objects.update(state=JointFitState.QUEUED)
    do_jobs()
    done = page(client, administrator)
    assert "Done on" in done
    assert "hx-trigger" not in done
    assert "Fit anew" in done


def test_others_cannot_start_one(client: Client, framework: Framework) -> None:
    client.force_login(coordinator(OrganisationFactory()))
    assert "Only administrators start a joint fit." in client.post(PAGE, follow=True).text
    assert "Fit anew" not in client.get(PAGE).text
    assert not JointFit.objects.exists()


def test_readers_see_results_and_no_severities(client: Client, framework: Framework, severe: User) -> None:
    fit(framework)
    read = page(client, reader(OrganisationFactory()))
    assert "Assessors connected" in read
    assert "Where it makes a difference" in read
    alone = JointScore.objects.order_by("-largest_difference")[0].dyad
    assert f'<a href="/dyads/{alone}/">' in read
    assert "Severe Person" not in read
    assert "Severities of assessors" not in read
    assert "Assessors connected" not in page(client, UserFactory())
    administrators = page(client, AdministratorFactory())
    assert "Severe Person" in administrators
    assert "Mild Person 1" in administrators
    assert f'<a href="/dyads/{alone}/">' not in administrators  # without a role they see no dyad's figures


def test_a_failure_keeps_the_result_and_tells_administrators_why(
    client: Client, framework: Framework, severe: User
) -> None:
    fit(framework)
    JointFit.objects.create(
        framework=framework,
        method_version="2",
        requested_at=AT,
        finished_at=AT,
        state=JointFitState.FAILED,
        error="LinAlgError: singular matrix",
    )
    read = page(client, reader(OrganisationFactory()))
    assert "The result before it stays in use." in read
    assert "Assessors connected" in read
    assert "singular" not in read
    assert "LinAlgError: singular matrix" in page(client, AdministratorFactory())


def test_an_assessor_sees_their_own_severity(client: Client, framework: Framework, severe: User) -> None:
    assert "Nothing is known yet." in page(client, severe, OWN)
    VignetteFactory(framework=framework)
    fit(framework)
    own = page(client, severe, OWN)
    assert "stricter than the average assessor." in own
    assert "Rests on 15 scored answers, about 5 dyads and 0 vignettes." in " ".join(own.split())
    assert "You have not rated a vignette yet." in own
    other = page(client, analyst(OrganisationFactory()), OWN)
    assert "stricter" not in other
    assert "Nothing is known yet." in other
    assert "stricter than" not in page(client, AdministratorFactory(), OWN)


def test_who_is_not_connected_is_told_what_to_do(client: Client, framework: Framework, severe: User) -> None:
    apart = analyst(OrganisationFactory())
    make_assessment(
        State.APPROVED,
        engagement=EngagementFactory(),
        framework=framework,
        assessor=apart,
        released_to_all=True,
    )
    fit(framework)
    own = page(client, apart, OWN)
    assert "Your answers cannot be compared yet." in own
    assert "Rate a vignette: others rate the same one." in own


def test_a_dyad_shows_both_figures(client: Client, framework: Framework, severe: User) -> None:
    somebody = reader(OrganisationFactory())
    alone = Dyad.objects.order_by("pk")[0]
    address = alone.get_absolute_url()
    assert "Adjusted for who rated" not in page(client, somebody, address)
    fit(framework)
    shown = page(client, somebody, address)
    assert "Adjusted for who rated" in shown
    assert "more than 0.3: look at who rated" in shown
    figure = JointScore.objects.get(dyad=alone).content[FIELD]
    assert f"{figure['tier_a']:.2f}" in shown
    assert f"{figure['score']:.2f}" in shown
    assert "Nobody has rated an organisation of their own here" in shown


def test_a_framework_that_does_not_exist_is_not_found(client: Client, framework: Framework) -> None:
    client.force_login(reader(OrganisationFactory()))
    assert client.get(PAGE, {"framework": "small@9"}).status_code == 404
    assert client.get(OWN, {"framework": "x"}).status_code == 404


def test_an_empty_installation_says_so(client: Client) -> None:
    assert "nothing to fit" in page(client, AdministratorFactory())
    assert client.post(PAGE).status_code == 200
    assert "Nothing is known yet." in page(client, UserFactory(), OWN)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (-0.33, "You rate about a third of a point stricter than the average assessor."),
        (0.52, "You rate about half a point milder than the average assessor."),
        (-0.15, "You rate less than a quarter of a point stricter than the average assessor."),
        (1.6, "You rate more than a point milder than the average assessor."),
        (0.05, "You rate about as the average assessor does."),
    ],
)
def test_severities_in_words(value: float, words: str) -> None:
    assert severity_words(Difference(value, 0.1)) == words


def test_bias_in_words() -> None:
    assert "rate about half a point higher than others" in bias_words(Difference(0.5, 0.1))
    assert "rate about half a point lower than others" in bias_words(Difference(-0.5, 0.1))
    assert "do not clearly rate" in bias_words(Difference(0.5, 0.4))
    assert "Nobody has rated" in bias_words(None)
