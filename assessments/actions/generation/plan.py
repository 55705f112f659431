"""Who rates what, and how: drawn from a seed, as arrays, before anything is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, sqrt

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from assessments.choices import Arrangement, Level

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

RATINGS_OF_A_DYAD = 205
ASSESSMENTS_OF_AN_ASSESSOR = 45
FEWEST_ASSESSORS, MOST_ASSESSORS = 20, 1000
ENGAGEMENTS = 3
ASSESSORS_OF_A_CASE = (2, 3)
OWN_ORGANISATION = 0.2
BIAS = 0.5
SPREAD = {"dyad": 0.5, "dyad_indicator": 0.5, "case": 0.32, "case_indicator": 0.32, "assessor": 0.45}
RESIDUAL = 0.77
MISSING, DROPPED, EVIDENCE = 0.10, 0.04, 0.4
INSUFFICIENT, NOT_APPLICABLE = 0, -1


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many of each it takes for about so many ratings."""

    organisations: int
    dyads: int
    assessors: int

    @classmethod
    def of(cls, ratings: int) -> "Sizes":
        dyads = max(1, round(ratings / RATINGS_OF_A_DYAD))
        organisations = ceil((1 + sqrt(1 + 8 * dyads)) / 2)
        assessors = round(dyads * (1 + ENGAGEMENTS) * 2.5 / ASSESSMENTS_OF_AN_ASSESSOR)
        assessors = min(MOST_ASSESSORS, max(FEWEST_ASSESSORS, assessors))
        return cls(organisations, dyads, max(assessors, organisations))


@dataclass(frozen=True, slots=True)
class Case:
    """What several assessors rate: an engagement of a dyad, or (without ``arrangement``) the dyad itself."""

    dyad: int
    arrangement: str | None
    assessors: tuple[int, ...]

    @property
    def level(self) -> str:
        return Level.POLITICAL if self.arrangement is None else Level.FIELD


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything but names and ids.

    ``pairs`` are dyads as positions of two organisations, ``home`` the organisation of each assessor (of the
    first ones, the organisation of their own number), ``severities`` theirs.
    """

    sizes: Sizes
    pairs: tuple[tuple[int, int], ...]
    home: Integers
    severities: Floats
    cases: tuple[Case, ...]

    def in_conflict(self, case: Case, assessor: int) -> bool:
        return int(self.home[assessor]) in self.pairs[case.dyad]


def make_plan(draw: Generator, ratings: int) -> Plan:
    sizes = Sizes.of(ratings)
    every_pair = [(a, b) for a in range(sizes.organisations) for b in range(a + 1, sizes.organisations)]
    chosen = np.sort(draw.choice(len(every_pair), sizes.dyads, replace=False))
    pairs = tuple(every_pair[position] for position in chosen.tolist())
    home = np.arange(sizes.assessors) % sizes.organisations
    severities = draw.normal(0, SPREAD["assessor"], sizes.assessors)
    cases: list[Case] = []
    for dyad, pair in enumerate(pairs):
        arrangements = draw.choice(np.array(Arrangement.values), ENGAGEMENTS).tolist()
        cases += [Case(dyad, kind, _assessors(draw, sizes, pair)) for kind in (None, *arrangements)]
    return Plan(sizes, pairs, home, severities, tuple(cases))


def _assessors(draw: Generator, sizes: Sizes, pair: tuple[int, int]) -> tuple[int, ...]:
    """Two or three; one of them may be at home in one of the dyad's organisations."""
    n = int(draw.integers(ASSESSORS_OF_A_CASE[0], ASSESSORS_OF_A_CASE[1] + 1))
    chosen = {int(who) for who in draw.integers(0, sizes.assessors, n)}
    if draw.random() < OWN_ORGANISATION:
        chosen.add(pair[int(draw.integers(0, 2))])
    return tuple(sorted(chosen))


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers of one case: assessors x indicators, the score, 0 (insufficient) or -1 (not applicable)."""

    indicators: tuple[int, ...]
    answer: Integers
    evidence: NDArray[np.bool_]


class Scorer:
    """Draws answers from the model that the method assumes, rounded to the scale."""

    def __init__(
        self, draw: Generator, plan: Plan, asked: Mapping[tuple[str, str | None], Sequence[int]]
    ) -> None:
        """``asked``: positions of the indicators asked at a level in an arrangement."""
        self.draw, self.plan, self.asked = draw, plan, asked
        n = 1 + max((max(positions) for positions in asked.values() if positions), default=0)
        self.mu = draw.normal(3.2, 0.4, n)
        self.of_dyad = draw.normal(0, SPREAD["dyad"], (len(plan.pairs), 1)) + draw.normal(
            0, SPREAD["dyad_indicator"], (len(plan.pairs), n)
        )

    def answers(self, case: Case) -> Answers:
        draw, asked = self.draw, list(self.asked[case.level, case.arrangement])
        shape = (len(case.assessors), len(asked))
        who = list(case.assessors)
        conflict = np.array([self.plan.in_conflict(case, assessor) for assessor in who])
        common = self.mu[asked] + self.of_dyad[case.dyad, asked] + draw.normal(0, SPREAD["case"])
        common = common + draw.normal(0, SPREAD["case_indicator"], len(asked))
        personal = self.plan.severities[who] + BIAS * conflict
        rated = common[None] + personal[:, None] + draw.normal(0, RESIDUAL, shape)
        answer = np.clip(np.rint(rated), 1, 5).astype(np.int64)
        kind = draw.random(shape)
        answer[kind < MISSING + DROPPED] = INSUFFICIENT
        answer[kind < DROPPED] = NOT_APPLICABLE
        return Answers(tuple(asked), answer, (answer > 0) & (draw.random(shape) < EVIDENCE))
