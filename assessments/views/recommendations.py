"""Recommendations: what rules propose, why, and what coordinators decide."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django_tables2 import RequestConfig

from assessments.actions.recommendations import decide
from assessments.actions.scorecards import bring_up_to_date
from assessments.forms.decisions import RecommendationForm
from assessments.models import ApprovedRating, Finding, Recommendation
from assessments.policy import Refused, may_decide
from assessments.views.filters import RecommendationFilter
from assessments.views.tables import RecommendationTable
from organisations.http import SignedInRequest


@require_safe
def recommendation_list(request: SignedInRequest) -> HttpResponse:
    bring_up_to_date(viewer=request.user, at=timezone.now())
    visible = Recommendation.objects.visible_to(request.user).for_list()
    filtered = RecommendationFilter(request.GET, queryset=visible)
    table = RecommendationTable(filtered.qs)
    RequestConfig(request, paginate={"per_page": 25}).configure(table)
    return render(request, "assessments/recommendation_list.html", {"filter": filtered, "table": table})


@require_http_methods(["GET", "POST"])
def recommendation_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """One recommendation with the findings it follows from, down to the ratings behind them."""
    bring_up_to_date(viewer=request.user, at=timezone.now())
    recommendation = get_object_or_404(Recommendation.objects.visible_to(request.user).for_list(), pk=pk)
    form = RecommendationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            decide(
                recommendation=recommendation,
                accept=form.cleaned_data["decision"] == "accept",
                reason=form.cleaned_data["reason"],
                by=request.user,
                at=timezone.now(),
            )
        except (Refused, ValidationError) as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("Your decision is recorded."))
        return redirect(recommendation)
    findings = (
        Finding.objects.visible_to(request.user)
        .filter(recommendation=recommendation)
        .select_related("rule", "engagement")
    )
    context = {
        "recommendation": recommendation,
        "findings": [(finding, ratings_behind(request, finding)) for finding in findings],
        "form": form,
        "verdict": may_decide(request.user, recommendation),
    }
    return render(request, "assessments/recommendation.html", context, status=422 if form.is_bound else 200)


def ratings_behind(request: SignedInRequest, finding: Finding) -> list[ApprovedRating]:
    """The ratings that a finding rests on, as far as the viewer may see them (all, by construction)."""
    visible = ApprovedRating.objects.visible_to(request.user).filter(rating_id__in=finding.rating_ids)
    return list(
        visible.select_related("indicator", "engagement", "on_behalf_of", "dyad__first", "dyad__second")
    )
