"""Dyads: all of them, the scorecard of one, the ratings behind it, and several compared."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments.actions.scorecards import bring_up_to_date
from assessments.choices import Level
from assessments.models import (
    ApprovedRating,
    Assessment,
    Engagement,
    Finding,
    Framework,
    Recommendation,
    Scorecard,
)
from assessments.scoring.results import Figure, LevelResult, ScorecardResult
from assessments.scoring.scorecard import p_above, share_band
from organisations.http import SignedInRequest
from organisations.models import Dyad, Instrument


def visible_dyad(request: SignedInRequest, slug: str) -> Dyad:
    dyads = Dyad.objects.visible_to(request.user).with_organisations()
    return get_object_or_404(dyads.named(slug))


def chosen_framework(request: SignedInRequest) -> Framework | None:
    """The framework version that ``?framework=code@version`` names, else the latest."""
    name = request.GET.get("framework", "")
    if not name:
        return Framework.objects.latest()
    code, _separator, version = name.partition("@")
    return get_object_or_404(Framework.objects.visible_to(request.user), code=code, version=version)


def visible_scorecards(request: SignedInRequest, framework: Framework | None) -> list[Scorecard]:
    """The scorecards that the viewer sees now under a framework version, one for each dyad with any."""
    bring_up_to_date(viewer=request.user, at=timezone.now())
    scorecards = Scorecard.objects.visible_to(request.user).filter(framework=framework)
    ordered = scorecards.select_related("dyad__first", "dyad__second", "calibration")
    return list(ordered.order_by("dyad__first__acronym", "dyad__second__acronym"))


def level_of(scorecard: Scorecard, level: str) -> LevelResult:
    result = ScorecardResult.from_dict(scorecard.content)
    return next(figure for figure in result.levels if figure.code == level)


@require_safe
def dyad_list(request: SignedInRequest) -> HttpResponse:
    """All dyads as cards, with both levels' scores where there is anything to show."""
    framework = chosen_framework(request)
    scorecards = {scorecard.dyad_id: scorecard for scorecard in visible_scorecards(request, framework)}
    cards = []
    for dyad in Dyad.objects.visible_to(request.user).with_organisations():
        scorecard = scorecards.get(dyad.pk)
        levels = ScorecardResult.from_dict(scorecard.content).levels if scorecard else ()
        rows = [(Level(level.code).label, level) for level in levels]
        cards.append({"dyad": dyad, "scorecard": scorecard, "levels": rows})
    return render(request, "assessments/dyad_list.html", {"cards": cards, "framework": framework})


@require_safe
def dyad_detail(request: SignedInRequest, slug: str) -> HttpResponse:
    """The scorecard of a dyad with its findings and recommendations, as far as the viewer may know them."""
    dyad = visible_dyad(request, slug)
    framework = chosen_framework(request)
    scorecard = next(
        (card for card in visible_scorecards(request, framework) if card.dyad_id == dyad.pk), None
    )
    context: dict[str, Any] = {
        "dyad": dyad,
        "framework": framework,
        "scorecard": scorecard,
        "instruments": Instrument.objects.visible_to(request.user).filter(dyad=dyad),
        "engagements": Engagement.objects.visible_to(request.user)
        .filter(dyad=dyad)
        .prefetch_related("parts__mission"),
    }
    if scorecard and framework:
        context |= _scorecard_context(request, scorecard, framework)
    return render(request, "assessments/dyad.html", context)


def _scorecard_context(
    request: SignedInRequest, scorecard: Scorecard, framework: Framework
) -> dict[str, Any]:
    result = ScorecardResult.from_dict(scorecard.content)
    names = framework.names()
    findings = scorecard.findings.select_related("rule", "engagement", "recommendation").order_by(
        "priority", "pk"
    )
    recommendations = Recommendation.objects.filter(findings__in=findings).distinct()
    assessments = Assessment.objects.visible_to(request.user).filter(
        current_revision__in=scorecard.revision_ids
    )
    return {
        "levels": [_level_rows(level, names) for level in result.levels],
        "gap": result.political_above_field,
        "findings": [(finding, describe_inputs(finding, names)) for finding in findings],
        "recommendations": recommendations.select_related("engagement").order_by("priority", "pk"),
        "assessments": assessments.for_list().order_by("level", "period_start"),
        "marking": highest_marking(assessments),
    }


