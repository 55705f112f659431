"""Pictures of scorecards, as SVG. Every page that shows one has the same figures in a table beside it."""

from collections.abc import Mapping
from typing import Any

import altair as alt
import vl_convert
from django.utils.translation import gettext as _

from assessments.scoring.results import LevelResult

LETTER = 7.5  # pixels; readers' fonts may be wider than the one that this machine measures with
INK, ACCENT, MUTED = "#33415c", "#0b5394", "#9aa5b8"


def dimensions_chart(level: LevelResult, names: Mapping[str, str]) -> str:
    """Scores of a level's published dimensions with their 90% intervals, as an SVG document."""
    rows: list[dict[str, Any]] = [
        {
            "dimension": f"{figure.code} {names[figure.code]}",
            "score": figure.score,
            "lower": figure.lower,
            "upper": figure.upper,
        }
        for figure in level.dimensions
        if figure.published
    ]
    scale = alt.Scale(domain=[1, 5])
    axis = alt.Axis(values=[1, 2, 3, 4, 5], title=_("Score, 1 to 5, with 90% interval"), format="d")
    room = LETTER * max((len(row["dimension"]) for row in rows), default=0)
    labels = alt.Axis(labelLimit=400, labelFontSize=12, minExtent=room, ticks=False, domain=False)
    y = alt.Y("dimension:N", sort=None, title=None, axis=labels)
    base = alt.Chart(alt.InlineData(values=rows)).encode(y=y)
    interval = base.mark_rule(strokeWidth=4, color=MUTED, strokeCap="round").encode(
        x=alt.X("lower:Q", scale=scale, axis=axis), x2="upper:Q"
    )
    point = base.mark_point(filled=True, size=110, color=ACCENT, opacity=1).encode(
        x=alt.X("score:Q", scale=scale)
    )
    chart = (interval + point).properties(width=560, height=alt.Step(28), background="white")
    chart = chart.configure_view(stroke=None).configure_axis(
        labelColor=INK, titleColor=INK, gridColor="#e3e7ee"
    )
    svg: str = vl_convert.vegalite_to_svg(chart.to_dict())
    return svg
