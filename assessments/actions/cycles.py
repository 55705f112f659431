"""The next cycle: a later period, assessed from an approved assessment whose answers are reconfirmed."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from assessments.actions.assessments import keep_authors, locked_assessment, open_assessment
from assessments.actions.recording import AnswerInput, save_ratings, touch
from assessments.choices import Marking, State
from assessments.models import Assessment, Evidence, Indicator, Rating
from assessments.policy import may_act
from assessments.workflow import Action
from organisations.models import User

UNDER_WAY = [State.DRAFT, State.SUBMITTED, State.IN_REVIEW, State.RETURNED]


@transaction.atomic
def start_next_cycle(
    *,
    assessment: Assessment,
    by: User,
    period: tuple[int, int],
    basis: str,
    at: datetime,
    reference: str = "",
    marking: str = Marking.AMBER,
) -> Assessment:
    """Open a draft about the same thing in a later period; no answer of ``assessment`` counts in it yet.

    Raises ``Refused``, and ``ValidationError`` by field.
    """
    locked = locked_assessment(assessment)
    may_act(by, Action.CONTINUE, locked).enforce()
    if period[0] <= locked.period_start or period[1] <= locked.period_end:
        raise ValidationError(
            {
                "period_start": _("The next cycle begins and ends later than %(period)s.")
                % {"period": locked.period}
            }
        )
    if locked.continuations.filter(assessor=by, state__in=UNDER_WAY).exists():
        raise ValidationError(_("You have begun a next cycle of this assessment already."))
    draft = open_assessment(
        by=by,
        on_behalf_of=locked.on_behalf_of,
        dyad=locked.dyad,
        engagement=locked.engagement,
        framework=locked.framework,
        period=period,
        basis=basis,
        reference=reference,
        marking=marking,
        at=at,
    )
    draft.continues = locked
    draft.save(update_fields=["continues"])
    return draft


@transaction.atomic
def reconfirm(*, assessment: Assessment, indicator: Indicator, by: User, at: datetime) -> Rating:
    """Say that the earlier answer still holds: it becomes the answer, with its evidence.

    A rationale or confidence that is written already stays instead of the earlier one. Whoever wrote the
    earlier assessment has then written of this one, too. Raises ``Refused`` and ``ValidationError``.
    """
    locked = locked_assessment(assessment)
    may_act(by, Action.EDIT, locked).enforce()
    earlier = _earlier(locked, indicator)
    written = locked.ratings.filter(indicator=indicator).first() or Rating(version=0)
    if written.answered:
        raise ValidationError(
            _("%(indicator)s is answered already. Take that back first if the earlier one still holds.")
            % {"indicator": indicator}
        )
    answer = AnswerInput(
        indicator=indicator,
        score=earlier.score,
        non_score=earlier.non_score,
        rationale=written.rationale or earlier.rationale,
        confidence=written.confidence or earlier.confidence,
        version=written.version,
    )
    [rating] = save_ratings(assessment=locked, answers=[answer], by=by, at=at)
    _copy_evidence(earlier, rating)
    keep_authors(earlier.assessment, locked)
    return rating


@transaction.atomic
def cite_again(*, assessment: Assessment, indicator: Indicator, by: User, at: datetime) -> int:
    """Cite the evidence of the earlier answer for one that may differ; returns how many places are added."""
    locked = locked_assessment(assessment)
    may_act(by, Action.EDIT, locked).enforce()
    earlier = _earlier(locked, indicator)
    rating, _created = Rating.objects.get_or_create(
        assessment=locked, indicator=indicator, defaults={"version": 0, "updated_by": by, "updated_at": at}
    )
    added = _copy_evidence(earlier, rating)
    touch(locked, by, at)
    return added


def _earlier(assessment: Assessment, indicator: Indicator) -> Rating:
    earlier = assessment.earlier_ratings().get(indicator.pk)
    if earlier is None:
        raise ValidationError(_("There is no earlier answer to %(indicator)s.") % {"indicator": indicator})
    return earlier


def _copy_evidence(earlier: Rating, rating: Rating) -> int:
    """Places that are cited already are left alone."""
    added = [evidence for evidence in earlier.evidence.all() if not rating.cites(evidence)]
    for evidence in added:
        copy = Evidence.objects.get(pk=evidence.pk)
        copy.pk, copy.rating = None, rating
        copy.save(force_insert=True)
    return len(added)
