"""How an assessment moves: the table of states and actions. Who may do what is decided in policy.py."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.choices import State


class Action(models.TextChoices):
    EDIT = "edit", _("Edit answers")
    SUBMIT = "submit", _("Submit")
    START_REVIEW = "start_review", _("Start review")
    RETURN = "return", _("Return")
    APPROVE = "approve", _("Approve")
    REVISE = "revise", _("Revise")
    RELEASE = "release", _("Release")
    AMEND = "amend", _("Amend")
    CONTINUE = "continue", _("Start the next cycle")
    SUPERSEDE = "supersede", _("Supersede")
    END = "end", _("End with what it amends")
    WITHDRAW = "withdraw", _("Withdraw")
    SHARE = "share", _("Choose co-authors")
    HAND_OVER = "hand_over", _("Hand over")
    ASSIGN = "assign", _("Assign a reviewer")
    COMMENT = "comment", _("Comment")


# A second reviewer may open what a first one has opened, and add an approval: the state stays.
# Nobody does SUPERSEDE and END by themselves: they follow from what is done with another assessment.
TRANSITIONS: dict[tuple[State, Action], State] = (
    {
        (State.DRAFT, Action.EDIT): State.DRAFT,
        (State.DRAFT, Action.SUBMIT): State.SUBMITTED,
        (State.DRAFT, Action.WITHDRAW): State.WITHDRAWN,
        (State.DRAFT, Action.SHARE): State.DRAFT,
        (State.DRAFT, Action.HAND_OVER): State.DRAFT,
        (State.SUBMITTED, Action.START_REVIEW): State.IN_REVIEW,
        (State.SUBMITTED, Action.WITHDRAW): State.WITHDRAWN,
        (State.IN_REVIEW, Action.START_REVIEW): State.IN_REVIEW,
        (State.IN_REVIEW, Action.RETURN): State.RETURNED,
        (State.IN_REVIEW, Action.APPROVE): State.APPROVED,
        (State.RETURNED, Action.REVISE): State.DRAFT,
        (State.RETURNED, Action.WITHDRAW): State.WITHDRAWN,
        (State.RETURNED, Action.SHARE): State.RETURNED,
        (State.RETURNED, Action.HAND_OVER): State.RETURNED,
        (State.APPROVED, Action.APPROVE): State.APPROVED,
        (State.APPROVED, Action.RELEASE): State.APPROVED,
        (State.APPROVED, Action.AMEND): State.APPROVED,
        (State.APPROVED, Action.CONTINUE): State.APPROVED,
        (State.APPROVED, Action.SUPERSEDE): State.SUPERSEDED,
        (State.APPROVED, Action.WITHDRAW): State.WITHDRAWN,
    }
    | {
        (state, Action.END): State.WITHDRAWN
        for state in (State.DRAFT, State.SUBMITTED, State.IN_REVIEW, State.RETURNED)
    }
    | {
        (state, action): state
        for action, states in {
            Action.ASSIGN: (State.SUBMITTED, State.IN_REVIEW, State.RETURNED),
            Action.COMMENT: (State.DRAFT, State.SUBMITTED, State.IN_REVIEW, State.RETURNED),
        }.items()
        for state in states
    }
)


def next_state(state: str, action: Action) -> State | None:
    """Return the state after ``action``, or None where the action is not possible in ``state``."""
    return TRANSITIONS.get((State(state), action))
