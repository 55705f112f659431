"""Listing, reading, opening, amending, withdrawing and releasing assessments."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_tables2 import RequestConfig

from assessments import snapshot
from assessments.actions import assessments as actions
from assessments.choices import State
from assessments.forms.decisions import ReleaseForm
from assessments.forms.opening import OpenAssessmentForm
from assessments.models import Assessment, Indicator, Review
from assessments.policy import actions_open_to, reads_own_work
from assessments.views.assignments import assignment_context
from assessments.views.audience import who_sees
from assessments.views.exporting import export_address
from assessments.views.filters import AssessmentFilter
from assessments.views.refusals import RefusalsShown
from assessments.views.tables import AssessmentTable
from assessments.views.threads import discussion_of
from organisations.access import organisation_ids_where
from organisations.http import SignedInRequest
from organisations.roles import Permission


def visible_assessment(request: SignedInRequest, pk: int) -> Assessment:
    """The assessment, or 404 when it does not exist or is hidden from the person."""
    visible = (
        Assessment.objects.visible_to(request.user)
        .for_list()
        .select_related("current_revision", "panel_member__panel")
    )
    return get_object_or_404(visible, pk=pk)


@require_safe
def assessment_list(request: SignedInRequest) -> HttpResponse:
    visible = Assessment.objects.visible_to(request.user).with_own_reference(request.user).for_list()
    filtered = AssessmentFilter(request.GET, queryset=visible)
    table = AssessmentTable(filtered.qs)
    RequestConfig(request, paginate={"per_page": 25}).configure(table)
    context = {
        "filter": filtered,
        "table": table,
        "export": export_address("assessments", filtered),
        "may_record": bool(organisation_ids_where(request.user, Permission.RECORD)),
    }
    return render(request, "assessments/assessment_list.html", context)


@require_safe
def assessment_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """An assessment with its answers: of a draft as they are now, otherwise as they were submitted."""
    assessment = visible_assessment(request, pk)
    content, discussion = _content(assessment), discussion_of(assessment, request.user)
    releases = assessment.releases.select_related("organisation")
    unreleased_amendment = assessment.amends if not (assessment.released_to_all or releases) else None
    proposed = unreleased_amendment or assessment
    own_work = reads_own_work(request.user, assessment.on_behalf_of_id)
    context = {
        "assessment": assessment,
        "content": content,
        "dimensions": discussion.beside(answers_by_dimension(assessment, content)),
        "discussion": discussion,
        "open_actions": [action.value for action in actions_open_to(request.user, assessment)],
        "reviews": _reviews(request, assessment),
        "releases": releases,
        "amendments": assessment.amendments.visible_to(request.user)
        .exclude(state=State.WITHDRAWN)
        .for_list(),
        "continuations": assessment.continuations.visible_to(request.user)
        .exclude(state=State.WITHDRAWN)
        .for_list()
        if own_work
        else (),
        "own_work": own_work,
        "seen_by": who_sees(assessment, own_work=own_work, releases=releases),
        "unreleased_amendment": unreleased_amendment,
        "release_form": ReleaseForm(
            user=request.user,
            initial={
                "released_to_all": proposed.released_to_all,
                "released_to": list(proposed.released_to.values_list("pk", flat=True)),
            },
        ),
    }
    if context["own_work"]:
        context |= assignment_context(assessment, request.user)
    return render(request, "assessments/assessment.html", context)


def _content(assessment: Assessment) -> dict[str, Any]:
    revision = assessment.current_revision
    if revision is None or assessment.state == State.DRAFT:
        return snapshot.content_of(assessment, with_open=True)
    content: dict[str, Any] = revision.content
    return content


def _reviews(request: SignedInRequest, assessment: Assessment) -> Any:
    """Decisions on all revisions, for the organisation's own people: partners see the outcome only."""
    if not reads_own_work(request.user, assessment.on_behalf_of_id):
        return []
    decisions = Review.objects.filter(revision__assessment=assessment).defer("revision__content")
    found = decisions.select_related("revision", "reviewer", "partner")
    return [(review.revision, review) for review in found.order_by("-revision__number", "decided_at")]


def answers_by_dimension(assessment: Assessment, content: dict[str, Any]) -> list[dict[str, Any]]:
    """The answers of a revision's content under their dimensions and indicators: two queries."""
    answers = {answer["indicator"]: answer for answer in content["ratings"]}
    dimensions: dict[int, dict[str, Any]] = {}
    indicators: list[Indicator] = list(assessment.applicable_indicators().prefetch_related("anchors"))
    for indicator in indicators:
        group = dimensions.setdefault(
            indicator.dimension_id, {"dimension": indicator.dimension, "answers": []}
        )
        group["answers"].append({"indicator": indicator, "answer": answers.get(indicator.code)})
    return list(dimensions.values())


@require_http_methods(["GET", "POST"])
def open_assessment(request: SignedInRequest) -> HttpResponse:
    form = OpenAssessmentForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        with RefusalsShown(request, _("The assessment is open. Answer dimension by dimension.")):
            assessment = actions.open_assessment(
                by=request.user,
                on_behalf_of=data["on_behalf_of"],
                dyad=data["dyad"],
                engagement=data["engagement"],
                framework=data["framework"],
                at=timezone.now(),
                **form.description(),
            )
            return redirect("assessments:edit", assessment.pk)
    may_record = bool(organisation_ids_where(request.user, Permission.RECORD))
    status = 422 if form.is_bound else 200
    return render(request, "assessments/open.html", {"form": form, "may_record": may_record}, status=status)


@require_POST
def amend(request: SignedInRequest, pk: int) -> HttpResponse:
    assessment = visible_assessment(request, pk)
    with RefusalsShown(
        request, _("A new draft with the same answers is open; once approved it takes their place.")
    ):
        amendment = actions.amend(assessment=assessment, by=request.user, at=timezone.now())
        return redirect("assessments:edit", amendment.pk)
    return redirect(assessment)


@require_POST
def withdraw(request: SignedInRequest, pk: int) -> HttpResponse:
    assessment = visible_assessment(request, pk)
    with RefusalsShown(request, _("The assessment is withdrawn.")):
        actions.withdraw(assessment=assessment, by=request.user, at=timezone.now())
    return redirect(assessment)


@require_POST
def release(request: SignedInRequest, pk: int) -> HttpResponse:
    assessment = visible_assessment(request, pk)
    form = ReleaseForm(request.POST, user=request.user)
    if not form.is_valid():
        form.add_error(None, _("Choose from the organisations listed."))
        return redirect(assessment)
    with RefusalsShown(request, _("The release is changed.")):
        actions.release(
            assessment=assessment,
            to=form.cleaned_data["released_to"],
            to_all=form.cleaned_data["released_to_all"],
            by=request.user,
            at=timezone.now(),
        )
    return redirect(assessment)
