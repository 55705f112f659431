"""The joint fit: asked for, run in the background in short transactions, its last good result kept."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from assessments import joint
from assessments.choices import JointFitStage, JointFitState
from assessments.joint import JointInputs
from assessments.models import Assessment, Framework, JointFit, JointScore, Severity
from assessments.models.joint_fit import UNDER_WAY
from assessments.policy import may_request_joint_fit
from assessments.scoring import METHOD_VERSION
from assessments.scoring.inputs import FIELD, POLITICAL
from assessments.scoring.joint import AdjustedFigure
from assessments.scoring.joint import JointFit as LevelFit
from organisations.models import User

TASK = "fit_jointly"
ATTEMPTS = 2
SILENT_FOR = timedelta(minutes=30)
LONGEST_ERROR = 500
STAGES = ((JointFitStage.FITTING_POLITICAL, 20, POLITICAL), (JointFitStage.FITTING_FIELD, 50, FIELD))
NO_FIGURES: Mapping[str, AdjustedFigure] = {}
Clock = Callable[[], datetime]


@transaction.atomic
def request_joint_fit(*, framework: Framework, by: User, at: datetime) -> JointFit:
    """Queue a fit for the worker, or return the one that is under way. Raises ``Refused``."""
    may_request_joint_fit(by).enforce()
    return _queued(framework, by, at)


@transaction.atomic
def request_nightly_joint_fits(*, at: datetime) -> list[JointFit]:
    """Queue a fit of every framework version of which anything is released to everybody."""
    released = Assessment.objects.approved().filter(released_to_all=True).values("framework")
    frameworks = Framework.objects.filter(pk__in=released).order_by("pk")
    return [_queued(framework, None, at) for framework in frameworks]


def _queued(framework: Framework, by: User | None, at: datetime) -> JointFit:
    Framework.objects.select_for_update().get(pk=framework.pk)
    fit = JointFit.objects.filter(framework=framework, state__in=UNDER_WAY).first()
    if fit and not _is_lost(fit, at):
        return fit
    if fit:
        _finish(fit, JointFitState.FAILED, at, error=_("The worker stopped while it was running."))
    fit = JointFit.objects.create(
        framework=framework, method_version=METHOD_VERSION, requested_by=by, requested_at=at
    )
    lock = f"{TASK} {framework.pk}"
    try:
        with transaction.atomic():
            app.configure_task(TASK, queueing_lock=lock).defer(framework=framework.pk)
    except AlreadyEnqueued:  # a job that waits does the fit that is queued when its turn comes
        pass
    return fit


def _is_lost(fit: JointFit, at: datetime) -> bool:
    """Whether it was begun and nothing has been heard of it for long."""
    return fit.state == JointFitState.RUNNING and (fit.moved_at or fit.requested_at) < at - SILENT_FOR


def run_joint_fit(*, framework: Framework, clock: Clock) -> JointFit | None:
    """Do the fit that waits, in several transactions, so that others see how far it is.

    None when none waits. What goes wrong is stored, raised on, and tried once more; the results of the last
    fit that succeeded stay in use until another succeeds.
    """
    fit = _begun(framework, clock())
    if fit is None:
        return None
    try:
        inputs = joint.released_inputs(framework)
        levels = []
        for stage, progress, level in STAGES:
            _move(fit, stage, progress, clock())
            levels.append(inputs.fit(level))
        _move(fit, JointFitStage.STORING, 80, clock())
        _store(fit, inputs, levels, clock())
    except Exception as error:
        _failed(fit, error, clock())
        raise
    return fit


@transaction.atomic
def _begun(framework: Framework, at: datetime) -> JointFit | None:
    fit = JointFit.objects.select_for_update().filter(framework=framework, state=JointFitState.QUEUED).first()
    if fit is None:
        return None
    fit.state, fit.attempts, fit.started_at = JointFitState.RUNNING, fit.attempts + 1, at
    _write(fit, JointFitStage.READING, 5, at)
    return fit


def _move(fit: JointFit, stage: JointFitStage, progress: int, at: datetime) -> None:
    with transaction.atomic():
        _write(fit, stage, progress, at)


def _write(fit: JointFit, stage: str, progress: int, at: datetime) -> None:
    fit.stage, fit.progress, fit.moved_at = stage, progress, at
    fit.save()


@transaction.atomic
def _store(fit: JointFit, inputs: JointInputs, levels: Sequence[LevelFit], at: datetime) -> None:
    """Write the results and take those of earlier fits away, so that there is one set to read."""
    framework = fit.framework
    JointScore.objects.filter(framework=framework).delete()
    Severity.objects.filter(framework=framework).delete()
    JointScore.objects.bulk_create(_scores(fit, inputs, levels), batch_size=500)
    Severity.objects.bulk_create(_severities(fit, inputs, levels), batch_size=500)
    fit.calibration, fit.inputs_sha256 = inputs.calibration, inputs.sha256
    fit.record = {level.level: _record(level, inputs) for level in levels}
    fit.error, fit.stage = "", ""
    fit.state, fit.progress, fit.moved_at, fit.finished_at = JointFitState.DONE, 100, at, at
    fit.save()


def _record(level: LevelFit, inputs: JointInputs) -> dict[str, object]:
    """What is no single person's: of severities only how much they spread."""
    severities = [severity.severity for severity in level.severities.values()]
    return {
        "n_ratings": level.n_ratings,
        "n_conflict": level.n_conflict,
        "n_assessors": len(severities),
        "n_left_out": len(level.left_out),
        "n_dyads": len(level.dyads),
        "n_vignettes": inputs.n_vignettes(level.level),
        "dyads_left_out": list(level.dyads_left_out),
        "mu": dict(level.mu),
        "bias": level.bias,
        "bias_error": level.bias_error,
    }


