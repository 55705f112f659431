"""A scorecard as rows: its levels, their dimensions, their indicators, and the gap between the levels."""

from collections.abc import Iterator
from typing import Any

from assessments.choices import Level
from assessments.models import Scorecard

FIGURES = ["status", "score", "lower", "upper", "position", "coverage"]
COUNTS = ["n_ratings", "n_engagements", "n_assessors"]
COLUMNS = [
    "scorecard",
    "dyad",
    "framework",
    "method_version",
    "level",
    "part",
    "code",
    *FIGURES,
    "political_above_field",
    *COUNTS,
    "badges",
]


def rows_of(scorecard: Scorecard) -> Iterator[dict[str, Any]]:
    """Rows with the columns of :data:`COLUMNS`; what a part does not have stays empty.

    ``position`` is the mean of a descriptive indicator, which is no score. The gap's ``score`` is the
    political score less the field score, and ``political_above_field`` the probability that it is positive.
    """
    common = {
        "scorecard": scorecard.pk,
        "dyad": scorecard.dyad.slug,
        "framework": scorecard.framework.name,
        "method_version": scorecard.method_version,
    }
    for level in scorecard.content["levels"]:
        for part, figure in _parts(level):
            yield {**common, "level": level["code"], "part": part, **_figures(figure)}
    yield {**common, "part": "gap", "code": "gap", **_gap(scorecard.content)}


def _parts(level: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "level", level
    for dimension in level["dimensions"]:
        yield "dimension", dimension
        for indicator in dimension["indicators"]:
            yield "indicator", indicator


def _figures(figure: dict[str, Any]) -> dict[str, Any]:
    named = {name: figure.get(name) for name in ["code", *FIGURES, *COUNTS]}
    return {**named, "badges": " ".join(figure["badges"])}


def _gap(content: dict[str, Any]) -> dict[str, Any]:
    scores = {level["code"]: level["score"] for level in content["levels"]}
    political, field = scores[Level.POLITICAL], scores[Level.FIELD]
    published = political is not None and field is not None
    return {
        "status": "published" if published else "insufficient_evidence",
        "score": political - field if published else None,
        "political_above_field": content["political_above_field"],
    }
