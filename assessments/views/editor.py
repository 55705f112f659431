"""The editor of a draft: the task list, one dimension a page, and saving each answer while it is typed."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessments import consistency
from assessments.actions import authorship, cycles, recording
from assessments.forms.answers import AnswerForm, SettlingForm, answer_form, answer_forms, settling_form
from assessments.models import Assessment, Dimension, Evidence, Indicator, Rating
from assessments.policy import Refused, may_act
from assessments.views.assessments import visible_assessment
from assessments.views.recording import editable_assessment
from assessments.views.refusals import RefusalsShown
from assessments.views.sections import sections_of
from assessments.views.threads import discussion_of
from assessments.workflow import Action
from organisations.http import SignedInRequest


@require_safe
def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """The task list: every dimension with its status."""
    assessment, elsewhere = editable_assessment(request, pk)
    if elsewhere:
        return elsewhere
    sections = sections_of(assessment)
    context = {
        "assessment": assessment,
        "sections": sections,
        "asked": sum(section.asked for section in sections),
        "complete": sum(section.complete for section in sections),
        "to_reconfirm": sum(section.to_reconfirm for section in sections),
        "others": _present(request, assessment, None),
        "may_submit": may_act(request.user, Action.SUBMIT, assessment),
    }
    return render(request, "assessments/edit.html", context)


@require_http_methods(["GET", "POST"])
def dimension(request: SignedInRequest, pk: int, code: str) -> HttpResponse:
    """Answer the indicators of one dimension; what is incomplete is kept and told at submission."""
    assessment, elsewhere = editable_assessment(request, pk)
    if elsewhere:
        return elsewhere
    indicators = _indicators(assessment, code)
    forms = answer_forms(assessment, indicators, request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        every_valid = [form.is_valid() for form in forms]
        status = 422
        if all(every_valid):
            try:
                _save(request, assessment, forms)
            except recording.Conflict as conflict:
                forms, status = _settling(forms, conflict), 409
            except (Refused, ValidationError) as refused:
                messages.error(request, " ".join(getattr(refused, "messages", [str(refused)])))
                return redirect(assessment)
            else:
                return _onward(request, assessment, indicators[0].dimension)
    return _dimension_page(request, assessment, indicators[0].dimension, forms, status)


def _dimension_page(
    request: SignedInRequest, assessment: Assessment, shown: Dimension, forms: list[AnswerForm], status: int
) -> HttpResponse:
    _beside(request, assessment, forms)
    sections = sections_of(assessment)
    place = next(n for n, section in enumerate(sections) if section.dimension == shown)
    context = {
        "assessment": assessment,
        "dimension": shown,
        "forms": forms,
        "conflicts": [form for form in forms if isinstance(form, SettlingForm)],
        "section": sections[place],
        "number": place + 1,
        "sections": sections,
        "others": _present(request, assessment, shown),
    }
    return render(request, "assessments/dimension.html", context, status=status)


def _beside(request: SignedInRequest, assessment: Assessment, forms: list[AnswerForm]) -> None:
    """Put comments and what the checks found beside the answers."""
    discussion, remarks = discussion_of(assessment, request.user), consistency.remarks_on(assessment)
    for form in forms:
        form.threads = discussion.on(form.indicator.pk)
        form.remarks = [remark for remark in remarks if remark.indicator == form.indicator]


def _save(request: SignedInRequest, assessment: Assessment, forms: list[AnswerForm]) -> None:
    recording.save_ratings(
        assessment=assessment,
        answers=[form.answer_input() for form in forms],
        by=request.user,
        at=timezone.now(),
    )


def _settling(forms: list[AnswerForm], conflict: recording.Conflict) -> list[AnswerForm]:
    """The forms with what was typed; those in conflict offer both answers."""
    theirs = {rating.indicator_id: rating for rating in conflict.theirs}
    return [
        settling_form(form.answer_input(), theirs[form.indicator.pk]) if form.indicator.pk in theirs else form
        for form in forms
    ]


def _indicators(assessment: Assessment, code: str) -> list[Indicator]:
    indicators = assessment.applicable_indicators().filter(dimension__code=code).prefetch_related("anchors")
    if not indicators:
        raise Http404(_("This dimension is not asked in this assessment."))
    return list(indicators)


def _onward(request: SignedInRequest, assessment: Assessment, done: Dimension) -> HttpResponse:
    """Where the pressed button leads: stay, to the neighbours, to evidence, or calling it complete."""
    then, _separator, subject = request.POST.get("then", "").partition(":")
    said = _("Your answers are saved.")
    if then in {"holds", "cite_again"}:
        return _carried(request, assessment, subject, holds=then == "holds")
    if then == "evidence":
        messages.success(request, said)
        return redirect("assessments:add-evidence", assessment.pk, subject)
    if then == "discuss":
        there = reverse("assessments:discussion", args=[assessment.pk])
        return redirect(f"{there}?{urlencode({'indicator': subject})}")
    if then == "remove":
        _remove(request, assessment, subject)
    elif then in {"complete", "reopen"}:
        _mark(request, assessment, done, complete=then == "complete")
    else:
        messages.success(request, said)
    if then in {"on", "back", "complete"}:
        return _neighbour(assessment, done, back=then == "back")
    return redirect("assessments:dimension", assessment.pk, done.code)


def _carried(request: SignedInRequest, assessment: Assessment, code: str, *, holds: bool) -> HttpResponse:
    """Take over the earlier answer, or only its evidence, and come back to the indicator."""
    indicator = get_object_or_404(assessment.applicable_indicators(), code=code)
    place: dict[str, Any] = {"assessment": assessment, "indicator": indicator, "by": request.user}
    if holds:
        with RefusalsShown(request, _("Saved: %(indicator)s still holds.") % {"indicator": indicator}):
            cycles.reconfirm(**place, at=timezone.now())
    else:
        with RefusalsShown(request, _("Your answers are saved, and the earlier evidence is cited.")):
            cycles.cite_again(**place, at=timezone.now())
    page = reverse("assessments:dimension", args=[assessment.pk, indicator.dimension.code])
    return redirect(f"{page}#indicator-{code}")


def _neighbour(assessment: Assessment, done: Dimension, *, back: bool) -> HttpResponse:
    asked = assessment.applicable_indicators()
    if back:
        found = asked.filter(dimension__position__lt=done.position).last()
    else:
        found = asked.filter(dimension__position__gt=done.position).first()
    if found:
        return redirect("assessments:dimension", assessment.pk, found.dimension.code)
    return redirect("assessments:edit", assessment.pk)


def _mark(request: SignedInRequest, assessment: Assessment, done: Dimension, *, complete: bool) -> None:
    place: dict[str, Any] = {"assessment": assessment, "dimension": done, "by": request.user}
    if complete:
        with RefusalsShown(request, _("Saved, and marked as complete. Nothing is submitted yet.")):
            authorship.mark_section(**place, at=timezone.now())
    else:
        with RefusalsShown(request, _("Saved, and in progress again.")):
            authorship.unmark_section(**place)


def _remove(request: SignedInRequest, assessment: Assessment, evidence: str) -> None:
    cited = Evidence.objects.select_related("rating__assessment").filter(rating__assessment=assessment)
    with RefusalsShown(request, _("Your answers are saved, and the evidence is removed.")):
        recording.remove_evidence(
            evidence=get_object_or_404(cited, pk=evidence if evidence.isdecimal() else 0),
            by=request.user,
            at=timezone.now(),
        )


@require_POST
def save_answer(request: SignedInRequest, pk: int, code: str) -> HttpResponse:
    """Save one answer while it is typed. Without htmx the answer is the dimension's page."""
    assessment = visible_assessment(request, pk)
    found = assessment.applicable_indicators().prefetch_related("anchors")
    indicator = get_object_or_404(found, code=code)
    rating = assessment.ratings.filter(indicator=indicator).select_related("updated_by").first()
    form = answer_form(request.POST, indicator=indicator, rating=rating)
    try:
        _refuse_another_person(request)
        may_act(request.user, Action.EDIT, assessment).enforce()
        _refuse_invalid(form)
        _save(request, assessment, [form])
    except recording.Conflict as conflict:
        return _answer_body(request, assessment, _settling([form], conflict)[0], status=409)
    except (Refused, ValidationError) as refused:
        return _not_saved(request, assessment, refused)
    if not request.htmx:
        messages.success(request, _("Your answers are saved."))
        return redirect("assessments:dimension", assessment.pk, indicator.dimension.code)
    [form] = answer_forms(assessment, [indicator])
    if f"{code}-rationale_mine" in request.POST:
        return _answer_body(request, assessment, form, status=200, saved=form.rating)
    return render(request, "assessments/partials/saved.html", {"rating": form.rating})


