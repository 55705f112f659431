"""The joint fit of one level from arrays: the record of :mod:`assessments.scoring.joint`, at any size."""

from collections.abc import Iterator

import numpy as np

from assessments.scoring.bulk import Floats, Indices, Layout, LevelAnswers, Posteriors, posteriors, weights
from assessments.scoring.calibration import LevelCalibration
from assessments.scoring.intervals import HIGHEST, LOWEST, Distribution
from assessments.scoring.joint import DIFFERS_ABOVE, AdjustedFigure, JointFit, Severity
from assessments.scoring.tier_b import JointPosterior, JointRatings, fit


def fit_level_arrays(
    level: str,
    layout: Layout,
    answers: LevelAnswers,
    calibration: LevelCalibration,
    *,
    dyads: Indices,
    assessors: Indices,
    anchors: Indices,
) -> JointFit:
    """Fit one level; ``dyads`` and ``assessors`` are the ids of the answers' positions.

    ``anchors`` are positions of dyads that are common vignettes: they connect assessors and are not reported.
    """
    used = answers.counted(layout)
    if not len(used.score):
        return JointFit(level, 0, 0, {}, {}, None, None, {}, (), ())
    fitted = fit(used, calibration.components, frozenset(anchors.tolist()))
    kept = used.only(np.isin(used.assessor, fitted.assessors))
    n_conflict = int(kept.conflict.sum())
    proper = used.only(~np.isin(used.dyad, anchors))
    names = (*layout.indicators, *layout.dimensions, level)
    adjusted = {
        int(dyads[position]): dict(zip((names[f] for f in figures), of_dyad, strict=True))
        for position, figures, of_dyad in _adjusted(fitted, proper, answers, layout, calibration)
    }
    rated = dyads[np.unique(proper.dyad)].tolist()
    codes = [layout.indicators[index] for index in fitted.indicators]
    return JointFit(
        level=level,
        n_ratings=len(kept.score),
        n_conflict=n_conflict,
        mu=dict(zip(codes, fitted.mu.tolist(), strict=True)),
        severities=_severities(fitted, kept, assessors),
        bias=fitted.bias if n_conflict else None,
        bias_error=fitted.bias_error if n_conflict else None,
        dyads=adjusted,
        left_out=tuple(sorted(assessors[fitted.left_out].tolist())),
        dyads_left_out=tuple(sorted(set(rated) - adjusted.keys())),
    )


def _severities(fitted: JointPosterior, kept: JointRatings, assessors: Indices) -> dict[int, Severity]:
    links = np.unique(np.column_stack([kept.assessor, kept.dyad]), axis=0)
    n_ratings = np.bincount(kept.assessor, minlength=len(assessors))[fitted.assessors]
    n_dyads = np.bincount(links[:, 0], minlength=len(assessors))[fitted.assessors]
    columns = (assessors[fitted.assessors], fitted.severity, fitted.severity_error, n_ratings, n_dyads)
    return {who: Severity(*rest) for who, *rest in zip(*(column.tolist() for column in columns), strict=True)}


def _adjusted(
    fitted: JointPosterior,
    proper: JointRatings,
    answers: LevelAnswers,
    layout: Layout,
    calibration: LevelCalibration,
) -> Iterator[tuple[int, list[int], list[AdjustedFigure]]]:
    """Of each dyad that was fitted the figures that its scorecard publishes, weighted as there."""
    n_dyads, here = len(answers.applies), fitted.dyads[np.isin(fitted.dyads, proper.dyad)]
    shown = weights(answers, layout).only(here)
    mu = np.array([calibration.mean_of(code) for code in layout.indicators])
    tier_a, _ = posteriors(proper, n_dyads, mu, calibration).only(here).figures(shown, calibration)
    mean, variance = _tier_b(fitted, n_dyads, len(mu)).only(here).figures(shown, calibration)
    position, figure = np.nonzero(shown.published)
    rows = _figures(mean[shown.published], variance[shown.published], tier_a[shown.published])
    cuts = np.searchsorted(position, np.arange(len(here) + 1))
    for index, dyad in enumerate(here.tolist()):
        own = slice(cuts[index], cuts[index + 1])
        yield dyad, figure[own].tolist(), rows[own]


def _tier_b(fitted: JointPosterior, n_dyads: int, n_indicators: int) -> Posteriors:
    """Theta by the positions of all dyads and indicators; 0 where nothing was fitted."""
    mean = np.zeros((n_dyads, n_indicators))
    covariance = np.zeros((n_dyads, n_indicators, n_indicators))
    mean[np.ix_(fitted.dyads, fitted.indicators)] = fitted.mean
    covariance[np.ix_(fitted.dyads, fitted.indicators, fitted.indicators)] = fitted.covariance
    return Posteriors(mean, covariance)


def _figures(mean: Floats, variance: Floats, tier_a: Floats) -> list[AdjustedFigure]:
    betas = Distribution.of(mean, variance)
    score, other = np.clip(mean, LOWEST, HIGHEST), np.clip(tier_a, LOWEST, HIGHEST)
    columns = (score, betas.quantile(0.05), betas.quantile(0.95), variance, other)
    differs = (np.abs(score - other) > DIFFERS_ABOVE).tolist()
    rows: list[tuple[float, float, float, float, float]] = np.column_stack(columns).tolist()
    return [AdjustedFigure(*row, flag) for row, flag in zip(rows, differs, strict=True)]
