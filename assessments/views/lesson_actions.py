"""Actions of lessons: one's own, and the page of one with what can be done with it."""

from collections.abc import Collection
from typing import Any

from django.contrib import messages
from django.db.models import F, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from assessments import wording
from assessments.actions import lesson_actions as actions
from assessments.choices import ActionState
from assessments.forms.lesson_actions import (
    AcceptActionForm,
    AssignActionForm,
    ProgressForm,
    StartForm,
    ValidationForm,
)
from assessments.forms.lessons import LessonReasonForm
from assessments.lesson_policy import action_moves_open_to, is_involved
from assessments.lesson_workflow import UNDER_WORK
from assessments.models import Assessment, LessonAction, Source
from assessments.models.lesson_action import OPEN_ACTIONS
from assessments.views.refusals import RefusalsShown
from organisations.access import organisation_ids_where
from organisations.http import SignedInRequest
from organisations.models import User
from organisations.roles import Permission


@require_safe
def my_actions(request: SignedInRequest) -> HttpResponse:
    """What the person owns, what waits for them as a coordinator, and what their organisations have open."""
    lists = lists_of(request.user)
    return render(
        request, "assessments/lessons/actions.html", {"lists": lists, "today": timezone.localdate()}
    )


def lists_of(user: User) -> dict[str, Any]:
    """Actions by why they are shown, the first to be done first."""
    decides = organisation_ids_where(user, Permission.DECIDE_RECOMMENDATIONS)
    works = organisation_ids_where(user, Permission.READ_OWN_WORK)
    judges = decides | organisation_ids_where(user, Permission.REVIEW)
    implemented = _rows(user).filter(state=ActionState.IMPLEMENTED)
    to_judge = implemented.filter(lesson__dyad__first__in=judges)
    to_judge |= implemented.filter(lesson__dyad__second__in=judges)
    worked_on = LessonAction.objects.filter(notes__author=user, notes__sends_back=False)
    return {
        "mine": list(mine_to_do(user)),
        "to_decide": list(waiting_for_decision(user, decides)),
        "to_validate": list(
            to_judge.exclude(owner=user).exclude(implemented_by=user).exclude(pk__in=worked_on.values("pk"))
        ),
        "others": list(
            _rows(user).filter(state__in=OPEN_ACTIONS, organisation__in=works).exclude(owner=user)
        ),
    }


def mine_to_do(user: User) -> QuerySet[LessonAction]:
    """What ``user`` owns and has not implemented yet."""
    return _rows(user).filter(owner=user, state__in=OPEN_ACTIONS)


def waiting_for_decision(user: User, organisations: Collection[int]) -> QuerySet[LessonAction]:
    """What these organisations have to accept or decline."""
    return _rows(user).filter(state=ActionState.PROPOSED, organisation__in=organisations)


def _rows(user: User) -> QuerySet[LessonAction]:
    """Visible actions of lessons that are being worked on, by their due day."""
    current = LessonAction.objects.visible_to(user).current().for_list()
    return current.filter(lesson__state__in=UNDER_WORK).order_by(F("due").asc(nulls_last=True), "pk")


@require_http_methods(["GET", "POST"])
def action_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    visible = (
        LessonAction.objects.visible_to(request.user)
        .for_list()
        .select_related(
            "lesson__framework",
            "lesson__engagement",
            "validating_assessment__dyad__first",
            "validating_assessment__dyad__second",
            "validating_assessment__engagement",
            "validating_source",
            "implemented_by",
            "validated_by",
            "decided_by",
            "proposed_by",
        )
    )
    action = get_object_or_404(visible, pk=pk)
    forms = _forms(request, action)
    failed: Any = None
    if request.method == "POST":
        failed = _done(request, action, forms)
        if failed is None:
            return redirect(action)
    context = _context(request, action) | {"forms": forms, "failed": failed}
    return render(request, "assessments/lessons/action.html", context, status=422 if failed else 200)


