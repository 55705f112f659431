"""Filters of exports: those of the API, and what the pages' lists have besides, by the names of things."""

from datetime import timedelta
from typing import Any

import django_filters as filters
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assessments.api.filters import (
    AssessmentFilters,
    DimensionFilter,
    EngagementFilter,
    FindingFilters,
    FrameworkFilter,
    RatingFilters,
    RecommendationFilters,
    ScorecardFilters,
)
from assessments.choices import ActionState, LessonKind, LessonState
from assessments.models import Lesson, LessonAction
from organisations.api.filters import DyadFilter, OrganisationFilter
from organisations.models import Organisation

MONTH = timedelta(days=30)
PRIORITIES = [(number, str(number)) for number in range(1, 6)]

RatingExport = RatingFilters
ScorecardExport = ScorecardFilters
FindingExport = FindingFilters


class AssessmentExport(AssessmentFilters):
    search = filters.CharFilter(label=_("Words in basis or reference"), method="find")

    def find(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Of references only those that the person is shown; needs ``with_own_reference``."""
        return queryset.filter(Q(basis__icontains=value) | Q(own_reference__icontains=value))


class RecommendationExport(RecommendationFilters):
    priority = filters.ChoiceFilter(choices=PRIORITIES)


class LessonExport(filters.FilterSet):
    search = filters.CharFilter(label=_("Words in the title"), lookup_expr="icontains", field_name="title")
    state = filters.ChoiceFilter(choices=LessonState.choices)
    kind = filters.ChoiceFilter(choices=LessonKind.choices)
    dyad = DyadFilter()
    framework = FrameworkFilter()
    engagement = EngagementFilter()
    organisation = OrganisationFilter(label=_("Written by"))
    acting = OrganisationFilter(label=_("Action in"), method="find_acting")
    dimension = DimensionFilter(label=_("Dimension"), method="find_dimension")
    due = filters.ChoiceFilter(
        label=_("Due"), choices=[("overdue", _("Overdue")), ("month", _("Within 30 days"))], method="find_due"
    )
    mine = filters.ChoiceFilter(label=_("Owner"), choices=[("me", _("Me"))], method="find_mine")

    class Meta:
        model = Lesson
        fields: list[str] = []

    def find_acting(self, queryset: QuerySet[Any], name: str, value: Organisation) -> QuerySet[Any]:
        return queryset.filter(Exists(_standing().filter(organisation=value)))

    def find_dimension(self, queryset: QuerySet[Any], name: str, value: list[int]) -> QuerySet[Any]:
        code = str(self.data.get(name, "")).upper()
        return queryset.filter(Q(subject=code) | Q(subject__startswith=f"{code}."))

    def find_due(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        today = timezone.localdate()
        worked_on = queryset.filter(state__in=[LessonState.TASKED, LessonState.IMPLEMENTED])
        due = Q(due__lt=today) if value == "overdue" else Q(due__gte=today, due__lte=today + MONTH)
        first = _open().order_by("due").values("due")[:1]
        found: QuerySet[Any] = worked_on.annotate(due=first).filter(due)
        return found

    def find_mine(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(Exists(_standing().filter(owner=self.request.user)))


class ActionExport(filters.FilterSet):
    state = filters.ChoiceFilter(choices=ActionState.choices)
    dyad = DyadFilter(field_name="lesson__dyad")
    organisation = OrganisationFilter(label=_("Action in"))
    lesson = filters.NumberFilter(field_name="lesson", min_value=1, max_value=2**63 - 1)

    class Meta:
        model = LessonAction
        fields: list[str] = []


def _standing() -> QuerySet[LessonAction]:
    return LessonAction.objects.filter(lesson=OuterRef("pk"), round=OuterRef("round")).exclude(
        state=ActionState.DECLINED
    )


def _open() -> Any:
    return LessonAction.objects.filter(lesson=OuterRef("pk")).open()
