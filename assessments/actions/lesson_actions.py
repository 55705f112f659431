"""Actions of lessons: what organisations are asked to do, whether they accept, and how far they have come.

After each move the lesson follows: it is implemented when all its actions are, and learned when all are
validated, of a joint lesson those of both organisations.
"""

from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from assessments import lesson_effects
from assessments.actions.lesson_decisions import release_to
from assessments.actions.lessons import coordinators, locked_lesson, move
from assessments.actions.notices import tell_of_lesson
from assessments.choices import LessonState, NoticeKind
from assessments.lesson_policy import may_act_on, may_move, may_own
from assessments.lesson_workflow import REACHED, ActionMove, LessonMove, action_state_after
from assessments.models import ActionNote, Lesson, LessonAction
from organisations.models import Organisation, User


class ActionChanged(Exception):
    """Somebody moved the action since it was read."""

    def __init__(self) -> None:
        super().__init__(_("Somebody has changed this action since you opened it: look at it again."))


@transaction.atomic
def task_organisation(
    *, lesson: Lesson, organisation: Organisation, task: str, by: User, at: datetime, body: str = ""
) -> LessonAction:
    """Propose an action to an organisation of the dyad, which sees the lesson from then on."""
    locked = locked_lesson(lesson)
    may_move(by, LessonMove.TASK, locked).enforce()
    if organisation.pk not in locked.dyad.organisation_ids:
        raise ValidationError(
            {"organisation": _("Only the organisations of %(dyad)s are tasked.") % {"dyad": locked.dyad}}
        )
    action = LessonAction(
        lesson=locked,
        round=locked.round,
        organisation=organisation,
        task=task.strip(),
        body=body.strip(),
        proposed_by=by,
        proposed_at=at,
    )
    action.full_clean()
    action.save()
    if organisation.pk != locked.organisation_id:
        release_to(locked, [organisation.pk])
    move(locked, LessonMove.TASK, by=by, at=at)
    to = coordinators([organisation.pk])
    _tell(NoticeKind.ACTION_PROPOSED, action, "proposed", to, None, at)
    return action


@transaction.atomic
def accept_action(
    *, action: LessonAction, owner: User, due: date, by: User, at: datetime, body: str = ""
) -> None:
    """Accept an action for one's organisation: who owns it, and by when it is implemented."""
    locked = _locked_for(action, ActionMove.ACCEPT, by)
    _assign(locked, owner, due, at)
    locked.body = body.strip() or locked.body
    locked.decided_by, locked.decided_at = by, at
    _move(locked, ActionMove.ACCEPT, by, at)
    _tell(NoticeKind.ACTION_MINE, locked, "accepted", {owner.pk}, by, at)


@transaction.atomic
def decline_action(*, action: LessonAction, reason: str, by: User, at: datetime) -> None:
    """Decline an action for one's organisation. Raises ``ValidationError`` without a reason."""
    locked = _locked_for(action, ActionMove.DECLINE, by)
    if not reason.strip():
        raise ValidationError({"reason": _("Say why it is declined.")})
    locked.decided_by, locked.decided_at, locked.decline_reason = by, at, reason.strip()
    _move(locked, ActionMove.DECLINE, by, at)


@transaction.atomic
def reassign_action(*, action: LessonAction, owner: User, due: date, by: User, at: datetime) -> None:
    """Give an accepted action another owner or another day."""
    locked = _locked_for(action, ActionMove.REASSIGN, by)
    _assign(locked, owner, due, at)
    _move(locked, ActionMove.REASSIGN, by, at)
    _tell(NoticeKind.ACTION_MINE, locked, f"version {locked.version}", {owner.pk}, by, at)


@transaction.atomic
def start_action(*, action: LessonAction, by: User, at: datetime, text: str = "") -> None:
    locked = _locked_for(action, ActionMove.START, by)
    _note(locked, text, by, at)
    _move(locked, ActionMove.START, by, at)


@transaction.atomic
def note_progress(*, action: LessonAction, text: str, by: User, at: datetime) -> None:
    """Write down what was done. Whoever does so does not validate the action."""
    locked = _locked_for(action, ActionMove.NOTE, by)
    if not text.strip():
        raise ValidationError({"text": _("Say what was done.")})
    _note(locked, text, by, at)


@transaction.atomic
def implement_action(*, action: LessonAction, text: str, by: User, at: datetime) -> None:
    """Report an action as implemented: what was done, for others to validate."""
    locked = _locked_for(action, ActionMove.IMPLEMENT, by)
    if not text.strip():
        raise ValidationError({"text": _("Say what was done.")})
    _note(locked, text, by, at)
    locked.implemented_by, locked.implemented_at = by, at
    _move(locked, ActionMove.IMPLEMENT, by, at)
    worked = {locked.owner_id, by.pk, *locked.notes.filter(sends_back=False).values_list("author", flat=True)}
    to = coordinators(locked.lesson.dyad.organisation_ids) - worked
    _tell(NoticeKind.ACTION_TO_VALIDATE, locked, f"version {locked.version}", to, by, at)


