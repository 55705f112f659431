"""The charts of one scorecard, by their names in addresses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from assessments.charts.chart import Chart
from assessments.charts.intervals import interval_chart
from assessments.choices import Level
from assessments.scoring.results import LevelResult, ScorecardResult

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
    names = {level.value: str(level.label) for level in Level}
    title = _("%(dyad)s: political and field level") % {"dyad": subject.name}
    return interval_chart("levels", title, subject.result.levels, names, notes=subject.notes)


def dimensions_chart(subject: Subject, level: str) -> Chart | None:
    title = _("%(dyad)s: dimensions, %(level)s") % _place(subject, level)
    figures = subject.level(level).dimensions
    return interval_chart(f"{level}-dimensions", title, figures, _labels(subject), notes=subject.notes)


def indicators_chart(subject: Subject, level: str) -> Chart | None:
    title = _("%(dyad)s: indicators, %(level)s") % _place(subject, level)
    figures = [figure for dimension in subject.level(level).dimensions for figure in dimension.indicators]
    return interval_chart(f"{level}-indicators", title, figures, _labels(subject), notes=subject.notes)


def _place(subject: Subject, level: str) -> dict[str, str]:
    return {"dyad": subject.name, "level": str(Level(level).label)}


def _labels(subject: Subject) -> dict[str, str]:
    return {code: f"{code} {name}" for code, name in subject.names.items()}


def chart_named(name: str, subject: Subject) -> Chart | None:
    """The chart of this name; none if there is no such chart or nothing to draw."""
    if name == "levels":
        return levels_chart(subject)
    level, _separator, parts = name.partition("-")
    build = {"dimensions": dimensions_chart, "indicators": indicators_chart}.get(parts)
    return build(subject, level) if build and level in Level.values else None


def charts_of_level(subject: Subject, level: str) -> Sequence[Chart]:
    """The charts of a level that have anything to draw."""
    built = (dimensions_chart(subject, level), indicators_chart(subject, level))
    return [chart for chart in built if chart]
