"""What each kind of notice about a lesson or an action says, and when there is still something to do."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assessments.choices import ActionState, Delivery, LessonState, NoticeKind
from assessments.models.lesson import Lesson
from assessments.models.lesson_action import OPEN_ACTIONS, LessonAction
from organisations.models import Membership
from organisations.roles import Permission, roles_with

ACTIONS_DUE_SOON_WITHIN = timedelta(days=14)
COORDINATES = Permission.DECIDE_RECOMMENDATIONS
LEARNED = (LessonState.IMPLEMENTED, LessonState.VALIDATED)


@dataclass(frozen=True, slots=True)
class LessonNotice:
    """As ``notice_kinds.Kind``; ``still`` says alone when the recipient can act."""

    heading: str | Promise
    task: str | Promise
    delivery: Delivery
    still: Callable[[], Q]
    page: str = "assessments:lesson"


def _holds(permission: Permission, organisation: str) -> Any:
    return Exists(
        Membership.objects.filter(
            user=OuterRef("recipient"),
            organisation=OuterRef(organisation),
            role__in=roles_with(permission),
        )
    )


def _action(**conditions: Any) -> QuerySet[LessonAction]:
    """The action of the notice, as long as its lesson is being worked on, under these conditions."""
    worked_on = {"lesson__state__in": [LessonState.TASKED, LessonState.IMPLEMENTED]}
    return LessonAction.objects.current().filter(pk=OuterRef("action"), **worked_on, **conditions)


def _owns() -> Q:
    owned = _action(state__in=OPEN_ACTIONS, owner=OuterRef("recipient"))
    return Q(Exists(owned), _holds(Permission.READ_OWN_WORK, "action__organisation"))


def is_to_be_endorsed() -> Q:
    wrote = Lesson.objects.filter(pk=OuterRef("lesson"), author_ids__contains=[OuterRef("recipient")])
    return Q(
        _holds(COORDINATES, "lesson__organisation"), ~Exists(wrote), lesson__state=LessonState.IDENTIFIED
    )


def is_to_be_written() -> Q:
    return Q(_holds(Permission.READ_OWN_WORK, "lesson__organisation"), lesson__state=LessonState.OBSERVATION)


def is_to_be_thought_over() -> Q:
    return Q(lesson__state=LessonState.IDENTIFIED, lesson__recurrences__gt=0)


def may_not_hold() -> Q:
    return Q(_holds(COORDINATES, "lesson__organisation"), lesson__state__in=LEARNED)


def is_to_be_decided() -> Q:
    return Q(Exists(_action(state=ActionState.PROPOSED)), _holds(COORDINATES, "action__organisation"))


def is_due_soon() -> Q:
    today = timezone.now().date()
    return Q(_owns(), action__due__gte=today, action__due__lte=today + ACTIONS_DUE_SOON_WITHIN)


def is_overdue() -> Q:
    late = _action(state__in=OPEN_ACTIONS, due__lt=timezone.now().date())
    return Q(Q(_owns()) | Q(_holds(COORDINATES, "action__organisation")), Exists(late))


def is_to_be_validated() -> Q:
    implemented = _action(state=ActionState.IMPLEMENTED)
    own = implemented.filter(Q(owner=OuterRef("recipient")) | Q(implemented_by=OuterRef("recipient")))
    of_the_dyad = Q(_holds(COORDINATES, "lesson__dyad__first"))
    of_the_dyad |= Q(_holds(COORDINATES, "lesson__dyad__second"))
    return Q(of_the_dyad, Exists(implemented), ~Exists(own))


ABOUT_LESSONS: dict[NoticeKind, LessonNotice] = {
    NoticeKind.LESSON_TO_ENDORSE: LessonNotice(
        _("A lesson waits for endorsement"),
        _("Read it, and endorse it or return it to its authors."),
        Delivery.DAILY,
        is_to_be_endorsed,
    ),
    NoticeKind.LESSON_RETURNED: LessonNotice(
        _("A lesson is returned to you"),
        _("Read why, change it and submit it again."),
        Delivery.IMMEDIATE,
        is_to_be_written,
    ),
    NoticeKind.LESSON_RECURRED: LessonNotice(
        _("A lesson has come up again"),
        _("It was held to be learned, and is reopened: read what later assessments say."),
        Delivery.IMMEDIATE,
        is_to_be_thought_over,
    ),
    NoticeKind.LESSON_WORSE: LessonNotice(
        _("A lesson may not hold"),
        _("What only your organisation sees speaks against it: reopen it, or release the assessment first."),
        Delivery.IMMEDIATE,
        may_not_hold,
    ),
    NoticeKind.ACTION_PROPOSED: LessonNotice(
        _("An action is proposed to your organisation"),
        _("Accept it with an owner and a due day, or decline it with a reason."),
        Delivery.IMMEDIATE,
        is_to_be_decided,
        "assessments:action",
    ),
    NoticeKind.ACTION_MINE: LessonNotice(
        _("An action is yours"),
        _("Note what you do for it, and report it when it is implemented."),
        Delivery.IMMEDIATE,
        _owns,
        "assessments:action",
    ),
    NoticeKind.ACTION_DUE_SOON: LessonNotice(
        _("Your action is due soon"),
        _("Report it as implemented, or have a coordinator set another day."),
        Delivery.IMMEDIATE,
        is_due_soon,
        "assessments:action",
    ),
    NoticeKind.ACTION_OVERDUE: LessonNotice(
        _("Action overdue"),
        _("The day by which it was to be implemented has passed: report it, or set another day."),
        Delivery.IMMEDIATE,
        is_overdue,
        "assessments:action",
    ),
    NoticeKind.ACTION_TO_VALIDATE: LessonNotice(
        _("An action waits for validation"),
        _("If you did not implement it: say what shows that it has worked, or send it back."),
        Delivery.DAILY,
        is_to_be_validated,
        "assessments:action",
    ),
}


def about_a_lesson(kinds: Collection[str] = ABOUT_LESSONS) -> Q:
    """Whether the recipient of a notice about a lesson, of one of ``kinds``, can still act on it."""
    condition = Q(pk__in=())
    for kind, words in ABOUT_LESSONS.items():
        if kind in kinds:
            condition |= Q(words.still(), kind=kind, lesson__isnull=False)
    return condition
