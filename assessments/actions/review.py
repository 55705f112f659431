"""Reviewing: opening a revision, returning it with a reason, approving exactly what was read."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from assessments.actions.approved_ratings import write_approved_ratings
from assessments.actions.assessments import locked_assessment, move
from assessments.actions.notices import tell
from assessments.actions.recurrence import queue_recurrences
from assessments.actions.scorecards import refresh_dyad
from assessments.choices import Decision, NoticeKind, State
from assessments.models import Assessment, Framework, Reading, Review, Revision
from assessments.policy import Refused, may_act, partner_for
from assessments.workflow import Action
from organisations.models import User


@transaction.atomic
def start_review(*, assessment: Assessment, by: User, at: datetime) -> Revision:
    """Note that the reviewer has opened the current revision, and return it."""
    locked = locked_assessment(assessment)
    may_act(by, Action.START_REVIEW, locked).enforce()
    revision = _current(locked)
    Reading.objects.get_or_create(revision=revision, reviewer=by, defaults={"opened_at": at})
    if locked.state != State.IN_REVIEW:
        move(locked, Action.START_REVIEW, at)
    return revision


@transaction.atomic
def return_for_changes(*, revision: Revision, by: User, reason: str, at: datetime) -> Review:
    """Give a revision back to its assessor. Raises ``ValidationError`` without a reason."""
    if not reason.strip():
        raise ValidationError({"reason": _("Say what has to change, so that the assessor can act on it.")})
    locked = _locked_for(revision, by, Action.RETURN)
    review = _decide(revision, locked, by, Decision.RETURNED, reason, at)
    move(locked, Action.RETURN, at)
    _tell(NoticeKind.RETURNED, locked, by, at)
    return review


@transaction.atomic
def approve(*, revision: Revision, by: User, at: datetime, reason: str = "") -> Review:
    """Approve exactly this revision; with the last approval needed it counts in scorecards.

    Where the framework asks for it, one of them is the partner's. A further reviewer may add an approval
    later, which changes nothing else.
    """
    locked = _locked_for(revision, by, Action.APPROVE)
    review = _decide(revision, locked, by, Decision.APPROVED, reason, at)
    if locked.state == State.IN_REVIEW and _is_approved(revision, locked.framework):
        move(locked, Action.APPROVE, at)
        write_approved_ratings(locked)
        _supersede_amended(locked, at)
        refresh_dyad(dyad=locked.dyad, framework=locked.framework, at=at)
        queue_recurrences(locked.dyad)
        _tell(NoticeKind.APPROVED, locked, by, at)
        _tell(NoticeKind.TO_RELEASE, locked, by, at)
    return review


def _tell(kind: NoticeKind, assessment: Assessment, by: User, at: datetime) -> None:
    revision = _current(assessment)
    tell(kind, assessment, event=f"revision {revision.number}", revision=revision, by=by, at=at)


def _current(assessment: Assessment) -> Revision:
    if assessment.current_revision is None:
        raise Refused(_("There is no submitted revision to review."))
    return assessment.current_revision


def _locked_for(revision: Revision, by: User, action: Action) -> Assessment:
    """The assessment, locked after what it amends: withdrawal locks them in this order too."""
    if revision.assessment.amends_id:
        locked_assessment(Assessment(pk=revision.assessment.amends_id))
    locked = locked_assessment(revision.assessment)
    if locked.current_revision_id != revision.pk:
        raise Refused(_("There is a newer revision than the one you have read: open that one first."))
    may_act(by, action, locked).enforce()
    return locked


def _decide(
    revision: Revision, locked: Assessment, by: User, decision: Decision, reason: str, at: datetime
) -> Review:
    return Review.objects.create(
        revision=revision,
        reviewer=by,
        partner_id=partner_for(by, locked),
        decision=decision,
        reason=reason.strip(),
        decided_at=at,
    )


def _is_approved(revision: Revision, framework: Framework) -> bool:
    partners = revision.reviews.filter(decision=Decision.APPROVED).values_list("partner", flat=True)
    return len(partners) >= framework.approvals_required and (not framework.partner_approval or any(partners))


def _supersede_amended(assessment: Assessment, at: datetime) -> None:
    if not assessment.amends_id:
        return
    amended = locked_assessment(Assessment(pk=assessment.amends_id))
    if amended.state != State.APPROVED:
        return
    reference = amended.reference
    move(amended, Action.SUPERSEDE, at)
    amended.approved_ratings.all().delete()
    Assessment.objects.filter(pk=assessment.pk).update(reference=reference)
