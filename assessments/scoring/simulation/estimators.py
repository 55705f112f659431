"""Ways to score dyads: what others do, and the method's two tiers as the application calculates them."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from assessments.scoring.calibration import LevelCalibration, calibrate
from assessments.scoring.estimates import estimates
from assessments.scoring.inputs import FIELD, Answer
from assessments.scoring.intervals import Distribution
from assessments.scoring.joint import JointFit, fit_level, published_weights
from assessments.scoring.results import LevelResult
from assessments.scoring.scorecard import score_level
from assessments.scoring.simulation.scenarios import CODES, FRAMEWORK, Generator, World

Floats = NDArray[np.float64]
Adjust = Callable[[LevelCalibration], LevelCalibration]

RESAMPLES = 300
PRIOR_COUNT = 2.5
SCALE = np.arange(1.0, 6.0)

MEAN, DIRICHLET, TIER_A, TIER_B = "mean", "dirichlet", "tier_a", "tier_b"
ESTIMATORS = (MEAN, DIRICHLET, TIER_A, TIER_B)


@dataclass(frozen=True, slots=True)
class Scored:
    """Figures of one dyad that the scorecard publishes: codes, weights (figures x indicators), and by
    estimator the scores with lower and upper bounds of the 90% interval (3 x figures)."""

    dyad: int
    codes: Sequence[str]
    weights: Floats
    figures: Mapping[str, Floats]


def unchanged(calibration: LevelCalibration) -> LevelCalibration:
    return calibration


def score_world(
    world: World, generator: Generator, adjust: Adjust = unchanged
) -> tuple[list[Scored], JointFit]:
    """Score all dyads by every estimator; ``adjust`` may change the calibration before it is used."""
    answers = list(world.answers())
    calibration = adjust(calibrate(FRAMEWORK, answers).levels[FIELD])
    results = _tier_a(answers, calibration)
    fitted = fit_level(FRAMEWORK, FIELD, answers, calibration, results)
    proportions = _proportions(world.scores)
    return list(_scored(world, results, fitted, proportions, generator)), fitted


def _tier_a(answers: Sequence[tuple[int, Answer]], calibration: LevelCalibration) -> dict[int, LevelResult]:
    of_dyad: dict[int, list[Answer]] = defaultdict(list)
    for dyad, answer in answers:
        of_dyad[dyad].append(answer)
    estimator = partial(estimates, calibration=calibration)
    return {
        dyad: score_level(FIELD, FRAMEWORK.of_level(FIELD), given, (), estimator)
        for dyad, given in of_dyad.items()
    }


def _scored(
    world: World,
    results: Mapping[int, LevelResult],
    fitted: JointFit,
    proportions: Floats,
    generator: Generator,
) -> Iterator[Scored]:
    """Dyads whom nothing connects with the others are left out, as nobody can say what tier B gives them."""
    for dyad, result in results.items():
        if dyad not in fitted.dyads:
            continue
        codes, weights = published_weights(result, CODES)
        table = world.scores[world.dyad == dyad]
        figures = {
            MEAN: mean_with_bootstrap(table, weights, generator),
            DIRICHLET: dirichlet_multinomial(table, weights, proportions),
        }
        for tier, by_code in ((TIER_A, result.figures()), (TIER_B, fitted.dyads[dyad])):
            shown = [by_code[code] for code in codes]
            figures[tier] = np.array([(figure.score, figure.lower, figure.upper) for figure in shown]).T
        yield Scored(dyad, codes, weights, figures)


def mean_with_bootstrap(table: Floats, weights: Floats, generator: Generator) -> Floats:
    """Plain means with percentiles of resampled ratings; ``table`` is assessments x indicators."""
    means = np.zeros(table.shape[1])
    resampled = np.zeros((table.shape[1], RESAMPLES))
    for indicator, column in enumerate(table.T):
        scores = column[~np.isnan(column)]
        if len(scores):
            means[indicator] = scores.mean()
            picks = generator.integers(0, len(scores), (RESAMPLES, len(scores)))
            resampled[indicator] = scores[picks].mean(axis=1)
    lower, upper = np.quantile(weights @ resampled, [0.05, 0.95], axis=1)
    return np.array([weights @ means, lower, upper])


def dirichlet_multinomial(table: Floats, weights: Floats, proportions: Floats) -> Floats:
    """Counts of 1 to 5 as independent draws, with a prior worth 2.5 ratings like those of all dyads."""
    alpha = PRIOR_COUNT * proportions + (table[:, :, None] == SCALE).sum(axis=0)
    total = alpha.sum(axis=1)
    mean = alpha @ SCALE / total
    variance = (alpha @ SCALE**2 / total - mean**2) / (total + 1)
    betas = Distribution.of(weights @ mean, weights**2 @ variance)
    return np.array([weights @ mean, betas.quantile(0.05), betas.quantile(0.95)])


def _proportions(scores: Floats) -> Floats:
    """Of each score by indicator (indicators x 5) among all ratings, with one more of each."""
    counts = 1.0 + (scores[:, :, None] == SCALE).sum(axis=0)
    proportions: Floats = counts / counts.sum(axis=1, keepdims=True)
    return proportions
