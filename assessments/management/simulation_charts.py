"""Charts of a simulation; the tables written beside them have the same figures."""

from collections.abc import Sequence

import altair as alt
from django.utils.translation import gettext as _

from assessments.charts.chart import Chart
from assessments.charts.chart import Row as Point
from assessments.charts.themes import Theme
from assessments.management.simulation_words import ESTIMATOR_NAMES, KIND_NAMES, SCENARIO_NAMES
from assessments.scoring.simulation.study import LEVEL, Row

GOAL = "#c9e3cf"
COLOURS = ["#76849b", "#7a3e9d", "#b3500c", "#0b5394"]
SHAPES = ["circle", "triangle-up", "square", "diamond"]
NOMINAL, ASPIRED = 90, (88, 94)


def coverage_chart(rows: Sequence[Row]) -> Chart:
    """How many of the 90% intervals hold the truth, by kind of figure; the goal is shaded."""
    return Chart(
        name="coverage",
        title=_("Intervals that hold the truth"),
        description=_(
            "Of the 90%% intervals of tier A %(a)s hold the truth, of tier B %(b)s, of others %(o)s."
        )
        % {"a": _range(rows, "tier_a"), "b": _range(rows, "tier_b"), "o": _range(rows, "mean", "dirichlet")},
        notes=(_("Shaded: 88 to 94 %; dashed: the 90 % that is promised."),),
        columns=_columns(_("Intervals that hold the truth, in %")),
        rows=[_point(row, 100 * row.coverage) for row in rows],
        specification=draw_coverage,
    )


def error_chart(rows: Sequence[Row]) -> Chart:
    return Chart(
        name="errors",
        title=_("Root mean square error of the level's score"),
        description=_("One point for each scenario and way to score; less is better."),
        notes=(),
        columns=_columns(_("Root mean square error")),
        rows=[_point(row, row.rmse) for row in rows if row.kind == LEVEL],
        specification=draw_errors,
    )


def draw_coverage(rows: Sequence[Point], theme: Theme) -> alt.LayerChart | alt.FacetChart:
    x = alt.X("value:Q", title=_("in %"), scale=alt.Scale(domain=[0, 100]))
    goal = alt.Chart().mark_rect(color=GOAL).encode(x=alt.datum(ASPIRED[0]), x2=alt.datum(ASPIRED[1]))
    nominal = alt.Chart().mark_rule(color=theme.ink, strokeDash=[4, 3]).encode(x=alt.datum(NOMINAL))
    layers = alt.layer(goal, nominal, _points(x), data=alt.InlineData(values=rows))
    header = alt.Header(title=None, labelColor=theme.ink, labelFontSize=12)
    kinds = alt.Column("kind:N", sort=[str(name) for name in KIND_NAMES.values()], header=header)
    faceted: alt.FacetChart = layers.properties(width=210, height=alt.Step(26)).facet(column=kinds)
    return faceted


def draw_errors(rows: Sequence[Point], theme: Theme) -> alt.LayerChart | alt.FacetChart:
    x = alt.X("value:Q", title=None, axis=alt.Axis(tickCount=6, format=".1f"))
    layers = alt.layer(_points(x), data=alt.InlineData(values=rows))
    drawn: alt.LayerChart | alt.FacetChart = layers.properties(width=440, height=alt.Step(26))
    return drawn


def _columns(value: str) -> dict[str, str]:
    return {"scenario": _("scenario"), "estimator": _("scored by"), "kind": _("figures"), "value": value}


def _point(row: Row, value: float) -> dict[str, str | int | float | None]:
    return {
        "scenario": str(SCENARIO_NAMES[row.scenario]),
        "estimator": str(ESTIMATOR_NAMES[row.estimator]),
        "kind": str(KIND_NAMES[row.kind]),
        "value": value,
    }


def _range(rows: Sequence[Row], *estimators: str) -> str:
    coverages = [100 * row.coverage for row in rows if row.estimator in estimators]
    return _("%(least).0f to %(most).0f %%") % {"least": min(coverages), "most": max(coverages)}


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
