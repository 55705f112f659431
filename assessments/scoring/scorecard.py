"""The scorecard of a dyad: from answers to scores with intervals, what is withheld, and what they rest on."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from assessments.scoring import composites
from assessments.scoring.calibration import Calibration
from assessments.scoring.cases import case_results
from assessments.scoring.estimates import NO_ESTIMATE, Estimate, estimates
from assessments.scoring.inputs import (
    FIELD,
    LEVELS,
    POLITICAL,
    Answer,
    DimensionShape,
    EngagementShape,
    FrameworkShape,
    IndicatorShape,
)
from assessments.scoring.intervals import p_greater, share_band
from assessments.scoring.results import (
    DESCRIPTIVE,
    INSUFFICIENT,
    NOT_APPLICABLE,
    NOT_ASSESSED,
    PUBLISHED,
    DimensionResult,
    Figure,
    IndicatorResult,
    LevelResult,
    ScorecardResult,
    digest,
)
from assessments.scoring.tallies import Tally, by_indicator

__all__ = ["ScorecardResult", "digest", "p_above", "score_dyad", "score_level", "share_band"]

Estimator = Callable[[Sequence[Answer], Mapping[str, Mapping[str, float]]], Mapping[str, Estimate]]


def score_dyad(
    framework: FrameworkShape,
    answers: Sequence[Answer],
    calibration: Calibration,
    engagements: Sequence[EngagementShape],
) -> ScorecardResult:
    """Score one dyad from the answers of its approved assessments, in any order.

    Raises ValueError for an answer to an indicator that the framework does not have.
    """
    known = framework.levels
    unknown = sorted({answer.indicator for answer in answers} - known.keys())
    if unknown:
        raise ValueError(f"The framework has no indicator {', '.join(unknown)}.")
    arrangements = {engagement.arrangement for engagement in engagements}
    levels = {
        level: score_level(
            level,
            framework.of_level(level),
            [answer for answer in answers if known[answer.indicator] == level],
            arrangements,
            partial(estimates, calibration=calibration.levels[level]),
        )
        for level in LEVELS
    }
    return ScorecardResult(
        levels=tuple(levels.values()),
        political_above_field=p_above(levels[POLITICAL], levels[FIELD]),
        cases=case_results(framework, answers),
    )


def score_level(
    code: str,
    shapes: Sequence[DimensionShape],
    answers: Sequence[Answer],
    arrangements: Iterable[str],
    estimator: Estimator,
) -> LevelResult:
    """One level of a dyad, or of one of its engagements: what is published, and what it rests on.

    ``estimator`` gives the estimates of linear scores from the scored evaluative answers and the scores'
    weights by indicator.
    """
    return _Level.of(code, shapes, answers, arrangements).result(estimator)


def p_above(figure: Figure, other: Figure) -> float | None:
    """P(``figure`` lies above ``other``), of one dyad or of two; none unless both are published."""
    if figure.score is None or figure.variance is None or other.score is None or other.variance is None:
        return None
    return p_greater(figure.score, figure.variance, other.score, other.variance)


@dataclass(frozen=True, slots=True)
class _Dimension:
    """A dimension with the tallies of its indicators: what applies and has data, so what is published."""

    shape: DimensionShape
    tallies: Mapping[str, Tally]
    applies: bool
    total: Tally

    def indicators_that_apply(self) -> list[IndicatorShape]:
        if not self.applies:
            return []
        return [
            indicator
            for indicator in self.shape.indicators
            if indicator.evaluative and not self.tallies[indicator.code].only_not_applicable
        ]

    @property
    def weights(self) -> dict[str, float]:
        return {indicator.code: indicator.weight for indicator in self.indicators_that_apply()}

    @property
    def with_data(self) -> list[str]:
        return [code for code in self.weights if self.tallies[code].n_ratings]

    @property
    def coverage(self) -> float | None:
        return composites.coverage(self.weights, self.with_data)

    @property
    def shares(self) -> dict[str, float]:
        return composites.shares(self.weights, self.with_data) if self.with_data else {}

    @property
    def status(self) -> str:
        if not any(indicator.evaluative for indicator in self.shape.indicators):
            return DESCRIPTIVE
        if not self.weights:
            return NOT_APPLICABLE
        if composites.reaches(self.coverage, composites.DIMENSION_THRESHOLD):
            return PUBLISHED
        return INSUFFICIENT if self.total.answered else NOT_ASSESSED

    def result(self, share: float, of_codes: Mapping[str, Estimate]) -> DimensionResult:
        estimate = of_codes[self.shape.code] if self.status == PUBLISHED else NO_ESTIMATE
        shares = self.shares
        return DimensionResult(
            code=self.shape.code,
            status=self.status,
            weight=share,
            coverage=self.coverage,
            missing=tuple(code for code in self.weights if code not in shares),
            indicators=tuple(
                self._indicator(indicator, shares.get(indicator.code, 0.0), of_codes)
                for indicator in self.shape.indicators
            ),
            badges=self.total.badges,
            **estimate.to_dict(),
            **_counts(self.total),
        )

    def _indicator(
        self, shape: IndicatorShape, share: float, of_codes: Mapping[str, Estimate]
    ) -> IndicatorResult:
        tally = self.tallies[shape.code]
        return IndicatorResult(
            code=shape.code,
            status=self._indicator_status(shape, tally),
            weight=share,
            coverage=tally.coverage,
            bounds=tally.bounds,
            distribution=tally.distribution,
            position=None if shape.evaluative else tally.mean,
            badges=tally.badges,
            **of_codes.get(shape.code, NO_ESTIMATE).to_dict(),
            **_counts(tally),
        )

    def _indicator_status(self, shape: IndicatorShape, tally: Tally) -> str:
        if not shape.evaluative:
            return DESCRIPTIVE
        if not self.applies or tally.only_not_applicable:
            return NOT_APPLICABLE
        if tally.n_ratings:
            return PUBLISHED
        return INSUFFICIENT if tally.n_insufficient else NOT_ASSESSED


@dataclass(frozen=True, slots=True)
class _Level:
    code: str
    dimensions: tuple[_Dimension, ...]
    evaluative: tuple[Answer, ...]
    total: Tally

    @classmethod
    def of(
        cls,
        code: str,
        shapes: Sequence[DimensionShape],
        answers: Sequence[Answer],
        arrangements: Iterable[str],
    ) -> "_Level":
        given = by_indicator(answers)
        dimensions = []
        evaluative: list[Answer] = []
        for shape in shapes:
            codes = [indicator.code for indicator in shape.indicators]
            scored = [i.code for i in shape.indicators if i.evaluative] or codes
            own = [answer for code in scored for answer in given.get(code, [])]
            tallies = {code: Tally.of(given.get(code, [])) for code in codes}
            applies = shape.applies(arrangements)
            dimensions.append(_Dimension(shape, tallies, applies, Tally.of(own)))
            if applies and any(i.evaluative for i in shape.indicators):
                evaluative += own
        return cls(code, tuple(dimensions), tuple(evaluative), Tally.of(evaluative))

    def result(self, estimator: Estimator) -> LevelResult:
        weights = {d.shape.code: d.shape.weight for d in self.dimensions if d.weights}
        published = [d.shape.code for d in self.dimensions if d.status == PUBLISHED]
        coverage = composites.coverage(weights, published)
        shown = composites.reaches(coverage, composites.LEVEL_THRESHOLD)
        shares = composites.shares(weights, published) if shown else {}
        of_codes = self._estimates(shares, estimator)
        scores = {code: of_codes[code].score or 0.0 for code in shares}
        mean = of_codes[self.code].score if shown else None
        geometric = composites.geometric_mean(scores, weights) if shown else None
        return LevelResult(
            code=self.code,
            status=self._status(shown),
            weight=1.0,
            coverage=coverage,
            missing=tuple(code for code in weights if code not in published),
            geometric_mean=geometric,
            weakest=min(scores, key=lambda code: (scores[code], code)) if shown else None,
            dimensions=tuple(d.result(shares.get(d.shape.code, 0.0), of_codes) for d in self.dimensions),
            badges=self.total.badges + _flags(coverage, mean, geometric),
            **(of_codes[self.code] if shown else NO_ESTIMATE).to_dict(),
            **_counts(self.total),
        )

    def _estimates(self, shares: Mapping[str, float], estimator: Estimator) -> Mapping[str, Estimate]:
        """Estimates by code of indicators and dimensions with data, and of the level if it is shown."""
        weights: dict[str, dict[str, float]] = {}
        of_level: dict[str, float] = {}
        for dimension in self.dimensions:
            weights |= {code: {code: 1.0} for code in dimension.with_data}
            if dimension.with_data:
                weights[dimension.shape.code] = dimension.shares
            if share := shares.get(dimension.shape.code):
                of_level |= {code: share * weight for code, weight in dimension.shares.items()}
        if of_level:
            weights[self.code] = of_level
        return estimator([a for a in self.evaluative if a.score is not None], weights)

    def _status(self, shown: bool) -> str:
        if shown:
            return PUBLISHED
        return INSUFFICIENT if self.total.answered else NOT_ASSESSED


def _flags(coverage: float | None, mean: float | None, geometric: float | None) -> tuple[str, ...]:
    if mean is None or geometric is None:
        return ()
    flags = []
    if not composites.reaches(coverage, composites.EVIDENCE_LIMITED_BELOW):
        flags.append("evidence_limited")
    if composites.is_uneven(mean, geometric):
        flags.append("uneven_profile")
    return tuple(flags)


def _counts(tally: Tally) -> dict[str, Any]:
    names = ("n_ratings", "n_insufficient", "n_not_applicable", "n_engagements", "n_assessors", "rating_ids")
    return {name: getattr(tally, name) for name in names}
