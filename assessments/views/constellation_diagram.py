"""A small picture of a constellation: its corners and edges with both levels' scores as text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from django.utils.translation import gettext as _

from assessments.choices import Level
from assessments.scoring.results import Figure

Point = tuple[float, float]

CORNERS: Mapping[int, tuple[Point, ...]] = {
    3: ((210, 40), (60, 280), (360, 280)),
    4: ((60, 40), (360, 40), (360, 280), (60, 280)),
}
LETTER = 7.8
DIAGONAL_LABEL = 0.3  # of the way, so that the labels of two crossing edges do not meet


class HasFigures(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def figures(self) -> Mapping[str, Figure]: ...


@dataclass(frozen=True, slots=True)
class Line:
    """An edge from one corner to another, with its label in the middle (of a diagonal: nearer to one end)."""

    start: Point
    end: Point
    place: Point
    label: str
    assessed: bool

    @property
    def room(self) -> tuple[float, float, float]:
        """Left, top and width of the room that the label needs on its edge."""
        width = len(self.label) * LETTER + 8
        return self.place[0] - width / 2, self.place[1] - 12, width


def diagram(corners: Sequence[str], edges: Sequence[HasFigures]) -> dict[str, object]:
    """Places in the picture's own units (420 wide, 320 high)."""
    places = dict(zip(corners, CORNERS[len(corners)], strict=True))
    return {"corners": list(places.items()), "lines": [_line(places, edge) for edge in edges]}


def _line(places: Mapping[str, Point], edge: HasFigures) -> Line:
    start, end = sorted((places[acronym] for acronym in edge.name.split("-")), key=lambda p: (p[1], p[0]))
    crosses = len(places) == 4 and start[0] != end[0] and start[1] != end[1]
    way = DIAGONAL_LABEL if crosses else 0.5
    place = (start[0] + way * (end[0] - start[0]), start[1] + way * (end[1] - start[1]))
    return Line(start, end, place, _label(edge.figures), bool(edge.figures))


def _label(figures: Mapping[str, Figure]) -> str:
    if not figures:
        return _("not assessed")
    scores = [figures[level].score for level in Level.values]
    return " · ".join("–" if score is None else f"{score:.2f}" for score in scores)
