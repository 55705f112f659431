"""Around a review: who is to do it, and what reviewers and authors say about single answers."""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from assessments.actions.assessments import locked_assessment
from assessments.actions.notices import holders, tell, writers
from assessments.choices import NoticeKind, State
from assessments.models import Assessment, Assignment, Comment, Indicator
from assessments.models.notice_kinds import DUE_SOON_WITHIN
from assessments.policy import Refused, may_act, may_assign, may_settle
from assessments.workflow import Action
from organisations.models import User
from organisations.roles import Permission


@transaction.atomic
def assign(
    *, assessment: Assessment, reviewer: User | None, by: User, at: datetime, due: date | None = None
) -> None:
    """Say who is to review an assessment, or with None that nobody is."""
    locked = locked_assessment(assessment)
    standing = Assignment.objects.standing().filter(assessment=locked).select_related("reviewer").first()
    may_assign(by, locked, now=standing.reviewer if standing else None, then=reviewer).enforce()
    if due and due < at.date():
        raise ValidationError({"due": _("This day has passed.")})
    if reviewer is None:
        Assignment.objects.filter(assessment=locked).delete()
        return
    Assignment.objects.update_or_create(
        assessment=locked,
        defaults={"reviewer": reviewer, "due": due, "assigned_by": by, "assigned_at": at},
    )
    if standing is None or standing.reviewer != reviewer:
        tell(
            NoticeKind.ASSIGNED,
            locked,
            event=f"assigned {at:%Y-%m-%d %H:%M:%S}",
            to=[reviewer.pk],
            revision=locked.current_revision,
            by=by,
            at=at,
        )


@transaction.atomic
def comment(
    *,
    assessment: Assessment,
    text: str,
    by: User,
    at: datetime,
    indicator: Indicator | None = None,
    parent: Comment | None = None,
) -> Comment:
    """Begin a thread on an answer (or on the whole, without ``indicator``), or answer one; that opens it."""
    locked = locked_assessment(assessment)
    may_act(by, Action.COMMENT, locked).enforce()
    if parent and (parent.assessment_id != locked.pk or parent.parent_id):
        raise ValidationError(_("Answer the comment that begins the thread."))
    if indicator and not locked.applicable_indicators().filter(pk=indicator.pk).exists():
        raise ValidationError(_("%(indicator)s is not asked here.") % {"indicator": indicator})
    said = Comment(
        assessment=locked,
        revision=locked.current_revision,
        indicator=parent.indicator if parent else indicator,
        parent=parent,
        author=by,
        text=text.strip(),
        created_at=at,
        updated_at=at,
    )
    said.full_clean()
    said.save()
    if parent:
        Comment.objects.filter(pk=parent.pk).update(resolved_by=None, resolved_at=None)
    tell(
        NoticeKind.COMMENTED,
        locked,
        event=f"comment {said.pk}",
        to=_listeners(said),
        comment=said,
        by=by,
        at=at,
    )
    return said


def _listeners(said: Comment) -> set[int]:
    """Who writes the assessment, who is to review it, or else has opened it, and who spoke in the thread."""
    assessment = said.assessment
    assigned = Assignment.objects.standing().filter(assessment=assessment)
    reviewers = set(assigned.values_list("reviewer", flat=True))
    if not reviewers and assessment.current_revision:
        reviewers = set(assessment.current_revision.readings.values_list("reviewer", flat=True))
    spoke: set[int] = set()
    if said.parent:
        spoke = {said.parent.author_id, *said.parent.replies.values_list("author", flat=True)}
    return writers(assessment) | reviewers | spoke


@transaction.atomic
def change_comment(*, comment: Comment, version: int, text: str, by: User, at: datetime) -> Comment:
    """Change one's own comment; ``version`` is the one that was read. The earlier text is kept."""
    locked = _locked_comment(comment, by)
    if locked.author_id != by.pk:
        raise Refused(_("Only who wrote a comment changes it."))
    if locked.version != version:
        raise ValidationError(_("You have changed this comment elsewhere: look at it again."))
    if locked.text == text.strip():
        return locked
    locked.text, locked.updated_at = text.strip(), at
    locked.version += 1
    locked.full_clean()
    locked.save()
    return locked


@transaction.atomic
def settle(*, comment: Comment, resolved: bool, by: User, at: datetime) -> None:
    """Resolve the thread that ``comment`` begins, or open it again; once more changes nothing."""
    locked = _locked_comment(comment, by)
    if locked.parent_id:
        raise ValidationError(_("Only a thread as a whole is resolved."))
    if resolved:
        may_settle(by, locked).enforce()
    if locked.is_open is not resolved:
        return
    locked.resolved_by = by if resolved else None
    locked.resolved_at = at if resolved else None
    locked.save(update_fields=["resolved_by", "resolved_at"])


def _locked_comment(comment: Comment, by: User) -> Comment:
    assessment = locked_assessment(Assessment(pk=comment.assessment_id))
    may_act(by, Action.COMMENT, assessment).enforce()
    locked = Comment.objects.get(pk=comment.pk)
    locked.assessment = assessment
    return locked


@transaction.atomic
def remind_of_due(*, at: datetime) -> None:
    """Tell reviewers what is due soon, and them and coordinators what is overdue: once for each due day."""
    waiting = Assignment.objects.filter(
        assessment__state__in=[State.SUBMITTED, State.IN_REVIEW], due__lte=at.date() + DUE_SOON_WITHIN
    )
    for assignment in waiting.select_related("assessment").order_by("pk"):
        assert assignment.due is not None  # noqa: S101 - for types: the filter says so
        overdue = assignment.due < at.date()
        to = {assignment.reviewer_id}
        if overdue:
            to |= holders(assignment.assessment, Permission.ASSIGN)
        kind = NoticeKind.OVERDUE if overdue else NoticeKind.DUE_SOON
        tell(kind, assignment.assessment, event=f"due {assignment.due}", to=to, by=None, at=at)
