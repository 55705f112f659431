"""What each kind of notice says, and when there is still something to do about it: data.

Those about lessons are in :mod:`assessments.models.lesson_notice_kinds`. ``states`` are those in which the
recipient can act, ``needs`` what they must be permitted in the assessment's organisation then, ``still`` what
must hold besides, in terms of the notice. Whatever moves an assessment on so makes the notice disappear, by
whichever door.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assessments.choices import Delivery, NoticeKind, PanelState, State
from assessments.models.assessment import AssessmentRelease
from assessments.models.authorship import CoAuthor
from assessments.models.desk import Assignment, AssignmentQuerySet, Comment
from assessments.models.lesson_notice_kinds import ABOUT_LESSONS, LessonNotice, about_a_lesson
from assessments.models.offline import OfflineUpload
from assessments.models.panel import PanelMember
from assessments.models.revision import Review
from organisations.models import Membership
from organisations.roles import Permission, roles_with

UNDER_REVIEW = (State.SUBMITTED, State.IN_REVIEW)
DUE_SOON_WITHIN = timedelta(days=3)
BEING_WRITTEN = (State.DRAFT, State.RETURNED)


def _holds(permission: Permission) -> Any:
    """In the assessment's organisation; to review it, also on the side whose approval is asked for."""
    held = Membership.objects.filter(user=OuterRef("recipient"), role__in=roles_with(permission))
    own = Exists(held.filter(organisation=OuterRef("assessment__on_behalf_of")))
    if permission is not Permission.REVIEW:
        return own
    first = Q(organisation=OuterRef("assessment__dyad__first"))
    second = Q(organisation=OuterRef("assessment__dyad__second"))
    return Q(own) | Q(Exists(held.filter(first | second)), assessment__framework__partner_approval=True)


def assesses() -> Q:
    return Q(assessment__assessor=F("recipient"))


def is_co_author() -> Q:
    return Q(Exists(CoAuthor.objects.filter(assessment=OuterRef("assessment"), person=OuterRef("recipient"))))


def writes_and_has_not_seen_it() -> Q:
    return Q(assesses() | is_co_author(), seen_at__isnull=True)


def has_not_decided() -> Q:
    current = OuterRef("assessment__current_revision")
    return ~Q(Exists(Review.objects.filter(revision=current, reviewer=OuterRef("recipient"))))


def _assignments() -> AssignmentQuerySet:
    return Assignment.objects.standing().filter(assessment=OuterRef("assessment"))


def _is_assigned() -> Exists:
    return Exists(_assignments().filter(reviewer=OuterRef("recipient")))


def could_be_reviewed() -> Q:
    """Not the task of somebody else, unless it takes several, and not assigned to the recipient."""
    several = Q(assessment__framework__approvals_required__gt=1)
    several |= Q(assessment__framework__partner_approval=True)
    return Q(several | ~Q(Exists(_assignments())), ~Q(_is_assigned()), has_not_decided())


def is_to_be_reviewed() -> Q:
    return Q(_is_assigned(), has_not_decided())


def is_due_soon() -> Q:
    today = timezone.now().date()
    due = _assignments().filter(
        reviewer=OuterRef("recipient"), due__gte=today, due__lte=today + DUE_SOON_WITHIN
    )
    return Q(Exists(due), has_not_decided())


def is_overdue() -> Q:
    """For its reviewer, and for coordinators, who can assign it anew."""
    overdue = Assignment.objects.filter(assessment=OuterRef("assessment"), due__lt=timezone.now().date())
    return Q(Q(_is_assigned()) | Q(_holds(Permission.ASSIGN)), Exists(overdue), has_not_decided())


def is_last_word_of_an_open_thread() -> Q:
    """Whoever answers, or whoever else comments, leaves nothing to do about what was said before."""
    in_thread = Q(parent=OuterRef("comment")) | Q(parent=OuterRef("comment__parent"))
    later = Comment.objects.filter(in_thread, pk__gt=OuterRef("comment"))
    begins = Q(comment__isnull=False, comment__parent__isnull=True, comment__resolved_at__isnull=True)
    answers = Q(comment__parent__isnull=False, comment__parent__resolved_at__isnull=True)
    return Q(begins | answers, ~Exists(later))


def rates_and_is_due() -> Q:
    soon = timezone.now().date() + DUE_SOON_WITHIN
    rating = PanelMember.objects.filter(panel__state=PanelState.RATING, panel__due__lte=soon)
    return Q(Exists(rating.filter(assessment=OuterRef("assessment"), person=OuterRef("recipient"))))


def compares() -> Q:
    """For the members of a panel that is open, and who chairs it, or else convened it."""
    leads = Q(panel__chair=OuterRef("recipient"))
    leads |= Q(panel__chair__isnull=True, panel__convened_by=OuterRef("recipient"))
    sits = Q(person=OuterRef("recipient"), left_at__isnull=True)
    seat = PanelMember.objects.filter(
        sits | leads, assessment=OuterRef("assessment"), panel__state=PanelState.COMPARING
    )
    return Q(Exists(seat))


def has_an_upload() -> Q:
    return Q(
        Exists(OfflineUpload.objects.filter(assessment=OuterRef("assessment"), by=OuterRef("recipient")))
    )


def is_unreleased() -> Q:
    released = AssessmentRelease.objects.filter(assessment=OuterRef("assessment"))
    return Q(~Exists(released), assessment__released_to_all=False)


@dataclass(frozen=True, slots=True)
class Kind:
    """``heading`` and ``task`` speak to the recipient; ``page`` is the route that opens the assessment."""

    heading: str | Promise
    task: str | Promise
    delivery: Delivery
    states: tuple[State, ...]
    needs: Permission
    still: Callable[[], Q]
    page: str = "assessments:assessment"


