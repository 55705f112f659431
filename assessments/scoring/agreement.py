"""How far assessors of the same cases agree: Krippendorff's alpha and Gwet's AC on units x categories counts.

Krippendorff (2011), "Computing Krippendorff's alpha-reliability"; Gwet (2014), "Handbook of inter-rater
reliability". Categories are ranks 1..q. A row counts how many assessors put that unit into each of them; only
units of two or more assessors can be compared. A coefficient is None (*not computable*) where there is no
such unit, or no variation among them: agreement on a single value ever used is not shown to be any.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import median_low

import numpy as np
from numpy.typing import NDArray

from assessments.scoring.inputs import Answer
from assessments.scoring.intervals import HIGHEST

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

CATEGORIES = int(HIGHEST)

RELIABLE, TENTATIVE, NOT_RELIABLE, NOT_COMPUTABLE = (
    "reliable",
    "tentative",
    "not_reliable",
    "not_computable",
)
RELIABLE_FROM, TENTATIVE_FROM = 0.800, 0.667


@dataclass(frozen=True, slots=True)
class ChanceCorrected:
    """Gwet's coefficient, its standard error (None for one unit), observed and expected agreement."""

    value: float
    standard_error: float | None
    observed: float
    expected: float


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement on one indicator.

    ``n_units``: cases that two or more assessors scored; ``n_assessors`` and ``n_scores`` count in these.
    ``label`` goes by alpha: reliable | tentative | not_reliable | not_computable.
    """

    n_units: int
    n_assessors: int
    n_scores: int
    alpha: float | None
    ac2: float | None
    ac2_standard_error: float | None

    @property
    def label(self) -> str:
        return label(self.alpha)


def label(alpha: float | None) -> str:
    """Krippendorff's reading of alpha, on the value as it is, not rounded."""
    if alpha is None:
        return NOT_COMPUTABLE
    if alpha >= RELIABLE_FROM:
        return RELIABLE
    return TENTATIVE if alpha >= TENTATIVE_FROM else NOT_RELIABLE


def agreement(answers: Iterable[Answer]) -> Agreement:
    """Agreement among the answers to one indicator: its cases are the units.

    Assessors count once a case: of several answers the lower median counts. Non-scores do not count.
    """
    compared = [scores for scores in _by_case(answers).values() if len(scores) > 1]
    counts = counts_of(sorted(sorted(scores.values()) for scores in compared))
    ac2 = gwet_ac(counts)
    return Agreement(
        n_units=len(compared),
        n_assessors=len({assessor for scores in compared for assessor in scores}),
        n_scores=int(counts.sum()),
        alpha=krippendorff_alpha(counts),
        ac2=ac2.value if ac2 else None,
        ac2_standard_error=ac2.standard_error if ac2 else None,
    )


def _by_case(answers: Iterable[Answer]) -> dict[str, dict[int, int]]:
    given: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for answer in answers:
        if answer.score is not None:
            given[answer.case][answer.assessor_id].append(answer.score)
    return {
        case: {assessor: median_low(scores) for assessor, scores in by_assessor.items()}
        for case, by_assessor in given.items()
    }


def counts_of(units: Sequence[Sequence[int]], categories: int = CATEGORIES) -> Counts:
    """Units x categories counts from the ranks (1..q) that each unit was given."""
    rows = [np.bincount(np.array(ranks, dtype=np.int64), minlength=categories + 1)[1:] for ranks in units]
    return np.array(rows, dtype=np.int64).reshape(len(units), categories)


def krippendorff_alpha(counts: Counts, metric: str = "ordinal") -> float | None:
    """Krippendorff's alpha; ``metric``: nominal | ordinal | interval | ratio.

    ``alpha = 1 - (n-1) sum o delta2 / sum n_c n_k delta2`` over the coincidences of pairable values
    ``o_ck = sum_u n_uc (n_uk - [c=k])/(m_u - 1)``.
    """
    pairable = _pairable(counts)
    if not _varies(pairable):
        return None
    per_pair = 1 / (pairable.sum(axis=1) - 1)
    coincidences = (pairable * per_pair[:, None]).T @ pairable - np.diag(per_pair @ pairable)
    totals = pairable.sum(axis=0)
    distances = _distances(metric, totals)
    expected = float(totals @ distances @ totals)
    return 1 - float(totals.sum() - 1) * float((coincidences * distances).sum()) / expected


def _distances(metric: str, totals: Floats) -> Floats:
    """Squared distances of categories; the ordinal ones depend on how often each is used."""
    ranks = np.arange(1.0, len(totals) + 1)
    apart = np.abs(ranks[:, None] - ranks)
    if metric == "nominal":
        return (apart > 0).astype(np.float64)
    if metric == "interval":
        return np.square(apart)
    if metric == "ratio":
        return np.asarray((apart / (ranks[:, None] + ranks)) ** 2, dtype=np.float64)
    if metric != "ordinal":
        raise ValueError(f"There is no metric {metric!r}.")
    # sum_{g=c..k} n_g - (n_c + n_k)/2 is the distance of mid-ranks.
    middle = np.cumsum(totals) - totals / 2
    return np.asarray((middle[:, None] - middle) ** 2, dtype=np.float64)


def gwet_ac(counts: Counts, weights: str = "ordinal") -> ChanceCorrected | None:
    """Gwet's AC1 (``weights`` unweighted) or AC2 (linear | quadratic | ordinal), over all categories given.

    Units of one assessor say how often categories are used, and nothing about agreement. The standard error
    takes units as a sample.
    """
    rated = counts[counts.sum(axis=1) > 0].astype(np.float64)
    if not _varies(_pairable(counts)):
        return None
    n, categories = rated.shape
    table = _weights(weights, categories)
    sizes = rated.sum(axis=1)
    several = sizes > 1
    agreeing = (rated * (rated @ table - 1)).sum(axis=1)
    observed_of = np.where(several, agreeing / np.maximum(sizes * (sizes - 1), 1), 0.0)
    observed = float(observed_of.sum() / several.sum())
    used = (rated / sizes[:, None]).mean(axis=0)
    scale = table.sum() / (categories * (categories - 1))
    expected = float(scale * (used * (1 - used)).sum())
    value = (observed - expected) / (1 - expected)
    of_unit = n / several.sum() * (observed_of - expected * several) / (1 - expected)
    expected_of = scale * (rated @ (1 - used)) / sizes
    linear = of_unit - 2 * (1 - value) * (expected_of - expected) / (1 - expected)
    error = sqrt(float(((linear - value) ** 2).sum()) / (n * (n - 1))) if n > 1 else None
    return ChanceCorrected(value, error, observed, expected)


def _weights(kind: str, categories: int) -> Floats:
    """How much two categories agree, from 0 to 1; ordinal: ``1 - C(|i-j|+1, 2)/C(q, 2)``."""
    ranks = np.arange(categories)
    apart: Floats = np.abs(ranks[:, None] - ranks).astype(np.float64)
    if kind == "unweighted":
        return np.eye(categories)
    if kind == "linear":
        return np.subtract(1, apart / (categories - 1))
    if kind == "quadratic":
        return np.subtract(1, (apart / (categories - 1)) ** 2)
    if kind != "ordinal":
        raise ValueError(f"There are no weights {kind!r}.")
    return np.subtract(1, apart * (apart + 1) / (categories * (categories - 1)))


def _pairable(counts: Counts) -> Floats:
    return np.asarray(counts[counts.sum(axis=1) > 1], dtype=np.float64)


def _varies(pairable: Floats) -> bool:
    return int((pairable.sum(axis=0) > 0).sum()) > 1
