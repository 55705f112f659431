"""Opening, amending, withdrawing and releasing assessments."""

from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from assessments.actions.recurrence import queue_recurrences
from assessments.actions.scorecards import refresh_dyad
from assessments.choices import Level, Marking
from assessments.models import (
    Assessment,
    AssessmentRelease,
    Contribution,
    Engagement,
    Evidence,
    Framework,
    PanelMember,
    Rating,
)
from assessments.policy import may_act, may_open
from assessments.workflow import Action, next_state
from organisations.models import Dyad, Organisation, User


@transaction.atomic
def open_assessment(
    *,
    by: User,
    on_behalf_of: Organisation,
    dyad: Dyad,
    engagement: Engagement | None,
    framework: Framework,
    period: tuple[int, int],
    basis: str,
    at: datetime,
    reference: str = "",
    marking: str = Marking.AMBER,
) -> Assessment:
    """Open a draft; at the field level with an engagement, at the political level without.

    Raises ``Refused`` when ``by`` is no analyst of the organisation, ``ValidationError`` by field otherwise.
    """
    may_open(by, on_behalf_of).enforce()
    _refuse_future(period, at)
    if engagement and engagement.dyad_id != dyad.pk:
        raise ValidationError({"engagement": _("This engagement is one of another dyad.")})
    assessment = Assessment(
        assessor=by,
        on_behalf_of=on_behalf_of,
        dyad=dyad,
        engagement=engagement,
        level=Level.FIELD if engagement else Level.POLITICAL,
        framework=framework,
        period_start=period[0],
        period_end=period[1],
        basis=basis,
        reference=reference,
        marking=marking,
        created_at=at,
        updated_at=at,
    )
    assessment.full_clean()
    assessment.save()
    contributed(assessment, by, at)
    return assessment


def contributed(assessment: Assessment, by: User, at: datetime) -> None:
    """Note that ``by`` has written something of the assessment: they never review it."""
    Contribution.objects.get_or_create(assessment=assessment, person=by, defaults={"first_at": at})


def keep_authors(original: Assessment, copy: Assessment) -> None:
    """Whoever wrote any of ``original`` counts as having written of ``copy``, too."""
    for contribution in original.contributions.exclude(person__in=copy.contributions.values("person")):
        contributed(copy, contribution.person, contribution.first_at)


def _refuse_future(period: tuple[int, int], at: datetime) -> None:
    if period[1] > at.year:
        raise ValidationError({"period_end": _("The period cannot end in the future.")})


def _refuse_another_period(assessment: Assessment, period: tuple[int, int]) -> None:
    """A panel compares answers about one period."""
    changes = period != (assessment.period_start, assessment.period_end)
    if changes and PanelMember.objects.filter(assessment=assessment).exists():
        raise ValidationError(
            {
                "period_end": _("Your panel rates %(period)s: the period stays.")
                % {"period": assessment.period}
            }
        )


class DescriptionChanged(Exception):
    """Somebody changed the description since it was read. ``theirs`` is the assessment as it is now."""

    def __init__(self, theirs: Assessment) -> None:
        super().__init__(_("Somebody has changed the description since you opened it."))
        self.theirs = theirs


@transaction.atomic
def describe(
    *,
    assessment: Assessment,
    by: User,
    version: int,
    period: tuple[int, int],
    basis: str,
    reference: str,
    marking: str,
    at: datetime,
) -> None:
    """Change what a draft says about itself; what it is about (dyad, engagement, framework) stays.

    ``version`` is the ``description_version`` that was read. Raises :class:`DescriptionChanged` when there is
    a newer one that says something else.
    """
    locked = locked_assessment(assessment)
    may_act(by, Action.EDIT, locked).enforce()
    _refuse_future(period, at)
    given = (*period, basis, reference, marking)
    if given == (locked.period_start, locked.period_end, locked.basis, locked.reference, locked.marking):
        return
    _refuse_another_period(locked, period)
    if version != locked.description_version:
        raise DescriptionChanged(locked)
    locked.period_start, locked.period_end = period
    locked.basis, locked.reference, locked.marking = basis, reference, marking
    locked.version += 1
    locked.description_version += 1
    locked.updated_at = at
    locked.full_clean()
    locked.save()
    contributed(locked, by, at)


