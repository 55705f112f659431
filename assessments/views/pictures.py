"""Charts as pages show them."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from assessments.charts.chart import Chart
from assessments.charts.figures import Subject, charts_of_level
from assessments.models import Framework, Scorecard
from assessments.scoring.results import ScorecardResult


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart on a page (``components/chart.html``) with the addresses of its files.

    ``address`` is that of the files without their extension, such as ``/dyads/UN-EU/charts/levels``.
    """

    chart: Chart
    address: str
    query: tuple[tuple[str, str], ...] = ()

    def _file(self, extension: str, **further: str) -> str:
        query = urlencode([*self.query, *further.items()])
        return f"{self.address}.{extension}{'?' if query else ''}{query}"

    @property
    def light(self) -> str:
        return self._file("svg")

    @property
    def dark(self) -> str:
        return self._file("svg", theme="dark")

    @property
    def png(self) -> str:
        return self._file("png")

    @property
    def csv(self) -> str:
        return self._file("csv")


def picture_of(chart: Chart, scorecard: Scorecard, framework: Framework) -> Picture:
    """A chart of :mod:`assessments.charts.figures` as it stands on pages about a dyad."""
    address = reverse("assessments:dyad-chart", args=[scorecard.dyad.slug, chart.name, "svg"])
    return Picture(chart, address.removesuffix(".svg"), (("framework", framework.name),))


def pictures_of_level(
    subject: Subject, scorecard: Scorecard, framework: Framework, level: str
) -> list[Picture]:
    """The charts of a level of a dyad's scorecard that have anything to draw."""
    return [picture_of(chart, scorecard, framework) for chart in charts_of_level(subject, level)]


def subject_of(
    scorecard: Scorecard, framework: Framework, marking: str, names: Mapping[str, str] | None = None
) -> Subject:
    """``names`` of dimensions and indicators by code are looked up unless they are given."""
    notes = [f"{framework.name}, {scorecard.sha256[:12]}", *filter(None, [marking])]
    return Subject(
        name=scorecard.dyad.slug,
        result=ScorecardResult.from_dict(scorecard.content),
        names=framework.names() if names is None else names,
        notes=(" · ".join(notes),),
    )
