"""Panels: how far they are, what their members answered once that is open, and what it comes to."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from assessments.actions import adjudication, panels
from assessments.api.inputs import ReasonInput, text_of
from assessments.api.writing import Input, Nothing, Writing, changes, deciding, given, now
from assessments.choices import Confidence, NonScore, PanelState
from assessments.disagreement import Item, items_of
from assessments.models import Panel
from organisations.api.filters import DyadFilter, OrganisationFilter
from organisations.api.viewsets import ReadViewSet

Text = serializers.CharField


class PanelSerializer(serializers.ModelSerializer[Panel]):
    """``submitted`` of ``members`` have submitted; while the panel rates nothing else is known of them."""

    organisation = Text(source="organisation.acronym", read_only=True)
    dyad = Text(source="dyad.slug", read_only=True)
    engagement = Text(source="engagement.name", default=None, read_only=True, allow_null=True)
    framework = Text(source="framework.name", read_only=True)
    members = serializers.IntegerField(source="seats", read_only=True)
    submitted = serializers.IntegerField(source="filled", read_only=True)

    class Meta:
        model = Panel
        fields = [
            "id",
            "organisation",
            "dyad",
            "engagement",
            "framework",
            "period_start",
            "period_end",
            "basis",
            "task",
            "state",
            "members",
            "submitted",
            "due",
            "opened_at",
            "opening_reason",
            "ended_at",
            "ending_reason",
        ]


class PanelAnswerSerializer(serializers.Serializer[dict[str, Any]]):
    """The answer that one member gave blind."""

    assessment = serializers.IntegerField()
    score = serializers.IntegerField(allow_null=True)
    non_score: Any = serializers.ChoiceField(choices=NonScore.choices, allow_blank=True)
    confidence: Any = serializers.ChoiceField(choices=Confidence.choices, allow_blank=True)
    rationale = Text()


class AdjudicatedSerializer(serializers.Serializer[dict[str, Any]]):
    id = serializers.IntegerField()
    score = serializers.IntegerField(allow_null=True)
    non_score = Text()
    reason = Text()


class PanelItemSerializer(serializers.Serializer[dict[str, Any]]):
    """The answers to one indicator; ``disagrees`` by two points or more, or a score against a non-score."""

    indicator = Text()
    disagrees = serializers.BooleanField()
    answers: Any = PanelAnswerSerializer(many=True)
    adjudicated: Any = AdjudicatedSerializer(allow_null=True)


class AdjudicationInput(Input):
    """``read`` is the id of the value that stands and was read, 0 for none."""

    score = serializers.IntegerField(min_value=1, max_value=5, allow_null=True, default=None)
    non_score: Any = serializers.ChoiceField(choices=NonScore.choices, allow_blank=True, default="")
    reason = text_of(5000, allow_blank=False, required=True)
    read = serializers.IntegerField(min_value=0, max_value=2**63 - 1)


class PanelFilters(filters.FilterSet):
    dyad = DyadFilter()
    organisation = OrganisationFilter()
    state = filters.ChoiceFilter(choices=PanelState.choices)

    class Meta:
        model = Panel
        fields: list[str] = []


def described(item: Item) -> dict[str, Any]:
    """An item as :class:`PanelItemSerializer` shows it."""
    standing = item.adjudication
    return {
        "indicator": item.indicator.code,
        "disagrees": item.disagrees,
        "answers": [
            {"assessment": one.member.assessment_id} | {name: one.answer[name] for name in VALUE}
            for one in item.answers
            if one.answer
        ],
        "adjudicated": standing
        and {name: getattr(standing, name) for name in ("id", "score", "non_score", "reason")},
    }


VALUE = ("score", "non_score", "confidence", "rationale")


class PanelViewSet(Writing, ReadViewSet[Panel]):
    """The panels of your organisations."""

    serializer_class = PanelSerializer
    filterset_class = PanelFilters

    def get_queryset(self) -> QuerySet[Panel]:
        return Panel.objects.visible_to(self.reader).for_list().with_progress()

    def _act(self, act: Callable[..., Any], expected: type[Input]) -> Response:
        body = given(self.request, expected)
        act(panel=self.get_object(), by=self.reader, **body, **now())
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(operation_id="panels_items", responses=PanelItemSerializer(many=True))
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def items(self, request: Request, pk: str) -> Response:
        """The answers side by side, indicator by indicator; 404 while the panel rates."""
        panel = self.get_object()
        if not panel.opened_at:
            raise Http404(_("There is nothing to compare here."))
        shown: Any = [described(item) for item in items_of(panel)]
        return Response(PanelItemSerializer(shown, many=True).data)

    @changes("panels_adjudicate", AdjudicationInput, PanelItemSerializer, matched=False)
    @action(
        detail=True,
        methods=["post"],
        url_name="adjudicate",
        url_path=r"items/(?P<code>[^/]{1,20})/adjudicate",
    )
    @deciding
    def adjudicate(self, request: Request, pk: str, code: str) -> Response:
        """Say what the answers to one indicator come to, with the reason. The answers stay as they are."""
        body, panel = given(request, AdjudicationInput), self.get_object()
        found = [item for item in items_of(panel) if item.indicator.code == code] if panel.opened_at else []
        if not found:
            raise Http404(_("There is nothing to compare here."))
        indicator = found[0].indicator
        adjudication.adjudicate(panel=panel, indicator=indicator, by=self.reader, **body, **now())
        (item,) = [one for one in items_of(panel) if one.indicator.pk == indicator.pk]
        return Response(PanelItemSerializer(described(item)).data)

    @changes("panels_open", ReasonInput, PanelSerializer, matched=False)
    @action(detail=True, methods=["post"])
    @deciding
    def open(self, request: Request, pk: str) -> Response:
        """End the blind part without those who have not submitted, with the reason."""
        return self._act(panels.open_answers, ReasonInput)

    @changes("panels_cancel", ReasonInput, PanelSerializer, matched=False)
    @action(detail=True, methods=["post"])
    @deciding
    def cancel(self, request: Request, pk: str) -> Response:
        """End a panel that still rates; the assessments go on as ordinary ones."""
        return self._act(panels.cancel, ReasonInput)

    @changes("panels_leave", ReasonInput, PanelSerializer, matched=False)
    @action(detail=True, methods=["post"])
    def leave(self, request: Request, pk: str) -> Response:
        """Leave a panel that still rates, with the reason."""
        return self._act(panels.leave, ReasonInput)

    @changes("panels_conclude", Nothing, PanelSerializer, matched=False)
    @action(detail=True, methods=["post"])
    @deciding
    def conclude(self, request: Request, pk: str) -> Response:
        """End the comparison, when every disagreement is adjudicated."""
        return self._act(adjudication.conclude, Nothing)
