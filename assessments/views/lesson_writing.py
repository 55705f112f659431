"""Writing a lesson: beginning one, and its texts while it is an observation."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from assessments.actions import lessons as actions
from assessments.actions.scorecards import bring_up_to_date
from assessments.forms.lessons import BeginLessonForm, LessonTextsForm
from assessments.lesson_hints import hints_on
from assessments.lesson_policy import may_move, writing_for
from assessments.lesson_workflow import LessonMove
from assessments.models import Lesson
from assessments.policy import Refused
from assessments.views.lesson_origins import Origin, origin_of
from organisations.http import SignedInRequest


@require_http_methods(["GET", "POST"])
def write(request: SignedInRequest) -> HttpResponse:
    """Begin a lesson, from what the address names or on its own."""
    bring_up_to_date(viewer=request.user, at=timezone.now())
    origin = origin_of(request.user, request.GET)
    form = BeginLessonForm(
        request.POST or None, user=request.user, framework=origin.framework, initial=origin.initial
    )
    may_write = bool(writing_for(request.user))
    if request.method == "POST" and form.is_valid():
        lesson = _begun(request, form, origin)
        if lesson:
            messages.success(
                request, _("The observation is saved. Submit it when all four texts are written.")
            )
            return redirect(lesson)
    context = {"form": form, "origin": origin, "may_write": may_write}
    return render(request, "assessments/lessons/write.html", context, status=422 if form.is_bound else 200)


def _begun(request: SignedInRequest, form: BeginLessonForm, origin: Origin) -> Lesson | None:
    data = form.cleaned_data
    about = {name: data[name] for name in ("dyad", "engagement", "subject")}
    try:
        return actions.begin_lesson(
            organisation=data["organisation"],
            about=about | {"framework": origin.framework, "rule": origin.rule},
            texts=form.texts(),
            origin=origin.kind,
            links=(*origin.links, *data["missions"]),
            by=request.user,
            at=timezone.now(),
        )
    except (Refused, ValidationError) as error:
        _show(form, error)
        return None


def _show(form: Any, error: Exception) -> None:
    """Say beside the fields, or above them, what an action has against a form."""
    if isinstance(error, ValidationError) and hasattr(error, "error_dict"):
        for name, found in error.message_dict.items():
            form.add_error(name if name in form.fields else None, found)
    else:
        form.add_error(None, getattr(error, "messages", [str(error)]))


@require_http_methods(["GET", "POST"])
def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """The texts of an observation. What somebody else has written meanwhile is shown beside one's own."""
    lesson = get_object_or_404(Lesson.objects.visible_to(request.user).for_list(), pk=pk)
    verdict = may_move(request.user, LessonMove.WRITE, lesson)
    if not verdict:
        messages.error(request, verdict.reason)
        return redirect(lesson)
    initial = LessonTextsForm.initial_of(lesson)
    form = LessonTextsForm(request.POST or None, user=request.user, lesson=lesson, initial=initial)
    theirs: Lesson | None = None
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        try:
            saved = _saved(request, lesson, form)
        except actions.LessonChanged as changed:
            theirs, status = changed.theirs, 409
            mine = form.cleaned_data | {"version": theirs.version}
            form = LessonTextsForm(user=request.user, lesson=lesson, initial=mine)
        except (Refused, ValidationError) as error:
            _show(form, error)
        else:
            messages.success(request, _("The lesson is saved."))
            return redirect(saved)
    context = {"lesson": lesson, "form": form, "theirs": theirs, "hints": hints_on(lesson)}
    return render(request, "assessments/lessons/edit.html", context, status=status)


def _saved(request: SignedInRequest, lesson: Lesson, form: LessonTextsForm) -> Lesson:
    return actions.write_lesson(
        lesson=lesson,
        version=form.cleaned_data["version"],
        texts=form.texts(),
        missions=list(form.cleaned_data["missions"]),
        by=request.user,
        at=timezone.now(),
    )
