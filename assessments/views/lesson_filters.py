"""The list of lessons: its rows, filters and columns."""

from datetime import date, timedelta
from typing import Any

import django_filters as filters
import django_tables2 as tables
from django.db.models import Exists, F, Min, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.choices import ActionState, LessonKind, LessonState
from assessments.models import Dimension, Lesson, LessonAction
from assessments.models.lesson_action import OPEN_ACTIONS
from assessments.views.tables import ONE_LINE
from organisations.http import SignedInRequest
from organisations.models import Dyad, Organisation, User

MONTH = timedelta(days=30)
DUE = [("overdue", gettext_lazy("Overdue")), ("month", gettext_lazy("Within 30 days"))]


def lesson_rows(user: User) -> QuerySet[Any]:
    """The lessons that ``user`` sees, each with ``due``: the first day of its open actions."""
    open_ones = Q(actions__state__in=OPEN_ACTIONS, actions__round=F("round"))
    worked_on = [LessonState.TASKED, LessonState.IMPLEMENTED]
    return (
        Lesson.objects.visible_to(user)
        .for_list()
        .annotate(due=Min("actions__due", filter=open_ones & Q(state__in=worked_on)))
        .order_by("-updated_at", "-pk")
    )


class LessonFilter(filters.FilterSet):
    search = filters.CharFilter(
        label=gettext_lazy("Words in the title"), lookup_expr="icontains", field_name="title"
    )
    state = filters.ChoiceFilter(choices=LessonState.choices)
    kind = filters.ChoiceFilter(choices=LessonKind.choices)
    dyad = filters.ModelChoiceFilter(queryset=Dyad.objects.select_related("first", "second"))
    organisation = filters.ModelChoiceFilter(
        label=gettext_lazy("Written by"), queryset=Organisation.objects.all()
    )
    acting = filters.ModelChoiceFilter(
        label=gettext_lazy("Action in"), queryset=Organisation.objects.all(), method="find_acting"
    )
    dimension = filters.ChoiceFilter(label=gettext_lazy("Dimension"), choices=list, method="find_dimension")
    due = filters.ChoiceFilter(label=gettext_lazy("Due"), choices=DUE, method="find_due")
    mine = filters.ChoiceFilter(
        label=gettext_lazy("Owner"), choices=[("me", gettext_lazy("Me"))], method="find_mine"
    )

    class Meta:
        model = Lesson
        fields = ["search", "state", "kind", "dyad", "organisation", "acting", "dimension", "due", "mine"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.form.fields["dimension"].choices = [("", "---------"), *dimension_choices()]

    def find_acting(self, queryset: QuerySet[Any], name: str, value: Organisation) -> QuerySet[Any]:
        return queryset.filter(Exists(_actions().filter(organisation=value)))

    def find_dimension(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(Q(subject=value) | Q(subject__startswith=f"{value}."))

    def find_due(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        today = timezone.localdate()
        if value == "overdue":
            return queryset.filter(due__lt=today)
        return queryset.filter(due__gte=today, due__lte=today + MONTH)

    def find_mine(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(Exists(_actions().filter(owner=self.user)))


def filtered_lessons(request: SignedInRequest) -> LessonFilter:
    return LessonFilter(request.GET, queryset=lesson_rows(request.user), user=request.user)


def kept_query(request: SignedInRequest) -> str:
    """The choices of the filter, as what follows the address of another view of the same lessons."""
    query = request.GET.copy()
    for name in ("page", "sort"):
        query.pop(name, None)
    return f"?{query.urlencode()}" if query else ""


def _actions() -> QuerySet[LessonAction]:
    return LessonAction.objects.filter(lesson=OuterRef("pk"), round=OuterRef("round")).exclude(
        state=ActionState.DECLINED
    )


def dimension_choices() -> list[tuple[str, str]]:
    """The dimensions of all published frameworks by code, with the name in the latest: one query."""
    published = Dimension.objects.filter(framework__published_at__isnull=False)
    rows = published.order_by("code", "framework__published_at").values_list("code", "name")
    return [(code, f"{code} {name}") for code, name in dict(rows).items()]


class LessonTable(tables.Table):
    title = tables.Column(linkify=True)
    subject = tables.Column(verbose_name=gettext_lazy("Subject"), attrs=ONE_LINE)
    dyad = tables.Column(order_by=("dyad__first__acronym", "dyad__second__acronym"), attrs=ONE_LINE)
    organisation = tables.Column(verbose_name=gettext_lazy("Written by"), attrs=ONE_LINE)
    priority = tables.Column(attrs={"td": {"class": "num"}, "th": {"class": "num"}})
    due = tables.Column(verbose_name=gettext_lazy("Due"), attrs=ONE_LINE)
    recurrences = tables.Column(
        verbose_name=gettext_lazy("Came up again"), attrs={"td": {"class": "num"}, "th": {"class": "num"}}
    )
    state = tables.TemplateColumn(
        '{% include "components/state_chip.html" with state=record.state label=value only %}'
    )

    class Meta:
        model = Lesson
        fields = ["title", "subject", "dyad", "organisation", "priority", "due", "recurrences", "state"]
        sequence = fields
        empty_text = gettext_lazy("No lesson matches.")

    def render_due(self, value: date) -> str:
        if value < timezone.localdate():
            return format_html("<strong>{} {}</strong>", value.isoformat(), _("overdue"))
        return value.isoformat()

    def render_recurrences(self, value: int) -> str:
        return str(value) if value else "–"
