"""Panels: the list, convening one, and the page of one while it rates and when its answers are open."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from assessments.actions import adjudication, panels
from assessments.disagreement import Item, items_of
from assessments.forms.panels import AddMemberForm, ConveneForm, ReasonForm, RemoveMemberForm
from assessments.models import Panel
from assessments.panel_policy import convening_for, may_adjudicate, may_change_members, may_leave
from assessments.policy import Refused
from assessments.views.refusals import RefusalsShown
from organisations.http import SignedInRequest

FORMS: dict[str, Any] = {
    "add": lambda data, panel: AddMemberForm(data, panel=panel, auto_id="id_add_%s"),
    "remove": lambda data, panel: RemoveMemberForm(data, panel=panel, auto_id="id_remove_%s"),
    "leave": lambda data, panel: ReasonForm(data, auto_id="id_leave_%s"),
    "open": lambda data, panel: ReasonForm(data, auto_id="id_open_%s"),
    "cancel": lambda data, panel: ReasonForm(data, auto_id="id_cancel_%s"),
    "conclude": None,
}


def visible_panel(request: SignedInRequest, pk: int) -> Panel:
    """The panel, or 404 when it does not exist or is of an organisation whose work is hidden."""
    return get_object_or_404(Panel.objects.visible_to(request.user).for_list(), pk=pk)


@require_safe
def panel_list(request: SignedInRequest) -> HttpResponse:
    """All panels of the person's organisations, those under way that concern them first."""
    visible = Panel.objects.visible_to(request.user).for_list()
    concerning = list(visible.concerning(request.user))
    others = visible.exclude(pk__in=[panel.pk for panel in concerning])
    context = {
        "concerning": concerning,
        "others": others,
        "may_convene": bool(convening_for(request.user)),
    }
    return render(request, "assessments/panels/list.html", context)


@require_http_methods(["GET", "POST"])
def convene(request: SignedInRequest) -> HttpResponse:
    form = ConveneForm(request.POST or None, user=request.user)
    may_convene = bool(convening_for(request.user))
    if request.method == "POST" and form.is_valid():
        try:
            panel = panels.convene(by=request.user, at=timezone.now(), **form.panel())
        except ValidationError as error:
            form.add_error(None, error.messages)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The panel is convened. Each member finds a draft under My work."))
            return redirect(panel)
    context = {"form": form, "may_convene": may_convene}
    status = 422 if form.is_bound else 200
    return render(request, "assessments/panels/convene.html", context, status=status)


@require_http_methods(["GET", "POST"])
def panel(request: SignedInRequest, pk: int) -> HttpResponse:
    """One panel. While it rates, of its answers only the person's own can be reached from here."""
    shown = visible_panel(request, pk)
    failed: tuple[str, Any] | None = None
    if request.method == "POST":
        failed = _done(request, shown)
        if failed is None:
            return redirect(shown)
    forms = {do: form(None, shown) for do, form in FORMS.items() if form}
    if failed:
        forms[failed[0]] = failed[1]
    context = _context(request, shown) | {"forms": forms, "failed": failed and failed[1]}
    return render(request, "assessments/panels/panel.html", context, status=422 if failed else 200)


def _context(request: SignedInRequest, shown: Panel) -> dict[str, Any]:
    members = shown.members.select_related(
        "person", "removed_by", "panel", "revision", "assessment__current_revision"
    )
    sitting = [member for member in members if member.left_at is None]
    context: dict[str, Any] = {
        "panel": shown,
        "sitting": sitting,
        "gone": [member for member in members if member.left_at],
        "own": next((member for member in sitting if member.person_id == request.user.pk), None),
        "today": timezone.localdate(),
    }
    if shown.is_blind:
        submitted, _all = panels.progress(shown)
        return context | {
            "submitted": submitted,
            "may_change": may_change_members(request.user, shown),
            "may_leave": may_leave(request.user, shown),
            "enough": submitted >= panels.FEWEST,
        }
    return context | _compared(request, shown)


def _compared(request: SignedInRequest, shown: Panel) -> dict[str, Any]:
    if shown.opened_at is None:
        return {}
    items = items_of(shown)
    counts = shown.comments.order_by().values_list("indicator").annotate(Count("pk"))
    comments = dict(counts)
    disputed = [(item, comments.get(item.indicator.pk, 0)) for item in items if item.disagrees]
    return {
        "disputed": disputed,
        "agreed": [(item, comments.get(item.indicator.pk, 0)) for item in items if not item.disagrees],
        "to_adjudicate": sum(_is_open(item) for item, _comments in disputed),
        "may_adjudicate": may_adjudicate(request.user, shown),
    }


def _is_open(item: Item) -> bool:
    return item.adjudication is None


def _done(request: SignedInRequest, shown: Panel) -> tuple[str, Any] | None:
    """Do what was asked for; its name and form when that is not filled in as it has to be."""
    do = request.POST.get("do", "")
    if do not in FORMS:
        raise Http404(_("There is nothing to do."))
    verdict = _may(request, do, shown)
    if not verdict:
        messages.error(request, verdict.reason)
        return None
    form = FORMS[do](request.POST, shown) if FORMS[do] else None
    if form and not form.is_valid():
        return do, form
    with RefusalsShown(request, _said(do)):
        _act(do, shown, form.cleaned_data if form else {}, {"by": request.user, "at": timezone.now()})
    return None


def _may(request: SignedInRequest, do: str, shown: Panel) -> Any:
    if do == "leave":
        return may_leave(request.user, shown)
    decide = may_adjudicate if do == "conclude" else may_change_members
    return decide(request.user, shown)


def _said(do: str) -> str:
    return {
        "add": _("The member is added and finds a draft under My work."),
        "remove": _("The members are changed."),
        "leave": _("You have left the panel. What you had written is withdrawn and kept."),
        "open": _("The answers are open."),
        "cancel": _("The panel is cancelled."),
        "conclude": _("The panel is concluded."),
    }[do]


def _act(do: str, shown: Panel, data: dict[str, Any], who: dict[str, Any]) -> None:
    if do == "add":
        panels.add_member(panel=shown, person=data["person"], **who)
    elif do == "remove" and data["successor"]:
        panels.replace_member(panel=shown, **data, **who)
    elif do == "remove":
        panels.remove_member(panel=shown, person=data["person"], reason=data["reason"], **who)
    elif do == "conclude":
        adjudication.conclude(panel=shown, **who)
    else:
        {"leave": panels.leave, "open": panels.open_answers, "cancel": panels.cancel}[do](
            panel=shown, reason=data["reason"], **who
        )
