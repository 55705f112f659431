"""The API's doors to exports: a file of each data set, its manifest, the data dictionary."""

from collections.abc import Iterable
from typing import Any

from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from assessments.exports.catalogue import DATASETS, dictionary
from assessments.exports.dataset import Dataset, InvalidFilter
from assessments.exports.making import MEDIA_TYPES, Wish
from assessments.exports.manifest import manifest_of
from assessments.exports.responses import download
from assessments.models import Export
from organisations.api.viewsets import Reading
from organisations.models import Scope

CHOICES = [
    OpenApiParameter("format", str, enum=list(MEDIA_TYPES), default="csv", description="The file format."),
    OpenApiParameter(
        "hxl", bool, default=False, description="Whether HXL tags follow the header (CSV, XLSX)."
    ),
]
FILE = {(200, kind.partition(";")[0]): OpenApiTypes.BINARY for kind in MEDIA_TYPES.values()}


class AnyMediaType(BaseContentNegotiation):
    """The address says what the answer is; ``Accept`` decides nothing (errors are problem details)."""

    def select_parser(self, request: Request, parsers: Iterable[Any]) -> Any:
        return next(iter(parsers))

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, renderer.media_type


class ExportFile(Reading[Any]):
    """All rows of a data set that the reader may see and the filter leaves, streamed as a file.

    ``Link`` leads to the manifest, ``X-Handling-Marking`` says the strictest marking of what is in the file.
    """

    content_negotiation_class = AnyMediaType
    pagination_class = None
    scope = Scope.EXPORT
    dataset = ""

    def get(self, request: Request) -> StreamingHttpResponse:
        try:
            wish = Wish.read(self.dataset, self.reader, request.query_params.dict())
            return download(wish, reverse("api:export-manifest", args=[0]))
        except InvalidFilter as invalid:
            raise ValidationError(invalid.faults) from None


def filter_parameters(dataset: Dataset) -> list[OpenApiParameter]:
    """The filters of a data set for the documentation."""
    parameters = []
    for name, one in dataset.filters.base_filters.items():
        choices = [value for value, _label in one.extra.get("choices", [])]
        kind = int if isinstance(one, filters.NumberFilter) else str
        parameters.append(OpenApiParameter(name, kind, enum=choices or None))
    return parameters


def file_view(name: str, *, documented: bool = True) -> type[ExportFile]:
    """The view of one data set, with its filters in the documentation."""
    dataset = DATASETS[name]
    attributes = {
        "__doc__": ExportFile.__doc__,
        "dataset": name,
        "queryset": dataset.filters.Meta.model.objects.none(),
    }
    described = extend_schema(
        operation_id=f"exports_{name}",
        summary=str(dataset.label),
        parameters=[*CHOICES, *filter_parameters(dataset)],
        responses=FILE,
        exclude=not documented,
    )
    return extend_schema_view(get=described)(type(f"Export{name.title()}", (ExportFile,), attributes))


class ManifestSerializer(serializers.Serializer[dict[str, Any]]):
    """What an exported file is: compare ``rows``, ``bytes`` and ``sha256`` with what has arrived."""

    manifest_version = serializers.IntegerField()
    export = serializers.IntegerField()
    state = serializers.CharField()
    dataset = serializers.CharField()
    format = serializers.CharField()
    hxl = serializers.BooleanField()
    filter: Any = serializers.DictField(child=serializers.CharField())
    file = serializers.CharField()
    rows = serializers.IntegerField(allow_null=True)
    bytes = serializers.IntegerField(allow_null=True)
    sha256 = serializers.CharField(allow_null=True)
    marking = serializers.CharField(allow_null=True)
    frameworks: Any = serializers.ListField(child=serializers.CharField())
    method_version = serializers.CharField()
    made_at = serializers.CharField()
    finished_at = serializers.CharField(allow_null=True)
    columns: Any = serializers.ListField(child=serializers.CharField())


class ExportManifest(Reading[Export]):
    """The manifest of an export that you have made."""

    pagination_class = None
    filter_backends = ()
    scope = Scope.EXPORT
    queryset = Export.objects.none()

    @extend_schema(operation_id="exports_manifest", responses=ManifestSerializer)
    def get(self, request: Request, pk: int) -> Response:
        export = get_object_or_404(Export.objects.visible_to(self.reader), pk=pk)
        return Response(manifest_of(export))


class DictionaryEntrySerializer(serializers.Serializer[dict[str, Any]]):
    """One column of one data set."""

    dataset = serializers.CharField()
    column = serializers.CharField()
    kind = serializers.CharField()
    meaning = serializers.CharField()
    values = serializers.CharField(allow_blank=True)
    hxl = serializers.CharField()


class ExportDictionary(Reading[Any]):
    """The data dictionary: every column of every data set."""

    serializer_class = DictionaryEntrySerializer
    pagination_class = None
    filter_backends = ()

    @extend_schema(operation_id="exports_dictionary", responses=DictionaryEntrySerializer(many=True))
    def get(self, request: Request) -> Response:
        return Response(list(dictionary()))
