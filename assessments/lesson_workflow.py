"""How lessons and their actions move: tables of states and moves. Who may do what is in lesson_policy.py."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.choices import ActionState, LessonState


class LessonMove(models.TextChoices):
    WRITE = "write", _("Write")
    IDENTIFY = "identify", _("Submit as a lesson identified")
    RETURN = "return", _("Return to its authors")
    ENDORSE = "endorse", _("Endorse")
    RELEASE = "release", _("Release")
    PRIORITISE = "prioritise", _("Set the priority")
    TASK = "task", _("Task an organisation")
    CLOSE = "close", _("Close without action")
    REOPEN = "reopen", _("Reopen")
    FOLLOW = "follow", _("Follow its actions")
    RECUR = "recur", _("Come up again")


class ActionMove(models.TextChoices):
    ACCEPT = "accept", _("Accept")
    DECLINE = "decline", _("Decline")
    REASSIGN = "reassign", _("Change owner or due day")
    START = "start", _("Start")
    NOTE = "note", _("Note progress")
    IMPLEMENT = "implement", _("Report as implemented")
    SEND_BACK = "send_back", _("Send back")
    VALIDATE = "validate", _("Validate")


OBSERVATION, IDENTIFIED, ENDORSED = LessonState.OBSERVATION, LessonState.IDENTIFIED, LessonState.ENDORSED
TASKED, IMPLEMENTED, VALIDATED = LessonState.TASKED, LessonState.IMPLEMENTED, LessonState.VALIDATED
CLOSED = LessonState.CLOSED

# Texts change only in an observation, which others never see. FOLLOW puts a tasked lesson where its actions
# stand, which is why it has more than one state after it; nobody does FOLLOW and RECUR by themselves.
LESSON_MOVES: dict[tuple[LessonState, LessonMove], tuple[LessonState, ...]] = {
    (OBSERVATION, LessonMove.WRITE): (OBSERVATION,),
    (OBSERVATION, LessonMove.IDENTIFY): (IDENTIFIED,),
    (OBSERVATION, LessonMove.CLOSE): (CLOSED,),
    (IDENTIFIED, LessonMove.RETURN): (OBSERVATION,),
    (IDENTIFIED, LessonMove.ENDORSE): (ENDORSED,),
    (IDENTIFIED, LessonMove.CLOSE): (CLOSED,),
    (ENDORSED, LessonMove.TASK): (TASKED,),
    (ENDORSED, LessonMove.CLOSE): (CLOSED,),
    (ENDORSED, LessonMove.REOPEN): (IDENTIFIED,),
    (TASKED, LessonMove.TASK): (TASKED,),
    (TASKED, LessonMove.FOLLOW): (TASKED, IMPLEMENTED, VALIDATED),
    (TASKED, LessonMove.CLOSE): (CLOSED,),
    (TASKED, LessonMove.REOPEN): (IDENTIFIED,),
    (IMPLEMENTED, LessonMove.FOLLOW): (TASKED, IMPLEMENTED, VALIDATED),
    (IMPLEMENTED, LessonMove.REOPEN): (IDENTIFIED,),
    (IMPLEMENTED, LessonMove.RECUR): (IDENTIFIED,),
    (VALIDATED, LessonMove.REOPEN): (IDENTIFIED,),
    (VALIDATED, LessonMove.RECUR): (IDENTIFIED,),
    (CLOSED, LessonMove.REOPEN): (OBSERVATION,),
} | {
    (state, move): (state,)
    for move in (LessonMove.RELEASE, LessonMove.PRIORITISE)
    for state in (ENDORSED, TASKED, IMPLEMENTED, VALIDATED)
}

ACTION_MOVES: dict[tuple[ActionState, ActionMove], ActionState] = {
    (ActionState.PROPOSED, ActionMove.ACCEPT): ActionState.ACCEPTED,
    (ActionState.PROPOSED, ActionMove.DECLINE): ActionState.DECLINED,
    (ActionState.ACCEPTED, ActionMove.REASSIGN): ActionState.ACCEPTED,
    (ActionState.ACCEPTED, ActionMove.START): ActionState.UNDER_WAY,
    (ActionState.ACCEPTED, ActionMove.NOTE): ActionState.ACCEPTED,
    (ActionState.ACCEPTED, ActionMove.DECLINE): ActionState.DECLINED,
    (ActionState.UNDER_WAY, ActionMove.REASSIGN): ActionState.UNDER_WAY,
    (ActionState.UNDER_WAY, ActionMove.NOTE): ActionState.UNDER_WAY,
    (ActionState.UNDER_WAY, ActionMove.IMPLEMENT): ActionState.IMPLEMENTED,
    (ActionState.IMPLEMENTED, ActionMove.SEND_BACK): ActionState.UNDER_WAY,
    (ActionState.IMPLEMENTED, ActionMove.VALIDATE): ActionState.VALIDATED,
}

UNDER_WORK = (LessonState.TASKED, LessonState.IMPLEMENTED)
REACHED: dict[LessonState, tuple[ActionState, ...]] = {
    IMPLEMENTED: (ActionState.IMPLEMENTED, ActionState.VALIDATED),
    VALIDATED: (ActionState.VALIDATED,),
}


def states_after(state: str, move: LessonMove) -> tuple[LessonState, ...]:
    """The states that a lesson may be in after ``move``; none where it is not possible in ``state``."""
    return LESSON_MOVES.get((LessonState(state), move), ())


def action_state_after(state: str, move: ActionMove) -> ActionState | None:
    return ACTION_MOVES.get((ActionState(state), move))
