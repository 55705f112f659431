"""Who is to review an assessment, for its page."""

from typing import Any

from assessments.forms.desk import AssignmentForm
from assessments.models import Assessment, Assignment
from assessments.policy import may_act, may_assign
from assessments.workflow import Action
from organisations.access import may
from organisations.models import User
from organisations.roles import Permission


def assignment_context(assessment: Assessment, viewer: User) -> dict[str, Any]:
    """What the page of an assessment says about who is to review it, and offers: take, give back, assign."""
    found = Assignment.objects.filter(assessment=assessment).select_related("reviewer").first()
    standing = found if found and Assignment.objects.standing().filter(pk=found.pk).exists() else None
    now = standing.reviewer if standing else None
    assigns = may(viewer, Permission.ASSIGN, assessment.on_behalf_of_id)
    mine = now == viewer
    initial = {"reviewer": now, "due": found.due if found else None}
    form = AssignmentForm(assessment=assessment, initial=initial)
    possible = may_assign(viewer, assessment, now=now, then=None)
    return {
        "assignment_shown": found is not None or bool(may_act(viewer, Action.ASSIGN, assessment)),
        "assignment": found,
        "assignment_stands": standing is not None,
        "assignment_form": form if assigns and possible else None,
        "may_take": not mine and bool(may_assign(viewer, assessment, now=now, then=viewer)),
        "may_give_back": mine and bool(possible),
    }
