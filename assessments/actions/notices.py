"""Telling people what they can do, in the transaction of the action that makes it possible.

:func:`tell` is what actions call. Mail follows by jobs, see :mod:`assessments.actions.notice_mail`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.db import transaction
from procrastinate.contrib.django import app

from assessments.choices import Delivery, MailState, NoticeKind
from assessments.models import (
    Assessment,
    Assignment,
    Comment,
    Lesson,
    LessonAction,
    Notice,
    NoticePreference,
    PanelMember,
    Revision,
)
from assessments.models.notice_kinds import KINDS
from organisations.models import Membership, User
from organisations.roles import Permission

SEND = "send_notice"
_silent: ContextVar[bool] = ContextVar("notices_silent", default=False)


def holders(assessment: Assessment, permission: Permission) -> set[int]:
    """Ids of the people with a permission in the assessment's organisation."""
    return _holders({assessment.on_behalf_of_id}, permission)


def _holders(organisations: set[int], permission: Permission) -> set[int]:
    members = Membership.objects.filter(organisation__in=organisations).permitting(permission)
    return set(members.values_list("user", flat=True))


def writers(assessment: Assessment) -> set[int]:
    """Ids of the assessor and the co-authors."""
    return {assessment.assessor_id, *assessment.co_authors.values_list("person", flat=True)}


def _reviewers(assessment: Assessment) -> set[int]:
    """Who may review it: not those who wrote any of it, or rated the same for its panel."""
    return holders(assessment, Permission.REVIEW) - _not_to_review(assessment)


def _not_to_review(assessment: Assessment) -> set[int]:
    wrote = assessment.contributions.values_list("person", flat=True)
    rated = PanelMember.objects.beside(assessment).values_list("person", flat=True)
    return {*wrote, *rated} | writers(assessment)


RECIPIENTS: dict[NoticeKind, Callable[[Assessment], set[int]]] = {
    NoticeKind.TO_REVIEW: _reviewers,
    NoticeKind.RETURNED: lambda assessment: {assessment.assessor_id},
    NoticeKind.APPROVED: writers,
    NoticeKind.TO_RELEASE: lambda assessment: holders(assessment, Permission.RELEASE),
}


def tell(
    kind: NoticeKind,
    assessment: Assessment,
    *,
    event: str,
    by: User | None,
    at: datetime,
    to: Iterable[int] | None = None,
    revision: Revision | None = None,
    comment: Comment | None = None,
) -> None:
    """Write a notice for everybody concerned but ``by``, and queue the mail of those who want it at once.

    ``event`` names what happened: nobody is told of one twice. ``to`` are ids of people; without, they are
    those of :data:`RECIPIENTS`. With ``revision`` there is something to do as long as it is the current one,
    with ``comment`` as long as it is the last word.
    """
    template = Notice(kind=kind, assessment=assessment, revision=revision, comment=comment)
    _write(template, RECIPIENTS[kind](assessment) if to is None else to, event, by, at)


def tell_of_lesson(
    kind: NoticeKind,
    lesson: Lesson,
    *,
    event: str,
    to: Iterable[int],
    by: User | None,
    at: datetime,
    action: LessonAction | None = None,
) -> None:
    """As :func:`tell`, about a lesson or one of its actions."""
    event = f"action {action.pk}, {event}" if action else event
    _write(Notice(kind=kind, lesson=lesson, action=action), to, event, by, at)


def _write(template: Notice, to: Iterable[int], event: str, by: User | None, at: datetime) -> None:
    if _silent.get():
        return
    kind, told = NoticeKind(template.kind), set(to) - {by.pk if by else None}
    earlier = Notice.objects.filter(
        kind=kind, assessment=template.assessment, lesson=template.lesson, event=event, recipient__in=told
    )
    told -= set(earlier.values_list("recipient", flat=True))
    people = User.objects.filter(pk__in=told, is_active=True).order_by("pk")
    chosen = dict(
        NoticePreference.objects.filter(person__in=told, kind=kind).values_list("person", "delivery")
    )
    notices = Notice.objects.bulk_create(
        _notice(
            Notice(
                recipient=person,
                kind=kind,
                assessment=template.assessment,
                lesson=template.lesson,
                action=template.action,
                revision=template.revision,
                comment=template.comment,
                event=event,
                caused_by=by,
                created_at=at,
            ),
            chosen.get(person.pk, KINDS[kind].delivery),
        )
        for person in people
    )
    for notice in notices:
        if notice.delivery == Delivery.IMMEDIATE:
            app.configure_task(SEND).defer(notice=notice.pk)


def ask_for_review(assessment: Assessment, *, by: User, at: datetime) -> None:
    """Tell whom it is assigned to, and all who may review it, that there is a revision to review.

    The partner's reviewers are not told who submitted it.
    """
    revision = assessment.current_revision
    if revision is None:
        raise ValueError(f"Assessment {assessment.pk} has no revision.")
    assigned = Assignment.objects.standing().filter(assessment=assessment).values_list("reviewer", flat=True)
    event = f"revision {revision.number}"
    for kind, to in ((NoticeKind.ASSIGNED, list(assigned)), (NoticeKind.TO_REVIEW, None)):
        tell(kind, assessment, event=event, to=to, revision=revision, by=by, at=at)
    if assessment.partner_ids:
        partner = _holders(assessment.partner_ids, Permission.REVIEW) - _not_to_review(assessment)
        tell(NoticeKind.TO_REVIEW, assessment, event=event, to=partner, revision=revision, by=None, at=at)


def _notice(notice: Notice, delivery: str) -> Notice:
    notice.delivery = delivery
    notice.mail_state = MailState.UNWANTED if delivery == Delivery.NONE else MailState.WAITING
    return notice


@contextmanager
def nobody_told() -> Iterator[None]:
    """For loading what was done elsewhere: nobody is asked to do it again."""
    token = _silent.set(True)
    try:
        yield
    finally:
        _silent.reset(token)


@transaction.atomic
def mark_seen(*, notices: Iterable[int] | None, by: User, at: datetime) -> int:
    """Note that ``by`` has looked at some of their notices, or at all. Returns how many were new."""
    own = Notice.objects.filter(recipient=by, seen_at__isnull=True)
    if notices is not None:
        own = own.filter(pk__in=list(notices))
    return own.update(seen_at=at)


@transaction.atomic
def choose_deliveries(*, chosen: Mapping[NoticeKind, Delivery], by: User) -> None:
    """Say how notices are to be mailed, by kind; what waits to be mailed follows as well.

    What was to go with the daily mail and is wanted at once now still goes with that: once.
    """
    for kind, delivery in chosen.items():
        NoticePreference.objects.update_or_create(person=by, kind=kind, defaults={"delivery": delivery})


def delivery_of(person: User) -> dict[NoticeKind, Delivery]:
    """How a person wants each kind by mail: one query."""
    chosen = dict(NoticePreference.objects.filter(person=person).values_list("kind", "delivery"))
    return {kind: Delivery(chosen.get(kind, words.delivery)) for kind, words in KINDS.items()}
