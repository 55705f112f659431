"""Lessons: the list, and the page of one with everything that can be done with it."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django_tables2 import RequestConfig

from assessments import lesson_effects, wording
from assessments.actions import lesson_actions, lesson_decisions, lessons
from assessments.forms.decisions import ReleaseForm
from assessments.forms.lessons import (
    EndorseForm,
    IdentifyForm,
    LessonReasonForm,
    PriorityForm,
    TaskForm,
)
from assessments.lesson_hints import hints_on
from assessments.lesson_policy import is_involved, moves_open_to, taskable, writing_for
from assessments.models import Adjudication, Assessment, Lesson, LessonAction, LessonLink, Recommendation
from assessments.policy import reads_own_work
from assessments.views.exporting import export_address
from assessments.views.lesson_filters import LessonTable, filtered_lessons, kept_query
from assessments.views.lesson_relations import related_context
from assessments.views.refusals import RefusalsShown
from organisations.http import SignedInRequest
from organisations.models import User

REASONED = ("return", "close", "reopen")


def visible_lesson(request: SignedInRequest, pk: int) -> Lesson:
    visible = Lesson.objects.visible_to(request.user).for_list()
    return get_object_or_404(visible.select_related("instrument", "rule", "endorsed_by", "started_by"), pk=pk)


@require_safe
def lesson_list(request: SignedInRequest) -> HttpResponse:
    filtered = filtered_lessons(request)
    table = LessonTable(filtered.qs)
    RequestConfig(request, paginate={"per_page": 25}).configure(table)
    context = {
        "filter": filtered,
        "table": table,
        "export": export_address("lessons", filtered),
        "query": kept_query(request),
        "may_write": bool(writing_for(request.user)),
    }
    return render(request, "assessments/lessons/list.html", context)


@require_http_methods(["GET", "POST"])
def lesson_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """One lesson. What is measured on it is what the person may see; names are for those involved."""
    lesson = visible_lesson(request, pk)
    actions = list(lesson.actions.select_related("organisation", "owner"))
    forms = _forms(request, lesson, actions)
    failed: Any = None
    if request.method == "POST":
        failed = _done(request, lesson, forms)
        if failed is None:
            return redirect(lesson)
    context = _context(request, lesson, actions) | {"forms": forms, "failed": failed}
    return render(request, "assessments/lessons/lesson.html", context, status=422 if failed else 200)


def _forms(request: SignedInRequest, lesson: Lesson, actions: list[LessonAction]) -> dict[str, Any]:
    """A form for each thing that can be done now: filled in from what was sent, if it is the one."""
    data, do = request.POST, request.POST.get("do", "")
    open_to = moves_open_to(request.user, lesson)
    read = {"version": lesson.version}

    def form(name: str, kind: Any, **given: Any) -> Any:
        return kind(data if do == name else None, auto_id=f"id_{name}_%s", **given)

    forms = {name: form(name, LessonReasonForm) for name in REASONED}
    forms["identify"] = form("identify", IdentifyForm, initial=read)
    forms["endorse"] = form("endorse", EndorseForm, initial=read)
    forms["prioritise"] = form(
        "prioritise",
        PriorityForm,
        initial={"priority": lesson.priority, "reason": lesson.priority_reason},
    )
    to = taskable(lesson, actions, lesson.dyad)
    if to:
        forms["task"] = form("task", TaskForm, organisations=to)
    released = {"released_to_all": lesson.released_to_all, "released_to": lesson.released_to.all()}
    if "release" in open_to:
        forms["release"] = form("release", ReleaseForm, user=request.user, initial=released)
    return {name: form for name, form in forms.items() if name in open_to}


def _done(request: SignedInRequest, lesson: Lesson, forms: dict[str, Any]) -> Any:
    """Do what was asked for; its form when it is not filled in as it has to be."""
    do = request.POST.get("do", "")
    if do not in SAID:
        raise Http404(_("There is nothing to do."))
    form = forms.get(do)
    if form is not None and not form.is_valid():
        return form
    data = form.cleaned_data if form is not None else None
    try:
        with RefusalsShown(request, str(SAID[do]())):
            _act(do, lesson, data, {"by": request.user, "at": timezone.now()})
    except lessons.LessonChanged as changed:
        messages.error(request, _("%(changed)s Read it again before you decide.") % {"changed": changed})
    return None


SAID: dict[str, Any] = {
    "identify": lambda: _("The lesson waits for endorsement."),
    "return": lambda: _("The lesson is with its authors again."),
    "endorse": lambda: _("The lesson is endorsed."),
    "prioritise": lambda: _("The priority is set."),
    "task": lambda: _("The action is proposed."),
    "release": lambda: _("The lesson is released as you chose."),
    "close": lambda: _("The lesson is closed without action."),
    "reopen": lambda: _("The lesson is reopened."),
}


def _act(do: str, lesson: Lesson, data: dict[str, Any] | None, who: dict[str, Any]) -> None:
    """Without data nothing can be done now: the action says why."""
    given: dict[str, Any] = {"lesson": lesson, **who}
    if do == "identify":
        lessons.identify(**given, **(data or {"version": lesson.version}))
    elif do == "endorse":
        lesson_decisions.endorse(**given, **(data or {"version": lesson.version}))
    elif do == "prioritise":
        lesson_decisions.prioritise(**given, **(data or {"priority": None, "reason": ""}))
    elif do == "task":
        data = data or {"organisation": lesson.dyad.first, "task": "", "body": ""}
        lesson_actions.task_organisation(**given, **data)
    elif do == "release":
        chosen = data or {"released_to": [], "released_to_all": False}
        lesson_decisions.release_lesson(to=chosen["released_to"], to_all=chosen["released_to_all"], **given)
    else:
        decide = {
            "return": lesson_decisions.return_to_authors,
            "close": lesson_decisions.close_lesson,
            "reopen": lesson_decisions.reopen_lesson,
        }[do]
        decide(**given, **(data or {"reason": ""}))


def _context(request: SignedInRequest, lesson: Lesson, actions: list[LessonAction]) -> dict[str, Any]:
    user = request.user
    own = reads_own_work(user, lesson.organisation_id)
    names = lesson.framework.names()
    open_to = moves_open_to(user, lesson)
    return {
        "lesson": lesson,
        "about": wording.subject_name(lesson.subject, names),
        "learn": lesson.subject in names,
        "own": own,
        "involved": is_involved(user, lesson, actions),
        "authors": list(User.objects.filter(pk__in=lesson.author_ids)) if own else [],
        "actions": [action for action in actions if action.round == lesson.round],
        "earlier": [action for action in actions if action.round != lesson.round],
        "open_to": open_to,
        "hints": hints_on(lesson) if own and lesson.state in {"observation", "identified"} else None,
        "steps": list(lesson.steps.select_related("by")),
        "rests_on": linked(lesson, user),
        "releases": list(lesson.released_to.all()),
        "kept": lesson.measured if lesson_effects.shows_kept_values(lesson, user) else None,
        "effect": lesson_effects.before_and_after(lesson, user),
        "today": timezone.localdate(),
        **related_context(request, lesson),
    }


@dataclass(frozen=True, slots=True)
class Linked:
    """What a lesson rests on, as far as the viewer may see it; ``hidden`` says that there is more."""

    ratings: list[LessonLink]
    evidence: list[LessonLink]
    missions: list[LessonLink]
    recommendations: list[LessonLink]
    adjudications: list[LessonLink]

    @property
    def anything(self) -> bool:
        return any(getattr(self, name) for name in self.__slots__)


def linked(lesson: Lesson, viewer: User) -> Linked:
    """Five queries."""
    seen = Assessment.objects.visible_to(viewer).values("pk")
    links = lesson.links
    return Linked(
        list(
            links.filter(rating__assessment__in=seen).select_related(
                "rating__indicator__dimension__framework",
                "rating__assessment__dyad__first",
                "rating__assessment__dyad__second",
                "rating__assessment__engagement",
            )
        ),
        list(links.filter(evidence__rating__assessment__in=seen).select_related("evidence__source")),
        list(links.filter(mission__isnull=False).select_related("mission")),
        list(
            links.filter(recommended__in=Recommendation.objects.visible_to(viewer)).select_related(
                "recommended"
            )
        ),
        list(
            links.filter(adjudication__in=Adjudication.objects.visible_to(viewer)).select_related(
                "adjudication__indicator"
            )
        ),
    )
