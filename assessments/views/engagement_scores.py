"""Engagements with scores of their own, from exactly the answers that the viewer may see."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assessments import scorecards as stored
from assessments.choices import Level
from assessments.models import Engagement, Framework, Scorecard
from assessments.scoring.engagements import ScoredEngagement, score_engagements
from assessments.scoring.inputs import Answer, EngagementShape
from organisations.http import SignedInRequest


@dataclass(frozen=True, slots=True)
class Scored:
    """An engagement and its scores."""

    engagement: Engagement
    result: ScoredEngagement


def visible_engagements(request: SignedInRequest, scorecards: Sequence[Scorecard]) -> list[Engagement]:
    """The engagements that the scorecards' assessments are about, with dyad and missions: three queries."""
    revisions = [pk for card in scorecards for pk in card.revision_ids]
    assessed = Engagement.objects.visible_to(request.user).filter(assessments__current_revision__in=revisions)
    ordered = assessed.select_related("dyad__first", "dyad__second").prefetch_related("parts__mission")
    return list(ordered.distinct().order_by("dyad__first__acronym", "dyad__second__acronym", "name", "pk"))


def scored_engagements(
    framework: Framework,
    scorecards: Sequence[Scorecard],
    every: Sequence[Engagement],
    chosen: Sequence[Engagement],
) -> list[Scored]:
    """The scores of the chosen engagements, each from all field answers of its dyad: three queries.

    ``every`` engagement of a chosen one's dyad is needed: what is chosen must change no figure.
    """
    dyads = {engagement.dyad_id for engagement in chosen}
    shown = [card for card in scorecards if card.dyad_id in dyads]
    shape = stored.framework_shape(framework)
    answers = _by_dyad(shown)
    found: dict[int, ScoredEngagement] = {}
    for card in shown:
        shapes = [EngagementShape(e.pk, e.arrangement) for e in every if e.dyad_id == card.dyad_id]
        calibration = stored.calibration_record(card.calibration).levels[Level.FIELD]
        for result in score_engagements(shape, answers[card.dyad_id], calibration, shapes):
            found[result.id] = result
    return [Scored(engagement, found[engagement.pk]) for engagement in chosen if engagement.pk in found]


def _by_dyad(scorecards: Sequence[Scorecard]) -> Mapping[int, list[Answer]]:
    revisions = [pk for card in scorecards for pk in card.revision_ids]
    answers: dict[int, list[Answer]] = defaultdict(list)
    for dyad, answer in stored.answers_with_dyads(revisions, Level.FIELD):
        answers[dyad].append(answer)
    return answers
