"""Charts, behind the same rights as the pages that show them."""

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments.charts import dimensions_chart as draw_dimensions
from assessments.views.dyads import chosen_framework, level_of, visible_dyad, visible_scorecards
from organisations.http import SignedInRequest


@require_safe
def dimensions_chart(request: SignedInRequest, slug: str, level: str) -> HttpResponse:
    """The chart of a level of a dyad's scorecard; 404 where nothing is published."""
    dyad, framework = visible_dyad(request, slug), chosen_framework(request)
    for scorecard in visible_scorecards(request, framework):
        if scorecard.dyad_id == dyad.pk and framework and level in {"political", "field"}:
            svg = draw_dimensions(level_of(scorecard, level), framework.names())
            return HttpResponse(svg, content_type="image/svg+xml")
    raise Http404(_("There is no scorecard to draw."))
