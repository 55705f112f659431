"""The offline form: a draft as a workbook that is filled in elsewhere, uploaded, and looked at first."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from assessments.actions import offline as actions
from assessments.actions.recording import Conflict
from assessments.exchange.offline.mark import InvalidForm
from assessments.exchange.offline.plan import Plan, plan_of
from assessments.exchange.offline.writing import offline_form
from assessments.forms.answers import SettlingForm, settling_form
from assessments.forms.offline import UploadForm
from assessments.models import OfflineUpload, Source
from assessments.policy import Refused
from assessments.views.recording import editable_assessment
from organisations.http import SignedInRequest

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_http_methods(["GET", "POST"])
def offline(request: SignedInRequest, pk: int) -> HttpResponse:
    """Where the form is downloaded, and uploaded again."""
    assessment, elsewhere = editable_assessment(request, pk)
    if elsewhere:
        return elsewhere
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if form.is_valid():
        try:
            taken = actions.take_upload(
                assessment=assessment, content=form.cleaned_data["file"], by=request.user, at=timezone.now()
            )
        except InvalidForm as invalid:
            form.add_error("file", str(invalid))
        else:
            if taken:
                return redirect(taken)
            messages.success(request, _("There is nothing to save: what the form says is here already."))
            return redirect("assessments:offline", assessment.pk)
    context = {
        "assessment": assessment,
        "form": form,
        "uploads": OfflineUpload.objects.visible_to(request.user).filter(assessment=assessment),
        "days": actions.KEPT_FOR.days,
    }
    return render(request, "assessments/offline.html", context, status=422 if form.is_bound else 200)


@require_safe
def form(request: SignedInRequest, pk: int) -> HttpResponse:
    """The draft as it is now, with the sources that its authors can cite."""
    assessment, elsewhere = editable_assessment(request, pk)
    if elsewhere:
        return elsewhere
    sources = Source.objects.visible_to(request.user).citable_for(assessment.on_behalf_of)
    content = offline_form(assessment, sources, timezone.now())
    name = f"{assessment.dyad.slug}-{assessment.pk}-offline-form.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=WORKBOOK, headers=headers)


@require_http_methods(["GET", "POST"])
def upload(request: SignedInRequest, pk: int, upload: int) -> HttpResponse:
    """What an upload would change; saving it, settling what two people changed, or discarding it."""
    assessment, elsewhere = editable_assessment(request, pk)
    if elsewhere:
        return elsewhere
    own = OfflineUpload.objects.visible_to(request.user).filter(assessment=assessment)
    found = get_object_or_404(own, pk=upload)
    found.assessment = assessment
    if request.method == "GET":
        return _page(request, found)
    act = {"save": _save, "settle": _settle, "discard": _discard}.get(request.POST.get("do", ""), _nothing)
    try:
        return act(request, found)
    except (Refused, ValidationError) as refused:
        messages.error(request, " ".join(getattr(refused, "messages", [str(refused)])))
        return redirect("assessments:offline", assessment.pk)


def _page(
    request: SignedInRequest, upload: OfflineUpload, status: int = 200, again: SettlingForm | None = None
) -> HttpResponse:
    """``again`` is a settling that could not be saved, shown in place of its line's."""
    plan = plan_of(upload)
    context = {
        "assessment": upload.assessment,
        "upload": upload,
        "plan": plan,
        "counts": plan.counts,
        "settlings": _settlings(plan, again),
        "days": actions.KEPT_FOR.days,
    }
    return render(request, "assessments/offline_upload.html", context, status=status)


def _settlings(plan: Plan, again: SettlingForm | None) -> list[SettlingForm]:
    """The same choice that the editor offers where two people wrote; lines in conflict have a rating."""
    forms = []
    for line in plan.conflicts:
        if again and again.indicator == line.indicator:
            forms.append(again)
        elif line.rating:
            forms.append(settling_form(actions.answer_of(line), line.rating))
    return forms


def _save(request: SignedInRequest, upload: OfflineUpload) -> HttpResponse:
    try:
        done = actions.save_upload(
            upload=upload, seen=request.POST.get("seen", ""), by=request.user, at=timezone.now()
        )
    except actions.PlanChanged:
        messages.error(
            request, _("Nothing is saved: somebody has written something since. Look again, then save.")
        )
        return _page(request, upload, status=409)
    counts = done.counts
    messages.success(
        request,
        _("Saved: %(answers)d answers and %(evidence)d places of evidence.")
        % {"answers": counts["new"] + counts["changed"], "evidence": counts["evidence"]},
    )
    return _onward(request, upload)


def _settle(request: SignedInRequest, upload: OfflineUpload) -> HttpResponse:
    line = next(
        (each for each in plan_of(upload).conflicts if f"{each.indicator.code}-version" in request.POST), None
    )
    if line is None or line.rating is None:
        messages.error(request, _("This answer is settled already."))
        return _onward(request, upload)
    form = SettlingForm(request.POST, indicator=line.indicator, rating=line.rating)
    if not form.is_valid():
        return _page(request, upload, status=422, again=form)
    try:
        actions.settle_upload(upload=upload, answer=form.answer_input(), by=request.user, at=timezone.now())
    except Conflict as conflict:
        return _page(
            request, upload, status=409, again=settling_form(form.answer_input(), conflict.theirs[0])
        )
    messages.success(request, _("%(indicator)s is saved as you chose.") % {"indicator": line.indicator})
    return _onward(request, upload)


def _discard(request: SignedInRequest, upload: OfflineUpload) -> HttpResponse:
    actions.discard_upload(upload=upload, by=request.user)
    messages.success(request, _("The upload is discarded. What was saved of it before stays."))
    return redirect("assessments:offline", upload.assessment_id)


def _nothing(request: SignedInRequest, upload: OfflineUpload) -> HttpResponse:
    return redirect(upload)


def _onward(request: SignedInRequest, upload: OfflineUpload) -> HttpResponse:
    """Back to what is left of the upload, or to the editor when nothing is."""
    if OfflineUpload.objects.visible_to(request.user).filter(pk=upload.pk).exists():
        return redirect(upload)
    return redirect("assessments:edit", upload.assessment_id)
