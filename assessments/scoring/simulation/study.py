"""Repeating a scenario, and what comes of it: errors and coverage by estimator and kind of figure."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt

import numpy as np

from assessments.scoring.inputs import FIELD
from assessments.scoring.joint import JointFit
from assessments.scoring.simulation.estimators import (
    ESTIMATORS,
    Adjust,
    Floats,
    Scored,
    score_world,
    unchanged,
)
from assessments.scoring.simulation.scenarios import Scenario, Size, World, draw

INDICATOR, DIMENSION, LEVEL = "indicator", "dimension", "level"
KINDS = (INDICATOR, DIMENSION, LEVEL)
NORMAL_95 = 1.6449
WITHIN = 0.1


@dataclass(frozen=True, slots=True)
class Replication:
    """Sums over the figures of one drawn world (estimators x kinds x measures), its joint fit, and how much
    the bias of conflict moved its ratings.

    Measures: figures, errors, squared errors, intervals that hold the truth, widths, and intervals that hold
    what was meant before rounding and clipping.
    """

    sums: Floats
    joint: JointFit
    shift: float


@dataclass(frozen=True, slots=True)
class Row:
    """How one estimator did at one kind of figure; coverage in shares of 1, ``coverage_error`` its standard
    error over replications."""

    scenario: str
    estimator: str
    kind: str
    figures: int
    bias: float
    rmse: float
    coverage: float
    coverage_error: float
    width: float
    coverage_of_latent: float


@dataclass(frozen=True, slots=True)
class BiasRow:
    """How tier B found the bias of assessors in conflict; ``within`` is the share less than .1 away.

    ``added`` is the bias before ratings were rounded and clipped, ``shift`` what was left of it after: that
    is what there is to be found. ``coverage`` is of the 90% intervals of ``found``.
    """

    ratings: float
    added: float
    shift: float
    found: float
    rmse: float
    within: float
    coverage: float


def replications(
    scenario: Scenario, count: int, seed: int, size: Size | None = None, adjust: Adjust = unchanged
) -> Iterator[Replication]:
    """Draw and score ``count`` worlds, each from a stream of its own by seed, scenario and number."""
    for number in range(count):
        generator = np.random.default_rng([seed, zlib.crc32(scenario.code.encode()), number])
        world = draw(scenario, generator, size or Size())
        scored, joint = score_world(world, generator, adjust)
        yield Replication(_sums(world, scored), joint, world.shift)


def summarise(scenario: Scenario, done: list[Replication]) -> list[Row]:
    each = np.array([replication.sums for replication in done])
    sums = each.sum(axis=0)
    figures, errors, squares, covered, widths, of_latent = np.moveaxis(sums, -1, 0)
    coverage = covered / figures
    spread = (each[..., 3] - coverage * each[..., 0]) / figures
    coverage_error = np.sqrt(np.square(spread).sum(axis=0))
    return [
        Row(
            scenario.code,
            estimator,
            kind,
            int(figures[e, k]),
            float(errors[e, k] / figures[e, k]),
            sqrt(squares[e, k] / figures[e, k]),
            float(coverage[e, k]),
            float(coverage_error[e, k]),
            float(widths[e, k] / figures[e, k]),
            float(of_latent[e, k] / figures[e, k]),
        )
        for e, estimator in enumerate(ESTIMATORS)
        for k, kind in enumerate(KINDS)
    ]


def summarise_bias(scenario: Scenario, done: list[Replication]) -> BiasRow:
    rows = [(r.joint.bias, r.joint.bias_error, r.shift) for r in done if r.joint.bias is not None]
    found, standard_error, shift = np.array(rows, dtype=np.float64).T
    errors = found - shift
    return BiasRow(
        ratings=float(np.mean([r.joint.n_ratings for r in done])),
        added=scenario.bias,
        shift=float(shift.mean()),
        found=float(found.mean()),
        rmse=float(np.sqrt(np.square(errors).mean())),
        within=float((np.abs(errors) < WITHIN).mean()),
        coverage=float((np.abs(errors) < NORMAL_95 * standard_error).mean()),
    )


def _sums(world: World, scored: list[Scored]) -> Floats:
    sums = np.zeros((len(ESTIMATORS), len(KINDS), 6))
    for dyad in scored:
        truth, latent = (dyad.weights @ values[dyad.dyad] for values in (world.expected, world.theta))
        kinds = np.array([KINDS.index(_kind(code)) for code in dyad.codes])
        for position, estimator in enumerate(ESTIMATORS):
            score, lower, upper = dyad.figures[estimator]
            error = score - truth
            covered, latent_covered = ((lower <= value) & (value <= upper) for value in (truth, latent))
            measures = (np.ones(len(kinds)), error, error**2, covered, upper - lower, latent_covered)
            np.add.at(sums[position], kinds, np.column_stack(measures))
    return sums


def _kind(code: str) -> str:
    if code == FIELD:
        return LEVEL
    return INDICATOR if "." in code else DIMENSION
