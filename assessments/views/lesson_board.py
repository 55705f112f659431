"""Lessons by state, as a board, and figures on how far they come."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, QuerySet, Window
from django.db.models.expressions import OrderBy
from django.db.models.functions import RowNumber
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from assessments.choices import LessonState
from assessments.lesson_figures import STAGES, ages_of, figures_of
from assessments.lesson_policy import writing_for
from assessments.models import Lesson
from assessments.views.lesson_filters import filtered_lessons, kept_query
from organisations.http import SignedInRequest

CARDS = 10


@dataclass(frozen=True, slots=True)
class Column:
    """The lessons in one state: how many, and the first of them by priority, due day and age."""

    state: LessonState
    n: int
    cards: list[Lesson]
    rest: str


@require_safe
def board(request: SignedInRequest) -> HttpResponse:
    """A column for each state; only that of *closed* is left out while it is empty."""
    filtered = filtered_lessons(request)
    context = {
        "filter": filtered,
        "columns": columns_of(filtered.qs, request.GET),
        "query": kept_query(request),
        "may_write": bool(writing_for(request.user)),
        "today": timezone.localdate(),
    }
    return render(request, "assessments/lessons/board.html", context)


def columns_of(lessons: QuerySet[Any], chosen: QueryDict) -> list[Column]:
    """Two queries, and at most ``CARDS`` rows for each state."""
    pks = lessons.order_by().values("pk")
    counts = dict(Lesson.objects.filter(pk__in=pks).order_by().values_list("state").annotate(n=Count("pk")))
    order: list[OrderBy | str] = [
        F("priority").asc(nulls_last=True),
        F("due").asc(nulls_last=True),
        "updated_at",
        "pk",
    ]
    place = Window(RowNumber(), partition_by="state", order_by=order)
    cards: dict[str, list[Lesson]] = {}
    for lesson in lessons.annotate(place=place).filter(place__lte=CARDS).order_by("place"):
        cards.setdefault(lesson.state, []).append(lesson)
    return [
        Column(state, counts.get(state, 0), cards.get(state, []), _listed(chosen, state))
        for state in LessonState
        if state != LessonState.CLOSED or counts.get(state)
    ]


def _listed(chosen: QueryDict, state: LessonState) -> str:
    """What follows the address of the list for all lessons of a column."""
    query = chosen.copy()
    query["state"] = state.value
    return query.urlencode()


@require_safe
def figures(request: SignedInRequest) -> HttpResponse:
    filtered = filtered_lessons(request)
    now = timezone.now()
    context = {
        "filter": filtered,
        "rows": figures_of(filtered.qs, today=timezone.localdate()),
        "ages": ages_of(filtered.qs, now=now),
        "stages": STAGES,
        "query": kept_query(request),
        "may_write": bool(writing_for(request.user)),
    }
    return render(request, "assessments/lessons/figures.html", context)
