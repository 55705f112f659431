"""The charts of one scorecard, by their names in addresses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from assessments.charts.chart import Chart
from assessments.charts.intervals import interval_chart
from assessments.choices import Level
from assessments.scoring.results import LevelResult, Part, ScorecardResult

Names = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A scorecard as its charts name it.

    ``name`` is the dyad's; ``names`` are those of dimensions and indicators by code; ``notes`` (framework,
    handling marking, ...) stand in every picture, so that it can be traced when it is passed on.
    """

    name: str
    result: ScorecardResult
    names: Names
    notes: tuple[str, ...] = ()

    def level(self, code: str) -> LevelResult:
        return next(level for level in self.result.levels if level.code == code)


def levels_chart(subject: Subject) -> Chart | None:
    title = _("%(dyad)s: political and field level") % {"dyad": subject.name}
    figures = [(str(Level(level.code).label), level) for level in subject.result.levels]
    return interval_chart("levels", title, figures, notes=subject.notes)


def trend_chart(subject: Subject) -> Chart | None:
    """Each level in its earlier and its later years, of the indicators that both have scored."""
    figures = [
        (f"{Level(level).label}, {_years(part)}", figure)
        for level in Level.values
        for contrast in [subject.result.contrast("trend", level)]
        if contrast
        for part in contrast.parts
        for figure in part.figures
        if figure.code == level
    ]
    title = _("%(dyad)s: earlier and later years") % {"dyad": subject.name}
    notes = (*subject.notes, _("Of the indicators that have a score in both."))
    return interval_chart("trend", title, figures, notes=notes)


def _years(part: Part) -> str:
    first, last = part.years or ("?", "?")
    return str(first) if first == last else f"{first}–{last}"


def dimensions_chart(subject: Subject, level: str) -> Chart | None:
    title = _("%(dyad)s: dimensions, %(level)s") % _place(subject, level)
    figures = [(_label(subject, d.code), d) for d in subject.level(level).dimensions]
    return interval_chart(f"{level}-dimensions", title, figures, notes=subject.notes)


def indicators_chart(subject: Subject, level: str) -> Chart | None:
    title = _("%(dyad)s: indicators, %(level)s") % _place(subject, level)
    figures = [(_label(subject, i.code), i) for d in subject.level(level).dimensions for i in d.indicators]
    return interval_chart(f"{level}-indicators", title, figures, notes=subject.notes)


def _place(subject: Subject, level: str) -> dict[str, str]:
    return {"dyad": subject.name, "level": str(Level(level).label)}


def _label(subject: Subject, code: str) -> str:
    return f"{code} {subject.names.get(code, '')}".strip()


def chart_named(name: str, subject: Subject) -> Chart | None:
    """The chart of this name; none if there is no such chart or nothing to draw."""
    if whole := {"levels": levels_chart, "trend": trend_chart}.get(name):
        return whole(subject)
    level, _separator, parts = name.partition("-")
    build = {"dimensions": dimensions_chart, "indicators": indicators_chart}.get(parts)
    return build(subject, level) if build and level in Level.values else None


def charts_of_whole(subject: Subject) -> Sequence[Chart]:
    """The charts of both levels together that have anything to draw."""
    built = (levels_chart(subject), trend_chart(subject))
    return [chart for chart in built if chart]


def charts_of_level(subject: Subject, level: str) -> Sequence[Chart]:
    """The charts of a level that have anything to draw."""
    built = (dimensions_chart(subject, level), indicators_chart(subject, level))
    return [chart for chart in built if chart]
