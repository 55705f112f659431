"""What coordinators decide about lessons: return, endorse, release, priority, close, reopen."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from assessments import lesson_effects
from assessments.actions.lessons import LessonChanged, ask_for_endorsement, locked_lesson, move
from assessments.actions.notices import tell_of_lesson
from assessments.choices import LessonState, NoticeKind
from assessments.lesson_policy import may_move
from assessments.lesson_workflow import LessonMove
from assessments.models import Lesson, LessonAction, LessonRelease
from assessments.scoring.priority import HIGHEST, LOWEST, Priority
from organisations.models import Organisation, User


@transaction.atomic
def return_to_authors(*, lesson: Lesson, reason: str, by: User, at: datetime) -> None:
    """Take a lesson identified back to an observation, whose texts can be changed; others stop seeing it."""
    locked = _locked_for(lesson, LessonMove.RETURN, by)
    if not reason.strip():
        raise ValidationError({"reason": _("Say what has to change.")})
    locked.endorsed_by, locked.endorsed_at = None, None
    move(locked, LessonMove.RETURN, by=by, at=at, reason=reason)
    tell_of_lesson(
        NoticeKind.LESSON_RETURNED,
        locked,
        event=f"version {locked.version}",
        to=locked.author_ids,
        by=by,
        at=at,
    )


@transaction.atomic
def endorse(
    *,
    lesson: Lesson,
    version: int,
    by: User,
    at: datetime,
    priority: int | None = None,
    reason: str = "",
) -> None:
    """Endorse exactly the texts that were read, with the priority by the rule or another and its reason.

    What is known of the subject now is kept with it, to compare later answers with.
    """
    locked = _locked_for(lesson, LessonMove.ENDORSE, by)
    if locked.version != version:
        raise LessonChanged(locked)
    locked.measured, proposed = lesson_effects.measured(locked, at)
    locked.confirmed_year = None
    locked.endorsed_by, locked.endorsed_at = by, at
    _prioritise(locked, proposed, priority, reason)
    move(locked, LessonMove.ENDORSE, by=by, at=at)


@transaction.atomic
def prioritise(*, lesson: Lesson, priority: int | None, reason: str, by: User, at: datetime) -> None:
    """Set another priority with a reason, or with none the one that the rule gives now."""
    locked = _locked_for(lesson, LessonMove.PRIORITISE, by)
    measured, proposed = lesson_effects.measured(locked, at)
    locked.measured = (locked.measured or measured) | {"priority": asdict(proposed)}
    _prioritise(locked, proposed, priority, reason)
    move(locked, LessonMove.PRIORITISE, by=by, at=at, to=LessonState(locked.state), reason=reason)


def _prioritise(lesson: Lesson, proposed: Priority, priority: int | None, reason: str) -> None:
    chosen = priority or proposed.priority
    if not HIGHEST <= chosen <= LOWEST:
        raise ValidationError({"priority": _("A priority is a whole number from 1 to 5.")})
    if chosen != proposed.priority and not reason.strip():
        raise ValidationError(
            {"reason": _("The rule proposes %(n)d: say why it is another.") % {"n": proposed.priority}}
        )
    lesson.priority, lesson.proposed_priority = chosen, proposed.priority
    lesson.priority_reason = reason.strip() if chosen != proposed.priority else ""


@transaction.atomic
def release_lesson(
    *, lesson: Lesson, to: Iterable[Organisation], to_all: bool, by: User, at: datetime
) -> None:
    """Release an endorsed lesson to exactly these organisations (or to all), instead of any before.

    Whoever has an action in it keeps seeing it.
    """
    locked = _locked_for(lesson, LessonMove.RELEASE, by)
    acting = set(locked.actions.filter(round=locked.round).values_list("organisation", flat=True))
    chosen = {organisation.pk for organisation in to} | (acting - {locked.organisation_id})
    locked.releases.exclude(organisation__in=chosen).delete()
    release_to(locked, chosen)
    locked.released_to_all = to_all
    move(locked, LessonMove.RELEASE, by=by, at=at, to=LessonState(locked.state))


def release_to(lesson: Lesson, organisations: Iterable[int]) -> None:
    """Add these to those who see a locked lesson."""
    released = set(lesson.releases.values_list("organisation", flat=True))
    LessonRelease.objects.bulk_create(
        LessonRelease(lesson=lesson, organisation_id=pk) for pk in sorted(set(organisations) - released)
    )


@transaction.atomic
def close_lesson(*, lesson: Lesson, reason: str, by: User, at: datetime) -> None:
    """Close a lesson without action, with the reason; it can be reopened."""
    locked = _locked_for(lesson, LessonMove.CLOSE, by)
    if not reason.strip():
        raise ValidationError({"reason": _("Say why it is closed without action.")})
    locked.closing_reason = reason.strip()
    move(locked, LessonMove.CLOSE, by=by, at=at, reason=reason)


@transaction.atomic
def reopen_lesson(*, lesson: Lesson, reason: str, by: User, at: datetime) -> None:
    """Begin another round: what was done stays as it was, and the lesson has to be endorsed anew."""
    locked = _locked_for(lesson, LessonMove.REOPEN, by)
    if not reason.strip():
        raise ValidationError({"reason": _("Say why it is reopened.")})
    if locked.state == LessonState.CLOSED:
        locked.endorsed_by, locked.endorsed_at = None, None
    begin_round(locked)
    move(locked, LessonMove.REOPEN, by=by, at=at, reason=reason)
    if locked.state == LessonState.IDENTIFIED:
        ask_for_endorsement(locked, by=by, at=at)


def begin_round(lesson: Lesson) -> None:
    """Put a locked lesson where its next round begins; the caller moves and so saves it."""
    if LessonAction.objects.filter(lesson=lesson, round=lesson.round).exists():
        lesson.round += 1
    lesson.closing_reason = ""
    lesson.merged_into = None


def _locked_for(lesson: Lesson, what: LessonMove, by: User) -> Lesson:
    locked = locked_lesson(lesson)
    may_move(by, what, locked).enforce()
    return locked
