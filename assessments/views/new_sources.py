"""Describing sources: a new one, a list of them in RIS or BibTeX, and corrections."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from assessments.actions.sources import SourceChanged, add_source, add_sources, change_source
from assessments.exchange.bibliography import InvalidBibliography, in_library, read_bibliography
from assessments.forms.sources import ChangeSourceForm, ListForm, SourceForm
from assessments.models import Source
from assessments.policy import may_change_source
from assessments.views.sources import visible_source
from organisations.http import SignedInRequest
from organisations.models import Organisation


def _library(request: SignedInRequest, organisation: Organisation) -> Any:
    return Source.objects.visible_to(request.user).citable_for(organisation)


@require_http_methods(["GET", "POST"])
def add(request: SignedInRequest) -> HttpResponse:
    """Describe one; where one looks the same it is shown first."""
    form = SourceForm(request.POST or None, user=request.user)
    twin: Source | None = None
    if form.is_bound and form.is_valid():
        organisation = form.cleaned_data["organisation"]
        (twin,) = in_library([form.reference()], _library(request, organisation))
        if twin is None or form.cleaned_data["another"]:
            added = add_source(organisation=organisation, by=request.user, **form.fields_of_source())
            messages.success(request, _("The source is in the library."))
            return redirect(added)
    context = {"form": form, "twin": twin, "may_add": form.fields["organisation"].queryset.exists()}  # type: ignore[attr-defined]
    return render(request, "assessments/source_add.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def change(request: SignedInRequest, pk: int) -> HttpResponse:
    """Correct what is said of one; where somebody else did so meanwhile, theirs is shown above."""
    source = visible_source(request, pk)
    verdict = may_change_source(request.user, source)
    if not verdict:
        messages.error(request, verdict.reason)
        return redirect(source)
    form = ChangeSourceForm(request.POST or None, initial=_as_typed(source))
    theirs, status = None, 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        given = {"version": form.cleaned_data["version"], **form.fields_of_source()}
        try:
            change_source(source=source, by=request.user, **given)
        except SourceChanged as changed:
            theirs, status = changed.theirs, 409
            form = ChangeSourceForm(initial=form.cleaned_data | {"version": theirs.version})
        else:
            messages.success(request, _("The source is corrected."))
            return redirect(source)
    context = {"source": source, "form": form, "theirs": theirs}
    return render(request, "assessments/source_change.html", context, status=status)


def _as_typed(source: Source) -> dict[str, Any]:
    names = ("published", "version", *Source.DESCRIPTION)
    return {name: getattr(source, name) for name in names}


@require_http_methods(["GET", "POST"])
def bring_list(request: SignedInRequest) -> HttpResponse:
    """A list is looked at first: what is new and what is there; then what is chosen is added."""
    form = ListForm(request.POST or None, request.FILES or None, user=request.user)
    rows: list[dict[str, Any]] = []
    if form.is_bound and form.is_valid():
        try:
            references = read_bibliography(form.list())
        except InvalidBibliography as invalid:
            form.add_error("file" if form.cleaned_data["file"] else "text", str(invalid))
        else:
            organisation = form.cleaned_data["organisation"]
            twins = in_library(references, _library(request, organisation))
            rows = [
                {"number": number, "one": one, "twin": twin}
                for number, (one, twin) in enumerate(zip(references, twins, strict=True))
            ]
            chosen = set(request.POST.getlist("entry"))
            given = [row["one"].fields() for row in rows if str(row["number"]) in chosen]
            if request.POST.get("do") == "add" and not given:
                messages.error(request, _("Nothing is chosen, so nothing is added."))
            elif request.POST.get("do") == "add":
                added = add_sources(organisation=organisation, sources=given, by=request.user)
                said = ngettext("%(n)d source is added.", "%(n)d sources are added.", len(added))
                messages.success(request, said % {"n": len(added)})
                return redirect("assessments:sources")
    context = {
        "form": form,
        "rows": rows,
        "text": form.list() if rows else "",
        "may_add": form.fields["organisation"].queryset.exists(),  # type: ignore[attr-defined]
    }
    status = 422 if form.is_bound and not rows else 200
    return render(request, "assessments/source_list_in.html", context, status=status)
