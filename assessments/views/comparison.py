"""Dyads side by side: a heat map in bands instead of ranks, and how probably one is above another."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from assessments import scorecards as stored
from assessments import wording
from assessments.forms.comparison import DyadComparisonForm
from assessments.models import Framework, Scorecard
from assessments.scoring.commons import common_weights
from assessments.scoring.estimates import Estimate, estimates
from assessments.scoring.inputs import Answer
from assessments.scoring.results import PUBLISHED, LevelResult, ScorecardResult
from assessments.scoring.scorecard import p_above
from assessments.views import heat
from assessments.views.dyads import (
    assessments_behind,
    chosen_framework,
    strictest_marking,
    visible_scorecards,
)
from assessments.views.pairs import likelihood, pairs
from organisations.http import SignedInRequest
from organisations.models import Dyad

PAIR = 2


@require_safe
def compare(request: SignedInRequest) -> HttpResponse:
    """Levels, dimensions and indicators of dyads side by side, optionally ordered by one row."""
    framework = chosen_framework(request)
    every = visible_scorecards(request, framework)
    names = framework.names() if framework else {}
    results = {card.pk: ScorecardResult.from_dict(card.content) for card in every}
    form = _form(request, every, results, names)
    chosen = _chosen(form, every)
    on_common = bool(form.answer("common"))
    common = _on_common_indicators(framework, chosen, results) if framework and on_common else {}
    columns = {
        card.pk: heat.Column(
            str(card.dyad),
            results[card.pk].levels,
            addresses(card.dyad, framework, results[card.pk].levels),
            common.get(card.pk),
        )
        for card in chosen
    }
    by = form.answer("by")
    if by:
        chosen.sort(key=lambda card: heat.order_of(columns[card.pk].figures()[by]))
    part = heat.Part(form.answer("part"), form.answer("detail"))
    shown = [columns[card.pk] for card in chosen]
    rows = heat.rows(shown, names, part)
    if not on_common:
        rows = heat.with_ranks(rows, shown)
    context: dict[str, Any] = {
        "form": form,
        "scorecards": chosen,
        "rows": _with_likelihoods(rows) if len(chosen) == PAIR else rows,
        "by": by,
        "common": on_common,
        "pairs": _pairs(rows, by),
        "framework": framework,
        "anything": bool(every),
        "marking": strictest_marking(assessments_behind(request, chosen)),
    }
    return render(request, "assessments/compare.html", context)


def _form(
    request: SignedInRequest,
    scorecards: Sequence[Scorecard],
    results: Mapping[int, ScorecardResult],
    names: heat.Names,
) -> DyadComparisonForm:
    levels = results[scorecards[0].pk].levels if scorecards else ()
    every = heat.chosen_codes(levels, heat.Part(detail="indicators"))
    return DyadComparisonForm(
        request.GET,
        dyads=[(str(card.dyad), str(card.dyad)) for card in scorecards],
        parts=heat.parts(levels, names),
        rows=[(code, wording.subject_name(code, names)) for code, _kind in every],
    )


def _chosen(form: DyadComparisonForm, scorecards: Sequence[Scorecard]) -> list[Scorecard]:
    organisation, dyads = form.answer("organisation"), form.answer("dyad")
    return [
        card
        for card in scorecards
        if (not organisation or organisation in str(card.dyad).split("-"))
        and (not dyads or str(card.dyad) in dyads)
    ]


def addresses(dyad: Dyad, framework: Framework | None, levels: Sequence[LevelResult]) -> Callable[[str], str]:
    """Where a dyad's figures are opened: a level on its scorecard, the rest with the answers behind it."""
    version = framework.name if framework else ""
    level_of = {code: level.code for level in levels for code in _codes(level)}

    def address(code: str) -> str:
        if code not in level_of:
            return f"{dyad.get_absolute_url()}?{urlencode({'framework': version})}#{code}"
        path = reverse("assessments:dyad-ratings", args=[dyad.slug, level_of[code]])
        return f"{path}?{urlencode({'framework': version, 'of': code})}"

    return address


def _codes(level: LevelResult) -> set[str]:
    return {d.code for d in level.dimensions} | {i.code for d in level.dimensions for i in d.indicators}


def _on_common_indicators(
    framework: Framework, scorecards: Sequence[Scorecard], results: Mapping[int, ScorecardResult]
) -> dict[int, dict[str, Estimate]]:
    """Estimates of levels and dimensions over the indicators that all scorecards have: three queries."""
    shape = stored.framework_shape(framework)
    revisions = [pk for card in scorecards for pk in card.revision_ids]
    answers: dict[int, list[Answer]] = {card.dyad_id: [] for card in scorecards}
    for dyad, answer in stored.answers_with_dyads(revisions):
        answers[dyad].append(answer)
    found: dict[int, dict[str, Estimate]] = {card.pk: {} for card in scorecards}
    for position, level in enumerate(results[scorecards[0].pk].levels if scorecards else ()):
        of_level = [results[card.pk].levels[position] for card in scorecards]
        weights = common_weights(shape.of_level(level.code), of_level)
        for card, own in zip(scorecards, of_level, strict=True):
            scored = {i.code for d in own.dimensions for i in d.indicators if i.status == PUBLISHED}
            given = [a for a in answers[card.dyad_id] if a.indicator in scored and a.score is not None]
            calibration = stored.calibration_record(card.calibration).levels[level.code]
            wanted = {code: of_code for code, of_code in weights.items() if of_code.keys() <= scored}
            found[card.pk] |= estimates(given, wanted, calibration) if wanted else {}
    return found


def _with_likelihoods(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """With the probability that the first of two dyads is above the second, in every row."""
    return [row | {"likelihood": likelihood(p_above(*(c.figure for c in row["cells"])))} for row in rows]


def _pairs(rows: Sequence[dict[str, Any]], by: str) -> dict[str, Any] | None:
    """Every two dyads in the row ordered by, else in the first row in which two can be compared."""
    for row in rows:
        if row["kind"] != "position" and row["code"] == (by or row["code"]):
            of_dyad = {cell.column: cell.figure for cell in row["cells"] if cell.figure.published}
            found = pairs(
                row,
                list(of_dyad),
                lambda a, b, known=of_dyad: p_above(known[a], known[b]),  # type: ignore[misc]
            )
            if found:
                return found
    return None
