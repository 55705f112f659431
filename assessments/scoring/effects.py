"""Before and after: what answers up to a year say of a subject, and what later ones say."""

from collections.abc import Sequence
from dataclasses import dataclass

from assessments.scoring.calibration import Calibration
from assessments.scoring.inputs import Answer, EngagementShape, FrameworkShape
from assessments.scoring.intervals import BAND
from assessments.scoring.results import Figure
from assessments.scoring.scorecard import p_above, score_dyad

# From this probability on, two scores are told apart everywhere else too.
CLEAR = BAND[1]


@dataclass(frozen=True, slots=True)
class Effect:
    """``p_fall``: the probability that the later score is below the earlier; none unless both have one."""

    before: Figure | None
    after: Figure | None
    p_fall: float | None

    @property
    def difference(self) -> float | None:
        """Later less earlier; none unless both have a score."""
        if not (self.before and self.after) or self.before.score is None or self.after.score is None:
            return None
        return self.after.score - self.before.score

    @property
    def clearly_worse(self) -> bool:
        return self.p_fall is not None and self.p_fall >= CLEAR

    @property
    def clearly_better(self) -> bool:
        return self.p_fall is not None and 1 - self.p_fall >= CLEAR


def effect(
    framework: FrameworkShape,
    subject: str,
    before: Sequence[Answer],
    after: Sequence[Answer],
    calibration: Calibration,
    engagements: Sequence[EngagementShape],
) -> Effect:
    """Compare what two sets of answers say of ``subject``: an indicator, dimension or level.

    Where both have scored any, only on the indicators that both have, so that a difference is none of
    questions. Each is fitted as if it were all there is, as parts of a scorecard are.
    """
    shared = _scored(before) & _scored(after)
    own = indicators_of(framework, subject)
    if shared & own:
        before, after = (
            [answer for answer in part if answer.indicator in shared or answer.indicator not in own]
            for part in (before, after)
        )
    one, other = (figure_of(framework, subject, part, calibration, engagements) for part in (before, after))
    return Effect(one, other, p_above(one, other) if one and other else None)


def figure_of(
    framework: FrameworkShape,
    subject: str,
    answers: Sequence[Answer],
    calibration: Calibration,
    engagements: Sequence[EngagementShape],
) -> Figure | None:
    """What these answers say of the subject; nothing where none of them is about it."""
    cases = {answer.engagement_id for answer in answers}
    of_these = [engagement for engagement in engagements if engagement.id in cases]
    figure = score_dyad(framework, answers, calibration, of_these).figures().get(subject)
    return figure if figure and figure.assessed else None


def _scored(answers: Sequence[Answer]) -> set[str]:
    return {answer.indicator for answer in answers if answer.score is not None}


def indicators_of(framework: FrameworkShape, subject: str) -> set[str]:
    """The indicators that a subject consists of."""
    return {
        indicator.code
        for dimension in framework.dimensions
        for indicator in dimension.indicators
        if subject in (indicator.code, dimension.code, dimension.level)
    }
