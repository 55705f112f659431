"""Freezing an edition: first what it will hold, then the button that keeps it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from assessments.actions import editions as actions
from assessments.choices import EditionBasis
from assessments.editions import content as contents
from assessments.editions.changes import changes, withdrawn_of
from assessments.forms.editions import EditionBasisForm, FreezeForm, key_of
from assessments.models import Edition, Framework
from assessments.policy import Refused, freezable
from assessments.views.dyads import visible_dyad
from assessments.views.editions import frozen_context
from organisations.http import SignedInRequest
from organisations.models import Dyad


@require_http_methods(["GET", "POST"])
def freeze(request: SignedInRequest, slug: str) -> HttpResponse:
    dyad = visible_dyad(request, slug)
    offered = freezable(request.user, dyad)
    if not offered:
        messages.error(request, _("Only coordinators freeze editions."))
        return redirect("assessments:editions", dyad.slug)
    forms: dict[str, Any] = {"freezable": offered, "user": request.user}
    if request.method == "POST":
        form = FreezeForm(request.POST, **forms)
        if form.is_valid():
            try:
                return _frozen(request, dyad, form)
            except Refused as refused:
                messages.error(request, str(refused))
                return redirect(
                    f"{request.path}?basis={form.data['basis']}&framework={form.data['framework']}"
                )
        return _page(request, dyad, form, form, status=422)
    asked = EditionBasisForm(request.GET if "basis" in request.GET else _first(forms), **forms)
    asked.is_valid()
    return _page(request, dyad, asked, None)


def _first(forms: dict[str, Any]) -> dict[str, Any]:
    latest = Framework.objects.latest()
    return {"basis": key_of(*forms["freezable"][0]), "framework": latest.pk if latest else None}


def _frozen(request: SignedInRequest, dyad: Dyad, form: FreezeForm) -> HttpResponse:
    basis, organisation = form.chosen
    edition = actions.freeze_edition(
        dyad=dyad,
        framework=form.cleaned_data["framework"],
        basis=basis,
        organisation=organisation,
        title=form.cleaned_data["title"],
        note=form.cleaned_data["note"],
        expected=form.cleaned_data["expected"],
        by=request.user,
        at=timezone.now(),
    )
    messages.success(request, _("Edition %(name)s is frozen.") % {"name": edition.name})
    return redirect(edition)


def _page(
    request: SignedInRequest, dyad: Dyad, asked: EditionBasisForm, form: FreezeForm | None, status: int = 200
) -> HttpResponse:
    """``asked`` says what is looked at, if it is valid that far; ``form`` is a freezing that was refused."""
    context: dict[str, Any] = {"dyad": dyad, "asked": asked, "form": form}
    chosen = getattr(asked, "cleaned_data", {})
    if "basis" in chosen and "framework" in chosen:
        context |= _preview(request, dyad, asked, form)
    return render(request, "assessments/editions/freeze.html", context, status=status)


def _preview(
    request: SignedInRequest, dyad: Dyad, asked: EditionBasisForm, form: FreezeForm | None
) -> dict[str, Any]:
    basis, organisation = asked.chosen
    framework = asked.cleaned_data["framework"]
    body = actions.draft_content(dyad=dyad, framework=framework, basis=basis, organisation=organisation)
    if body is None:
        return {"empty": True}
    latest = Edition.objects.of_series(dyad, basis, organisation).first()
    initial = {
        "basis": key_of(basis, organisation),
        "framework": framework.pk,
        "expected": contents.body_sha256(body),
    }
    offered = list(asked.by_key.values())
    return frozen_context(body) | {
        "form": form or FreezeForm(initial=initial, freezable=offered, user=request.user),
        "number": latest.number + 1 if latest else 1,
        "private": basis == EditionBasis.ORGANISATION,
        "organisation": organisation,
        "latest": latest,
        "identical": latest is not None and contents.same_scorecard(latest.content, body),
        "changes": changes(latest.content, body, withdrawn_of(request.user, latest.content, body))
        if latest
        else None,
    }
