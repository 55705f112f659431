from typing import Any, TypeVar, cast

from django.db.models import Model, QuerySet
from django.http import Http404
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import APIRootView
from rest_framework.viewsets import ReadOnlyModelViewSet

from organisations.api.filters import DyadFilters, MissionFilters, OrganisationFilters
from organisations.api.serializers import DyadSerializer, MissionSerializer, OrganisationSerializer
from organisations.api.throttling import with_limit
from organisations.models import Dyad, Mission, Organisation, User

M = TypeVar("M", bound=Model)


class Root(APIRootView):
    """Version 1 of the API: the addresses of its lists."""

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        return with_limit(super().finalize_response(request, response, *args, **kwargs), request)


class Reading(GenericAPIView[M]):
    """Gives access to the rows that the person who asks may see; ``ordering`` is one unique integer field."""

    ordering = "id"

    @property
    def reader(self) -> User:
        return cast(User, self.request.user)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        return with_limit(super().finalize_response(request, response, *args, **kwargs), request)


class ReadViewSet(Reading[M], ReadOnlyModelViewSet[M]):
    """A list in pages and single rows; what the reader may not see does not exist."""

    lookup_value_regex = r"\d{1,18}"


class OrganisationViewSet(ReadViewSet[Organisation]):
    """Organisations, by acronym."""

    serializer_class = OrganisationSerializer
    filterset_class = OrganisationFilters
    lookup_field = "acronym__iexact"
    lookup_url_kwarg = "acronym"
    lookup_value_regex = r"[A-Za-z][A-Za-z0-9]*"

    def get_queryset(self) -> QuerySet[Organisation]:
        return Organisation.objects.visible_to(self.reader)


class DyadViewSet(ReadViewSet[Dyad]):
    """Pairs of organisations, by name such as ``UN-EU`` in either order."""

    serializer_class = DyadSerializer
    filterset_class = DyadFilters
    lookup_url_kwarg = "slug"
    lookup_value_regex = r"[A-Za-z0-9]+-[A-Za-z0-9]+"

    def get_queryset(self) -> QuerySet[Dyad]:
        return Dyad.objects.visible_to(self.reader).with_organisations()

    def get_object(self) -> Dyad:
        dyads: Any = self.filter_queryset(self.get_queryset())
        dyad: Dyad | None = dyads.named(self.kwargs["slug"]).first()
        if dyad is None:
            raise Http404
        return dyad


class MissionViewSet(ReadViewSet[Mission]):
    """Missions with the organisations that lead them."""

    serializer_class = MissionSerializer
    filterset_class = MissionFilters

    def get_queryset(self) -> QuerySet[Mission]:
        return Mission.objects.visible_to(self.reader).prefetch_related("leads")
