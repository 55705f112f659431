"""The review desk: a revision's answers beside their evidence, and the decision on it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from assessments.actions import review as actions
from assessments.choices import State
from assessments.forms.decisions import ReviewForm
from assessments.models import Assessment, Revision
from assessments.policy import Refused, may_act, partner_for, reads_own_work, ties_besides
from assessments.views.assessments import answers_by_dimension, visible_assessment
from assessments.views.changes import changes_between
from assessments.views.refusals import RefusalsShown
from assessments.views.threads import discussion_of
from assessments.workflow import Action
from organisations.http import SignedInRequest


@require_POST
def start(request: SignedInRequest, pk: int) -> HttpResponse:
    assessment = visible_assessment(request, pk)
    with RefusalsShown(request):
        revision = actions.start_review(assessment=assessment, by=request.user, at=timezone.now())
        return redirect("assessments:review", assessment.pk, revision.number)
    return redirect(assessment)


def _revision(assessment: Assessment, number: int) -> Revision:
    return get_object_or_404(assessment.revisions.select_related("submitted_by"), number=number)


@require_safe
def desk(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    return _desk(request, visible_assessment(request, pk), number, ReviewForm())


def _desk(request: SignedInRequest, assessment: Assessment, number: int, form: ReviewForm) -> HttpResponse:
    if not may_act(request.user, Action.APPROVE, assessment):
        messages.error(request, may_act(request.user, Action.APPROVE, assessment).reason)
        return redirect(assessment)
    revision, discussion = _revision(assessment, number), discussion_of(assessment, request.user)
    own_work = reads_own_work(request.user, assessment.on_behalf_of_id)
    previous = assessment.revisions.filter(number__lt=number).last()
    context = {
        "assessment": assessment,
        "revision": revision,
        "is_current": revision.pk == assessment.current_revision_id,
        "dimensions": _remarked(
            discussion.beside(answers_by_dimension(assessment, revision.content)), revision
        ),
        "discussion": discussion,
        "form": form,
        "previous": previous,
        "changes": changes_between(assessment, previous.content, revision.content) if previous else [],
        "own_work": own_work,
        "ties": ties_besides(assessment, revision.author_ids) if own_work else [],
    }
    return render(request, "assessments/review.html", context, status=422 if form.is_bound else 200)


def _remarked(dimensions: list[dict[str, Any]], revision: Revision) -> list[dict[str, Any]]:
    """With what the checks found about single answers beside them."""
    for group in dimensions:
        for item in group["answers"]:
            code = item["indicator"].code
            item["remarks"] = [remark for remark in revision.remarks if remark["indicator"] == code]
    return dimensions


def _approved(revision: Revision) -> str:
    assessment = Assessment.objects.select_related("dyad__first", "dyad__second", "framework").get(
        pk=revision.assessment_id
    )
    if assessment.state == State.APPROVED:
        return _("Approved. The scorecard of the dyad rests on it.")
    if assessment.partners and not revision.reviews.filter(partner__isnull=False).exists():
        return _("Your approval is recorded. It counts with that of a reviewer of %(partners)s.") % {
            "partners": " / ".join(map(str, assessment.partners))
        }
    return _("Your approval is recorded. It counts with that of another reviewer.")


def _stale(request: SignedInRequest, assessment: Assessment, shown: Revision) -> HttpResponse:
    """Say that what the form was about is not what would be decided on, and what has changed since."""
    current = assessment.current_revision
    own = reads_own_work(request.user, assessment.on_behalf_of_id)
    if current is None or not (own or partner_for(request.user, assessment)):
        raise Http404
    context = {
        "assessment": assessment,
        "shown": shown,
        "current": current,
        "changes": changes_between(assessment, shown.content, current.content),
    }
    return render(request, "assessments/stale.html", context, status=409)


@require_POST
def decide(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    """Approve or return exactly the revision that the page showed."""
    assessment = visible_assessment(request, pk)
    form = ReviewForm(request.POST)
    if not form.is_valid():
        return _desk(request, assessment, number, form)
    revision = _revision(assessment, number)
    if (revision.pk, request.POST.get("sha256")) != (assessment.current_revision_id, revision.sha256):
        return _stale(request, assessment, revision)
    reason, now = form.cleaned_data["reason"], timezone.now()
    try:
        if form.cleaned_data["decision"] == "approve":
            actions.approve(revision=revision, by=request.user, reason=reason, at=now)
            messages.success(request, _approved(revision))
        else:
            actions.return_for_changes(revision=revision, by=request.user, reason=reason, at=now)
            messages.success(
                request, _("Returned. The assessor reads your reason and can change the answers.")
            )
    except (Refused, ValidationError) as refused:
        messages.error(request, " ".join(getattr(refused, "messages", [str(refused)])))
    return _away(request, assessment)


def _away(request: SignedInRequest, assessment: Assessment) -> HttpResponse:
    """To the assessment, or to the queue of a partner's reviewer, who does not see it any more."""
    if Assessment.objects.visible_to(request.user).filter(pk=assessment.pk).exists():
        return redirect(assessment)
    return redirect("assessments:reviews")
