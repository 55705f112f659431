"""A chart: what is drawn, said and listed of the same figures."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from assessments.charts.themes import Theme

Row = Mapping[str, str | int | float | None]
Specification = Callable[[Sequence[Row], Theme], alt.LayerChart | alt.FacetChart]
ONE_AT_A_TIME = threading.Lock()  # Altair keeps what it is asked to set in its classes, which threads share


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One chart, before a theme is chosen.

    ``rows`` are drawn and are the table beside the picture; ``columns`` are the headings of that table by
    the rows' keys, the first of which names the row. ``description`` says in words what the picture shows,
    for those who do not see it. ``notes`` stand below the title in the picture, so also in files.
    """

    name: str
    title: str
    description: str
    notes: tuple[str, ...]
    columns: Mapping[str, str]
    rows: Sequence[Row]
    specification: Specification

    def to_vega_lite(self, theme: Theme) -> dict[str, Any]:
        """The Vega-Lite specification with its data, as plain JSON values."""
        with ONE_AT_A_TIME:
            plain: dict[str, Any] = self._dressed(theme).to_dict(validate=False)
        return plain

    def _dressed(self, theme: Theme) -> alt.LayerChart | alt.FacetChart:
        title = alt.TitleParams(
            text=self.title,
            subtitle=list(self.notes),
            anchor="start",
            frame="bounds",
            color=theme.ink,
            subtitleColor=theme.ink,
            fontSize=14,
            subtitleFontSize=12,
            offset=12,
        )
        chart = self.specification(self.rows, theme).properties(title=title, background=theme.background)
        dressed: alt.LayerChart | alt.FacetChart = (
            chart.configure_view(stroke=None)
            .configure_axis(
                labelColor=theme.ink,
                titleColor=theme.ink,
                gridColor=theme.grid,
                domainColor=theme.grid,
                tickColor=theme.grid,
                labelFontSize=12,
                titleFontSize=12,
                titleFontWeight="normal",
            )
            .configure_legend(labelColor=theme.ink, titleColor=theme.ink, labelFontSize=12)
        )
        return dressed

    def table(self) -> list[list[str | int | float | None]]:
        """The cells of the table, row by row in the order of ``columns``."""
        return [[row[key] for key in self.columns] for row in self.rows]
