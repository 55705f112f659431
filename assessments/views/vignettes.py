"""Vignettes: all of them, answering one, and completing it."""

from django.contrib import messages
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from assessments.actions.vignettes import complete_vignette, save_vignette_ratings
from assessments.forms.vignettes import VignetteAnswerForm
from assessments.models import Vignette, VignetteAssessment
from assessments.policy import may_rate_vignettes
from assessments.views.refusals import RefusalsShown
from organisations.http import SignedInRequest


def _with_own_progress(request: SignedInRequest) -> QuerySet[Vignette]:
    own = VignetteAssessment.objects.visible_to(request.user).filter(vignette=OuterRef("pk"))
    answered = own.annotate(n=Count("ratings")).values("n")
    return Vignette.objects.visible_to(request.user).annotate(
        n_asked=Count("indicators"),
        n_answered=Subquery(answered),
        completed_at=Subquery(own.values("completed_at")),
    )


@require_safe
def vignette_list(request: SignedInRequest) -> HttpResponse:
    """Why there are vignettes, and how far one has come with each."""
    context = {
        "vignettes": _with_own_progress(request).select_related("framework"),
        "verdict": may_rate_vignettes(request.user),
    }
    return render(request, "assessments/vignette_list.html", context)


@require_http_methods(["GET", "POST"])
def vignette_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """The text beside the questions; what is saved may stay incomplete."""
    vignette, given = _vignette_and_answers(request, pk)
    completed = _completed(request, vignette)
    data = request.POST if request.method == "POST" and not completed else None
    forms = [
        VignetteAnswerForm(data, indicator=indicator, answer=given.get(indicator.pk, ""))
        for indicator in vignette.asked()
    ]
    every_valid = [form.is_valid() for form in forms]
    if request.method == "POST" and (completed or all(every_valid)):
        return _save(request, vignette, [] if completed else forms)
    context = {"vignette": vignette, "completed": completed, "forms": forms}
    status = 422 if request.method == "POST" else 200
    return render(request, "assessments/vignette.html", context, status=status)


def _save(request: SignedInRequest, vignette: Vignette, forms: list[VignetteAnswerForm]) -> HttpResponse:
    answers = {form.indicator: form.given() for form in forms}
    with RefusalsShown(request, _("Your answers are saved.")):
        save_vignette_ratings(vignette=vignette, answers=answers, by=request.user, at=timezone.now())
        if request.POST.get("then") != "stay":
            return redirect("assessments:complete-vignette", vignette.pk)
    return redirect(vignette)


@require_http_methods(["GET", "POST"])
def complete(request: SignedInRequest, pk: int) -> HttpResponse:
    """What is still missing, or a last look at the answers before they are fixed."""
    vignette, given = _vignette_and_answers(request, pk)
    if request.method == "POST":
        with RefusalsShown(request, _("Completed. Your answers count from the next joint fit on.")):
            complete_vignette(vignette=vignette, by=request.user, at=timezone.now())
            return redirect("assessments:vignettes")
        return redirect(vignette)
    if _completed(request, vignette):
        messages.info(request, _("You have completed this vignette: your answers are fixed."))
        return redirect(vignette)
    answers = [(indicator, given.get(indicator.pk, "")) for indicator in vignette.asked()]
    missing = [indicator for indicator, answer in answers if not answer]
    context = {"vignette": vignette, "missing": missing, "answers": answers}
    return render(request, "assessments/vignette_complete.html", context)


def _vignette_and_answers(request: SignedInRequest, pk: int) -> tuple[Vignette, dict[int, str]]:
    """A vignette, and one's own answers by the id of their indicator."""
    visible = Vignette.objects.visible_to(request.user).select_related("framework")
    vignette = get_object_or_404(visible, pk=pk)
    own = VignetteAssessment.objects.visible_to(request.user).filter(vignette=vignette)
    return vignette, {
        rating.indicator_id: rating.answer
        for assessment in own.prefetch_related("ratings")
        for rating in assessment.ratings.all()
    }


def _completed(request: SignedInRequest, vignette: Vignette) -> VignetteAssessment | None:
    own = VignetteAssessment.objects.visible_to(request.user).completed()
    return own.filter(vignette=vignette).first()
