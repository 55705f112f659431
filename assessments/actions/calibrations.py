"""Calibrations: proposing one with what it would move, putting it in force, rejecting it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from assessments import conclusions, scorecards
from assessments.actions.scorecards import assessed_dyads, refresh_dyad
from assessments.choices import CalibrationStatus
from assessments.models import Calibration, Framework
from assessments.policy import may_decide_calibration, may_propose_calibration
from assessments.scoring import movement
from assessments.scoring.calibration import Calibration as Record
from assessments.scoring.inputs import FrameworkShape
from assessments.scoring.results import ScorecardResult
from assessments.scoring.scorecard import score_dyad
from organisations.models import Dyad, User


@transaction.atomic
def propose_calibration(
    *, framework: Framework, at: datetime, by: User | None = None, even_if_rejected: bool = False
) -> Calibration:
    """Calculate the calibration from what is released to every organisation, with what it would move.

    Returns the one that says the same if there is one: in force, proposed, or rejected since (unless
    ``even_if_rejected``). An undecided proposal that no longer holds is replaced. The first calibration of a
    framework goes into force at once. ``by`` is none for the operator and for the clock.
    """
    may_propose_calibration(by).enforce()
    _lock(framework)
    record = scorecards.calibrated(framework)
    sha256 = record.digest()
    in_force = scorecards.calibration_in_force(framework)
    if in_force and in_force.sha256 == sha256:
        _replace_proposal(framework, at)
        return in_force
    if in_force and (known := _decided_or_open(in_force, sha256, even_if_rejected)):
        return known
    _replace_proposal(framework, at)
    last = framework.calibrations.order_by("-number").first()
    calibration = Calibration.objects.create(
        framework=framework,
        number=last.number + 1 if last else 1,
        record=record.to_dict(),
        sha256=sha256,
        report=_report(framework, in_force, record) if in_force else {},
        created_at=at,
        proposed_by=by,
    )
    return calibration if in_force else _enforce(calibration, by, at)


@transaction.atomic
def put_in_force(*, calibration: Calibration, at: datetime, by: User | None = None) -> Calibration:
    """Let a proposed calibration follow the one in force; all scorecards follow."""
    return _enforce(_locked(calibration, by), by, at)


@transaction.atomic
def reject(*, calibration: Calibration, reason: str, at: datetime, by: User | None = None) -> Calibration:
    """Decide that a proposed calibration is not to be used, and say why."""
    locked = _locked(calibration, by)
    if not reason.strip():
        raise ValidationError({"reason": _("Say why it is rejected.")})
    locked.status = CalibrationStatus.REJECTED
    locked.decided_by, locked.decided_at, locked.reason = by, at, reason.strip()
    locked.save()
    return locked


@transaction.atomic
def calibrate(*, framework: Framework, at: datetime) -> Calibration:
    """Calculate the calibration and put it in force, for the operator. What says the same stays."""
    calibration = propose_calibration(framework=framework, at=at, even_if_rejected=True)
    if calibration.status == CalibrationStatus.PROPOSED:
        return put_in_force(calibration=calibration, at=at)
    return calibration


def _lock(framework: Framework) -> None:
    """One decision on a framework's calibrations at a time; rows that refer to the framework may be added."""
    Framework.objects.select_for_update(no_key=True).get(pk=framework.pk)


def _locked(calibration: Calibration, by: User | None) -> Calibration:
    _lock(calibration.framework)
    locked = Calibration.objects.select_related("framework").get(pk=calibration.pk)
    may_decide_calibration(by, locked).enforce()
    return locked


def _decided_or_open(in_force: Calibration, sha256: str, even_if_rejected: bool) -> Calibration | None:
    """The same record, proposed or rejected, after the calibration in force."""
    known = [CalibrationStatus.PROPOSED]
    if not even_if_rejected:
        known.append(CalibrationStatus.REJECTED)
    same = Calibration.objects.filter(
        framework=in_force.framework_id, number__gt=in_force.number, sha256=sha256, status__in=known
    )
    return same.order_by("-number").first()


def _replace_proposal(framework: Framework, at: datetime) -> None:
    for proposal in framework.calibrations.filter(status=CalibrationStatus.PROPOSED):
        _replace(proposal, at)


def _replace(calibration: Calibration, at: datetime) -> None:
    calibration.status, calibration.replaced_at = CalibrationStatus.REPLACED, at
    calibration.save()


def _enforce(calibration: Calibration, by: User | None, at: datetime) -> Calibration:
    framework = calibration.framework
    for before in framework.calibrations.in_force():
        _replace(before, at)
    calibration.status = CalibrationStatus.IN_FORCE
    calibration.decided_by, calibration.decided_at = by, at
    calibration.save()
    for dyad in assessed_dyads(framework):
        refresh_dyad(dyad=dyad, framework=framework, at=at)
    return calibration


def _report(framework: Framework, in_force: Calibration, record: Record) -> dict[str, Any]:
    """What moves, on what every organisation sees: so that everybody who reads that may read the report."""
    sets = scorecards.sets_released_to_all(framework)
    dyads = Dyad.objects.with_organisations().in_bulk(sets)
    reading = _Reading(framework)
    before = in_force.values
    moved = [reading.compare(dyads[dyad], revisions, before, record) for dyad, revisions in sets.items()]
    return movement.report(in_force.number, before, record, moved)


class _Reading:
    """Scores dyads under different calibrations, without storing anything."""

    def __init__(self, framework: Framework) -> None:
        self.shape: FrameworkShape = scorecards.framework_shape(framework)
        self.rules = list(framework.rules_in_force().rules.order_by("position"))
        self.names = framework.names()

    def compare(
        self, dyad: Dyad, revisions: Sequence[int], before: Record, after: Record
    ) -> movement.DyadMovement:
        answers = scorecards.answers_of(revisions)
        engagements = scorecards.engagement_shapes(answers)

        def under(record: Record) -> tuple[ScorecardResult, list[movement.Finding]]:
            result = score_dyad(self.shape, answers, record, engagements)
            fired = conclusions.fire(self.rules, self.shape, result, engagements)
            found = conclusions.conclude(dyad, self.rules, fired, self.names)
            return result, [(one, words.text) for one, words in zip(fired, found, strict=True)]

        return movement.of_dyad(dyad.slug, under(before), under(after))
