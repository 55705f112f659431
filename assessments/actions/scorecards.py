"""Calculating scorecards, with their findings and recommendations."""

from datetime import datetime

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import transaction

from assessments import conclusions, scorecards
from assessments.actions.approved_ratings import rewrite_approved_ratings
from assessments.conclusions import Conclusion
from assessments.models import (
    Assessment,
    Calibration,
    Finding,
    Framework,
    Recommendation,
    Scorecard,
)
from assessments.scoring import METHOD_VERSION
from assessments.scoring.scorecard import digest
from organisations.models import Dyad, User


@transaction.atomic
def refresh_dyad(*, dyad: Dyad, framework: Framework, at: datetime) -> None:
    """Calculate the scorecards of a dyad for every set of approved revisions that an organisation may see.

    Sets that were calculated before are left alone. The dyad's row is locked, so that of two approvals at
    once the later one sees what the earlier one approved.
    """
    Dyad.objects.select_for_update().get(pk=dyad.pk)
    calibration = scorecards.calibration_in_force(framework)
    for revision_ids in scorecards.visible_sets(dyad, framework):
        _calculate(dyad, framework, calibration, revision_ids, at)


@transaction.atomic
def bring_up_to_date(*, viewer: User, at: datetime, only: Dyad | None = None) -> None:
    """Calculate the scorecards that only this viewer's mixture of organisations needs, of one dyad or all."""
    due = _sets_without_scorecard(viewer, only)
    if not due:
        return
    dyads = Dyad.objects.with_organisations().in_bulk([dyad for dyad, _framework, _revisions in due])
    frameworks = Framework.objects.in_bulk([framework for _dyad, framework, _revisions in due])
    for dyad, framework, revision_ids in due:
        calibration = scorecards.calibration_in_force(frameworks[framework])
        _calculate(dyads[dyad], frameworks[framework], calibration, revision_ids, at)


def _sets_without_scorecard(viewer: User, only: Dyad | None) -> list[tuple[int, int, list[int]]]:
    of_dyad = {"dyad": only} if only else {}
    wanted = (
        Assessment.objects.visible_to(viewer)
        .approved()
        .filter(**of_dyad)
        .order_by()
        .values("dyad_id", "framework_id")
        .annotate(revision_ids=ArrayAgg("current_revision_id", order_by="current_revision_id"))
    )
    stored = {
        (dyad, framework, tuple(revisions))
        for dyad, framework, revisions in Scorecard.objects.visible_to(viewer)
        .filter(**of_dyad)
        .order_by()
        .values_list("dyad_id", "framework_id", "revision_ids")
    }
    sets = [(row["dyad_id"], row["framework_id"], row["revision_ids"]) for row in wanted]
    return [
        (dyad, framework, revs)
        for dyad, framework, revs in sets
        if (dyad, framework, tuple(revs)) not in stored
    ]


@transaction.atomic
def rebuild(*, framework: Framework, at: datetime) -> int:
    """Write approved ratings anew from their revisions, and calculate every scorecard of a framework.

    Returns how many scorecards there are then.
    """
    rewrite_approved_ratings(framework)
    Scorecard.objects.filter(framework=framework).delete()
    for dyad in assessed_dyads(framework):
        refresh_dyad(dyad=dyad, framework=framework, at=at)
    return Scorecard.objects.filter(framework=framework).count()


def assessed_dyads(framework: Framework) -> list[Dyad]:
    """The dyads with an approved assessment under the framework."""
    assessed = Assessment.objects.approved().filter(framework=framework).values("dyad")
    return list(Dyad.objects.with_organisations().filter(pk__in=assessed).order_by("pk"))


def _calculate(
    dyad: Dyad, framework: Framework, calibration: Calibration | None, revision_ids: list[int], at: datetime
) -> None:
    rules = framework.rules_in_force()
    identity = {
        "dyad": dyad,
        "framework": framework,
        "rules": rules,
        "method_version": METHOD_VERSION,
        "calibration": calibration,
        "revision_ids": revision_ids,
    }
    if Scorecard.objects.filter(**identity).exists():
        return
    shape = scorecards.framework_shape(framework)
    result, engagements = scorecards.score(shape, scorecards.answers_of(revision_ids), calibration)
    scorecard, created = Scorecard.objects.get_or_create(
        **identity, defaults={"content": result.to_dict(), "sha256": digest(result), "created_at": at}
    )
    if not created:
        return
    applied = list(rules.rules.order_by("position"))
    fired = conclusions.fire(applied, shape, result, engagements)
    for found in conclusions.conclude(dyad, applied, fired, framework.names()):
        _write(scorecard, found, at)


def _write(scorecard: Scorecard, found: Conclusion, at: datetime) -> None:
    Finding.objects.create(
        scorecard=scorecard,
        rule=found.rule,
        engagement=found.engagement,
        recommendation=_recommendation(scorecard, found, at),
        kind=found.rule.kind,
        priority=found.rule.priority,
        target=found.target,
        text=found.text,
        inputs=found.inputs,
        rating_ids=found.rating_ids,
    )


def _recommendation(scorecard: Scorecard, found: Conclusion, at: datetime) -> Recommendation | None:
    """The recommendation that follows: the one there is, with what was decided, if it says the same.

    A rule of another version that recommends the same in the same words is the same cause for it.
    """
    if not found.recommendation:
        return None
    about = {"dyad": scorecard.dyad, "engagement": found.engagement, "target": found.target}
    there = Recommendation.objects.filter(
        **about,
        rule__code=found.rule.code,
        rule__framework__in=Framework.objects.with_rules_for(scorecard.framework_id),
        text=found.recommendation,
    )
    if same := there.order_by("pk").first():
        return same
    recommendation, _created = Recommendation.objects.get_or_create(
        **about,
        rule=found.rule,
        defaults={"text": found.recommendation, "priority": found.rule.priority, "created_at": at},
    )
    return recommendation
