"""What another organisation sees of a dyad, as far as the coordinator who asks may know it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from assessments import conclusions, scorecards
from assessments.models import Assessment, Framework
from assessments.policy import may_preview
from assessments.scoring.results import digest
from assessments.views.dyads import chosen_framework, strictest_marking, visible_dyad
from assessments.views.scorecard_blocks.levels import level_detail
from organisations.access import organisation_ids_where
from organisations.http import SignedInRequest
from organisations.models import Dyad, Organisation
from organisations.roles import Permission


@dataclass(frozen=True, slots=True)
class PreviewedFinding:
    """A finding that is computed and not kept."""

    kind: str
    label: str
    text: str
    recommendation: str


def organisation_named(request: SignedInRequest, acronym: str) -> Organisation:
    return get_object_or_404(Organisation.objects.visible_to(request.user), acronym__iexact=acronym)


def known_to_both(request: SignedInRequest, organisation: Organisation) -> QuerySet[Assessment]:
    """Approved assessments that the person sees, and knows the organisation to see: never more than that."""
    visible = Assessment.objects.visible_to(request.user)
    return visible.known_to_see(organisation, by=request.user)


@require_safe
def dyad_preview(request: SignedInRequest, slug: str, acronym: str) -> HttpResponse:
    """The scorecard of what both see, computed for this page and not kept, and what is hidden from them."""
    dyad, framework = visible_dyad(request, slug), chosen_framework(request)
    organisation = organisation_named(request, acronym)
    verdict = may_preview(request.user, organisation)
    if not verdict:
        messages.error(request, verdict.reason)
        return redirect(dyad)
    of_dyad = Assessment.objects.visible_to(request.user).approved().filter(dyad=dyad, framework=framework)
    mine = list(of_dyad.for_list().order_by("level", "period_start", "pk"))
    known = set(known_to_both(request, organisation).filter(dyad=dyad).values_list("pk", flat=True))
    shown = [assessment for assessment in mine if assessment.pk in known]
    releases_for = organisation_ids_where(request.user, Permission.RELEASE)
    context: dict[str, Any] = {
        "dyad": dyad,
        "framework": framework,
        "organisation": organisation,
        "assessments": shown,
        "hidden": [a for a in mine if a.pk not in known and a.on_behalf_of_id in releases_for],
        "others_hidden": any(a.pk not in known and a.on_behalf_of_id not in releases_for for a in mine),
        "marking": strictest_marking(shown),
    }
    if shown and framework:
        context |= _scorecard(dyad, framework, shown)
    return render(request, "assessments/preview/dyad.html", context)


def _scorecard(dyad: Dyad, framework: Framework, shown: Sequence[Assessment]) -> dict[str, Any]:
    revisions = [a.current_revision_id for a in shown if a.current_revision_id]
    shape = scorecards.framework_shape(framework)
    calibration = scorecards.calibration_in_force(framework)
    result, engagements = scorecards.score(shape, scorecards.answers_of(revisions), calibration)
    names = framework.names()
    rules = list(framework.rules_in_force().rules.order_by("position"))
    fired = conclusions.fire(rules, shape, result, engagements)
    found = sorted(
        conclusions.conclude(dyad, rules, fired, names), key=lambda conclusion: conclusion.rule.priority
    )
    return {
        "levels": [level_detail(result, level, names, {}, ()) for level in result.levels],
        "findings": [
            PreviewedFinding(one.rule.kind, one.rule.get_kind_display(), one.text, one.recommendation)
            for one in found
        ],
        "sha256": digest(result),
        "calibration": calibration,
    }
