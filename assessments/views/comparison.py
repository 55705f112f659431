"""Dyads side by side, in bands instead of ranks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from assessments import wording
from assessments.models import Scorecard
from assessments.scoring.results import DESCRIPTIVE, Figure, IndicatorResult, ScorecardResult
from assessments.scoring.scorecard import p_above, share_band
from assessments.views.dyads import (
    assessments_behind,
    chosen_framework,
    strictest_marking,
    visible_scorecards,
)
from organisations.http import SignedInRequest

SINGLE_ASSESSMENT = "single_assessment"


@dataclass(frozen=True, slots=True)
class Cell:
    """A dyad's figure in a comparison; ``band`` counts from 1, and what shares a band is not told apart."""

    scorecard: Scorecard
    figure: Figure
    band: int | None


@require_safe
def compare(request: SignedInRequest) -> HttpResponse:
    """Levels, dimensions and positions of all dyads side by side, optionally ordered by one row."""
    framework = chosen_framework(request)
    scorecards = visible_scorecards(request, framework)
    figures = {card.pk: ScorecardResult.from_dict(card.content).figures() for card in scorecards}
    by = request.GET.get("by", "")
    if any(by in of_card for of_card in figures.values()):
        scorecards.sort(key=lambda card: -_order(figures[card.pk].get(by)))
    names = framework.names() if framework else {}
    rows = (
        [
            {
                "code": code,
                "name": wording.subject_name(code, names),
                "cells": _cells(scorecards, figures, code),
            }
            for code in _codes(figures[scorecards[0].pk])
        ]
        if scorecards
        else []
    )
    context: dict[str, Any] = {
        "scorecards": scorecards,
        "rows": rows,
        "by": by,
        "framework": framework,
        "marking": strictest_marking(assessments_behind(request, scorecards)),
    }
    return render(request, "assessments/compare.html", context)


def _codes(figures: Mapping[str, Figure]) -> list[str]:
    """Levels and dimensions that are scored, and indicators that only have a position."""
    return [
        code
        for code, figure in figures.items()
        if isinstance(figure, IndicatorResult) == (figure.status == DESCRIPTIVE)
    ]


def _order(figure: Figure | None) -> float:
    if isinstance(figure, IndicatorResult) and figure.position is not None:
        return figure.position
    return (figure.score or 0.0) if figure else 0.0


def _cells(scorecards: list[Scorecard], figures: Mapping[int, Mapping[str, Figure]], code: str) -> list[Cell]:
    """A row's cells, with bands: a new one begins where a dyad is clearly below the band's first.

    A figure of a single assessment is in no band: there is nobody to compare its assessor with.
    """
    of_row = [figures[card.pk][code] for card in scorecards]
    published = [figure for figure in of_row if figure.published and SINGLE_ASSESSMENT not in figure.badges]
    bands: dict[int, int] = {}
    band, first = 0, None
    for figure in sorted(published, key=lambda figure: -(figure.score or 0)):
        if first is None or not share_band(p_above(first, figure) or 0.0):
            band, first = band + 1, figure
        bands[id(figure)] = band
    return [Cell(card, figures[card.pk][code], bands.get(id(figures[card.pk][code]))) for card in scorecards]
