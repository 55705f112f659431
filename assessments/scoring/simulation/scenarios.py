"""Truths, and ratings of them that err as a scenario says."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from assessments.scoring.calibration import Components
from assessments.scoring.inputs import (
    FIELD,
    INSUFFICIENT_EVIDENCE,
    Answer,
    DimensionShape,
    FrameworkShape,
    IndicatorShape,
)

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Generator = np.random.Generator

DIMENSION_SIZES = (4, 4, 3, 3)
N_INDICATORS = sum(DIMENSION_SIZES)
USUAL, USUAL_SD = 3.0, 0.4
MOST_CASES = 3
SHARE_IN_CONFLICT = 1 / 3
MISSING_AT_RANDOM = 0.35
MISSING_IF_LOW = 0.35
LOW = 2
STEPS = np.array([1.5, 2.5, 3.5, 4.5])


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is to go by; ``fewest`` to ``most`` assessments a dyad, by different assessors."""

    dyads: int = 20
    assessors: int = 15
    fewest: int = 2
    most: int = 5


TEN_THOUSAND_RATINGS = Size(dyads=80, assessors=60, fewest=8, most=10)


@dataclass(frozen=True, slots=True)
class Scenario:
    """Variances of the truth and of what moves ratings; ``bias`` is added to those in conflict.

    ``missing_at_random`` is the share of answers without a score, ``missing_if_low`` that of 1s and 2s.
    """

    code: str
    components: Components = field(default_factory=lambda: Components(assessor=0.25))
    conflict_share: float = 0.0
    bias: float = 0.0
    missing_at_random: float = 0.0
    missing_if_low: float = 0.0


def _scaled(factor: float) -> Components:
    return Components(**{name: factor * variance for name, variance in asdict(Components()).items()})


CONFLICT = Scenario("conflict", conflict_share=SHARE_IN_CONFLICT, bias=0.8)
SCENARIOS = (
    Scenario("equal_severity", Components(assessor=0.0)),
    Scenario("severity"),
    CONFLICT,
    Scenario("missing_at_random", missing_at_random=MISSING_AT_RANDOM),
    Scenario("low_missing", missing_if_low=MISSING_IF_LOW),
    Scenario("half_components", _scaled(0.5)),
    Scenario("double_components", _scaled(2.0)),
)


@dataclass(frozen=True, slots=True)
class World:
    """``expected``, ``theta`` and ``shift`` are true; the rest is seen of them, one row an assessment.

    ``expected`` (dyads x indicators) is how an average assessor without conflict would rate on average, which
    is what a score is to say; ``theta`` is the same before ratings were rounded and clipped. ``shift`` is how
    much higher the bias of conflict moved ratings: less than the bias, as nothing is above 5. ``scores``
    (assessments x indicators) are 1..5, not a number where evidence was insufficient.
    """

    expected: Floats
    theta: Floats
    shift: float
    dyad: Indices
    case: Indices
    assessor: Indices
    conflict: NDArray[np.bool_]
    scores: Floats

    def answers(self) -> Iterator[tuple[int, Answer]]:
        """(dyad, answer) pairs as the application reads them."""
        columns = (self.dyad, self.case, self.assessor, self.conflict)
        rows = zip(*(column.tolist() for column in columns), self.scores.tolist(), strict=True)
        number = 0
        for dyad, case, assessor, conflict, scores in rows:
            for code, score in zip(CODES, scores, strict=True):
                number += 1
                given = None if np.isnan(score) else int(score)
                non_score = INSUFFICIENT_EVIDENCE if given is None else None
                yield (
                    dyad,
                    Answer(
                        number, str(case), case + 1, assessor, code, given, non_score, conflict, "high", True
                    ),
                )


def draw(scenario: Scenario, generator: Generator, size: Size) -> World:
    """Draw a truth and ratings of it, rounded and clipped to 1..5."""
    parts = scenario.components
    usual = generator.normal(USUAL, USUAL_SD, N_INDICATORS)
    effects = _normal(generator, parts.dyad, size.dyads, 1)
    theta = usual + effects + _normal(generator, parts.dyad_indicator, size.dyads, N_INDICATORS)
    theta = theta.clip(1, 5)
    dyad, case, assessor = _assessments(generator, size)
    conflict = generator.random(len(dyad)) < scenario.conflict_share
    n_cases = int(case.max()) + 1
    of_case = _normal(generator, parts.case, n_cases, 1)
    of_case = of_case + _normal(generator, parts.case_indicator, n_cases, N_INDICATORS)
    severity = _normal(generator, parts.assessor, size.assessors, 1)
    meant = theta[dyad] + of_case[case] + severity[assessor]
    meant = meant + _normal(generator, parts.residual, len(dyad), N_INDICATORS)
    scores = _rated(meant + scenario.bias * conflict[:, None])
    moved = (scores - _rated(meant))[conflict]
    missing = scenario.missing_at_random + scenario.missing_if_low * (scores <= LOW)
    scores[generator.random(scores.shape) < missing] = np.nan
    shift = float(moved.mean()) if moved.size else 0.0
    noise = parts.case + parts.case_indicator + parts.residual
    return World(_expected(theta, noise), theta, shift, dyad, case, assessor, conflict, scores)


def _expected(theta: Floats, variance: float) -> Floats:
    """Mean of what is rated, when normal errors of that variance come before rounding and clipping."""
    expected: Floats = 1 + ndtr((theta[..., None] - STEPS) / variance**0.5).sum(axis=-1)
    return expected


def _rated(meant: Floats) -> Floats:
    return np.rint(meant).clip(1, 5)


def _assessments(generator: Generator, size: Size) -> tuple[Indices, Indices, Indices]:
    """Dyad, case and assessor of each assessment; assessors fall by chance on a dyad's 1 to 3 cases."""
    numbers = generator.integers(size.fewest, size.most, size.dyads, endpoint=True)
    assessors = [generator.choice(size.assessors, number, replace=False) for number in numbers]
    most = generator.integers(1, MOST_CASES, size.dyads, endpoint=True)
    dyad = np.repeat(np.arange(size.dyads), numbers)
    case = dyad * MOST_CASES + generator.integers(0, np.repeat(most, numbers))
    return dyad, case, np.concatenate(assessors)


def _normal(generator: Generator, variance: float, rows: int, columns: int) -> Floats:
    return generator.normal(0, variance**0.5, (rows, columns))


def _framework() -> FrameworkShape:
    return FrameworkShape(
        tuple(
            DimensionShape(
                f"D{d}",
                FIELD,
                1.0,
                frozenset(),
                tuple(IndicatorShape(f"D{d}.{i}") for i in range(1, size + 1)),
            )
            for d, size in enumerate(DIMENSION_SIZES, 1)
        )
    )


FRAMEWORK = _framework()
CODES = tuple(indicator.code for dimension in FRAMEWORK.dimensions for indicator in dimension.indicators)
