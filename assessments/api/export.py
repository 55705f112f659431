"""Ratings and scorecards as CSV, written row by row while they are read from the database."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from django.db.models import Model
from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from assessments.api.scorecard_rows import COLUMNS as SCORECARD_COLUMNS
from assessments.api.scorecard_rows import rows_of
from assessments.api.serializers import RatingSerializer
from assessments.api.viewsets import Ratings, Scorecards
from assessments.exchange.csv_lines import lines
from assessments.models import ApprovedRating, Scorecard
from organisations.api.viewsets import Reading
from organisations.models import Scope

CHUNK = 1000
RATING_COLUMNS: list[str] = RatingSerializer.Meta.fields
M = TypeVar("M", bound=Model)


class AnyMediaType(BaseContentNegotiation):
    """The address says that the answer is CSV; ``Accept`` decides nothing (errors are problem details)."""

    def select_parser(self, request: Request, parsers: Iterable[Any]) -> Any:
        return next(iter(parsers))

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, renderer.media_type


class Csv(Reading[M]):
    """A download of all filtered rows: no pages."""

    content_negotiation_class = AnyMediaType
    scope = Scope.EXPORT
    pagination_class = None
    columns: Sequence[str]
    filename: str

    def rows(self, found: Iterable[M]) -> Iterator[dict[str, Any]]:
        serializer = self.get_serializer()
        return (serializer.to_representation(row) for row in found)

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request) -> StreamingHttpResponse:
        found = self.filter_queryset(self.get_queryset()).order_by(self.ordering)
        return StreamingHttpResponse(
            lines(self.columns, self.rows(found.iterator(chunk_size=CHUNK))),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{self.filename}"'},
        )


class RatingsCsv(Csv[ApprovedRating], Ratings):
    """Approved ratings as CSV; the columns are the fields of a rating."""

    columns = RATING_COLUMNS
    filename = "ratings.csv"


class ScorecardsCsv(Csv[Scorecard], Scorecards):
    """Scorecards as CSV: a row for each level, dimension, indicator and gap."""

    columns = SCORECARD_COLUMNS
    filename = "scorecards.csv"

    def rows(self, found: Iterable[Scorecard]) -> Iterator[dict[str, Any]]:
        return (row for scorecard in found for row in rows_of(scorecard))
