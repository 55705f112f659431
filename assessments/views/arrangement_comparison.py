"""Arrangements side by side: the engagements of each, such as all that were sequential, taken together."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from assessments import wording
from assessments.choices import Arrangement, Level
from assessments.forms.comparison import ArrangementComparisonForm
from assessments.models import Framework
from assessments.scoring.pooling import ENOUGH_TO_COMPARE, p_pool_above, pool, pooled_level
from assessments.views import heat
from assessments.views.dyads import chosen_framework, visible_scorecards
from assessments.views.engagement_comparison import choices, marking_of
from assessments.views.engagement_scores import Scored, scored_engagements, visible_engagements
from assessments.views.pairs import pairs
from organisations.http import SignedInRequest


@require_safe
def compare_arrangements(request: SignedInRequest) -> HttpResponse:
    """The mean of the engagements of each arrangement, and how probably one is above another."""
    framework = chosen_framework(request)
    scorecards = visible_scorecards(request, framework)
    every = visible_engagements(request, scorecards)
    names = framework.names() if framework else {}
    parts, codes = choices(scorecards, names)
    form = ArrangementComparisonForm(request.GET, engagements=every, parts=parts, rows=codes)
    chosen = [engagement for engagement in every if form.admits(engagement)]
    scored = scored_engagements(framework, scorecards, every, chosen) if framework else []
    groups = _by_arrangement(scored)
    columns = [
        heat.Column(
            str(Arrangement(arrangement).label),
            [pooled_level([one.result for one in members])],
            _engagements_of(arrangement, framework, form.answer("organisation")),
        )
        for arrangement, members in groups.items()
    ]
    by = form.answer("by")
    if by:
        columns.sort(key=lambda column: heat.order_of(column.figures()[by]))
    part = heat.Part(form.answer("part"), form.answer("detail"))
    rows = [row for row in heat.rows(columns, names, part, banded=False) if row["kind"] != "position"]
    context: dict[str, Any] = {
        "form": form,
        "columns": columns,
        "rows": rows,
        "subject": wording.subject_name(by or Level.FIELD.value, names),
        "spread": _spread(groups, by or Level.FIELD.value),
        "pairs": _pairs(groups, rows, by),
        "by": by,
        "framework": framework,
        "anything": bool(every),
        "marking": marking_of(request, scorecards, scored),
    }
    return render(request, "assessments/compare_arrangements.html", context)


def _engagements_of(arrangement: str, framework: Framework | None, organisation: str) -> Callable[[str], str]:
    """Where a figure of an arrangement is opened: its engagements, ordered by that figure."""
    path = reverse("assessments:compare-engagements")
    chosen = {"framework": framework.name if framework else "", "arrangement": arrangement}
    if organisation:
        chosen["organisation"] = organisation
    return lambda code: f"{path}?{urlencode(chosen | {'by': code, 'detail': 'indicators'})}"


def _by_arrangement(scored: Sequence[Scored]) -> dict[str, list[Scored]]:
    groups: dict[str, list[Scored]] = {
        arrangement: [one for one in scored if one.engagement.arrangement == arrangement]
        for arrangement in Arrangement.values
    }
    return {arrangement: members for arrangement, members in groups.items() if members}


def _spread(groups: Mapping[str, Sequence[Scored]], code: str) -> list[dict[str, Any]]:
    """Of each arrangement the engagements with their own scores of one row, highest first."""
    found = []
    for arrangement, members in groups.items():
        figures = [(one.engagement, heat.figures_of([one.result.level])[code]) for one in members]
        figures.sort(key=lambda pair: heat.order_of(pair[1]))
        found.append({"label": Arrangement(arrangement).label, "engagements": figures})
    return found


def _pairs(
    groups: Mapping[str, Sequence[Scored]], rows: Sequence[dict[str, Any]], by: str
) -> dict[str, Any] | None:
    """Each two arrangements with enough engagements in the row ordered by, else in the first row."""
    row = next((row for row in rows if row["code"] == (by or row["code"])), None)
    if row is None:
        return None
    pools = {
        str(Arrangement(code).label): found
        for code, members in groups.items()
        if (found := pool([one.result for one in members], row["code"]))
    }
    enough = [key for key, found in pools.items() if found.n_engagements >= ENOUGH_TO_COMPARE]
    return pairs(row, enough, lambda one, other: p_pool_above(pools[one], pools[other]))
