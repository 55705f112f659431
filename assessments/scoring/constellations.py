"""Three or more organisations together: the mean of their dyads' figures, and the weakest link among them."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum

import numpy as np

from assessments.scoring import composites
from assessments.scoring.estimates import NO_ESTIMATE, Estimate, described
from assessments.scoring.intervals import share_band
from assessments.scoring.results import INSUFFICIENT, NOT_ASSESSED, PUBLISHED, Figure
from assessments.scoring.scorecard import p_above


@dataclass(frozen=True, slots=True)
class Together:
    """One level or dimension of a constellation.

    ``status`` and ``coverage``: by the rule of levels, over all dyads, each of the same weight. ``weakest``:
    places of the lowest figure and of those not told apart from it, lowest first; empty with fewer than two
    figures. Fields of ``estimate`` are none unless published.
    """

    status: str
    coverage: float
    n_dyads: int
    estimate: Estimate
    weakest: tuple[int, ...]
    badges: tuple[str, ...]


def together(figures: Sequence[Figure | None]) -> Together:
    """The mean over a constellation's dyads, one entry a dyad; none for a dyad that nobody assessed.

    Dyads are taken as independent given the calibration: the variance of the mean is that of independent
    scores. A mean over some of the dyads is one of those only.
    """
    known = [figure for figure in figures if figure and figure.published]
    coverage = len(known) / len(figures)
    shown = composites.reaches(coverage, composites.LEVEL_THRESHOLD)
    limited = shown and not composites.reaches(coverage, composites.EVIDENCE_LIMITED_BELOW)
    assessed = any(figure and figure.assessed for figure in figures)
    withheld = INSUFFICIENT if assessed else NOT_ASSESSED
    return Together(
        status=PUBLISHED if shown else withheld,
        coverage=coverage,
        n_dyads=len(known),
        estimate=_mean(known) if shown else NO_ESTIMATE,
        weakest=weakest(figures),
        badges=("evidence_limited",) if limited else (),
    )


def _mean(figures: Sequence[Figure]) -> Estimate:
    n = len(figures)
    mean = fsum(figure.score or 0.0 for figure in figures) / n
    variance = fsum(figure.variance or 0.0 for figure in figures) / n**2
    return described(np.array([mean]), np.array([variance]))[0]


def weakest(figures: Sequence[Figure | None]) -> tuple[int, ...]:
    """Places of the lowest published figure and of those that are not told apart from it, lowest first."""
    known = sorted(
        ((index, figure) for index, figure in enumerate(figures) if figure and figure.published),
        key=lambda pair: pair[1].score or 0.0,
    )
    if len(known) < 2:
        return ()
    lowest = known[0][1]
    return tuple(
        index for index, figure in known if figure is lowest or share_band(p_above(figure, lowest) or 0.0)
    )