@transaction.atomic
def send_back(*, action: LessonAction, reason: str, by: User, at: datetime) -> None:
    """Say why an action is not implemented yet, and give it back to its owner."""
    locked = _locked_for(action, ActionMove.SEND_BACK, by)
    if not reason.strip():
        raise ValidationError({"reason": _("Say what is missing.")})
    _note(locked, reason, by, at, sends_back=True)
    locked.implemented_by, locked.implemented_at = None, None
    _move(locked, ActionMove.SEND_BACK, by, at)
    if locked.owner_id:
        _tell(NoticeKind.ACTION_MINE, locked, f"version {locked.version}", {locked.owner_id}, by, at)


@transaction.atomic
def validate_action(
    *, action: LessonAction, version: int, evidence: dict[str, Any], by: User, at: datetime
) -> None:
    """Say that an action has worked, by somebody who did not implement it, and name what shows it.

    ``evidence``: ``basis``, ``text`` and, as the basis asks, ``assessment`` or ``source``.
    """
    locked = _locked_for(action, ActionMove.VALIDATE, by)
    if locked.version != version:
        raise ActionChanged
    locked.validation_basis, locked.validation_text = evidence["basis"], evidence["text"].strip()
    locked.validating_assessment = evidence.get("assessment")
    locked.validating_source = evidence.get("source")
    _check_evidence(locked, by)
    locked.validated_by, locked.validated_at = by, at
    _move(locked, ActionMove.VALIDATE, by, at)


def _check_evidence(action: LessonAction, by: User) -> None:
    """An assessment shows it only if it was approved, is about the dyad, and about a later time."""
    if not action.validation_text:
        raise ValidationError({"text": _("Say what it shows.")})
    assessment = action.validating_assessment
    if assessment is None:
        return
    possible = lesson_effects.validating_assessments(action.lesson, by)
    if not possible.filter(pk=assessment.pk).exists():
        raise ValidationError(
            {
                "assessment": _(
                    "Choose an approved assessment of the dyad that scores the subject in a later period."
                )
            }
        )


def _assign(action: LessonAction, owner: User, due: date, at: datetime) -> None:
    may_own(owner, action.organisation).enforce()
    if due < at.date() and due != action.due:
        raise ValidationError({"due": _("This day has passed.")})
    action.owner, action.due = owner, due


def _note(action: LessonAction, text: str, by: User, at: datetime, *, sends_back: bool = False) -> None:
    if text.strip():
        ActionNote.objects.create(action=action, author=by, text=text.strip(), at=at, sends_back=sends_back)


def _tell(
    kind: NoticeKind, action: LessonAction, event: str, to: set[int], by: User | None, at: datetime
) -> None:
    tell_of_lesson(kind, action.lesson, action=action, event=event, to=to, by=by, at=at)


def _locked_for(action: LessonAction, what: ActionMove, by: User) -> LessonAction:
    """The action, locked after its lesson."""
    lesson = locked_lesson(Lesson(pk=action.lesson_id))
    locked = LessonAction.objects.select_for_update(of=("self",)).select_related("organisation")
    found = locked.get(pk=action.pk)
    found.lesson = lesson
    may_act_on(by, what, found).enforce()
    return found


def _move(action: LessonAction, what: ActionMove, by: User, at: datetime) -> None:
    state = action_state_after(action.state, what)
    if state is None:
        raise ValueError(f"{what} is not possible in the state {action.state}")
    action.state = state
    action.version += 1
    action.full_clean()
    action.save()
    _follow(action.lesson, at)


def _follow(lesson: Lesson, at: datetime) -> None:
    """Put a locked lesson where its actions stand."""
    standing = LessonAction.objects.standing().filter(lesson=lesson)
    states = dict(standing.values_list("organisation", "state"))
    to = state_of(states, joint=lesson.joint)
    if to == lesson.state:
        return
    if to is LessonState.VALIDATED:
        known = lesson_effects.known_until(lesson)
        lesson.confirmed_year = max(known, (lesson.measured or {}).get("last_year", 0))
    move(lesson, LessonMove.FOLLOW, by=None, at=at, to=to)


def state_of(states: dict[int, str], *, joint: bool) -> LessonState:
    """Where a lesson stands whose organisations' actions are in these states."""
    for state in (LessonState.VALIDATED, LessonState.IMPLEMENTED):
        enough = len(states) >= (2 if joint else 1)
        if enough and all(one in REACHED[state] for one in states.values()):
            return state
    return LessonState.TASKED
