"""What scoring reads: answers, and the shapes of a framework and of engagements."""

from collections.abc import Iterable
from dataclasses import dataclass

FIRST, SECOND = "first", "second"
POLITICAL = "political"
FIELD = "field"
LEVELS = (POLITICAL, FIELD)

INSUFFICIENT_EVIDENCE = "insufficient_evidence"
NOT_APPLICABLE = "not_applicable"

SUPPORTING_CONFIDENCE = frozenset({"moderate", "high"})


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of an approved assessment: either ``score`` (1..5) or ``non_score``.

    ``case`` is the engagement (field) or the dyad in a period (political); ``conflict`` says that the
    assessor acts for one of the dyad's two organisations; ``side`` says for which: first | second | nothing.
    ``year`` is the last of the period that was assessed.
    """

    rating_id: int
    case: str
    engagement_id: int | None
    assessor_id: int
    indicator: str
    score: int | None
    non_score: str | None
    conflict: bool
    confidence: str
    has_evidence: bool
    side: str = ""
    year: int | None = None

    @property
    def supported(self) -> bool:
        """Scored with at least moderate confidence and with evidence."""
        return self.score is not None and self.has_evidence and self.confidence in SUPPORTING_CONFIDENCE


@dataclass(frozen=True, slots=True)
class IndicatorShape:
    code: str
    weight: float = 1.0
    evaluative: bool = True


@dataclass(frozen=True, slots=True)
class DimensionShape:
    """``applies_to`` names arrangements of engagements; empty means all."""

    code: str
    level: str
    weight: float
    applies_to: frozenset[str]
    indicators: tuple[IndicatorShape, ...]

    def applies(self, arrangements: Iterable[str]) -> bool:
        return not self.applies_to or not self.applies_to.isdisjoint(arrangements)


@dataclass(frozen=True, slots=True)
class FrameworkShape:
    dimensions: tuple[DimensionShape, ...]

    def of_level(self, level: str) -> tuple[DimensionShape, ...]:
        return tuple(dimension for dimension in self.dimensions if dimension.level == level)

    @property
    def levels(self) -> dict[str, str]:
        """The level of each dimension and indicator, by code."""
        levels = {dimension.code: dimension.level for dimension in self.dimensions}
        for dimension in self.dimensions:
            levels |= {indicator.code: dimension.level for indicator in dimension.indicators}
        return levels


@dataclass(frozen=True, slots=True)
class EngagementShape:
    id: int
    arrangement: str
