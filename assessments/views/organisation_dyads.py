"""An organisation through its dyads: both levels of each, findings that recur, what is to be done."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from assessments import wording
from assessments.choices import RecommendationStatus
from assessments.models import Finding, Framework, Recommendation, Scorecard
from assessments.scoring.results import DimensionResult, ScorecardResult
from assessments.views import heat
from assessments.views.comparison import addresses
from assessments.views.dyads import (
    assessments_behind,
    chosen_framework,
    strictest_marking,
    visible_scorecards,
)
from organisations.http import SignedInRequest
from organisations.models import Dyad, Organisation

RECURS_FROM = 2


@dataclass(frozen=True, slots=True)
class Recurring:
    """Findings of one rule about one thing in several dyads; ``findings`` are one a dyad."""

    kind: str
    label: str
    about: str
    findings: Sequence[Finding]


@require_safe
def organisation_dyads(request: SignedInRequest, acronym: str) -> HttpResponse:
    organisation = get_object_or_404(Organisation.objects.visible_to(request.user), acronym__iexact=acronym)
    framework = chosen_framework(request)
    every = Dyad.objects.visible_to(request.user).with_organisations()
    dyads = list(every.filter(first=organisation) | every.filter(second=organisation))
    ids = {dyad.pk for dyad in dyads}
    cards = {c.dyad_id: c for c in visible_scorecards(request, framework) if c.dyad_id in ids}
    names = framework.names() if framework else {}
    context: dict[str, Any] = {
        "organisation": organisation,
        "framework": framework,
        "lines": [_line(dyad, cards.get(dyad.pk), framework, names) for dyad in dyads],
        "anything": bool(cards),
        "recurring": _recurring(request, cards.values(), names),
        "recommendations": _open_recommendations(request, dyads, framework),
        "marking": strictest_marking(assessments_behind(request, cards.values())),
    }
    return render(request, "assessments/organisation_dyads.html", context)


def _line(
    dyad: Dyad, card: Scorecard | None, framework: Framework | None, names: heat.Names
) -> dict[str, Any]:
    if card is None:
        return {"dyad": dyad, "cells": []}
    levels = ScorecardResult.from_dict(card.content).levels
    rows = heat.rows(
        [heat.Column(str(dyad), levels, addresses(dyad, framework, levels))],
        names,
        heat.Part(detail="levels"),
    )
    published = [d for level in levels for d in level.dimensions if d.published]
    ordered = sorted(published, key=lambda dimension: (-(dimension.score or 0.0), dimension.code))
    return {
        "dyad": dyad,
        "cells": [row["cells"][0] for row in rows],
        "strongest": _named(ordered[:1], names),
        "weakest": _named(ordered[1:][-1:], names),
    }


def _named(dimensions: Sequence[DimensionResult], names: heat.Names) -> Any:
    """The one dimension with its name, or nothing."""
    return next(({"figure": one, "name": wording.subject_name(one.code, names)} for one in dimensions), None)


def _recurring(request: SignedInRequest, cards: Any, names: heat.Names) -> list[Recurring]:
    """Rules that fired about the same thing in two dyads or more: one query."""
    visible = Finding.objects.visible_to(request.user).filter(scorecard__in=[card.pk for card in cards])
    loaded = visible.select_related("rule", "scorecard__dyad__first", "scorecard__dyad__second")
    groups: dict[tuple[str, str, str], dict[int, Finding]] = {}
    for finding in loaded.order_by("priority", "rule__position", "target", "pk"):
        key = (finding.rule.code, finding.target, finding.kind)
        groups.setdefault(key, {}).setdefault(finding.scorecard.dyad_id, finding)
    return [
        Recurring(kind, found[0].get_kind_display(), wording.subject_name(target, names), found)
        for (_rule, target, kind), by_dyad in groups.items()
        for found in [sorted(by_dyad.values(), key=lambda finding: str(finding.scorecard.dyad))]
        if len(found) >= RECURS_FROM
    ]


def _open_recommendations(
    request: SignedInRequest, dyads: Sequence[Dyad], framework: Framework | None
) -> list[Recommendation]:
    visible = Recommendation.objects.visible_to(request.user).for_list()
    versions = Framework.objects.with_rules_for(framework.pk if framework else None).values("pk").order_by()
    of_dyads = visible.filter(dyad__in=dyads, rule__framework__in=versions)
    return list(of_dyads.exclude(status=RecommendationStatus.DECLINED))