@transaction.atomic
def amend(*, assessment: Assessment, by: User, at: datetime) -> Assessment:
    """Open a draft with the same answers, by ``by``; once approved it supersedes ``assessment``."""
    locked = locked_assessment(assessment)
    may_act(by, Action.AMEND, locked).enforce()
    if locked.amendments.exclude(state__in=["withdrawn", "superseded"]).exists():
        raise ValidationError(_("An amendment of this assessment is under way already."))
    amendment = open_assessment(
        by=by,
        on_behalf_of=locked.on_behalf_of,
        dyad=locked.dyad,
        engagement=locked.engagement,
        framework=locked.framework,
        period=(locked.period_start, locked.period_end),
        basis=locked.basis,
        marking=locked.marking,
        at=at,
    )
    amendment.amends = locked
    amendment.save(update_fields=["amends"])
    _copy_answers(locked, amendment)
    return amendment


def _copy_answers(original: Assessment, copy: Assessment) -> None:
    """Copy answers and evidence; whoever wrote any of it stays an author, who may not approve it in turn."""
    keep_authors(original, copy)
    for rating in original.ratings.prefetch_related("evidence"):
        copied = Rating.objects.create(
            assessment=copy,
            indicator_id=rating.indicator_id,
            score=rating.score,
            non_score=rating.non_score,
            rationale=rating.rationale,
            confidence=rating.confidence,
            updated_by=rating.updated_by,
            updated_at=rating.updated_at,
        )
        for evidence in rating.evidence.all():
            Evidence.objects.create(rating=copied, source_id=evidence.source_id, **evidence.place)


@transaction.atomic
def withdraw(*, assessment: Assessment, by: User, at: datetime) -> None:
    """Take an assessment out of the process; an approved one no longer counts in scorecards.

    An amendment of it that is still open ends too, wherever it stands: nothing is left for it to replace.
    """
    locked = locked_assessment(assessment)
    may_act(by, Action.WITHDRAW, locked).enforce()
    move(locked, Action.WITHDRAW, at)
    for amendment in locked.amendments.order_by("pk"):
        open_one = locked_assessment(amendment)
        if next_state(open_one.state, Action.END):
            move(open_one, Action.END, at)
    locked.approved_ratings.all().delete()
    refresh_dyad(dyad=locked.dyad, framework=locked.framework, at=at)


@transaction.atomic
def release(
    *, assessment: Assessment, to: Iterable[Organisation], to_all: bool, by: User, at: datetime
) -> None:
    """Release an approved assessment to exactly these organisations (or to all), instead of any before."""
    locked = locked_assessment(assessment)
    may_act(by, Action.RELEASE, locked).enforce()
    locked.released_to_all = to_all
    locked.updated_at = at
    locked.save(update_fields=["released_to_all", "updated_at"])
    chosen = {organisation.pk for organisation in to}
    locked.releases.exclude(organisation__in=chosen).delete()
    released = set(locked.releases.values_list("organisation_id", flat=True))
    AssessmentRelease.objects.bulk_create(
        AssessmentRelease(assessment=locked, organisation_id=pk) for pk in sorted(chosen - released)
    )
    refresh_dyad(dyad=locked.dyad, framework=locked.framework, at=at)
    queue_recurrences(locked.dyad)


def locked_assessment(assessment: Assessment) -> Assessment:
    """Return the row as it is now, locked until the transaction ends."""
    return (
        Assessment.objects.select_for_update(of=("self",))
        .select_related(
            "dyad__first",
            "dyad__second",
            "engagement",
            "framework",
            "on_behalf_of",
            "assessor",
            "current_revision",
        )
        .get(pk=assessment.pk)
    )


def move(assessment: Assessment, action: Action, at: datetime) -> None:
    """Put a locked assessment into the state that follows ``action``, and count the change."""
    state = next_state(assessment.state, action)
    if state is None:
        raise ValueError(f"{action} is not possible in the state {assessment.state}")
    assessment.state = state
    assessment.version += 1
    assessment.updated_at = at
    assessment.save(update_fields=["state", "version", "updated_at", "current_revision"])
