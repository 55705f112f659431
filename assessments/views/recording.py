"""Answering the indicators of a draft, dimension by dimension, and submitting it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessments.actions import assessments as opening
from assessments.actions import recording, submission
from assessments.forms.opening import DescriptionForm
from assessments.forms.recording import EvidenceForm, answer_forms, having_read
from assessments.models import Assessment, Dimension, Evidence, Indicator
from assessments.policy import Refused, may_act
from assessments.views.assessments import visible_assessment
from assessments.views.refusals import RefusalsShown
from assessments.workflow import Action
from organisations.http import SignedInRequest


def _editable(request: SignedInRequest, pk: int) -> tuple[Assessment, HttpResponse | None]:
    """The assessment, and where to go instead when it cannot be edited."""
    assessment = visible_assessment(request, pk)
    verdict = may_act(request.user, Action.EDIT, assessment)
    if verdict:
        return assessment, None
    messages.error(request, verdict.reason)
    return assessment, redirect(assessment)


def _progress(assessment: Assessment) -> list[dict[str, Any]]:
    """Each dimension with how many of its indicators are complete."""
    missing = submission.missing_from(assessment)
    lacking = {item.indicator.pk for item in missing}
    steps: dict[int, dict[str, Any]] = {}
    for indicator in assessment.applicable_indicators():
        step = steps.setdefault(
            indicator.dimension_id, {"dimension": indicator.dimension, "asked": 0, "complete": 0}
        )
        step["asked"] += 1
        step["complete"] += indicator.pk not in lacking
    return list(steps.values())


@require_safe
def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """The task list: every dimension with its progress."""
    assessment, elsewhere = _editable(request, pk)
    if elsewhere:
        return elsewhere
    steps = _progress(assessment)
    context = {
        "assessment": assessment,
        "steps": steps,
        "asked": sum(step["asked"] for step in steps),
        "complete": sum(step["complete"] for step in steps),
    }
    return render(request, "assessments/edit.html", context)


@require_http_methods(["GET", "POST"])
def describe(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change period, basis, reference and marking of a draft."""
    assessment, elsewhere = _editable(request, pk)
    if elsewhere:
        return elsewhere
    initial = {name: getattr(assessment, name) for name in DescriptionForm.base_fields}
    form = DescriptionForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with RefusalsShown(request, _("The description is saved.")):
            opening.describe(assessment=assessment, by=request.user, at=timezone.now(), **form.description())
            return redirect("assessments:edit", assessment.pk)
    context = {"assessment": assessment, "form": form}
    return render(request, "assessments/describe.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def dimension(request: SignedInRequest, pk: int, code: str) -> HttpResponse:
    """Answer the indicators of one dimension; what is incomplete is kept and told at submission."""
    assessment, elsewhere = _editable(request, pk)
    if elsewhere:
        return elsewhere
    indicators = _indicators(assessment, code)
    forms = answer_forms(assessment, indicators, request.POST if request.method == "POST" else None)
    conflicts: dict[str, Any] = {}
    every_valid = [form.is_valid() for form in forms]
    if request.method == "POST" and all(every_valid):
        try:
            recording.save_ratings(
                assessment=assessment,
                answers=[form.answer_input() for form in forms],
                by=request.user,
                at=timezone.now(),
            )
        except recording.Conflict as conflict:
            conflicts = {rating.indicator.code: rating for rating in conflict.theirs}
            forms = answer_forms(assessment, indicators, having_read(conflict.theirs, request.POST))
        except (Refused, ValidationError) as refused:
            messages.error(request, str(refused))
            return redirect(assessment)
        else:
            messages.success(request, _("Your answers are saved."))
            return _onward(request, assessment, indicators[0].dimension)
    status = 409 if conflicts else 422 if request.method == "POST" else 200
    context = {
        "assessment": assessment,
        "dimension": indicators[0].dimension,
        "forms": forms,
        "conflicts": conflicts,
        "steps": _progress(assessment),
    }
    return render(request, "assessments/dimension.html", context, status=status)


def _indicators(assessment: Assessment, code: str) -> list[Indicator]:
    indicators = assessment.applicable_indicators().filter(dimension__code=code).prefetch_related("anchors")
    if not indicators:
        raise Http404(_("This dimension is not asked in this assessment."))
    return list(indicators)


def _onward(request: SignedInRequest, assessment: Assessment, done: Dimension) -> HttpResponse:
    """Stay, cite or remove evidence, or go on to the next dimension, as the pressed button says."""
    then, _separator, subject = request.POST.get("then", "").partition(":")
    if then == "remove":
        _remove(request, assessment, subject)
    if then in {"stay", "remove"}:
        return redirect("assessments:dimension", assessment.pk, done.code)
    if then == "evidence":
        return redirect("assessments:add-evidence", assessment.pk, subject)
    following = assessment.applicable_indicators().filter(dimension__position__gt=done.position).first()
    if following:
        return redirect("assessments:dimension", assessment.pk, following.dimension.code)
    return redirect("assessments:check", assessment.pk)


@require_http_methods(["GET", "POST"])
def add_evidence(request: SignedInRequest, pk: int, code: str) -> HttpResponse:
    assessment, elsewhere = _editable(request, pk)
    if elsewhere:
        return elsewhere
    indicator = get_object_or_404(assessment.applicable_indicators(), code=code)
    form = EvidenceForm(request.POST or None, user=request.user, assessment=assessment)
    if request.method == "POST" and form.is_valid():
        try:
            _cite(request, assessment, indicator, form)
        except ValidationError as error:
            form.add_error(None, error.messages)
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


def _remove(request: SignedInRequest, assessment: Assessment, evidence: str) -> None:
    cited = Evidence.objects.select_related("rating__assessment").filter(rating__assessment=assessment)
    with RefusalsShown(request, _("The evidence is removed.")):
        recording.remove_evidence(
            evidence=get_object_or_404(cited, pk=evidence if evidence.isdecimal() else 0),
            by=request.user,
            at=timezone.now(),
        )


@require_http_methods(["GET", "POST"])
def check(request: SignedInRequest, pk: int) -> HttpResponse:
    """What is still missing, and the button that submits."""
    assessment, elsewhere = _editable(request, pk)
    if elsewhere:
        return elsewhere
    missing = submission.missing_from(assessment)
    if request.method == "POST":
        try:
            submission.submit(assessment=assessment, by=request.user, at=timezone.now())
        except submission.Incomplete as incomplete:
            missing = incomplete.missing
        except Refused as refused:
            messages.error(request, str(refused))
            return redirect(assessment)
        else:
            messages.success(
                request, _("Submitted. A reviewer of your organisation takes over; you can still read it.")
            )
            return redirect(assessment)
    context = {"assessment": assessment, "missing": missing, "steps": _progress(assessment)}
    return render(request, "assessments/check.html", context, status=422 if request.method == "POST" else 200)


@require_POST
def revise(request: SignedInRequest, pk: int) -> HttpResponse:
    assessment = visible_assessment(request, pk)
    with RefusalsShown(request, _("You can change your answers now; submit again when you are done.")):
        submission.revise(assessment=assessment, by=request.user, at=timezone.now())
        return redirect("assessments:edit", assessment.pk)
    return redirect(assessment)
