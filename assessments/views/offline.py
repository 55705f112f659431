"""The offline form: an assessment as a workbook, to fill in without the application."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from assessments.exchange.offline.writing import offline_form
from assessments.models import Source
from assessments.views.recording import editable_assessment
from organisations.http import SignedInRequest

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
def offline(request: SignedInRequest, pk: int) -> HttpResponse:
    assessment, elsewhere = editable_assessment(request, pk)
    if elsewhere:
        return elsewhere
    return render(request, "assessments/offline.html", {"assessment": assessment})


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
