"""Down from a figure or a finding to the approved answers behind it, with their sources."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments import wording
from assessments.actions.scorecards import bring_up_to_date
from assessments.choices import Level
from assessments.models import ApprovedRating, Finding
from assessments.policy import may_preview
from assessments.views.dyads import chosen_framework, strictest_marking, visible_dyad
from assessments.views.preview import known_to_both, organisation_named
from organisations.http import SignedInRequest

Behind = list[tuple[ApprovedRating, dict[str, Any]]]


def with_answers(ratings: QuerySet[ApprovedRating]) -> Behind:
    """Each rating with its answer as the approved revision keeps it: four queries."""
    loaded = ratings.select_related(
        "indicator__dimension__framework", "engagement", "on_behalf_of", "assessment"
    )
    ordered = loaded.order_by("indicator__dimension__position", "indicator__position", "rating_id")
    rows = list(ordered.prefetch_related("revision", "indicator__anchors"))
    answers = {
        answer["rating"]: answer
        for revision in {row.revision for row in rows}
        for answer in revision.content["ratings"]
    }
    called = local_names(rows)
    return [
        (row, {**answers[row.rating_id], "assessor": called[row.on_behalf_of_id, row.assessor_id]})
        for row in rows
    ]


def local_names(ratings: Iterable[ApprovedRating]) -> dict[tuple[int, int], str]:
    """What assessors are called on one page, by ids of organisation and person: numbered, never named."""
    numbers: dict[int, int] = {}
    called: dict[tuple[int, int], str] = {}
    for rating in ratings:
        organisation, key = rating.on_behalf_of, (rating.on_behalf_of_id, rating.assessor_id)
        if key not in called:
            number = numbers[organisation.pk] = numbers.get(organisation.pk, 0) + 1
            words = {"number": number, "organisation": organisation}
            called[key] = _("Assessor %(number)s of %(organisation)s") % words
    return called


def single_assessment_of(behind: Behind) -> ApprovedRating | None:
    """A rating of the one assessment that all these answers are of; none when there are several, or none."""
    assessments = {rating.assessment_id for rating, _answer in behind}
    return behind[0][0] if len(assessments) == 1 else None


def marking_of(behind: Behind) -> str:
    return strictest_marking(rating.assessment for rating, _answer in behind)


@require_safe
def ratings(request: SignedInRequest, slug: str, level: str) -> HttpResponse:
    """The answers behind a dyad's level, or behind one indicator or dimension of it.

    ``?as=`` leaves those that another organisation sees as well, for coordinators.
    """
    dyad, framework = visible_dyad(request, slug), chosen_framework(request)
    if level not in Level.values:
        raise Http404(_("There is no such level."))
    rows = ApprovedRating.objects.visible_to(request.user).filter(dyad=dyad, framework=framework, level=level)
    organisation = organisation_named(request, request.GET["as"]) if request.GET.get("as") else None
    if organisation:
        if not may_preview(request.user, organisation):
            messages.error(request, may_preview(request.user, organisation).reason)
            return redirect(dyad)
        rows = rows.filter(assessment__in=known_to_both(request, organisation))
    code = request.GET.get("of", "")
    if code:
        rows = rows.filter(indicator__code=code) | rows.filter(indicator__dimension__code=code)
    behind = with_answers(rows)
    context = {
        "dyad": dyad,
        "framework": framework,
        "level": Level(level),
        "organisation": organisation,
        "code": code,
        "subject": wording.subject_name(code, framework.names()) if framework and code else "",
        "ratings": behind,
        "only": single_assessment_of(behind),
        "marking": marking_of(behind),
    }
    return render(request, "assessments/dyad_ratings.html", context)


@require_safe
def finding(request: SignedInRequest, pk: int) -> HttpResponse:
    """Why a rule fired: what it measured, what it asks for, and the answers behind both."""
    bring_up_to_date(viewer=request.user, at=timezone.now())
    visible = Finding.objects.visible_to(request.user).select_related(
        "rule__framework", "engagement", "recommendation", "scorecard__dyad__first", "scorecard__dyad__second"
    )
    found = get_object_or_404(visible, pk=pk)
    rows = ApprovedRating.objects.visible_to(request.user).filter(rating_id__in=found.rating_ids)
    behind = with_answers(rows)
    names = found.rule.framework.names()
    context = {
        "finding": found,
        "dyad": found.scorecard.dyad,
        "about": wording.subject_name(found.target, names),
        "reasons": wording.reasons(found.inputs, names),
        "because": found.rule.definition.get("because", ""),
        "ratings": behind,
        "only": single_assessment_of(behind),
        "marking": marking_of(behind),
    }
    return render(request, "assessments/finding.html", context)
