"""What to look at when an engagement is planned: which engagements compare, and what stands out of them."""

from collections.abc import Iterable
from dataclasses import dataclass

from assessments.scoring.results import DECIMALS, Figure, IndicatorResult, LevelResult

SHOWN = 5
PROBABLE = 0.5


@dataclass(frozen=True, slots=True)
class Candidate:
    """An engagement that was assessed: its id, the id of its dyad, and its arrangement."""

    id: int
    dyad: int
    arrangement: str


@dataclass(frozen=True, slots=True)
class Comparable:
    """Ids of engagements: of the dyad in the arrangement, of other dyads in it, of the dyad in others."""

    own: frozenset[int]
    others: frozenset[int]
    other_arrangements: frozenset[int]

    @property
    def same_arrangement(self) -> frozenset[int]:
        return self.own | self.others

    @property
    def basis(self) -> frozenset[int]:
        """What figures rest on: the same arrangement, else whatever the dyad has done together."""
        return self.same_arrangement or self.other_arrangements


def comparable(candidates: Iterable[Candidate], dyad: int | None, arrangement: str) -> Comparable:
    """``dyad`` is none for a pair that has not been recorded."""
    known = list(candidates)
    same = [candidate for candidate in known if candidate.arrangement == arrangement]
    return Comparable(
        own=frozenset(c.id for c in same if c.dyad == dyad),
        others=frozenset(c.id for c in same if c.dyad != dyad),
        other_arrangements=frozenset(c.id for c in known if c.dyad == dyad and c not in same),
    )


@dataclass(frozen=True, slots=True)
class Extremes:
    """Published indicators that are probably strong, and probably weak, the most probable first."""

    strongest: tuple[IndicatorResult, ...]
    weakest: tuple[IndicatorResult, ...]


def probably_weak(figure: Figure) -> bool:
    """More probably below 3 than not; never true of what has no score."""
    return _probable(figure.p_below_3)


def _probable(probability: float | None) -> bool:
    """Above one half by more than the arithmetic's last digits, which differ between machines."""
    return round(probability or 0.0, DECIMALS) > PROBABLE


def extremes(level: LevelResult, shown: int = SHOWN) -> Extremes:
    """Up to ``shown`` of each; strong is more probably above 3.5 than not."""
    published = [i for dimension in level.dimensions for i in dimension.indicators if i.published]
    strong = [i for i in published if _probable(i.p_above_3_5)]
    weak = [i for i in published if probably_weak(i)]
    strong.sort(key=lambda i: (-(i.p_above_3_5 or 0.0), i.code))
    weak.sort(key=lambda i: (-(i.p_below_3 or 0.0), i.code))
    return Extremes(tuple(strong[:shown]), tuple(weak[:shown]))
