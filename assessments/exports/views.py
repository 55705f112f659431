"""The pages of exports: data sets with their filters, the files, their manifests, the dictionary."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments.actions.scorecards import bring_up_to_date
from assessments.choices import Marking
from assessments.exchange.csv_lines import lines
from assessments.exports.catalogue import DATASETS, DICTIONARY_COLUMNS, dictionary
from assessments.exports.dataset import InvalidFilter
from assessments.exports.forms import FormatForm, labelled
from assessments.exports.making import Wish, facts_of
from assessments.exports.manifest import manifest_of
from assessments.exports.responses import download
from assessments.models import Export
from organisations.http import SignedInRequest

SHOWN = 20


def _named(name: str) -> str:
    if name not in DATASETS:
        raise Http404(_("There is no such data set."))
    return name


def _asked(request: SignedInRequest) -> dict[str, str]:
    """The parameters that say something; the last one of each name."""
    return {name: value for name, value in request.GET.dict().items() if value}


@require_safe
def export_list(request: SignedInRequest) -> HttpResponse:
    """The data sets, and the exports that one has made."""
    made = Export.objects.visible_to(request.user)[:SHOWN]
    context = {"datasets": DATASETS.values(), "made": made}
    return render(request, "assessments/exports/list.html", context)


@require_safe
def dataset(request: SignedInRequest, name: str) -> HttpResponse:
    """One data set: filter and format, and what a file of it would hold."""
    chosen, asked = DATASETS[_named(name)], _asked(request)
    filters = {key: value for key, value in asked.items() if key not in {"format", "hxl"}}
    filtered = chosen.filter_of(request.user, filters)
    context: dict[str, Any] = {
        "dataset": chosen,
        "form": labelled(filtered),
        "format_form": FormatForm(asked if "format" in asked else None, initial=asked),
        "columns": [entry for entry in dictionary() if entry["dataset"] == chosen.name],
    }
    try:
        wish = Wish.read(name, request.user, asked)
    except InvalidFilter as invalid:
        fields = {*context["form"].fields, *context["format_form"].fields}
        context["faults"] = [
            f"{key}: {' '.join(why)}"
            for key, why in invalid.faults.items()
            if key not in fields or key == "hxl"
        ]
        return render(request, "assessments/exports/dataset.html", context | {"refused": True}, status=422)
    return render(request, "assessments/exports/dataset.html", context | _preview(request, wish))


def _preview(request: SignedInRequest, wish: Wish) -> dict[str, Any]:
    if wish.dataset.computed:
        bring_up_to_date(viewer=request.user, at=timezone.now())
    rows, facts = wish.rows(), facts_of(wish)
    return {
        "count": rows.count(),
        "things": rows.model._meta.verbose_name_plural,
        "facts": facts,
        "marking": Marking(facts.marking).label if facts.marking else "",
    }


@require_safe
def export_download(request: SignedInRequest, name: str) -> HttpResponseBase:
    """The file. A filter that means nothing leads back to the page that says why."""
    try:
        wish = Wish.read(_named(name), request.user, _asked(request))
        return download(wish, reverse("assessments:export-manifest", args=[0]))
    except InvalidFilter as invalid:
        messages.error(request, str(invalid))
        return redirect(f"{reverse('assessments:export', args=[name])}?{request.GET.urlencode()}")


@require_safe
def manifest(request: SignedInRequest, pk: int) -> HttpResponse:
    export = get_object_or_404(Export.objects.visible_to(request.user), pk=pk)
    named = f'attachment; filename="{export.filename}.manifest.json"'
    return JsonResponse(
        manifest_of(export), headers={"Content-Disposition": named}, json_dumps_params={"indent": 2}
    )


@require_safe
def dictionary_page(request: SignedInRequest) -> HttpResponse:
    """Every column of every data set, with its meaning."""
    entries = list(dictionary())
    sets = [(one, [entry for entry in entries if entry["dataset"] == one.name]) for one in DATASETS.values()]
    return render(request, "assessments/exports/dictionary.html", {"sets": sets})


@require_safe
def dictionary_file(request: SignedInRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(
        lines(DICTIONARY_COLUMNS, dictionary()),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="data-dictionary.csv"'},
    )
