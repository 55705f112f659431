"""Files of charts, behind the same rights as the pages that show them."""

from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments.charts.chart import Chart
from assessments.charts.drawing import MEDIA_TYPES, Drawing
from assessments.charts.figures import chart_named
from assessments.charts.themes import LIGHT, THEMES
from assessments.exchange.csv_lines import lines
from assessments.views.dyads import (
    assessments_behind,
    chosen_framework,
    strictest_marking,
    visible_dyad,
    visible_scorecards,
)
from assessments.views.pictures import subject_of
from organisations.http import SignedInRequest


@require_safe
def dyad_chart(request: SignedInRequest, slug: str, name: str, extension: str) -> HttpResponseBase:
    """A chart of a dyad's scorecard as SVG, PNG, or its figures as CSV; 404 where nothing is published."""
    dyad, framework = visible_dyad(request, slug), chosen_framework(request)
    for scorecard in visible_scorecards(request, framework):
        if scorecard.dyad_id == dyad.pk and framework:
            marking = strictest_marking(assessments_behind(request, [scorecard]))
            chart = chart_named(name, subject_of(scorecard, framework, marking))
            if chart:
                return chart_file(request, chart, extension, f"{dyad.slug}-{name}", marking)
    raise Http404(_("There is no scorecard to draw."))


def chart_file(
    request: SignedInRequest, chart: Chart, extension: str, name: str, marking: str
) -> HttpResponseBase:
    """One file of a chart that the viewer may see; 304 for who has it. ``name`` is that of the file.

    Nobody keeps it on the way (``PrivateResponses``); programs that hold it send its ``ETag`` back.
    """
    theme = THEMES.get(request.GET.get("theme", LIGHT.name))
    if theme is None:
        raise Http404(_("There is no such theme: it is light or dark."))
    headers = {"Content-Disposition": f'inline; filename="{name}.{extension}"'}
    if extension == "csv":
        return StreamingHttpResponse(
            lines(*_table(chart, marking)), content_type="text/csv; charset=utf-8", headers=headers
        )
    if extension not in MEDIA_TYPES:
        raise Http404(_("There is no such file of a chart: it is svg, png or csv."))
    drawing = Drawing.of(chart, theme, extension)
    etag = f'"{drawing.digest}"'
    held = get_conditional_response(request, etag=etag)
    if held is not None:
        return held
    return HttpResponse(drawing.file(), content_type=MEDIA_TYPES[extension], headers=headers | {"ETag": etag})


def _table(chart: Chart, marking: str) -> tuple[list[str], list[dict[str, object]]]:
    """Headings and rows of a chart's CSV; the handling marking is the last column."""
    headings = [*chart.columns.values(), _("Handling marking")]
    return headings, [dict(zip(headings, [*cells, marking], strict=True)) for cells in chart.table()]