def _forms(request: SignedInRequest, action: LessonAction) -> dict[str, Any]:
    data, do = request.POST, request.POST.get("do", "")
    assigned = {"owner": action.owner_id, "due": action.due, "body": action.body}
    kinds: dict[str, tuple[Any, dict[str, Any]]] = {
        "accept": (AcceptActionForm, {"action": action, "initial": assigned}),
        "decline": (LessonReasonForm, {}),
        "reassign": (AssignActionForm, {"action": action, "initial": assigned}),
        "start": (StartForm, {}),
        "note": (ProgressForm, {}),
        "implement": (ProgressForm, {}),
        "send_back": (LessonReasonForm, {}),
        "validate": (
            ValidationForm,
            {"action": action, "user": request.user, "initial": {"version": action.version}},
        ),
    }
    open_to = action_moves_open_to(request.user, action)
    return {
        name: kind(data if do == name else None, auto_id=f"id_{name}_%s", **given)
        for name, (kind, given) in kinds.items()
        if name in open_to
    }


def _done(request: SignedInRequest, action: LessonAction, forms: dict[str, Any]) -> Any:
    do = request.POST.get("do", "")
    if do not in SAID:
        raise Http404(_("There is nothing to do."))
    form = forms.get(do)
    if form is not None and not form.is_valid():
        return form
    try:
        with RefusalsShown(request, str(SAID[do]())):
            _act(do, action, form, {"by": request.user, "at": timezone.now()})
    except actions.ActionChanged as changed:
        messages.error(request, str(changed))
    return None


SAID: dict[str, Any] = {
    "accept": lambda: _("The action is accepted, and its owner is told."),
    "decline": lambda: _("The action is declined."),
    "reassign": lambda: _("Owner and day are changed."),
    "start": lambda: _("The action is under way."),
    "note": lambda: _("Your note is added."),
    "implement": lambda: _("The action is reported as implemented; somebody else has to validate it."),
    "send_back": lambda: _("The action is with its owner again."),
    "validate": lambda: _("The action is validated."),
}


def _act(do: str, action: LessonAction, form: Any, who: dict[str, Any]) -> None:
    """Without a form nothing can be done now: the action says why."""
    given: dict[str, Any] = {"action": action, **who}
    if do == "validate":
        version, evidence = action.version, {"basis": "exercise", "text": ""}
        if form is not None:
            version, evidence = form.cleaned_data["version"], form.evidence()
        actions.validate_action(version=version, evidence=evidence, **given)
        return
    nobody = {"owner": who["by"], "due": timezone.localdate()}
    acts: dict[str, tuple[Any, dict[str, Any]]] = {
        "accept": (actions.accept_action, nobody),
        "decline": (actions.decline_action, {"reason": ""}),
        "reassign": (actions.reassign_action, nobody),
        "start": (actions.start_action, {"text": ""}),
        "note": (actions.note_progress, {"text": ""}),
        "implement": (actions.implement_action, {"text": ""}),
        "send_back": (actions.send_back, {"reason": ""}),
    }
    act, nothing = acts[do]
    act(**given, **(form.cleaned_data if form is not None else nothing))


def _context(request: SignedInRequest, action: LessonAction) -> dict[str, Any]:
    lesson, user = action.lesson, request.user
    involved = is_involved(user, lesson, lesson.actions.all())
    assessment, source = action.validating_assessment_id or 0, action.validating_source_id or 0
    return {
        "action": action,
        "lesson": lesson,
        "about": wording.subject_name(lesson.subject, lesson.framework.names()),
        "involved": involved,
        "notes": list(action.notes.select_related("author")) if involved else [],
        "sees_assessment": Assessment.objects.visible_to(user).filter(pk=assessment).exists(),
        "sees_source": Source.objects.visible_to(user).filter(pk=source).exists(),
        "past": action.round != lesson.round or lesson.state not in UNDER_WORK,
        "today": timezone.localdate(),
    }
