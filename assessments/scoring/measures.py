"""What rules can measure, of which subjects and in which scope, and how it is read off a scorecard."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assessments.scoring.cases import CaseIndicator
from assessments.scoring.inputs import LEVELS, EngagementShape, FrameworkShape
from assessments.scoring.results import Figure, ScorecardResult

Value = bool | int | float

DYAD, ENGAGEMENT = "dyad", "engagement"
SCOPES = (DYAD, ENGAGEMENT)
GAP, EACH = "gap", "each"

FLAGS = frozenset({"published", "assessed", "scored_and_unscored"})
OF_FIGURES = frozenset(
    {
        "score",
        "lower",
        "upper",
        "p_below_3",
        "p_above_3_5",
        "coverage",
        "n_ratings",
        "n_engagements",
        "n_assessors",
        "published",
        "assessed",
    }
)
OF_DISAGREEMENT = frozenset({"spread", "scored_and_unscored"})
OF_GAP = frozenset({"political_above_field", "field_above_political"})
MEASURES: Mapping[tuple[str, str], frozenset[str]] = {
    (DYAD, "indicator"): OF_FIGURES | OF_DISAGREEMENT,
    (DYAD, "dimension"): OF_FIGURES,
    (DYAD, "level"): OF_FIGURES,
    (DYAD, GAP): OF_GAP,
    (ENGAGEMENT, "indicator"): OF_DISAGREEMENT | {"lowest_supported", "coverage", "n_ratings", "n_assessors"},
}


def subjects(framework: FrameworkShape) -> dict[str, str]:
    """The kind of every subject a rule can name: indicator, dimension, level or gap, by code."""
    kinds = dict.fromkeys(LEVELS, "level") | {GAP: GAP}
    for dimension in framework.dimensions:
        kinds[dimension.code] = "dimension"
        kinds |= {indicator.code: "indicator" for indicator in dimension.indicators}
    return kinds


@dataclass(frozen=True, slots=True)
class Scene:
    """Where a rule is asked: the whole dyad, or one of its engagements."""

    result: ScorecardResult
    figures: Mapping[str, Figure]
    arrangements: tuple[str, ...]
    engagement_id: int | None
    indicators: Mapping[str, Sequence[CaseIndicator]]

    @classmethod
    def of(
        cls,
        result: ScorecardResult,
        engagements: Sequence[EngagementShape],
        engagement: EngagementShape | None = None,
    ) -> "Scene":
        indicators: dict[str, list[CaseIndicator]] = {}
        for case in result.cases:
            if engagement is None or case.engagement_id == engagement.id:
                for indicator in case.indicators:
                    indicators.setdefault(indicator.code, []).append(indicator)
        here = [engagement] if engagement else engagements
        arrangements = tuple(sorted({e.arrangement for e in here}))
        return cls(result, result.figures(), arrangements, engagement.id if engagement else None, indicators)

    @property
    def scope(self) -> str:
        return DYAD if self.engagement_id is None else ENGAGEMENT

    def value(self, subject: str, measure: str) -> Value | None:
        """The measured value; none where it does not exist in this scope."""
        if subject == GAP:
            return self._gap(measure)
        if measure in OF_DISAGREEMENT:
            found = [getattr(indicator, measure) for indicator in self.indicators.get(subject, [])]
            return max((value for value in found if value is not None), default=None)
        return self._of_figure(subject, measure) if self.scope == DYAD else self._of_case(subject, measure)

    def _gap(self, measure: str) -> float | None:
        above = self.result.political_above_field
        if above is None or self.scope != DYAD or measure not in OF_GAP:
            return None
        return above if measure == "political_above_field" else 1 - above

    def _of_figure(self, subject: str, measure: str) -> Value | None:
        figure = self.figures.get(subject)
        if figure is None or measure not in OF_FIGURES:
            return None
        value: Value | None = getattr(figure, measure)
        return value

    def _of_case(self, subject: str, measure: str) -> Value | None:
        found = self.indicators.get(subject, [])
        if not found or measure not in MEASURES[ENGAGEMENT, "indicator"]:
            return None
        value: Value | None = getattr(found[0], measure)
        return value

    def rating_ids(self, subject: str) -> set[int]:
        """The ratings behind any measure of a subject in this scope."""
        if subject == GAP:
            return set().union(*(self.rating_ids(level) for level in LEVELS))
        if self.scope == DYAD:
            return set(self.figures[subject].rating_ids) if subject in self.figures else set()
        return {rating for indicator in self.indicators.get(subject, []) for rating in indicator.rating_ids}
