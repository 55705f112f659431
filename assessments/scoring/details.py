"""What a scorecard says beside its scores: how far assessors agree, and its parts side by side."""

from collections.abc import Sequence
from dataclasses import replace

from assessments.scoring.agreement import Agreement, agreement
from assessments.scoring.calibration import Calibration
from assessments.scoring.contrasts import contrasts
from assessments.scoring.inputs import Answer, EngagementShape, FrameworkShape
from assessments.scoring.results import ScorecardResult
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
    )


def _agreements(result: ScorecardResult, answers: Sequence[Answer]) -> dict[str, Agreement]:
    """Of indicators that two or more assessors have scored in one case."""
    several = {
        indicator.code for case in result.cases for indicator in case.indicators if indicator.n_assessors > 1
    }
    given = by_indicator(answers)
    found = {code: agreement(given[code]) for code in sorted(several)}
    return {code: of_code for code, of_code in found.items() if of_code.n_units}