def _refuse_another_person(request: SignedInRequest) -> None:
    """A page of somebody who has signed out since must not save in the name of who signed in instead."""
    if request.POST.get("person", str(request.user.pk)) != str(request.user.pk):
        raise Refused(
            _("You are signed in as %(person)s now: sign in as who began this page.")
            % {"person": request.user}
        )


def _refuse_invalid(form: AnswerForm) -> None:
    if not form.is_valid():
        raise ValidationError([error for errors in form.errors.values() for error in errors])


def _answer_body(
    request: SignedInRequest,
    assessment: Assessment,
    form: AnswerForm,
    *,
    status: int,
    saved: Rating | None = None,
) -> HttpResponse:
    context = {"assessment": assessment, "form": form, "saved": saved}
    return render(request, "assessments/partials/answer_body.html", context, status=status)


def _not_saved(
    request: SignedInRequest, assessment: Assessment, refused: Refused | ValidationError
) -> HttpResponse:
    reasons = " ".join(getattr(refused, "messages", [str(refused)]))
    status = 403 if isinstance(refused, Refused) else 422
    if request.htmx:
        return render(request, "assessments/partials/not_saved.html", {"reason": reasons}, status=status)
    messages.error(request, reasons)
    return redirect(assessment)


@require_safe
def presence(request: SignedInRequest, pk: int) -> HttpResponse:
    """Who else is in the editor, asked for every half a minute; brings a fresh token for the next save."""
    assessment = visible_assessment(request, pk)
    verdict = may_act(request.user, Action.EDIT, assessment)
    if not verdict:
        return render(request, "assessments/partials/presence.html", {"reason": verdict.reason}, status=403)
    at = Dimension.objects.filter(
        framework=assessment.framework_id, code=request.GET.get("dimension", "")
    ).first()
    context = {"assessment": assessment, "others": _present(request, assessment, at)}
    return render(request, "assessments/partials/presence.html", context)


def _present(request: SignedInRequest, assessment: Assessment, at: Dimension | None) -> list[Any]:
    now = timezone.now()
    authorship.note_presence(assessment=assessment, dimension=at, by=request.user, at=now)
    return authorship.others_present(assessment, viewer=request.user, at=now)


@require_safe
def signed_in(request: SignedInRequest) -> HttpResponse:
    """Where signing in again leads, in a window of its own: back to the page that waits."""
    return render(request, "assessments/signed_in.html")
