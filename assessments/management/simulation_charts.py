"""Pictures of a simulation, as SVG; the tables written beside them have the same figures."""

from collections.abc import Sequence

import altair as alt
import vl_convert
from django.utils.translation import gettext as _

from assessments.management.simulation_words import ESTIMATOR_NAMES, KIND_NAMES, SCENARIO_NAMES
from assessments.scoring.simulation.study import LEVEL, Row

INK, GRID, GOAL = "#33415c", "#e3e7ee", "#c9e3cf"
COLOURS = ["#76849b", "#7a3e9d", "#b3500c", "#0b5394"]
SHAPES = ["circle", "triangle-up", "square", "diamond"]
NOMINAL, ASPIRED = 90, (88, 94)


def coverage_svg(rows: Sequence[Row]) -> str:
    """How many of the 90% intervals hold the truth, by kind of figure; the goal is shaded."""
    data = [_place(row) | {"kind": str(KIND_NAMES[row.kind]), "value": 100 * row.coverage} for row in rows]
    x = alt.X("value:Q", title=_("Intervals that hold the truth, in %"), scale=alt.Scale(domain=[0, 100]))
    goal = alt.Chart().mark_rect(color=GOAL).encode(x=alt.datum(ASPIRED[0]), x2=alt.datum(ASPIRED[1]))
    nominal = alt.Chart().mark_rule(color=INK, strokeDash=[4, 3]).encode(x=alt.datum(NOMINAL))
    layers = alt.layer(goal, nominal, _points(x), data=alt.InlineData(values=data))
    header = alt.Header(title=None, labelColor=INK, labelFontSize=12)
    order = [str(name) for name in KIND_NAMES.values()]
    return _svg(
        layers.properties(width=210, height=alt.Step(26)).facet(
            column=alt.Column("kind:N", sort=order, header=header)
        )
    )


def error_svg(rows: Sequence[Row]) -> str:
    """Root mean square error of the level's score."""
    data = [_place(row) | {"value": row.rmse} for row in rows if row.kind == LEVEL]
    axis = alt.Axis(tickCount=6, format=".1f")
    x = alt.X("value:Q", title=_("Root mean square error of the level's score"), axis=axis)
    points = _points(x).properties(data=alt.InlineData(values=data), width=440, height=alt.Step(26))
    return _svg(points)


def _place(row: Row) -> dict[str, str | float]:
    return {
        "scenario": str(SCENARIO_NAMES[row.scenario]),
        "estimator": str(ESTIMATOR_NAMES[row.estimator]),
    }


def _points(x: alt.X) -> alt.Chart:
    names = [str(name) for name in ESTIMATOR_NAMES.values()]
    legend = alt.Legend(title=None, orient="bottom", labelLimit=200)
    axis = alt.Axis(labelLimit=300, ticks=False, domain=False, grid=True)
    points: alt.Chart = (
        alt.Chart()
        .mark_point(filled=True, size=80, opacity=0.9)
        .encode(
            x=x,
            y=alt.Y("scenario:N", sort=None, title=None, axis=axis),
            color=alt.Color("estimator:N", scale=alt.Scale(domain=names, range=COLOURS), legend=legend),
            shape=alt.Shape("estimator:N", scale=alt.Scale(domain=names, range=SHAPES), legend=legend),
        )
    )
    return points


def _svg(chart: alt.Chart | alt.FacetChart) -> str:
    dressed = chart.properties(background="white").configure_view(stroke=None)
    dressed = dressed.configure_axis(
        labelColor=INK, titleColor=INK, titleFontWeight="normal", gridColor=GRID, labelFontSize=12
    ).configure_legend(labelColor=INK, labelFontSize=12)
    svg: str = vl_convert.vegalite_to_svg(dressed.to_dict())
    return svg
