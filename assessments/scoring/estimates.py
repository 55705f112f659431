"""Posterior means and variances of weighted scores of one level, and what is shown of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from assessments.scoring.calibration import LevelCalibration
from assessments.scoring.inputs import Answer
from assessments.scoring.intervals import (
    HIGHEST,
    LOWEST,
    STRONG_ABOVE,
    WEAK_BELOW,
    Distribution,
    Floats,
    inflation,
)
from assessments.scoring.tier_a import Posterior, Ratings, posterior


@dataclass(frozen=True, slots=True)
class Estimate:
    """A score with its 90% interval; ``variance`` is inflated for uncertain variance components."""

    score: float | None = None
    lower: float | None = None
    upper: float | None = None
    variance: float | None = None
    p_below_3: float | None = None
    p_above_3_5: float | None = None

    def to_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


NO_ESTIMATE = Estimate()


def estimates(
    answers: Sequence[Answer], weights: Mapping[str, Mapping[str, float]], calibration: LevelCalibration
) -> dict[str, Estimate]:
    """Estimate each linear score, given as its weights by indicator code; scored answers only."""
    if not answers:
        return {}
    codes = sorted({answer.indicator for answer in answers})
    fitted = _fit(answers, codes, calibration)
    matrix = np.array([[of_score.get(code, 0.0) for code in codes] for of_score in weights.values()])
    variance = inflation(calibration.degrees_of_freedom) * np.einsum(
        "si,ij,sj->s", matrix, fitted.covariance, matrix
    )
    return dict(zip(weights, described(matrix @ fitted.mean, variance), strict=True))


def described(mean: Floats, variance: Floats) -> list[Estimate]:
    """What is shown of scores with these means and (inflated) variances."""
    betas = Distribution.of(mean, variance)
    columns = (
        np.clip(mean, LOWEST, HIGHEST),
        betas.quantile(0.05),
        betas.quantile(0.95),
        variance,
        betas.below(WEAK_BELOW),
        1 - betas.below(STRONG_ABOVE),
    )
    return [Estimate(*row) for row in np.column_stack(columns).tolist()]


def _fit(answers: Sequence[Answer], codes: Sequence[str], calibration: LevelCalibration) -> Posterior:
    ratings, _cases = arrays(answers, codes)
    return posterior(ratings, means(codes, calibration), calibration)


def means(codes: Sequence[str], calibration: LevelCalibration) -> Floats:
    return np.array([calibration.mean_of(code) for code in codes])


def arrays(answers: Sequence[Answer], codes: Sequence[str]) -> tuple[Ratings, list[str]]:
    """Scored answers as arrays in an order of their own, so that the order of rows changes nothing.

    Indicators count in the order of ``codes``; cases in that of the second list returned.
    """
    position = {code: index for index, code in enumerate(codes)}
    ordered = sorted(
        answers, key=lambda a: (a.indicator, a.case, a.assessor_id, a.score or 0, a.conflict, a.rating_id)
    )
    cases = {case: index for index, case in enumerate(dict.fromkeys(a.case for a in ordered))}
    assessors = {who: index for index, who in enumerate(dict.fromkeys(a.assessor_id for a in ordered))}
    rows = [(cases[a.case], assessors[a.assessor_id], position[a.indicator], a.score or 0) for a in ordered]
    return Ratings.of(rows, [answer.conflict for answer in ordered]), list(cases)
