"""Looking whether lessons that were held to be learned come up again in what is assessed later."""

from datetime import datetime

from django.db import transaction
from procrastinate.contrib.django import app

from assessments import lesson_effects
from assessments.actions.lesson_decisions import begin_round
from assessments.actions.lessons import ask_for_endorsement, coordinators, locked_lesson, move
from assessments.actions.notices import tell_of_lesson
from assessments.choices import NoticeKind
from assessments.lesson_workflow import LessonMove
from assessments.models import Lesson
from assessments.models.lesson_notice_kinds import LEARNED
from organisations.models import Dyad

TASK = "look_for_recurrences"


def queue_recurrences(dyad: Dyad) -> None:
    """Have lessons of the dyad looked at, in the transaction that approves or releases an assessment."""
    if Lesson.objects.filter(dyad=dyad, state__in=LEARNED).exists():
        app.configure_task(TASK).defer(dyad=dyad.pk)


def look_for_recurrences(*, dyad: int, at: datetime) -> int:
    """Reopen lessons of a dyad that have come up again. Returns how many."""
    learned = Lesson.objects.filter(dyad=dyad, state__in=LEARNED).order_by("pk")
    return sum(look_again(lesson=lesson, at=at) for lesson in learned)


@transaction.atomic
def look_again(*, lesson: Lesson, at: datetime) -> bool:
    """Reopen a lesson if what everybody who sees it sees says that it has not held, and tell its owners.

    Where only what its own organisation sees says so, its state would tell others: then coordinators of that
    organisation are told instead.
    """
    locked = locked_lesson(lesson)
    if locked.state not in LEARNED:
        return False
    seen_by_all = lesson_effects.known_to_all_readers(locked)
    why = lesson_effects.recurrence(locked, seen_by_all)
    if why is None:
        _warn(locked, set(seen_by_all), at)
        return False
    owners = set(
        locked.actions.filter(round=locked.round, owner__isnull=False).values_list("owner", flat=True)
    )
    concerned = {locked.organisation_id, *locked.actions.values_list("organisation", flat=True)}
    locked.recurrences += 1
    begin_round(locked)
    move(locked, LessonMove.RECUR, by=None, at=at, recurrence=why)
    to = owners | coordinators(concerned)
    event = f"recurrence {locked.recurrences}"
    tell_of_lesson(NoticeKind.LESSON_RECURRED, locked, event=event, to=to, by=None, at=at)
    ask_for_endorsement(locked, by=None, at=at)
    return True


def _warn(lesson: Lesson, seen_by_all: set[int], at: datetime) -> None:
    own = lesson_effects.known_to(lesson, lesson.organisation)
    if set(own) <= seen_by_all or lesson_effects.recurrence(lesson, own) is None:
        return
    to = coordinators([lesson.organisation_id])
    event = f"round {lesson.round}, revisions up to {max(own)}"
    tell_of_lesson(NoticeKind.LESSON_WORSE, lesson, event=event, to=to, by=None, at=at)
