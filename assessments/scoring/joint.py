"""From the answers of all dyads to adjusted scores, severities and the bias of conflict, as one record."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from assessments.scoring.calibration import Calibration, LevelCalibration
from assessments.scoring.inputs import LEVELS, Answer, EngagementShape, FrameworkShape
from assessments.scoring.intervals import HIGHEST, LOWEST, Distribution, Floats, inflation
from assessments.scoring.results import LevelResult
from assessments.scoring.scorecard import score_dyad
from assessments.scoring.tier_b import JointPosterior, JointRatings, fit

DIFFERS_ABOVE = 0.3


@dataclass(frozen=True, slots=True)
class Severity:
    """How much higher (above 0) or lower an assessor rates than an average one, on the scale of scores."""

    severity: float
    standard_error: float
    n_ratings: int
    n_dyads: int


@dataclass(frozen=True, slots=True)
class AdjustedFigure:
    """A score corrected for who rated, with its 90% interval, beside that of tier A from the same answers.

    ``variance`` is inflated as in the scorecard; ``differs`` where the two lie more than .3 apart.
    """

    score: float
    lower: float
    upper: float
    variance: float
    tier_a: float
    differs: bool


@dataclass(frozen=True, slots=True)
class JointFit:
    """The joint model of one level.

    ``mu`` by indicator code, ``severities`` by assessor id, ``dyads`` by dyad id and then by the code of each
    figure that the scorecard publishes. ``bias`` is how much higher assessors in conflict rate; none where no
    rating is in conflict. ``left_out`` are assessors whom no rating connects to the others, and
    ``dyads_left_out`` dyads with published figures that only they rated.
    """

    level: str
    n_ratings: int
    n_conflict: int
    mu: Mapping[str, float]
    severities: Mapping[int, Severity]
    bias: float | None
    bias_error: float | None
    dyads: Mapping[int, Mapping[str, AdjustedFigure]]
    left_out: tuple[int, ...]
    dyads_left_out: tuple[int, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values; ids become strings, as keys of JSON objects are."""
        content = asdict(self)
        for name in ("severities", "dyads"):
            content[name] = {str(key): value for key, value in content[name].items()}
        return content | {"left_out": list(self.left_out), "dyads_left_out": list(self.dyads_left_out)}

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "JointFit":
        severities = {int(who): Severity(**part) for who, part in content["severities"].items()}
        dyads = {
            int(dyad): {code: AdjustedFigure(**figure) for code, figure in figures.items()}
            for dyad, figures in content["dyads"].items()
        }
        ids = {name: tuple(content[name]) for name in ("left_out", "dyads_left_out")}
        return cls(**{**content, "severities": severities, "dyads": dyads, **ids})


def fit_answers(
    framework: FrameworkShape,
    answers: Sequence[tuple[int, Answer]],
    calibration: Calibration,
    engagements: Mapping[int, Sequence[EngagementShape]],
    anchors: Collection[int] = frozenset(),
) -> tuple[JointFit, ...]:
    """Fit each level from (dyad id, answer) pairs in any order; ``engagements`` by dyad id.

    ``anchors`` are ids of pseudo-dyads (common vignettes): their ratings connect assessors, and their scores
    are not reported. Tier A is calculated beside it from the same answers.
    """
    of_dyad: dict[int, list[Answer]] = defaultdict(list)
    for dyad, answer in answers:
        if dyad not in anchors:
            of_dyad[dyad].append(answer)
    scorecards = {
        dyad: score_dyad(framework, given, calibration, engagements.get(dyad, ()))
        for dyad, given in of_dyad.items()
    }
    return tuple(
        fit_level(
            framework,
            level,
            answers,
            calibration.levels[level],
            {dyad: scorecard.levels[position] for dyad, scorecard in scorecards.items()},
            anchors,
        )
        for position, level in enumerate(LEVELS)
    )


def fit_level(
    framework: FrameworkShape,
    level: str,
    answers: Iterable[tuple[int, Answer]],
    calibration: LevelCalibration,
    results: Mapping[int, LevelResult],
    anchors: Collection[int] = frozenset(),
) -> JointFit:
    """Fit one level, where tier A's ``results`` of the same answers are there already, for every dyad."""
    codes = [
        indicator.code
        for dimension in framework.of_level(level)
        for indicator in dimension.indicators
        if indicator.evaluative
    ]
    counted = {
        dyad: {i.code for d in result.dimensions for i in d.indicators if i.score is not None}
        for dyad, result in results.items()
    } | {anchor: set(codes) for anchor in anchors}
    used = [pair for pair in answers if pair[1].score is not None and pair[1].indicator in counted[pair[0]]]
    if not used:
        return JointFit(level, 0, 0, {}, {}, None, None, {}, (), ())
    dyads, assessors, ratings = _arrays(used, codes)
    positions = np.flatnonzero(np.isin(dyads, list(anchors)))
    fitted = fit(ratings, calibration.components, frozenset(positions.tolist()))
    kept = ratings.only(np.isin(ratings.assessor, fitted.assessors))
    n_conflict = int(kept.conflict.sum())
    adjusted = _adjusted(fitted, dyads, codes, results, calibration.degrees_of_freedom)
    return JointFit(
        level=level,
        n_ratings=len(kept.score),
        n_conflict=n_conflict,
        mu={codes[index]: float(mu) for index, mu in zip(fitted.indicators, fitted.mu, strict=True)},
        severities=_severities(fitted, kept, assessors),
        bias=fitted.bias if n_conflict else None,
        bias_error=fitted.bias_error if n_conflict else None,
        dyads=adjusted,
        left_out=tuple(assessors[fitted.left_out].tolist()),
        dyads_left_out=tuple(sorted(d for d in results if counted[d] and d not in adjusted)),
    )


