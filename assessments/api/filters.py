"""Filters of assessments and of what follows from them. Values that name nothing are refused."""

from typing import Any

from django.db.models import Q
from django.db.models.functions import Coalesce
from django_filters import rest_framework as filters

from assessments.choices import FindingKind, Level, RecommendationStatus, State
from assessments.models import (
    ApprovedRating,
    Assessment,
    Dimension,
    Engagement,
    Finding,
    Framework,
    Indicator,
    Recommendation,
    Scorecard,
)
from organisations.api.filters import DyadFilter, OrganisationFilter, RowField, YearFilter, of_organisation


def _in_published(framework: str) -> Q:
    return Q(**{f"{framework}published_at__isnull": False})


class FrameworkField(RowField):
    @staticmethod
    def find(name: str) -> list[int]:
        code, _separator, version = name.partition("@")
        named = Q(code__iexact=code) & (Q(version=version) if version else Q())
        return list(Framework.objects.filter(named, _in_published("")).values_list("pk", flat=True))


class QuestionsField(RowField):
    """Versions with questions of their own; one that only brings other rules stands for those it asks."""

    @staticmethod
    def find(name: str) -> list[int]:
        named = Framework.objects.filter(pk__in=FrameworkField.find(name))
        return list(named.values_list(Coalesce("questions_of", "pk"), flat=True))


class RulesField(RowField):
    """Versions with rules for the same questions as the one that is named."""

    @staticmethod
    def find(name: str) -> list[int]:
        asked = QuestionsField.find(name)
        applying = Q(pk__in=asked) | Q(questions_of__in=asked)
        return list(Framework.objects.filter(applying, _in_published("")).values_list("pk", flat=True))


class DimensionField(RowField):
    @staticmethod
    def find(name: str) -> list[int]:
        named = Dimension.objects.filter(_in_published("framework__"), code__iexact=name)
        return list(named.values_list("pk", flat=True))


class IndicatorField(RowField):
    @staticmethod
    def find(name: str) -> list[int]:
        named = Indicator.objects.filter(_in_published("dimension__framework__"), code__iexact=name)
        return list(named.values_list("pk", flat=True))


class EngagementField(RowField):
    @staticmethod
    def find(name: str) -> list[int]:
        return list(Engagement.objects.filter(name__iexact=name).values_list("pk", flat=True))


class TargetField(RowField):
    @staticmethod
    def find(name: str) -> str:
        known = name.lower() in Level.values or DimensionField.find(name) or IndicatorField.find(name)
        return name if known else ""


class _AnyOf(filters.CharFilter):
    """Rows of any of the ids that the field returns (a code may stand in several framework versions)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(lookup_expr="in", **kwargs)


class FrameworkFilter(_AnyOf):
    """A framework version such as ``code@1.0``, or all versions of a code.

    A version that only brings other rules stands for the one whose questions it asks.
    """

    field_class = QuestionsField


class FrameworkNameFilter(_AnyOf):
    """A framework version itself."""

    field_class = FrameworkField


class RulesFilter(_AnyOf):
    """A framework version, with all whose rules apply to the same questions."""

    field_class = RulesField


class DimensionFilter(_AnyOf):
    field_class = DimensionField


class IndicatorFilter(_AnyOf):
    field_class = IndicatorField


class EngagementFilter(_AnyOf):
    field_class = EngagementField


class TargetFilter(filters.CharFilter):
    """The code of an indicator, dimension or level that something is about."""

    field_class = TargetField

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(lookup_expr="iexact", **kwargs)


class FrameworkFilters(filters.FilterSet):
    framework = FrameworkNameFilter(field_name="pk")

    class Meta:
        model = Framework
        fields: list[str] = []


class AssessmentFilters(filters.FilterSet):
    """``year_from`` and ``year_to`` keep the assessments whose period touches those years."""

    dyad = DyadFilter()
    level = filters.ChoiceFilter(choices=Level.choices)
    state = filters.ChoiceFilter(choices=State.choices)
    framework = FrameworkFilter()
    engagement = EngagementFilter()
    organisation = OrganisationFilter(field_name="on_behalf_of")
    year_from = YearFilter(field_name="period_end", lookup_expr="gte")
    year_to = YearFilter(field_name="period_start", lookup_expr="lte")

    class Meta:
        model = Assessment
        fields: list[str] = []


class RatingFilters(filters.FilterSet):
    dyad = DyadFilter()
    level = filters.ChoiceFilter(choices=Level.choices)
    framework = FrameworkFilter()
    dimension = DimensionFilter(field_name="indicator__dimension")
    indicator = IndicatorFilter()
    engagement = EngagementFilter()
    organisation = OrganisationFilter(field_name="on_behalf_of")
    year_from = YearFilter(field_name="year", lookup_expr="gte")
    year_to = YearFilter(field_name="year", lookup_expr="lte")

    class Meta:
        model = ApprovedRating
        fields: list[str] = []


class ScorecardFilters(filters.FilterSet):
    dyad = DyadFilter()
    framework = FrameworkFilter()
    organisation = OrganisationFilter(method=of_organisation("dyad"))

    class Meta:
        model = Scorecard
        fields: list[str] = []


class FindingFilters(filters.FilterSet):
    dyad = DyadFilter(field_name="scorecard__dyad")
    framework = FrameworkFilter(field_name="scorecard__framework")
    organisation = OrganisationFilter(method=of_organisation("scorecard__dyad"))
    engagement = EngagementFilter()
    kind = filters.ChoiceFilter(choices=FindingKind.choices)
    target = TargetFilter()
    scorecard = filters.NumberFilter(min_value=1, max_value=2**63 - 1)

    class Meta:
        model = Finding
        fields: list[str] = []


class RecommendationFilters(filters.FilterSet):
    dyad = DyadFilter()
    framework = RulesFilter(field_name="rule__framework")
    organisation = OrganisationFilter(method=of_organisation("dyad"))
    engagement = EngagementFilter()
    kind = filters.ChoiceFilter(field_name="rule__kind", choices=FindingKind.choices)
    status = filters.ChoiceFilter(choices=RecommendationStatus.choices)
    target = TargetFilter()

    class Meta:
        model = Recommendation
        fields: list[str] = []
