"""Scores with their intervals, one below the other."""

from collections.abc import Iterable, Sequence

import altair as alt
from django.utils.translation import gettext as _

from assessments.charts import labels
from assessments.charts.chart import Chart, Row
from assessments.charts.themes import Theme
from assessments.scoring.results import Figure, Portion

SINGLE_ASSESSMENT = "single_assessment"
WIDTH = 420


def interval_chart(
    name: str, title: str, figures: Iterable[tuple[str, Figure | Portion]], *, notes: Sequence[str] = ()
) -> Chart | None:
    """A chart of the published ones among labelled figures, in their order; none if none is published.

    A figure of a single assessment has a hollow point; ``notes`` come below the title.
    """
    rows = [_row(figure, label) for label, figure in figures if figure.published]
    if not rows:
        return None
    single = [_("Hollow point: a single assessment.")] if any(row["single"] for row in rows) else []
    return Chart(
        name=name,
        title=title,
        description=_described(rows),
        notes=(*notes, *single),
        columns={
            "label": _("Of"),
            "score": _("Score"),
            "lower": _("Lower end of the 90% interval"),
            "upper": _("Upper end of the 90% interval"),
            "n_assessors": _("Assessors"),
        },
        rows=rows,
        specification=draw_intervals,
    )


def _row(figure: Figure | Portion, label: str) -> dict[str, str | int | float | None]:
    return {
        "label": label,
        "score": figure.score,
        "lower": figure.lower,
        "upper": figure.upper,
        "n_assessors": figure.n_assessors,
        "single": SINGLE_ASSESSMENT in figure.badges,
    }


def _described(rows: Sequence[Row]) -> str:
    """How many scores there are, and the highest and lowest in words."""
    by_score = sorted(rows, key=lambda row: row["score"] or 0)
    if len(rows) == 1:
        return _in_words(rows[0])
    return _("%(number)d scores with their 90%% intervals. Highest: %(highest)s Lowest: %(lowest)s") % {
        "number": len(rows),
        "highest": _in_words(by_score[-1]),
        "lowest": _in_words(by_score[0]),
    }


def _in_words(row: Row) -> str:
    return _("%(name)s, %(score).2f, between %(lower).2f and %(upper).2f.") % {
        "name": row["label"],
        "score": row["score"],
        "lower": row["lower"],
        "upper": row["upper"],
    }


def draw_intervals(rows: Sequence[Row], theme: Theme) -> alt.LayerChart | alt.FacetChart:
    wrapped = [labels.wrapped(str(row["label"])) for row in rows]
    data = [{**row, "label": label} for row, label in zip(rows, wrapped, strict=True)]
    y = alt.Y(
        "label:N",
        sort=None,
        title=None,
        axis=alt.Axis(
            labelExpr=labels.LINES,
            labelLimit=0,
            labelPadding=8,
            minExtent=labels.room(wrapped),
            ticks=False,
            domain=False,
        ),
    )
    base = alt.Chart(alt.InlineData(values=data)).encode(y=y)
    interval = base.mark_rule(strokeWidth=4, color=theme.interval, strokeCap="round").encode(
        x=on_scale("lower"), x2="upper:Q"
    )
    point = base.mark_point(size=100, opacity=1, color=theme.point, strokeWidth=2.5).encode(
        x=on_scale("score"),
        fill=alt.condition("datum.single", alt.value(theme.background), alt.value(theme.point)),
    )
    return alt.layer(interval, point).properties(width=WIDTH, height=alt.Step(labels.step(wrapped)))


def on_scale(field: str) -> alt.X:
    """A field of scores along the whole scale, whatever is drawn."""
    axis = alt.Axis(values=[1, 2, 3, 4, 5], title=_("Score, 1 to 5, with 90% interval"), format="d")
    return alt.X(f"{field}:Q", scale=alt.Scale(domain=[1, 5]), axis=axis)
