"""The filters of the lists."""

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from assessments.choices import Level, RecommendationStatus, State
from assessments.models import Assessment, Recommendation, Source
from organisations.models import Dyad, Organisation


class AssessmentFilter(filters.FilterSet):
    search = filters.CharFilter(label=_("Words in basis or reference"), method="find")
    dyad = filters.ModelChoiceFilter(queryset=Dyad.objects.select_related("first", "second"))
    level = filters.ChoiceFilter(choices=Level.choices)
    state = filters.ChoiceFilter(choices=State.choices)
    on_behalf_of = filters.ModelChoiceFilter(queryset=Organisation.objects.all())

    class Meta:
        model = Assessment
        fields = ["search", "dyad", "level", "state", "on_behalf_of"]

    def find(self, queryset: QuerySet[Assessment], name: str, value: str) -> QuerySet[Assessment]:
        """Of references only those that the person is shown; needs ``with_own_reference``."""
        return queryset.filter(Q(basis__icontains=value) | Q(own_reference__icontains=value))


class SourceFilter(filters.FilterSet):
    search = filters.CharFilter(label=_("Words in author or title"), method="find")

    class Meta:
        model = Source
        fields = ["search", "kind"]

    def find(self, queryset: QuerySet[Source], name: str, value: str) -> QuerySet[Source]:
        return queryset.filter(Q(author__icontains=value) | Q(title__icontains=value))


class RecommendationFilter(filters.FilterSet):
    dyad = filters.ModelChoiceFilter(queryset=Dyad.objects.select_related("first", "second"))
    status = filters.ChoiceFilter(choices=RecommendationStatus.choices)
    priority = filters.ChoiceFilter(choices=[(number, str(number)) for number in range(1, 6)])

    class Meta:
        model = Recommendation
        fields = ["dyad", "status", "priority"]
