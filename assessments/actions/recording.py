"""Recording answers and their evidence in a draft."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from assessments.actions.assessments import contributed, locked_assessment
from assessments.actions.authorship import others_present
from assessments.actions.notices import tell
from assessments.actions.sources import add_source
from assessments.choices import NoticeKind
from assessments.models import Assessment, Evidence, Indicator, Rating, Source
from assessments.policy import may_act
from assessments.workflow import Action
from organisations.models import User


class Conflict(Exception):
    """Somebody changed an answer since it was read. ``theirs`` is the rating as it is now."""

    def __init__(self, theirs: list[Rating]) -> None:
        super().__init__(_("Somebody has changed this answer since you opened it."))
        self.theirs = theirs


@dataclass(frozen=True, slots=True)
class AnswerInput:
    """One answer as given. ``version`` is the rating's version that was read; 0 when there was no answer."""

    indicator: Indicator
    score: int | None = None
    non_score: str = ""
    rationale: str = ""
    confidence: str = ""
    version: int = 0


@transaction.atomic
def save_ratings(
    *, assessment: Assessment, answers: Iterable[AnswerInput], by: User, at: datetime
) -> list[Rating]:
    """Save answers of a draft, all or none; unchanged ones are left alone.

    Raises ``Refused``, :class:`Conflict` when a version read is no longer the current one, and
    ``ValidationError`` for an indicator that this assessment is not asked.
    """
    locked = locked_assessment(assessment)
    may_act(by, Action.EDIT, locked).enforce()
    answers = list(answers)
    asked = set(locked.applicable_indicators().values_list("pk", flat=True))
    for answer in answers:
        if answer.indicator.pk not in asked:
            raise ValidationError(_("%(indicator)s is not asked here.") % {"indicator": answer.indicator})
    ratings = locked.ratings.select_related("indicator", "updated_by")
    current = {rating.indicator_id: rating for rating in ratings}
    changed = [answer for answer in answers if not _same(current.get(answer.indicator.pk), answer)]
    stale = [a.indicator.pk for a in changed if _is_stale(current.get(a.indicator.pk), a)]
    if any(pk not in current for pk in stale):
        raise ValidationError(_("This answer has never been saved: open the page again."))
    if stale:
        raise Conflict([current[pk] for pk in stale])
    saved = [_write(locked, current.get(answer.indicator.pk), answer, by, at) for answer in changed]
    if saved:
        touch(locked, by, at)
        _tell_who_has_it_open(locked, saved, by, at)
    return saved


def _tell_who_has_it_open(assessment: Assessment, saved: Iterable[Rating], by: User, at: datetime) -> None:
    """Once a day, section and person: who writes on beside somebody meets each conflict in the editor."""
    dimensions = {rating.indicator.dimension_id for rating in saved}
    for present in others_present(assessment, viewer=by, at=at):
        if present.dimension_id in dimensions:
            event = f"dimension {present.dimension_id}, {at:%Y-%m-%d}"
            tell(NoticeKind.CHANGED, assessment, event=event, to=[present.person_id], by=by, at=at)


def _same(rating: Rating | None, answer: AnswerInput) -> bool:
    given = (answer.score, answer.non_score, answer.rationale, answer.confidence)
    if rating is None:
        return given == (None, "", "", "")
    return given == (rating.score, rating.non_score, rating.rationale, rating.confidence)


def _is_stale(rating: Rating | None, answer: AnswerInput) -> bool:
    """Was the answer written since it was read? Clearing counts as writing, citing evidence does not."""
    return (rating.version if rating else 0) != answer.version


def _write(
    assessment: Assessment, rating: Rating | None, answer: AnswerInput, by: User, at: datetime
) -> Rating:
    if rating is None:
        rating = Rating(assessment=assessment, indicator=answer.indicator, version=0)
    rating.version += 1
    rating.score, rating.non_score = answer.score, answer.non_score
    rating.rationale, rating.confidence = answer.rationale, answer.confidence
    rating.updated_by, rating.updated_at = by, at
    rating.full_clean(validate_unique=False)
    rating.save()
    return rating


@transaction.atomic
def add_evidence(
    *,
    assessment: Assessment,
    indicator: Indicator,
    source: Source,
    by: User,
    at: datetime,
    **place: str,
) -> Evidence:
    """Cite a place in a source for one answer; the answer itself may still be open.

    ``place`` are the fields of ``Evidence.PLACE``. Raises ``Refused``, and ``ValidationError`` by field.
    """
    locked = locked_assessment(assessment)
    may_act(by, Action.EDIT, locked).enforce()
    if not locked.applicable_indicators().filter(pk=indicator.pk).exists():
        raise ValidationError(_("%(indicator)s is not asked here.") % {"indicator": indicator})
    if source.organisation_id not in {None, locked.on_behalf_of_id}:
        raise ValidationError(_("This source belongs to another organisation."))
    rating, _created = Rating.objects.get_or_create(
        assessment=locked, indicator=indicator, defaults={"version": 0, "updated_by": by, "updated_at": at}
    )
    evidence = Evidence(rating=rating, source=source, **place)
    evidence.full_clean()
    evidence.save()
    touch(locked, by, at)
    return evidence


@transaction.atomic
def cite_new_source(
    *,
    assessment: Assessment,
    indicator: Indicator,
    source: Mapping[str, Any],
    by: User,
    at: datetime,
    **place: str,
) -> Evidence:
    """Add a source to the organisation's library and cite a place in it: both or neither."""
    added = add_source(organisation=assessment.on_behalf_of, by=by, **source)
    return add_evidence(assessment=assessment, indicator=indicator, source=added, by=by, at=at, **place)


@transaction.atomic
def remove_evidence(*, evidence: Evidence, by: User, at: datetime) -> None:
    locked = locked_assessment(evidence.rating.assessment)
    may_act(by, Action.EDIT, locked).enforce()
    evidence.delete()
    touch(locked, by, at)


def touch(assessment: Assessment, by: User, at: datetime) -> None:
    """Count a change of a locked assessment by ``by``."""
    contributed(assessment, by, at)
    assessment.version += 1
    assessment.updated_at = at
    assessment.save(update_fields=["version", "updated_at"])
