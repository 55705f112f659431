"""Recommendations: what rules propose, why, and what coordinators decide."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django_tables2 import RequestConfig

from assessments import wording
from assessments.actions.recommendations import decide
from assessments.actions.scorecards import bring_up_to_date
from assessments.forms.decisions import RecommendationForm
from assessments.models import ApprovedRating, Finding, Lesson, Recommendation
from assessments.policy import may_decide, reads_own_work
from assessments.views.exporting import export_address
from assessments.views.filters import RecommendationFilter
from assessments.views.ratings import marking_of, with_answers
from assessments.views.refusals import RefusalsShown
from assessments.views.tables import RecommendationTable
from organisations.http import SignedInRequest


@require_safe
def recommendation_list(request: SignedInRequest) -> HttpResponse:
    bring_up_to_date(viewer=request.user, at=timezone.now())
    visible = Recommendation.objects.visible_to(request.user).for_list()
    filtered = RecommendationFilter(request.GET, queryset=visible)
    table = RecommendationTable(filtered.qs)
    RequestConfig(request, paginate={"per_page": 25}).configure(table)
    export = export_address("recommendations", filtered)
    context = {"filter": filtered, "table": table, "export": export}
    return render(request, "assessments/recommendation_list.html", context)


@require_http_methods(["GET", "POST"])
def recommendation_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """One recommendation with the findings it follows from, down to the ratings behind them."""
    bring_up_to_date(viewer=request.user, at=timezone.now())
    recommendation = get_object_or_404(Recommendation.objects.visible_to(request.user).for_list(), pk=pk)
    form = RecommendationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with RefusalsShown(request, _("Your decision is recorded.")):
            decide(
                recommendation=recommendation,
                accept=form.cleaned_data["decision"] == "accept",
                reason=form.cleaned_data["reason"],
                by=request.user,
                at=timezone.now(),
            )
        return redirect(recommendation)
    findings = Finding.objects.visible_to(request.user).filter(recommendation=recommendation)
    ratings = {rating for finding in findings for rating in finding.rating_ids}
    behind = with_answers(
        ApprovedRating.objects.visible_to(request.user).filter(rating_id__in=ratings), request.user
    )
    context = {
        "recommendation": recommendation,
        "about": wording.subject_name(recommendation.target, recommendation.rule.framework.names()),
        "findings": findings,
        "lessons": Lesson.objects.visible_to(request.user)
        .filter(links__recommended=recommendation)
        .order_by("pk"),
        "own_decision": reads_own_work(request.user, recommendation.decided_for_id),
        "ratings": behind,
        "marking": marking_of(behind),
        "form": form,
        "verdict": may_decide(request.user, recommendation),
    }
    return render(request, "assessments/recommendation.html", context, status=422 if form.is_bound else 200)
