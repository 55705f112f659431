"""What the joint fit reads: everything released to every organisation, and completed vignettes."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assessments import scorecards
from assessments.models import Assessment, Calibration, Framework
from assessments.rating_arrays import RatingArrays, released_ratings, vignette_ratings
from assessments.scoring.bulk import Indices, Layout, LevelAnswers
from assessments.scoring.inputs import FrameworkShape
from assessments.scoring.joint import JointFit
from assessments.scoring.joint_bulk import fit_level_arrays
from assessments.scoring.tier_b import JointRatings


@dataclass(frozen=True, slots=True)
class Rated:
    """How much of a level an assessor has scored; ``dyads`` without vignettes, which are counted apart."""

    ratings: int
    dyads: int
    vignettes: int


@dataclass(frozen=True, slots=True)
class JointInputs:
    """All that goes into a fit. ``ratings`` hold vignettes as dyads of their own, with ids below 0.

    ``indicators`` are ids by code; ``arrangements`` and ``revisions`` by dyad id.
    """

    shape: FrameworkShape
    calibration: Calibration | None
    ratings: RatingArrays
    indicators: Mapping[str, int]
    arrangements: Mapping[int, Collection[str]]
    revisions: Mapping[int, Sequence[int]]

    @property
    def sha256(self) -> str:
        record = self.calibration.sha256 if self.calibration else "defaults"
        return hashlib.sha256(f"{self.ratings.digest()} {record}".encode()).hexdigest()

    def fit(self, level: str) -> JointFit:
        """Fit one level; raises what NumPy and SciPy raise when the numbers cannot be solved."""
        layout, answers, dyads, assessors = self.answers(level)
        record = scorecards.calibration_record(self.calibration)
        return fit_level_arrays(
            level,
            layout,
            answers,
            record.levels[level],
            dyads=dyads,
            assessors=assessors,
            anchors=np.flatnonzero(dyads < 0),
        )

    def rated_by_assessor(self, level: str) -> dict[int, Rated]:
        """By the id of everybody who has scored an evaluative indicator of the level."""
        _layout, answers, dyads, assessors = self.answers(level)
        scored = answers.ratings.only(answers.ratings.score > 0)
        ratings = np.bincount(scored.assessor, minlength=len(assessors))
        links = np.unique(np.column_stack([scored.assessor, scored.dyad]), axis=0)
        vignettes = np.bincount(links[dyads[links[:, 1]] < 0, 0], minlength=len(assessors))
        n_dyads = np.bincount(links[:, 0], minlength=len(assessors)) - vignettes
        rows = zip(assessors.tolist(), ratings.tolist(), n_dyads.tolist(), vignettes.tolist(), strict=True)
        return {assessor: Rated(*rated) for assessor, *rated in rows if rated[0]}

    def n_vignettes(self, level: str) -> int:
        """How many vignettes of the level anybody has completed."""
        _layout, _answers, dyads, _assessors = self.answers(level)
        return int((dyads < 0).sum())

    def answers(self, level: str) -> tuple[Layout, LevelAnswers, Indices, Indices]:
        """The level's answers to evaluative indicators, and the ids of their dyads and assessors."""
        layout = Layout.of(self.shape.of_level(level))
        position = self.ratings.positions([self.indicators[code] for code in layout.indicators])
        own, indicator = self.ratings.only(position >= 0), position[position >= 0]
        dyads, dyad = np.unique(own.dyad, return_inverse=True)
        assessors, assessor = np.unique(own.assessor, return_inverse=True)
        _cases, case = np.unique(own.case, return_inverse=True)
        _pairs, case = np.unique(dyad * (len(_cases) + 1) + case, return_inverse=True)
        ratings = JointRatings(
            dyad, case, assessor, indicator, own.answer.astype(np.float64), own.conflict.astype(np.float64)
        )
        dimensions = [d for d in self.shape.of_level(level) if d.code in layout.dimensions]
        applies = [
            [pk < 0 or d.applies(self.arrangements.get(pk, ())) for d in dimensions] for pk in dyads.tolist()
        ]
        applies_array = np.array(applies, dtype=np.bool_).reshape(len(dyads), len(dimensions))
        return layout, LevelAnswers(ratings, applies_array), dyads, assessors


def released_inputs(framework: Framework) -> JointInputs:
    """Read everything: eight queries, of which one is as long as there are answers."""
    # Revisions first: if anything is approved or taken back meanwhile, they no longer are what is released,
    # and the results are not shown.
    revisions = scorecards.sets_released_to_all(framework)
    return JointInputs(
        shape=scorecards.framework_shape(framework),
        calibration=scorecards.calibration_in_force(framework),
        ratings=released_ratings(framework).followed_by(vignette_ratings(framework)),
        indicators=scorecards.indicator_ids(framework),
        arrangements=_arrangements(framework),
        revisions=revisions,
    )


def _arrangements(framework: Framework) -> dict[int, set[str]]:
    """The arrangements of the engagements of which anything is released to everybody, by dyad id."""
    released = Assessment.objects.approved().filter(framework=framework, released_to_all=True)
    pairs = released.filter(engagement__isnull=False).order_by().distinct()
    found: dict[int, set[str]] = defaultdict(set)
    for dyad, arrangement in pairs.values_list("dyad_id", "engagement__arrangement"):
        found[dyad].add(arrangement)
    return dict(found)
