"""Sources: the library that evidence cites."""

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from assessments.actions import sources as actions
from assessments.api.inputs import NewSourceInput, SourceInput
from assessments.api.writing import Writing, changes, given
from assessments.models import Source
from organisations.api.etags import etag, require_match
from organisations.api.filters import OrganisationFilter
from organisations.api.viewsets import ReadViewSet


class SourceSerializer(serializers.ModelSerializer[Source]):
    """``organisation`` is null for the library that all share."""

    organisation = serializers.CharField(
        source="organisation.acronym", default=None, read_only=True, allow_null=True
    )

    class Meta:
        model = Source
        fields = ["id", "organisation", "key", *Source.DESCRIPTION, "version"]


class SourceFilters(filters.FilterSet):
    organisation = OrganisationFilter()
    key = filters.CharFilter(lookup_expr="iexact")

    class Meta:
        model = Source
        fields: list[str] = []


class SourceViewSet(Writing, ReadViewSet[Source]):
    """Sources of the shared library, and of your organisations."""

    serializer_class = SourceSerializer
    filterset_class = SourceFilters

    def get_queryset(self) -> QuerySet[Source]:
        return Source.objects.visible_to(self.reader).select_related("organisation")

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self._shown(self.get_object())

    def _shown(self, source: Source, status: int = 200) -> Response:
        headers = {"ETag": etag("source", source.pk, source.version)}
        if status == 201:
            headers["Location"] = reverse("api:source-detail", args=[source.pk], request=self.request)
        return Response(SourceSerializer(source).data, status=status, headers=headers)

    @changes("sources_add", NewSourceInput, SourceSerializer, status=201, matched=False)
    def create(self, request: Request) -> Response:
        """Add a source to your organisation's library."""
        body = given(request, NewSourceInput, context=self.get_serializer_context())
        return self._shown(actions.add_source(by=self.reader, **body), 201)

    @changes("sources_change", SourceInput, SourceSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Correct what is said of it; what is left out stays."""
        source = self.get_object()
        require_match(request, etag("source", source.pk, source.version))
        body = given(request, SourceInput, over={name: getattr(source, name) for name in Source.DESCRIPTION})
        changed = actions.change_source(source=source, version=source.version, by=self.reader, **body)
        return self._shown(changed)
