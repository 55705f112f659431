"""Engagements side by side: the field level of each, from the answers about it and its dyad."""

from collections.abc import Callable, Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from assessments import scorecards as stored
from assessments import wording
from assessments.choices import Level
from assessments.forms.comparison import EngagementComparisonForm
from assessments.models import Framework, Scorecard
from assessments.scoring.commons import common_weights
from assessments.scoring.estimates import Estimate
from assessments.scoring.pooling import weights_of
from assessments.scoring.results import ScorecardResult
from assessments.views import heat
from assessments.views.dyads import (
    assessments_behind,
    chosen_framework,
    strictest_marking,
    visible_scorecards,
)
from assessments.views.engagement_scores import Scored, scored_engagements, visible_engagements
from organisations.http import SignedInRequest


@require_safe
def compare_engagements(request: SignedInRequest) -> HttpResponse:
    """The field level engagement by engagement."""
    framework = chosen_framework(request)
    scorecards = visible_scorecards(request, framework)
    every = visible_engagements(request, scorecards)
    names = framework.names() if framework else {}
    parts, codes = choices(scorecards, names)
    form = EngagementComparisonForm(request.GET, engagements=every, parts=parts, rows=codes)
    chosen = [engagement for engagement in every if form.admits(engagement)]
    scored = scored_engagements(framework, scorecards, every, chosen) if framework else []
    on_common = bool(form.answer("common"))
    common = _on_common_indicators(framework, scored) if framework and on_common else {}
    columns = {
        one.engagement.pk: heat.Column(
            one.engagement.name,
            [one.result.level],
            _addresses(one, framework),
            common.get(one.engagement.pk),
        )
        for one in scored
    }
    by = form.answer("by")
    if by:
        scored.sort(key=lambda one: heat.order_of(columns[one.engagement.pk].figures()[by]))
    part = heat.Part(form.answer("part"), form.answer("detail"))
    context: dict[str, Any] = {
        "form": form,
        "scored": scored,
        "rows": heat.rows([columns[one.engagement.pk] for one in scored], names, part),
        "by": by,
        "common": on_common,
        "framework": framework,
        "anything": bool(every),
        "marking": marking_of(request, scorecards, scored),
    }
    return render(request, "assessments/compare_engagements.html", context)


def choices(
    scorecards: Sequence[Scorecard], names: heat.Names
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The levels and dimensions of the field, and every row, as choices of a form."""
    if not scorecards:
        return [], []
    result = ScorecardResult.from_dict(scorecards[0].content)
    levels = [level for level in result.levels if level.code == Level.FIELD]
    codes = [code for code, _kind in heat.chosen_codes(levels, heat.Part(detail="indicators"))]
    return heat.parts(levels, names), [(code, wording.subject_name(code, names)) for code in codes]


def _addresses(scored: Scored, framework: Framework | None) -> Callable[[str], str]:
    """Where a figure of an engagement is opened: all its answers, or those to one indicator."""
    engagement = scored.engagement
    indicators = {i.code for d in scored.result.level.dimensions for i in d.indicators}
    version = framework.name if framework else ""
    path = reverse("assessments:dyad-ratings", args=[engagement.dyad.slug, Level.FIELD])

    def address(code: str) -> str:
        of = {"of": code} if code in indicators else {}
        return f"{path}?{urlencode({'framework': version, 'case': f'engagement:{engagement.pk}', **of})}"

    return address


def _on_common_indicators(framework: Framework, scored: Sequence[Scored]) -> dict[int, dict[str, Estimate]]:
    shapes = stored.framework_shape(framework).of_level(Level.FIELD)
    weights = common_weights(shapes, [one.result.level for one in scored])
    return {
        one.engagement.pk: one.result.fit.estimates(
            [],
            {code: of for code, of in weights.items() if weights_of(one.result.level, code)},
            case=one.result.case,
        )
        for one in scored
    }


def marking_of(request: SignedInRequest, scorecards: Sequence[Scorecard], scored: Sequence[Scored]) -> str:
    """The strictest of the dyads' field assessments: an engagement's score rests on all of its dyad's."""
    dyads = {one.engagement.dyad_id for one in scored}
    shown = [card for card in scorecards if card.dyad_id in dyads]
    return strictest_marking(assessments_behind(request, shown).filter(level=Level.FIELD))
