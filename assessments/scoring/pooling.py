"""Engagements of one arrangement taken together: the mean of their scores, as a fixed linear combination.

Each engagement counts once, whatever the number of its answers. Dyads are independent given the calibration;
engagements of one dyad are not, and their covariance counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import fsum
from typing import Any

import numpy as np

from assessments.scoring.commons import basis
from assessments.scoring.engagements import CaseFit, ScoredEngagement
from assessments.scoring.estimates import NO_ESTIMATE, Estimate, described
from assessments.scoring.intervals import Floats, p_greater
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
)
from assessments.scoring.tallies import Tally

SINGLE_ENGAGEMENT = "single_engagement"
ENOUGH_TO_COMPARE = 2


@dataclass(frozen=True, slots=True)
class Pool:
    """A mean of engagements' scores: ``parts`` are weights of the entries of each dyad's fit."""

    parts: tuple[tuple[CaseFit, Floats], ...]
    n_engagements: int

    @property
    def mean(self) -> float:
        return fsum(float(vector @ fit.mean) for fit, vector in self.parts)

    @property
    def variance(self) -> float:
        return fsum(float(vector @ fit.covariance @ vector) for fit, vector in self.parts)

    @property
    def estimate(self) -> Estimate:
        return described(np.array([self.mean]), np.array([self.variance]))[0]

    def less(self, other: "Pool") -> "Pool":
        """The difference of two means, in which what they share about a dyad cancels out."""
        parts = _added([*self.parts, *((fit, -vector) for fit, vector in other.parts)])
        return Pool(parts, self.n_engagements + other.n_engagements)


def pool(engagements: Sequence[ScoredEngagement], code: str) -> Pool | None:
    """The mean of a level, dimension or indicator over the engagements that publish it; none without any."""
    members = [(e, weights) for e in engagements if (weights := weights_of(e.level, code))]
    if not members:
        return None
    parts = [
        (engagement.fit, engagement.fit.vector(engagement.case, weights) / len(members))
        for engagement, weights in members
    ]
    return Pool(_added(parts), len(members))


def p_pool_above(one: Pool | None, other: Pool | None) -> float | None:
    """P(one mean lies above the other); none unless both rest on two engagements or more."""
    if one is None or other is None or min(one.n_engagements, other.n_engagements) < ENOUGH_TO_COMPARE:
        return None
    difference = one.less(other)
    return p_greater(difference.mean, difference.variance, 0.0, 0.0)


def weights_of(level: LevelResult, code: str) -> dict[str, float]:
    """The weights by indicator of a published figure of a level; empty if it is not."""
    of_indicators = {i.code: {i.code: 1.0} for d in level.dimensions for i in d.indicators if i.published}
    return dict(of_indicators.get(code) or basis(level).get(code, {}))


def _added(parts: Sequence[tuple[CaseFit, Floats]]) -> tuple[tuple[CaseFit, Floats], ...]:
    """One vector for each fit."""
    fits = {id(fit): fit for fit, _vector in parts}
    sums: dict[int, Floats] = {}
    for fit, vector in parts:
        sums[id(fit)] = sums[id(fit)] + vector if id(fit) in sums else vector
    return tuple((fit, sums[key]) for key, fit in fits.items())


def pooled_level(engagements: Sequence[ScoredEngagement]) -> LevelResult:
    """The field level of several engagements together (one or more).

    ``weight`` is the mean of the engagements' weights; the geometric mean and the weakest dimension are not
    given.
    """
    levels = [engagement.level for engagement in engagements]
    dimensions = tuple(
        _dimension(engagements, [level.dimensions[position] for level in levels])
        for position in range(len(levels[0].dimensions))
    )
    return replace(
        levels[0],
        geometric_mean=None,
        weakest=None,
        missing=(),
        dimensions=dimensions,
        **_fields(engagements, levels),
    )


def _dimension(
    engagements: Sequence[ScoredEngagement], dimensions: Sequence[DimensionResult]
) -> DimensionResult:
    indicators = []
    for position in range(len(dimensions[0].indicators)):
        own: list[IndicatorResult] = [d.indicators[position] for d in dimensions]
        indicators.append(replace(own[0], bounds=None, position=None, **_fields(engagements, own)))
    return replace(
        dimensions[0], missing=(), indicators=tuple(indicators), **_fields(engagements, dimensions)
    )


def _fields(engagements: Sequence[ScoredEngagement], figures: Sequence[Figure]) -> dict[str, Any]:
    """The fields of a pooled figure; its counts and badges are those of all answers behind it."""
    found = pool(engagements, figures[0].code)
    ids = {rating for figure in figures for rating in figure.rating_ids}
    tally = Tally.of([a for e in engagements for a in e.answers if a.rating_id in ids])
    single = (SINGLE_ENGAGEMENT,) if found and found.n_engagements < ENOUGH_TO_COMPARE else ()
    counts = ("n_ratings", "n_insufficient", "n_not_applicable", "n_assessors", "rating_ids")
    published = sum(figure.published for figure in figures)
    return {
        "status": _status(figures),
        "weight": fsum(figure.weight for figure in figures) / len(figures),
        "coverage": published / len(figures),
        "n_engagements": published,
        "badges": single + tally.badges,
        **{name: getattr(tally, name) for name in counts},
        **(found.estimate if found else NO_ESTIMATE).to_dict(),
    }


def _status(figures: Sequence[Figure]) -> str:
    """Published with one engagement that is; else the fullest answer that any of them gives."""
    statuses = {figure.status for figure in figures}
    order = (PUBLISHED, DESCRIPTIVE, INSUFFICIENT, NOT_ASSESSED, NOT_APPLICABLE)
    return next(status for status in order if status in statuses)
