"""Describing a draft, citing evidence in it, and submitting it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from assessments import consistency
from assessments.actions import assessments as opening
from assessments.actions import recording, submission
from assessments.forms.decisions import SubmissionForm
from assessments.forms.opening import MendForm
from assessments.forms.recording import EvidenceForm
from assessments.models import Assessment, Indicator
from assessments.policy import Refused, may_act
from assessments.views.assessments import visible_assessment
from assessments.views.refusals import RefusalsShown
from assessments.workflow import Action
from organisations.http import SignedInRequest


def editable_assessment(request: SignedInRequest, pk: int) -> tuple[Assessment, HttpResponse | None]:
    """The assessment, and where to go instead when it cannot be edited."""
    assessment = visible_assessment(request, pk)
    verdict = may_act(request.user, Action.EDIT, assessment)
    if verdict:
        return assessment, None
    messages.error(request, verdict.reason)
    return assessment, redirect(assessment)


@require_http_methods(["GET", "POST"])
def describe(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change period, basis, reference and marking of a draft."""
    assessment, elsewhere = editable_assessment(request, pk)
    if elsewhere:
        return elsewhere
    form = MendForm(request.POST or None, initial=_description(assessment))
    theirs, status = None, 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        try:
            with RefusalsShown(request, _("The description is saved.")):
                opening.describe(
                    assessment=assessment,
                    version=form.cleaned_data["version"],
                    by=request.user,
                    at=timezone.now(),
                    **form.description(),
                )
                return redirect("assessments:edit", assessment.pk)
        except opening.DescriptionChanged as changed:
            theirs, status = changed.theirs, 409
            form = MendForm(initial=form.cleaned_data | {"version": theirs.description_version})
    context = {"assessment": assessment, "form": form, "theirs": theirs}
    return render(request, "assessments/describe.html", context, status=status)


def _description(assessment: Assessment) -> dict[str, Any]:
    values = {name: getattr(assessment, name) for name in MendForm.base_fields if name != "version"}
    return values | {"version": assessment.description_version}


@require_http_methods(["GET", "POST"])
def add_evidence(request: SignedInRequest, pk: int, code: str) -> HttpResponse:
    assessment, elsewhere = editable_assessment(request, pk)
    if elsewhere:
        return elsewhere
    indicator = get_object_or_404(assessment.applicable_indicators(), code=code)
    form = EvidenceForm(request.POST or None, user=request.user, assessment=assessment)
    if request.method == "POST" and form.is_valid():
        try:
            _cite(request, assessment, indicator, form)
        except ValidationError as error:
            form.add_error(None, error)
        except Refused as refused:
            messages.error(request, str(refused))
            return redirect(assessment)
        else:
            messages.success(request, _("The evidence is cited."))
            return redirect("assessments:dimension", assessment.pk, indicator.dimension.code)
    context = {"assessment": assessment, "indicator": indicator, "form": form}
    return render(request, "assessments/add_evidence.html", context, status=422 if form.is_bound else 200)


def _cite(request: SignedInRequest, assessment: Assessment, indicator: Indicator, form: EvidenceForm) -> None:
    place: dict[str, Any] = {
        "assessment": assessment,
        "indicator": indicator,
        "by": request.user,
        "at": timezone.now(),
    }
    if source := form.cleaned_data["source"]:
        recording.add_evidence(source=source, **place, **form.place())
    else:
        recording.cite_new_source(source=form.new_source(), **place, **form.place())


@require_http_methods(["GET", "POST"])
def check(request: SignedInRequest, pk: int) -> HttpResponse:
    """What is still missing, what may not fit together, and the button that submits."""
    assessment, elsewhere = editable_assessment(request, pk)
    if elsewhere:
        return elsewhere
    form = SubmissionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            submission.submit(
                assessment=assessment,
                by=request.user,
                at=timezone.now(),
                reason=form.cleaned_data["reason"],
            )
        except submission.Incomplete:
            messages.error(request, _("Nothing is submitted yet: something is missing."))
        except submission.Unconfirmed as unconfirmed:
            form.add_error("reason", str(unconfirmed))
        except Refused as refused:
            messages.error(request, str(refused))
            return redirect(assessment)
        else:
            messages.success(
                request, _("Submitted. A reviewer of your organisation takes over; you can still read it.")
            )
            return redirect(assessment)
    remarks = consistency.remarks_on(assessment)
    context = {
        "assessment": assessment,
        "missing": submission.missing_from(assessment),
        "form": form,
        "warnings": [remark for remark in remarks if remark.severity == consistency.WARNING],
        "prompts": [remark for remark in remarks if remark.severity == consistency.PROMPT],
    }
    return render(request, "assessments/check.html", context, status=422 if request.method == "POST" else 200)


@require_POST
def revise(request: SignedInRequest, pk: int) -> HttpResponse:
    assessment = visible_assessment(request, pk)
    with RefusalsShown(request, _("You can change your answers now; submit again when you are done.")):
        submission.revise(assessment=assessment, by=request.user, at=timezone.now())
        return redirect("assessments:edit", assessment.pk)
    return redirect(assessment)