ABOUT_ASSESSMENTS: dict[NoticeKind, Kind] = {
    NoticeKind.TO_REVIEW: Kind(
        _("Waits for review"),
        _("Open it and review it, if nobody else does."),
        Delivery.DAILY,
        UNDER_REVIEW,
        Permission.REVIEW,
        could_be_reviewed,
    ),
    NoticeKind.ASSIGNED: Kind(
        _("Assigned to you for review"),
        _("Review it, or give it back so that somebody else can."),
        Delivery.IMMEDIATE,
        UNDER_REVIEW,
        Permission.REVIEW,
        is_to_be_reviewed,
    ),
    NoticeKind.DUE_SOON: Kind(
        _("Your review is due soon"),
        _("Decide on it, or give it back so that somebody else can."),
        Delivery.IMMEDIATE,
        UNDER_REVIEW,
        Permission.REVIEW,
        is_due_soon,
    ),
    NoticeKind.OVERDUE: Kind(
        _("Review overdue"),
        _("The day by which it was to be reviewed has passed: review it, or have it assigned anew."),
        Delivery.IMMEDIATE,
        UNDER_REVIEW,
        Permission.READ_OWN_WORK,
        is_overdue,
    ),
    NoticeKind.CO_AUTHOR: Kind(
        _("You are a co-author"),
        _("You can answer its indicators; the assessor submits."),
        Delivery.IMMEDIATE,
        BEING_WRITTEN,
        Permission.RECORD,
        is_co_author,
        "assessments:edit",
    ),
    NoticeKind.HANDED_OVER: Kind(
        _("Handed over to you"),
        _("You are its assessor now: go on with it and submit it."),
        Delivery.IMMEDIATE,
        BEING_WRITTEN,
        Permission.RECORD,
        assesses,
    ),
    NoticeKind.PANEL: Kind(
        _("You are to rate for a panel"),
        _("Answer and submit; nobody else sees your answers until all have submitted."),
        Delivery.IMMEDIATE,
        (State.DRAFT,),
        Permission.RECORD,
        assesses,
    ),
    NoticeKind.PANEL_DUE: Kind(
        _("Your answers for a panel are due"),
        _("Answer and submit, or tell who convened it that you cannot: the others wait for you."),
        Delivery.IMMEDIATE,
        (State.DRAFT,),
        Permission.RECORD,
        rates_and_is_due,
        "assessments:edit",
    ),
    NoticeKind.PANEL_OPEN: Kind(
        _("The answers of a panel are open"),
        _("Compare them, discuss where they differ, and adjudicate."),
        Delivery.IMMEDIATE,
        (*BEING_WRITTEN, *UNDER_REVIEW, State.APPROVED),
        Permission.READ_OWN_WORK,
        compares,
    ),
    NoticeKind.UPLOAD: Kind(
        _("Your upload waits for you"),
        _("Save what the offline form says, or choose where somebody else has written too."),
        Delivery.DAILY,
        (State.DRAFT,),
        Permission.RECORD,
        has_an_upload,
        "assessments:offline",
    ),
    NoticeKind.RETURNED: Kind(
        _("Returned to you"),
        _("Read why, take it up again, and submit it when it is changed."),
        Delivery.IMMEDIATE,
        (State.RETURNED,),
        Permission.RECORD,
        assesses,
    ),
    NoticeKind.COMMENTED: Kind(
        _("Commented"),
        _("Read what is said and answer it, or say that it is settled."),
        Delivery.DAILY,
        (*BEING_WRITTEN, *UNDER_REVIEW),
        Permission.READ_OWN_WORK,
        is_last_word_of_an_open_thread,
        "assessments:discussion",
    ),
    NoticeKind.APPROVED: Kind(
        _("Approved"),
        _("It counts in scorecards now. Amend it if something has to change."),
        Delivery.DAILY,
        (State.APPROVED,),
        Permission.RECORD,
        writes_and_has_not_seen_it,
    ),
    NoticeKind.TO_RELEASE: Kind(
        _("Can be released"),
        _("It is approved, and only your own organisation sees it: decide to whom it is released."),
        Delivery.DAILY,
        (State.APPROVED,),
        Permission.RELEASE,
        is_unreleased,
    ),
    NoticeKind.CHANGED: Kind(
        _("Changed while you had it open"),
        _("Load the section again to see the answers as they are now."),
        Delivery.NONE,
        (State.DRAFT,),
        Permission.RECORD,
        writes_and_has_not_seen_it,
        "assessments:edit",
    ),
}


KINDS: dict[NoticeKind, Kind | LessonNotice] = {**ABOUT_ASSESSMENTS, **ABOUT_LESSONS}


def something_to_do(kinds: Collection[str] = KINDS) -> Q:
    """Whether the recipient of a notice can still act on it: right state, role, revision, and the rest.

    Holds for none but those ``kinds``. Each adds some milliseconds of building and planning the query, so who
    knows which there are says so.
    """
    wanted = {kind: words for kind, words in ABOUT_ASSESSMENTS.items() if kind in kinds}
    condition = Q(pk__in=())
    for kind, words in wanted.items():
        condition |= Q(words.still(), kind=kind, assessment__state__in=words.states)
    return Q(condition, _has_its_role(wanted), _about_what_is_current()) | about_a_lesson(kinds)


def _has_its_role(wanted: Mapping[NoticeKind, Kind]) -> Q:
    condition = Q()
    for permission in {words.needs for words in wanted.values()}:
        kinds = [kind for kind, words in wanted.items() if words.needs is permission]
        condition |= Q(_holds(permission), kind__in=kinds)
    return condition


def _about_what_is_current() -> Q:
    return Q(revision__isnull=True) | Q(revision=F("assessment__current_revision"))