def highest_marking(assessments: Any) -> str:
    """The strictest handling marking among assessments, or nothing when there are none."""
    order = ["CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"]
    markings = {assessment.marking for assessment in assessments}
    return max(markings, key=order.index) if markings else ""


def _level_rows(level: LevelResult, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "figure": level,
        "label": Level(level.code).label,
        "weakest": f"{level.weakest} {names[level.weakest]}" if level.weakest else "",
        "missing": [f"{code} {names[code]}" for code in level.missing],
        "dimensions": [
            {
                "figure": dimension,
                "name": names[dimension.code],
                "missing": [f"{code} {names[code]}" for code in dimension.missing],
                "indicators": [
                    {"figure": figure, "name": names[figure.code]} for figure in dimension.indicators
                ],
            }
            for dimension in level.dimensions
        ],
    }


def describe_inputs(finding: Finding, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """The measured values a finding fired on, with the names of what was measured."""
    return [
        given | {"name": names.get(str(given.get("of", "")), given.get("of", ""))} for given in finding.inputs
    ]


@require_safe
def ratings(request: SignedInRequest, slug: str, level: str) -> HttpResponse:
    """The approved ratings behind a dyad's level, or behind one indicator of it, with their sources."""
    dyad, framework = visible_dyad(request, slug), chosen_framework(request)
    if level not in Level.values:
        raise Http404(_("There is no such level."))
    rows = ApprovedRating.objects.visible_to(request.user).filter(dyad=dyad, framework=framework, level=level)
    indicator = request.GET.get("indicator", "")
    if indicator:
        rows = rows.filter(indicator__code=indicator)
    rows = rows.select_related("indicator__dimension", "engagement", "on_behalf_of", "revision", "assessment")
    rows = rows.order_by("indicator__dimension__position", "indicator__position", "pk")
    context = {
        "dyad": dyad,
        "framework": framework,
        "level": Level(level),
        "indicator": indicator,
        "rows": [(rating, _evidence_of(rating)) for rating in rows],
    }
    return render(request, "assessments/dyad_ratings.html", context)


def _evidence_of(rating: ApprovedRating) -> list[dict[str, Any]]:
    answers = rating.revision.content["ratings"]
    return next((answer["evidence"] for answer in answers if answer["rating"] == rating.rating_id), [])


@dataclass(frozen=True, slots=True)
class Cell:
    """A dyad's figure in a comparison; ``band`` counts from 1, and what shares a band is not told apart."""

    scorecard: Scorecard
    figure: Figure
    band: int | None


@require_safe
def compare(request: SignedInRequest) -> HttpResponse:
    """Levels and dimensions of all dyads side by side, optionally ordered by one row."""
    framework = chosen_framework(request)
    scorecards = visible_scorecards(request, framework)
    figures = {card.pk: ScorecardResult.from_dict(card.content).figures() for card in scorecards}
    by = request.GET.get("by", "")
    if by and all(by in of_card for of_card in figures.values()):
        scorecards.sort(key=lambda card: -(figures[card.pk][by].score or 0))
    names = framework.names() if framework else {}
    rows = []
    for level in Level:
        codes = [str(level.value)] + (
            [d.code for d in level_of(scorecards[0], level).dimensions] if scorecards else []
        )
        named = [
            (code, str(level.label) if code == level.value else f"{code} {names[code]}") for code in codes
        ]
        rows += [
            {"code": code, "name": name, "cells": _cells(scorecards, figures, code)} for code, name in named
        ]
    context = {"scorecards": scorecards, "rows": rows, "by": by, "framework": framework}
    return render(request, "assessments/compare.html", context)


def _cells(scorecards: list[Scorecard], figures: Mapping[int, Mapping[str, Figure]], code: str) -> list[Cell]:
    """A row's cells, with bands: a new one begins where a dyad is clearly below the band's first."""
    published = [figures[card.pk][code] for card in scorecards if figures[card.pk][code].published]
    bands: dict[int, int] = {}
    first: Figure | None = None
    for figure in sorted(published, key=lambda figure: -(figure.score or 0)):
        if first is None or not share_band(p_above(first, figure) or 0.0):
            first = figure
            bands[id(figure)] = max(bands.values(), default=0) + 1
        else:
            bands[id(figure)] = max(bands.values())
    return [Cell(card, figures[card.pk][code], bands.get(id(figures[card.pk][code]))) for card in scorecards]
