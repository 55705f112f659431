"""Freezing scorecards as editions."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments import conclusions, scorecards
from assessments.choices import EditionBasis
from assessments.editions import content as contents
from assessments.editions.recompute import revisions_of
from assessments.models import Edition, Framework
from assessments.policy import Refused, may_freeze
from assessments.scoring.inputs import EngagementShape, FrameworkShape
from assessments.scoring.results import ScorecardResult
from organisations.models import Dyad, Organisation, User


class NothingToFreeze(Refused):
    """No assessment belongs to what would be frozen."""


class Identical(Refused):
    """The latest edition says the same already."""


def draft_content(
    *, dyad: Dyad, framework: Framework, basis: str, organisation: Organisation
) -> contents.Content | None:
    """What an edition frozen now would hold, without its head; none where there is nothing approved."""
    whose = organisation if basis == EditionBasis.ORGANISATION else None
    revision_ids = scorecards.visible_set(dyad, framework, whose)
    if not revision_ids:
        return None
    calibration = scorecards.calibration_in_force(framework)
    shape = scorecards.framework_shape(framework)
    result, engagements = scorecards.score(shape, scorecards.answers_of(revision_ids), calibration)
    rules = framework.rules_in_force()
    return contents.content_of(
        contents.Basis(
            dyad=dyad,
            framework=framework,
            rules=rules,
            calibration=calibration,
            revisions=revisions_of(revision_ids),
            engagements=engagements,
            result=result,
            findings=_findings(dyad, rules, framework.names(), shape, result, engagements),
        )
    )


@transaction.atomic
def freeze_edition(
    *,
    dyad: Dyad,
    framework: Framework,
    basis: str,
    organisation: Organisation,
    by: User,
    at: datetime,
    title: str = "",
    note: str = "",
    expected: str | None = None,
) -> Edition:
    """Keep the scorecard as it is now under the next number of its series.

    The dyad's row is locked, as approvals lock it: what is frozen is what is approved then, and numbers
    follow each other. ``expected`` is :func:`contents.body_sha256` of what the person looked at.
    """
    may_freeze(by, dyad, basis, organisation).enforce()
    Dyad.objects.select_for_update().get(pk=dyad.pk)
    body = draft_content(dyad=dyad, framework=framework, basis=basis, organisation=organisation)
    if body is None:
        raise NothingToFreeze(_("There is no approved assessment to freeze on this basis."))
    if expected is not None and contents.body_sha256(body) != expected:
        raise Refused(
            _("The scorecard has changed since you looked at it: look at it again before you freeze it.")
        )
    latest = Edition.objects.of_series(dyad, basis, organisation).first()
    if latest and contents.same_scorecard(latest.content, body):
        raise Identical(_("Edition %(name)s says exactly the same: cite that one.") % {"name": latest.name})
    edition = Edition(
        dyad=dyad,
        basis=basis,
        organisation=organisation,
        number=latest.number + 1 if latest else 1,
        title=title,
        note=note,
        framework=framework,
        method_version=body["method_version"],
        calibration=scorecards.calibration_in_force(framework),
        revision_ids=[entry["revision"] for entry in body["assessments"]],
        scorecard_sha256=body["scorecard_sha256"],
        frozen_by=by,
        frozen_at=at,
    )
    edition.content = contents.plain(body | {contents.HEAD: _head(edition)})
    edition.sha256 = contents.sha256(edition.content)
    edition.save()
    return edition


def _head(edition: Edition) -> dict[str, Any]:
    return {
        "dyad": edition.dyad.slug,
        "name": edition.name,
        "basis": edition.basis,
        "organisation": edition.organisation.acronym,
        "date": timezone.localdate(edition.frozen_at).isoformat(),
        "title": edition.title,
        "note": edition.note,
    }


def _findings(
    dyad: Dyad,
    version: Framework,
    names: Mapping[str, str],
    shape: FrameworkShape,
    result: ScorecardResult,
    engagements: list[EngagementShape],
) -> list[dict[str, Any]]:
    """The findings in words, as the scorecard's page has them, in the order of their priority."""
    rules = list(version.rules.order_by("position"))
    fired = conclusions.fire(rules, shape, result, engagements)
    rows = [
        {
            "rule": found.rule.code,
            "kind": found.rule.kind,
            "priority": found.rule.priority,
            "target": found.target,
            "engagement": found.engagement.name if found.engagement else None,
            "text": found.text,
            "recommendation": found.recommendation or None,
            "inputs": found.inputs,
        }
        for found in conclusions.conclude(dyad, rules, fired, names)
    ]
    return sorted(rows, key=lambda row: row["priority"])
