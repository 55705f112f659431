"""What a scorecard says beside its scores: how far assessors agree, its parts side by side, and its cases."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from assessments.scoring.agreement import Agreement, agreement
from assessments.scoring.calibration import Calibration, LevelCalibration
from assessments.scoring.contrasts import contrasts
from assessments.scoring.engagements import fit_cases, score_engagements
from assessments.scoring.inputs import FIELD, POLITICAL, Answer, EngagementShape, FrameworkShape
from assessments.scoring.results import CaseLevel, Portion, ScorecardResult
from assessments.scoring.scorecard import score_level
from assessments.scoring.tallies import by_indicator


def with_details(
    result: ScorecardResult,
    framework: FrameworkShape,
    answers: Sequence[Answer],
    calibration: Calibration,
    engagements: Sequence[EngagementShape],
) -> ScorecardResult:
    """The scorecard with what else these answers, from which it was computed, say."""
    return replace(
        result,
        agreements=_agreements(result, answers),
        contrasts=contrasts(framework, answers, calibration, engagements),
        case_levels=(
            *_periods(framework, answers, calibration.levels[POLITICAL]),
            *(
                CaseLevel(scored.case, FIELD, Portion.of(scored.level))
                for scored in score_engagements(framework, answers, calibration.levels[FIELD], engagements)
            ),
        ),
    )


def _periods(
    framework: FrameworkShape, answers: Sequence[Answer], calibration: LevelCalibration
) -> Iterator[CaseLevel]:
    """The political level of each period, in the way of :func:`score_engagements`."""
    shapes = framework.of_level(POLITICAL)
    codes = sorted(i.code for shape in shapes for i in shape.indicators if i.evaluative)
    own = [answer for answer in answers if answer.indicator in codes]
    fit = fit_cases([answer for answer in own if answer.score is not None], codes, calibration)
    for case in sorted({answer.case for answer in own}):
        of_case = [answer for answer in own if answer.case == case]
        level = score_level(POLITICAL, shapes, of_case, (), partial(fit.estimates, case=case))
        yield CaseLevel(case, POLITICAL, Portion.of(level))


def _agreements(result: ScorecardResult, answers: Sequence[Answer]) -> dict[str, Agreement]:
    """Of indicators that two or more assessors have scored in one case."""
    several = {
        indicator.code for case in result.cases for indicator in case.indicators if indicator.n_assessors > 1
    }
    given = by_indicator(answers)
    found = {code: agreement(given[code]) for code in sorted(several)}
    return {code: of_code for code, of_code in found.items() if of_code.n_units}