def _arrays(
    answers: Sequence[tuple[int, Answer]], codes: Sequence[str]
) -> tuple[np.ndarray, np.ndarray, JointRatings]:
    """Ids of dyads and of assessors by their index, and the ratings; all ascending by id."""
    position = {code: index for index, code in enumerate(codes)}
    cases = {case: index for index, case in enumerate(sorted({(of, answer.case) for of, answer in answers}))}
    dyads, dyad = np.unique([of for of, _ in answers], return_inverse=True)
    assessors, assessor = np.unique([answer.assessor_id for _, answer in answers], return_inverse=True)
    ratings = JointRatings(
        dyad=dyad,
        case=np.array([cases[of, answer.case] for of, answer in answers], np.intp),
        assessor=assessor,
        indicator=np.array([position[answer.indicator] for _, answer in answers], np.intp),
        score=np.array([answer.score for _, answer in answers], np.float64),
        conflict=np.array([answer.conflict for _, answer in answers], np.float64),
    )
    return dyads, assessors, ratings


def _severities(fitted: JointPosterior, ratings: JointRatings, assessors: np.ndarray) -> dict[int, Severity]:
    links = np.unique(np.column_stack([ratings.assessor, ratings.dyad]), axis=0)
    n_ratings = np.bincount(ratings.assessor, minlength=len(assessors))
    n_dyads = np.bincount(links[:, 0], minlength=len(assessors))
    columns = (fitted.severity, fitted.severity_error, n_ratings[fitted.assessors], n_dyads[fitted.assessors])
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return {who: Severity(*row) for who, row in zip(assessors[fitted.assessors].tolist(), rows, strict=True)}


def _adjusted(
    fitted: JointPosterior,
    dyads: np.ndarray,
    codes: Sequence[str],
    results: Mapping[int, LevelResult],
    degrees_of_freedom: float,
) -> dict[int, dict[str, AdjustedFigure]]:
    """Every figure that the scorecard publishes, with the weights that it has there."""
    names: list[tuple[int, str, float]] = []
    means, variances = [], []
    for position, dyad in enumerate(dyads[fitted.dyads].tolist()):
        if dyad in results:
            published, weights = published_weights(results[dyad], codes)
            figures = results[dyad].figures()
            names += [(dyad, code, figures[code].score or 0.0) for code in published]
            linear = fitted.linear(position, weights)
            means.append(linear[0])
            variances.append(linear[1])
    if not names:
        return {}
    rows = _rows(np.concatenate(means), np.concatenate(variances) * inflation(degrees_of_freedom))
    adjusted: dict[int, dict[str, AdjustedFigure]] = defaultdict(dict)
    for (dyad, code, tier_a), (score, lower, upper, variance) in zip(names, rows, strict=True):
        differs = abs(score - tier_a) > DIFFERS_ABOVE
        adjusted[dyad][code] = AdjustedFigure(score, lower, upper, variance, tier_a, differs)
    return dict(adjusted)


def _rows(mean: Floats, variance: Floats) -> list[list[float]]:
    """Score, bounds of the 90% interval and variance, one row a figure."""
    betas = Distribution.of(mean, variance)
    columns = (np.clip(mean, LOWEST, HIGHEST), betas.quantile(0.05), betas.quantile(0.95), variance)
    rows: list[list[float]] = np.column_stack(columns).tolist()
    return rows


def published_weights(level: LevelResult, codes: Sequence[str]) -> tuple[list[str], Floats]:
    """What a scorecard publishes of a level, by code, and its weights (figures x indicators)."""
    position = {code: index for index, code in enumerate(codes)}
    figures: list[str] = []
    rows: list[Floats] = []
    of_level = np.zeros(len(codes))
    for dimension in level.dimensions:
        of_dimension = np.zeros(len(codes))
        for indicator in dimension.indicators:
            if indicator.score is not None:
                figures.append(indicator.code)
                rows.append(np.eye(1, len(codes), position[indicator.code])[0])
                of_dimension[position[indicator.code]] = indicator.weight
        if dimension.score is not None:
            figures.append(dimension.code)
            rows.append(of_dimension)
            of_level += dimension.weight * of_dimension
    if level.score is not None:
        figures.append(level.code)
        rows.append(of_level)
    return figures, np.array(rows)
