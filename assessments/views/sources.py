"""The library of sources: the list, and the page of one with its files and what rests on it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_tables2 import RequestConfig

from assessments.actions.attachments import attach, detach
from assessments.forms.sources import AttachForm
from assessments.models import Assessment, Attachment, Evidence, Source
from assessments.policy import Refused, may_change_source, may_take_away
from assessments.views.dyads import strictest
from assessments.views.filters import SourceFilter
from assessments.views.refusals import RefusalsShown
from assessments.views.tables import SourceTable
from organisations.access import organisation_ids_where
from organisations.http import SignedInRequest
from organisations.roles import Permission

CITED_ON_A_PAGE = 25
# A file is never shown by the browser on an address of ours, whatever it turns out to be.
DOWNLOADED = "application/octet-stream"
SANDBOX = "sandbox; default-src 'none'"


@require_safe
def source_list(request: SignedInRequest) -> HttpResponse:
    filtered = SourceFilter(request.GET, queryset=Source.objects.visible_to(request.user))
    table = SourceTable(filtered.qs)
    RequestConfig(request, paginate={"per_page": 25}).configure(table)
    may_add = bool(organisation_ids_where(request.user, Permission.RECORD))
    context = {"filter": filtered, "table": table, "may_add": may_add}
    return render(request, "assessments/source_list.html", context)


def visible_source(request: SignedInRequest, pk: int) -> Source:
    visible = Source.objects.visible_to(request.user).select_related("organisation")
    return get_object_or_404(visible, pk=pk)


@require_http_methods(["GET", "POST"])
def source_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """One source with its files, and each answer that rests on it, as far as the person may see it."""
    source = visible_source(request, pk)
    sent = request.method == "POST"
    form = AttachForm(request.POST, request.FILES) if sent else AttachForm()
    if sent:
        verdict = may_change_source(request.user, source)
        if not verdict:
            messages.error(request, verdict.reason)
            return redirect(source)
        if form.is_valid() and _attached(request, source, form):
            return redirect(source)
    cited = Paginator(_cited(request, source), CITED_ON_A_PAGE).get_page(request.GET.get("page"))
    attachments = list(source.attachments.select_related("added_by"))
    context: dict[str, Any] = {
        "source": source,
        "form": form if may_change_source(request.user, source) else None,
        "attachments": attachments,
        "may_take_away": bool(attachments) and may_take_away(request.user, source),
        "cited": cited,
        "marking": strictest(
            {attachment.marking for attachment in attachments}
            | {one.rating.assessment.marking for one in cited.object_list}
        ),
    }
    return render(request, "assessments/source.html", context, status=422 if form.errors else 200)


def _attached(request: SignedInRequest, source: Source, form: AttachForm) -> bool:
    try:
        attach(source=source, by=request.user, at=timezone.now(), **form.cleaned_data)
    except Refused as refused:
        form.add_error(None, str(refused))
    except ValidationError as error:
        for name, found in error.message_dict.items():
            form.add_error(name if name in form.fields else None, found)
    else:
        messages.success(request, _("The file is attached."))
    return not form.errors


def _cited(request: SignedInRequest, source: Source) -> Any:
    """The places in the source that answers cite, the latest assessments first."""
    seen = Assessment.objects.visible_to(request.user).values("pk")
    return (
        Evidence.objects.filter(source=source, rating__assessment__in=seen)
        .select_related(
            "rating__indicator",
            "rating__assessment__dyad__first",
            "rating__assessment__dyad__second",
            "rating__assessment__engagement",
        )
        .order_by(
            "-rating__assessment__period_end", "rating__assessment", "rating__indicator__position", "pk"
        )
    )


@require_safe
def attachment(request: SignedInRequest, pk: int, number: int) -> HttpResponse | FileResponse:
    """The content of a file, to be kept by the browser and not shown."""
    found = get_object_or_404(Attachment.objects.visible_to(request.user), source=pk, pk=number)
    try:
        content = found.file.open("rb")
    except FileNotFoundError:
        messages.error(request, _("The content of this file is missing: tell your administrator."))
        return redirect("assessments:source", pk)
    response = FileResponse(content, as_attachment=True, filename=found.name, content_type=DOWNLOADED)
    response["Content-Security-Policy"] = SANDBOX
    return response


@require_POST
def remove_attachment(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    visible = Attachment.objects.visible_to(request.user).select_related("source__organisation")
    found = get_object_or_404(visible, source=pk, pk=number)
    with RefusalsShown(request, _("The file is taken away.")):
        detach(attachment=found, by=request.user)
    return redirect("assessments:source", pk)
