"""Engagements one by one: what an average assessor without conflict would say of each, and of several.

The score of an engagement is theta + C + H of the dyad's own fit (tier A). It is drawn towards what is usual
for the dyad and the indicator, and engagements of one dyad share what is uncertain about the dyad.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from assessments.scoring.calibration import LevelCalibration
from assessments.scoring.estimates import Estimate, arrays, described, means
from assessments.scoring.inputs import FIELD, Answer, EngagementShape, FrameworkShape
from assessments.scoring.intervals import Floats, inflation
from assessments.scoring.results import LevelResult
from assessments.scoring.scorecard import score_level
from assessments.scoring.tier_a import cases

Weights = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class CaseFit:
    """Posterior of the cases of one dyad and level; ``position`` by case and indicator with a score."""

    position: Mapping[tuple[str, str], int]
    mean: Floats
    covariance: Floats  # inflated for uncertain variance components

    def vector(self, case: str, weights: Weights) -> Floats:
        """A linear score of a case as weights of the posterior's entries."""
        vector = np.zeros(len(self.mean))
        for indicator, weight in weights.items():
            vector[self.position[case, indicator]] = weight
        return vector

    def estimates(
        self, _answers: Sequence[Answer], weights: Mapping[str, Weights], *, case: str
    ) -> dict[str, Estimate]:
        if not weights:
            return {}
        codes = sorted({code for of_score in weights.values() for code in of_score})
        own = np.array([self.position[case, code] for code in codes])
        matrix = np.array([[of_score.get(code, 0.0) for code in codes] for of_score in weights.values()])
        variance = np.einsum("si,ij,sj->s", matrix, self.covariance[np.ix_(own, own)], matrix)
        return dict(zip(weights, described(matrix @ self.mean[own], variance), strict=True))


@dataclass(frozen=True, slots=True)
class ScoredEngagement:
    """The field level of one engagement, with what is needed to score anything else about it."""

    id: int
    arrangement: str
    level: LevelResult
    fit: CaseFit
    case: str
    answers: tuple[Answer, ...]


def score_engagements(
    framework: FrameworkShape,
    answers: Sequence[Answer],
    calibration: LevelCalibration,
    engagements: Sequence[EngagementShape],
) -> list[ScoredEngagement]:
    """Score each engagement of one dyad that has answers; they are published by the rules of a level."""
    shapes = framework.of_level(FIELD)
    arrangements = {engagement.arrangement for engagement in engagements}
    applying = [shape for shape in shapes if shape.applies(arrangements)]
    codes = sorted(i.code for shape in applying for i in shape.indicators if i.evaluative)
    fit = fit_cases([a for a in answers if a.indicator in codes and a.score is not None], codes, calibration)
    found = []
    for engagement in engagements:
        own = tuple(answer for answer in answers if answer.engagement_id == engagement.id)
        if own:
            case = own[0].case
            estimator = partial(fit.estimates, case=case)
            level = score_level(FIELD, shapes, own, [engagement.arrangement], estimator)
            found.append(ScoredEngagement(engagement.id, engagement.arrangement, level, fit, case, own))
    return found


def fit_cases(answers: Sequence[Answer], codes: Sequence[str], calibration: LevelCalibration) -> CaseFit:
    """Fit the scored answers of one dyad and level, whose indicators are among ``codes``."""
    given = {answer.indicator for answer in answers}
    codes = [code for code in codes if code in given]
    if not codes:
        return CaseFit({}, np.zeros(0), np.zeros((0, 0)))
    ratings, names = arrays(answers, codes)
    fitted = cases(ratings, means(codes, calibration), calibration)
    pairs = zip(fitted.case.tolist(), fitted.indicator.tolist(), strict=True)
    return CaseFit(
        {(names[case], codes[indicator]): index for index, (case, indicator) in enumerate(pairs)},
        fitted.posterior.mean,
        inflation(calibration.degrees_of_freedom) * fitted.posterior.covariance,
    )
