from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.utils import timezone
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from assessments.actions.recommendations import decide
from assessments.actions.scorecards import bring_up_to_date
from assessments.api.filters import (
    FindingFilters,
    FrameworkFilters,
    RatingFilters,
    RecommendationFilters,
    ScorecardFilters,
)
from assessments.api.framework_serializers import FrameworkDetailSerializer, FrameworkSerializer
from assessments.api.inputs import DecideInput
from assessments.api.serializers import (
    FindingSerializer,
    RatingSerializer,
    RecommendationSerializer,
    ScorecardSerializer,
)
from assessments.api.writing import Writing, changes, deciding, given, now
from assessments.models import ApprovedRating, Finding, Framework, Recommendation, Scorecard
from organisations.api.viewsets import Reading, ReadViewSet

M = TypeVar("M", bound=Model)


class FrameworkViewSet(ReadViewSet[Framework]):
    """Published framework versions; a single one with its dimensions, indicators, anchors and rules."""

    filterset_class = FrameworkFilters

    def get_queryset(self) -> QuerySet[Framework]:
        frameworks = Framework.objects.visible_to(self.reader).select_related("questions_of")
        if self.action == "retrieve":
            parts = "dimensions__indicators__anchors"
            return frameworks.prefetch_related(parts, f"questions_of__{parts}", "rules")
        return frameworks

    def get_serializer_class(self) -> type[BaseSerializer[Framework]]:
        return FrameworkDetailSerializer if self.action == "retrieve" else FrameworkSerializer


class Ratings(Reading[ApprovedRating]):
    """The approved ratings that the reader may see, in the order of their ids."""

    serializer_class = RatingSerializer
    filterset_class = RatingFilters
    ordering = "rating_id"

    def get_queryset(self) -> QuerySet[ApprovedRating]:
        return ApprovedRating.objects.visible_to(self.reader).select_related(
            "dyad__first", "dyad__second", "engagement", "framework", "indicator__dimension", "on_behalf_of"
        )


class RatingViewSet(Ratings, ReadViewSet[ApprovedRating]):
    """Answers of approved assessments, one a row."""

    lookup_field = "rating_id"
    lookup_url_kwarg = "id"


class OnScorecards(Reading[M]):
    """First computes the scorecards that nobody has asked for: those of sets that only this reader sees."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        bring_up_to_date(viewer=self.reader, at=timezone.now())


class Scorecards(OnScorecards[Scorecard]):
    """The scorecards that rest on exactly what the reader may see."""

    serializer_class = ScorecardSerializer
    filterset_class = ScorecardFilters

    def get_queryset(self) -> QuerySet[Scorecard]:
        return Scorecard.objects.visible_to(self.reader).select_related(
            "dyad__first", "dyad__second", "framework", "calibration"
        )


class ScorecardViewSet(Scorecards, ReadViewSet[Scorecard]):
    """Scorecards of dyads, computed from the approved assessments that you may see."""


class FindingViewSet(OnScorecards[Finding], ReadViewSet[Finding]):
    """Rules that fired on your scorecards, with the values they fired on."""

    serializer_class = FindingSerializer
    filterset_class = FindingFilters

    def get_queryset(self) -> QuerySet[Finding]:
        return (
            Finding.objects.visible_to(self.reader)
            .select_related(
                "scorecard__dyad__first",
                "scorecard__dyad__second",
                "scorecard__framework",
                "rule",
                "engagement",
            )
            .defer("scorecard__content")
        )


class RecommendationViewSet(Writing, OnScorecards[Recommendation], ReadViewSet[Recommendation]):
    """What your findings recommend, and what was decided about it."""

    serializer_class = RecommendationSerializer
    filterset_class = RecommendationFilters

    def get_queryset(self) -> QuerySet[Recommendation]:
        return Recommendation.objects.visible_to(self.reader).for_list().select_related("rule__framework")

    @changes("recommendations_decide", DecideInput, RecommendationSerializer, matched=False)
    @action(detail=True, methods=["post"])
    @deciding
    def decide(self, request: Request, pk: str) -> Response:
        """Accept or decline it for your organisation; what is accepted begins a lesson."""
        body = given(request, DecideInput)
        decide(recommendation=self.get_object(), by=self.reader, **body, **now())
        return Response(self.get_serializer(self.get_object()).data)
