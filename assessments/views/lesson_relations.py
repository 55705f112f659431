"""Lessons beside others: those that look alike while one is written, linking and merging."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from assessments.actions.lesson_relations import merge_lesson, part_lessons, relate_lessons
from assessments.lesson_policy import may_merge_into, may_relate
from assessments.models import Lesson, LessonRelation
from assessments.search.alike import look_alikes
from assessments.views.refusals import RefusalsShown
from organisations.http import SignedInRequest, id_in


@require_safe
def alike(request: SignedInRequest) -> HttpResponse:
    """A part of the page of writing: lessons like ``?title=``, or about ``?dyad=`` and ``?subject=``."""
    given = request.GET
    found = look_alikes(
        given.get("title", ""),
        user=request.user,
        dyad=id_in(given.get("dyad", "")),
        subject=given.get("subject", ""),
        besides=id_in(given.get("besides", "")),
    )
    return render(request, "assessments/lessons/alike.html", {"alike": found})


@require_POST
def relate(request: SignedInRequest, pk: int) -> HttpResponse:
    """Link the lesson with another one, take the link away, or merge it into the other."""
    visible = Lesson.objects.visible_to(request.user).for_list()
    lesson = get_object_or_404(visible, pk=pk)
    other = get_object_or_404(visible, pk=id_in(request.POST.get("other", "")))
    given: dict[str, Any] = {"lesson": lesson, "by": request.user}
    do = request.POST.get("do", "")
    if do not in SAID:
        raise Http404(_("There is nothing to do."))
    with RefusalsShown(request, SAID[do]()):
        if do == "link":
            relate_lessons(other=other, at=timezone.now(), **given)
        elif do == "part":
            part_lessons(other=other, **given)
        else:
            merge_lesson(into=other, at=timezone.now(), **given)
            return redirect(other)
    return redirect(lesson)


SAID: dict[str, Any] = {
    "link": lambda: _("The lessons are linked."),
    "part": lambda: _("The lessons are not linked any more."),
    "merge": lambda: _("The lesson is merged into this one, which has taken over what it rests on."),
}


def related_context(request: SignedInRequest, lesson: Lesson) -> dict[str, Any]:
    """What the page of a lesson shows of others: at most five queries."""
    user = request.user
    relations = LessonRelation.objects.visible_to(user).of(lesson)
    pairs = relations.values_list("first", "second")
    seen = Lesson.objects.visible_to(user).for_list()
    may = bool(may_relate(user, lesson))
    ids = {pk for pair in pairs for pk in pair} - {lesson.pk}
    alike = _alike(request, lesson, ids) if may and lesson.state in {"observation", "identified"} else []
    return {
        "related": list(seen.filter(pk__in=ids).order_by("pk")) if ids else [],
        "merged_into": seen.filter(pk=lesson.merged_into_id).first() if lesson.merged_into_id else None,
        "merged": list(seen.filter(merged_into=lesson).order_by("pk")),
        "alike": alike,
        "may_relate": may,
    }


def _alike(request: SignedInRequest, lesson: Lesson, linked: set[int]) -> list[dict[str, Any]]:
    found = look_alikes(
        lesson.title, user=request.user, dyad=lesson.dyad_id, subject=lesson.subject, besides=lesson.pk
    )
    return [
        {"one": one, "may_merge": bool(may_merge_into(request.user, lesson, one.lesson))}
        for one in found
        if one.lesson.pk not in linked
    ]