def _scores(fit: JointFit, inputs: JointInputs, levels: Sequence[LevelFit]) -> Iterator[JointScore]:
    for dyad in sorted({dyad for level in levels for dyad in level.dyads}):
        figures = {
            code: figure for level in levels for code, figure in level.dyads.get(dyad, NO_FIGURES).items()
        }
        yield JointScore(
            fit=fit,
            framework=fit.framework,
            dyad_id=dyad,
            revision_ids=inputs.revisions.get(dyad, []),
            content={code: asdict(figure) for code, figure in figures.items()},
            largest_difference=max(abs(figure.score - figure.tier_a) for figure in figures.values()),
        )


def _severities(fit: JointFit, inputs: JointInputs, levels: Sequence[LevelFit]) -> Iterator[Severity]:
    """Of everybody who has scored anything; whoever is alone has nobody to be compared with."""
    for level in levels:
        alone = len(level.severities) < 2
        for assessor, rated in inputs.rated_by_assessor(level.level).items():
            found = None if alone else level.severities.get(assessor)
            yield Severity(
                fit=fit,
                framework=fit.framework,
                assessor_id=assessor,
                level=level.level,
                value=found.severity if found else None,
                standard_error=found.standard_error if found else None,
                n_ratings=rated.ratings,
                n_dyads=rated.dyads,
                n_vignettes=rated.vignettes,
            )


@transaction.atomic
def _failed(fit: JointFit, error: Exception, at: datetime) -> None:
    """Store what went wrong; the fit waits for its second attempt, or has failed."""
    failed = JointFit.objects.select_for_update().get(pk=fit.pk)
    state = JointFitState.QUEUED if failed.attempts < ATTEMPTS else JointFitState.FAILED
    _finish(failed, state, at, error=f"{type(error).__name__}: {error}")


def _finish(fit: JointFit, state: JointFitState, at: datetime, *, error: str) -> None:
    fit.state, fit.moved_at, fit.error = state, at, error[:LONGEST_ERROR]
    fit.finished_at = at if state == JointFitState.FAILED else None
    fit.save()
