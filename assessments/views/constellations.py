"""Constellations: three or four organisations seen through the dyads between them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from assessments.forms.constellations import ConstellationForm
from assessments.models import Framework
from assessments.scoring.constellations import Together, together
from assessments.scoring.results import Figure, ScorecardResult
from assessments.views import heat
from assessments.views.comparison import addresses
from assessments.views.constellation_diagram import diagram
from assessments.views.dyads import (
    assessments_behind,
    chosen_framework,
    strictest_marking,
    visible_scorecards,
)
from organisations.http import SignedInRequest
from organisations.models import Dyad

FEWEST_TO_ASK = 3


@dataclass(frozen=True, slots=True)
class Edge:
    """Two of the organisations; ``dyad`` is none where no dyad of them is recorded."""

    name: str
    dyad: Dyad | None
    figures: Mapping[str, Figure]


@require_safe
def constellation(request: SignedInRequest) -> HttpResponse:
    """The dyads of the chosen organisations, their mean with its interval, and the weakest link."""
    framework = chosen_framework(request)
    dyads = list(Dyad.objects.visible_to(request.user).with_organisations())
    acronyms = sorted({acronym for dyad in dyads for acronym in str(dyad).split("-")})
    form = ConstellationForm(request.GET if "organisation" in request.GET else None, acronyms=acronyms)
    context: dict[str, Any] = {
        "form": form,
        "framework": framework,
        "enough": len(acronyms) >= FEWEST_TO_ASK,
        "chosen": [],
    }
    if form.is_valid():
        context |= _context(request, framework, form.cleaned_data["organisation"], dyads)
    return render(request, "assessments/constellation.html", context)


def _context(
    request: SignedInRequest, framework: Framework | None, chosen: Sequence[str], dyads: Sequence[Dyad]
) -> dict[str, Any]:
    by_pair = {frozenset(str(dyad).split("-")): dyad for dyad in dyads}
    between = {frozenset(pair): by_pair.get(frozenset(pair)) for pair in combinations(chosen, 2)}
    ids = {dyad.pk for dyad in between.values() if dyad}
    cards = {c.dyad_id: c for c in visible_scorecards(request, framework) if c.dyad_id in ids}
    results = {dyad: ScorecardResult.from_dict(card.content) for dyad, card in cards.items()}
    edges = [
        Edge(str(dyad or "-".join(sorted(pair))), dyad, results[dyad.pk].figures())
        if dyad and dyad.pk in results
        else Edge(str(dyad or "-".join(sorted(pair))), dyad, {})
        for pair, dyad in between.items()
    ]
    return {
        "chosen": chosen,
        "edges": edges,
        "missing": [edge for edge in edges if not edge.figures],
        "assessed": len(cards),
        "rows": _rows(edges, results, framework),
        "diagram": diagram(chosen, edges),
        "marking": strictest_marking(assessments_behind(request, cards.values())),
    }


def _rows(
    edges: Sequence[Edge],
    results: Mapping[int, ScorecardResult],
    framework: Framework | None,
) -> list[dict[str, Any]]:
    """Levels and dimensions: a cell for each dyad (none without assessments), and what they are together."""
    known = [edge for edge in edges if edge.dyad and edge.figures]
    columns = [
        heat.Column(edge.name, levels, addresses(edge.dyad, framework, levels))
        for edge in known
        if edge.dyad
        for levels in [results[edge.dyad.pk].levels]
    ]
    rows = heat.rows(columns, framework.names() if framework else {}, heat.Part(), banded=False)
    return [_row(row, edges) for row in rows if row["kind"] != "position"]


def _row(row: dict[str, Any], edges: Sequence[Edge]) -> dict[str, Any]:
    cells = {cell.column: cell for cell in row["cells"]}
    found: Together = together([edge.figures.get(row["code"]) for edge in edges])
    return row | {
        "cells": [cells.get(edge.name) for edge in edges],
        "together": found,
        "weakest": [edges[index].name for index in found.weakest],
    }
