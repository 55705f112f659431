"""The joint fit as a background job: asked for once, seen while it runs, its last good result kept."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.jobs import Job

from assessments import scorecards
from assessments.actions import joint_fits
from assessments.actions.assessments import release
from assessments.actions.joint_fits import request_joint_fit, request_nightly_joint_fits, run_joint_fit
from assessments.choices import JointFitStage, JointFitState, State
from assessments.joint import JointInputs, released_inputs
from assessments.models import (
    ApprovedRating,
    Assessment,
    Engagement,
    Framework,
    JointFit,
    JointScore,
    Severity,
)
from assessments.policy import Refused
from assessments.scoring.inputs import FIELD, POLITICAL
from assessments.scoring.joint import fit_answers
from assessments.tasks import fit_jointly
from organisations.models import User
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
    rate_vignette,
)
from tests.jobs import deferred, do_jobs

pytestmark = pytest.mark.django_db

JOB = Job(id=1, queue="default", lock=None, queueing_lock=None, task_name=joint_fits.TASK)


def later(minutes: int = 0) -> Callable[[], datetime]:
    return lambda: AT + timedelta(minutes=minutes)


@pytest.fixture
def framework() -> Framework:
    framework: Framework = FrameworkFactory(version="1.0")
    return framework


@pytest.fixture
def administrator() -> User:
    administrator: User = AdministratorFactory()
    return administrator


def rated_dyads(framework: Framework, scores: list[int], n_dyads: int = 3) -> list[User]:
    """Assessors of organisations of their own, each giving everything one score, all rating all dyads."""
    assessors = [analyst(OrganisationFactory()) for _ in scores]
    for _ in range(n_dyads):
        engagement = EngagementFactory()
        for assessor, score in zip(assessors, scores, strict=True):
            make_assessment(
                State.APPROVED,
                engagement=engagement,
                framework=framework,
                assessor=assessor,
                answers=dict.fromkeys(("F1.1", "F1.2", "F5.1"), score),
                released_to_all=True,
            )
    return assessors


def fitted(framework: Framework) -> JointFit:
    request_joint_fit(framework=framework, by=AdministratorFactory(), at=AT)
    assert do_jobs() == 1
    fit = JointFit.objects.in_use()
    assert fit is not None
    return fit


def test_a_fit_is_queued_done_and_stored(framework: Framework, administrator: User) -> None:
    severe, mild = rated_dyads(framework, [2, 4])
    fit = request_joint_fit(framework=framework, by=administrator, at=AT)
    assert (fit.state, deferred(joint_fits.TASK)) == (JointFitState.QUEUED, [{"framework": framework.pk}])
    assert do_jobs() == 1
    fit.refresh_from_db()
    assert (fit.state, fit.progress, fit.error) == (JointFitState.DONE, 100, "")
    assert fit.record[FIELD]["n_ratings"] == 18
    assert fit.record[FIELD]["n_assessors"] == 2
    assert fit.record[POLITICAL]["n_ratings"] == 0
    severities = {
        severity.assessor: severity.value or 0.0 for severity in Severity.objects.filter(level=FIELD)
    }
    assert severities[severe] < -0.2 < 0.2 < severities[mild]
    score = JointScore.objects.all()[0]
    assert score.revision_ids == sorted(
        Assessment.objects.filter(dyad=score.dyad).values_list("current_revision_id", flat=True)
    )
    assert {FIELD, "F1", "F1.1"} <= score.content.keys()


def test_only_administrators_ask(framework: Framework) -> None:
    for person in (UserFactory(), coordinator(OrganisationFactory()), AdministratorFactory(is_active=False)):
        with pytest.raises(Refused):
            request_joint_fit(framework=framework, by=person, at=AT)
    assert not JointFit.objects.exists()


def test_one_at_a_time(framework: Framework, administrator: User) -> None:
    first, second = (request_joint_fit(framework=framework, by=administrator, at=AT) for _ in range(2))
    assert first == second
    assert len(deferred()) == 1
    other: Framework = FrameworkFactory(code="other")
    assert request_joint_fit(framework=other, by=administrator, at=AT) != first
    assert len(deferred()) == 2


def test_every_night_what_has_released_answers_is_fitted(framework: Framework) -> None:
    FrameworkFactory(code="unused")
    make_assessment(State.APPROVED, framework=framework)
    assert request_nightly_joint_fits(at=AT) == []
    make_assessment(State.APPROVED, framework=framework, released_to_all=True)
    assert [fit.framework for fit in request_nightly_joint_fits(at=AT)] == [framework]


def test_its_progress_can_be_seen(framework: Framework, monkeypatch: pytest.MonkeyPatch) -> None:
    rated_dyads(framework, [3, 4])
    seen: list[tuple[str, str, int]] = []
    fit_level = JointInputs.fit

    def look(self: JointInputs, level: str) -> object:
        seen.extend(JointFit.objects.values_list("state", "stage", "progress"))
        return fit_level(self, level)

    monkeypatch.setattr(JointInputs, "fit", look)
    fitted(framework)
    assert seen == [
        (JointFitState.RUNNING, JointFitStage.FITTING_POLITICAL, 20),
        (JointFitState.RUNNING, JointFitStage.FITTING_FIELD, 50),
    ]


def test_a_failure_is_tried_once_more_and_leaves_the_last_result_in_use(
    framework: Framework, administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    rated_dyads(framework, [3, 4])
    good = fitted(framework)
    stored = list(JointScore.objects.values_list("pk", "content"))

    def fail(self: JointInputs, level: str) -> object:
        raise ArithmeticError("singular")

    monkeypatch.setattr(JointInputs, "fit", fail)
    bad = request_joint_fit(framework=framework, by=administrator, at=AT)
    for state in (JointFitState.QUEUED, JointFitState.FAILED):
        with pytest.raises(ArithmeticError):
            run_joint_fit(framework=framework, clock=later())
        bad.refresh_from_db()
        assert (bad.state, bad.error) == (state, "ArithmeticError: singular")
    assert run_joint_fit(framework=framework, clock=later()) is None
    assert JointFit.objects.in_use() == good
    assert list(JointScore.objects.values_list("pk", "content")) == stored != []


def test_the_queue_tries_as_often_as_the_fit_allows() -> None:
    strategy = fit_jointly.retry_strategy
    assert strategy is not None
    tries = [
        strategy.get_retry_decision(exception=ArithmeticError(), job=JOB.evolve(attempts=attempts))
        for attempts in range(joint_fits.ATTEMPTS)
    ]
    assert [decision is not None for decision in tries] == [True, False]


def test_a_fit_whose_worker_died_does_not_block_the_next(framework: Framework, administrator: User) -> None:
    lost = request_joint_fit(framework=framework, by=administrator, at=AT)
    JointFit.objects.filter(pk=lost.pk).update(state=JointFitState.RUNNING, moved_at=AT)
    soon, late = (AT + joint_fits.SILENT_FOR + timedelta(minutes=change) for change in (-1, 1))
    assert request_joint_fit(framework=framework, by=administrator, at=soon) == lost
    ProcrastinateJob.objects.all().delete()
    assert request_joint_fit(framework=framework, by=administrator, at=late) != lost
    lost.refresh_from_db()
    assert (lost.state, lost.error) == (JointFitState.FAILED, "The worker stopped while it was running.")


def test_a_new_result_takes_the_place_of_the_old(framework: Framework) -> None:
    rated_dyads(framework, [3, 4])
    first, second = fitted(framework), fitted(framework)
    assert first.pk != second.pk
    assert {score.fit for score in JointScore.objects.all()} == {second}
    assert first.inputs_sha256 == second.inputs_sha256 != ""
    rated_dyads(framework, [2], n_dyads=1)
    assert fitted(framework).inputs_sha256 != second.inputs_sha256


def test_only_what_is_released_to_everybody_counts(framework: Framework) -> None:
    rated_dyads(framework, [3, 4])
    before = released_inputs(framework)
    make_assessment(State.APPROVED, engagement=EngagementFactory(), framework=framework)
    make_assessment(State.SUBMITTED, engagement=EngagementFactory(), framework=framework)
    reached = OrganisationFactory()
    make_assessment(
        State.APPROVED, engagement=EngagementFactory(), framework=framework, released_to=[reached]
    )
    assert released_inputs(framework).sha256 == before.sha256
    rated_dyads(framework, [3], n_dyads=1)
    assert released_inputs(framework).sha256 != before.sha256


def test_it_gives_what_the_answers_give(reference: None) -> None:
    """The arrays from COPY, the arrangements and the codes, against the answers read row by row."""
    framework, inputs = Framework.objects.asking().get(), released_inputs(Framework.objects.asking().get())
    rows = ApprovedRating.objects.select_related("indicator", "dyad")
    answers = [(row.dyad_id, scorecards.answer_of(row)) for row in rows]
    engagements = {
        engagement.dyad_id: scorecards.engagement_shapes([a for d, a in answers if d == engagement.dyad_id])
        for engagement in Engagement.objects.all()
    }
    record = scorecards.calibration_record(inputs.calibration)
    levels = fit_answers(scorecards.framework_shape(framework), answers, record, engagements)
    for expected in levels:
        found = inputs.fit(expected.level)
        assert (found.n_ratings, found.left_out) == (expected.n_ratings, expected.left_out)
        figures = {(d, code): f.score for d, codes in expected.dyads.items() for code, f in codes.items()}
        assert {
            (d, code): f.score for d, codes in found.dyads.items() for code, f in codes.items()
        } == pytest.approx(figures, abs=1e-9)
        assert len(figures) > 30


def test_vignettes_connect_once_they_are_completed(framework: Framework) -> None:
    first, second = rated_dyads(framework, [3], n_dyads=2) + rated_dyads(framework, [4], n_dyads=1)
    vignette = VignetteFactory(framework=framework)

    def connected() -> set[User]:
        fitted(framework)
        return {s.assessor for s in Severity.objects.filter(value__isnull=False, level=FIELD)}

    assert connected() == set()
    for assessor in (first, second):
        rate_vignette(vignette, assessor, 3, complete=False)
    assert connected() == set()
    for assessor in (first, second):
        rate_vignette(vignette, assessor, 3)
    assert connected() == {first, second}
    assert set(Severity.objects.filter(level=FIELD).values_list("n_ratings", "n_dyads", "n_vignettes")) == {
        (9, 2, 1),
        (6, 1, 1),
    }
    assert {score.dyad_id > 0 for score in JointScore.objects.all()} == {True}


def test_a_score_is_seen_as_long_as_the_same_is_released(framework: Framework) -> None:
    (assessor, _other) = rated_dyads(framework, [3, 4])
    fitted(framework)
    assert JointScore.objects.visible_to(assessor).count() == 3
    assert not JointScore.objects.visible_to(UserFactory()).exists()
    assessment = Assessment.objects.filter(assessor=assessor)[0]
    release(assessment=assessment, to=[], to_all=False, by=coordinator(assessment.on_behalf_of), at=AT)
    visible = JointScore.objects.visible_to(assessor)
    assert visible.count() == 2
    assert assessment.dyad_id not in {score.dyad_id for score in visible}


def test_severities_are_ones_own(framework: Framework) -> None:
    first, second = rated_dyads(framework, [2, 4])
    fitted(framework)
    assert {s.assessor for s in Severity.objects.visible_to(first)} == {first}
    assert {s.assessor for s in Severity.objects.visible_to(AdministratorFactory())} == {first, second}
    assert not Severity.objects.visible_to(coordinator(OrganisationFactory())).exists()
    suspended = AdministratorFactory(is_active=False)
    assert not Severity.objects.visible_to(suspended).exists()
