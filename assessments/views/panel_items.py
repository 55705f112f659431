"""One indicator of a panel: everybody's answers side by side, the discussion, and the adjudicated value."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from assessments.actions import adjudication as actions
from assessments.disagreement import Item, items_of
from assessments.forms.panels import AdjudicationForm, DiscussionForm
from assessments.models import Adjudication, Panel, PanelComment
from assessments.panel_policy import may_adjudicate, may_discuss
from assessments.policy import Refused
from assessments.views.panels import visible_panel
from organisations.http import SignedInRequest

Forms = dict[str, Any]


@require_http_methods(["GET", "POST"])
def panel_item(request: SignedInRequest, pk: int, code: str) -> HttpResponse:
    """404 while the panel rates: then nobody sees anybody else's answers."""
    panel = visible_panel(request, pk)
    items = items_of(panel) if panel.opened_at else []
    place = next((n for n, item in enumerate(items) if item.indicator.code == code), None)
    if place is None:
        raise Http404(_("There is nothing to compare here."))
    item = items[place]
    standing = item.adjudication
    forms: Forms = {
        "discuss": DiscussionForm(),
        "adjudicate": AdjudicationForm(indicator=item.indicator, initial=_initial(standing)),
    }
    status = 200
    if request.method == "POST":
        status = _done(request, panel, item, forms)
        if status == 302:
            return redirect(request.path)
    disputed = [one for one in items if one.disagrees]
    context = {
        "panel": panel,
        "item": item,
        "forms": forms,
        "threads": _threads(panel, item),
        "earlier": panel.adjudications.filter(indicator=item.indicator, replaced_by__isnull=False)
        .select_related("decided_by")
        .order_by("-pk"),
        "may_discuss": may_discuss(request.user, panel),
        "may_adjudicate": may_adjudicate(request.user, panel),
        "next": next((one for one in disputed if items.index(one) > place), None),
        "theirs": forms.get("theirs"),
    }
    return render(request, "assessments/panels/item.html", context, status=status)


def _initial(standing: Adjudication | None) -> dict[str, Any]:
    if standing is None:
        return {"read": 0}
    return {
        "read": standing.pk,
        "answer": str(standing.score or standing.non_score),
        "reason": standing.reason,
    }


def _threads(panel: Panel, item: Item) -> list[tuple[PanelComment, list[PanelComment]]]:
    """Each comment that begins a thread with its replies: one query."""
    comments = list(panel.comments.filter(indicator=item.indicator).select_related("author"))
    return [
        (comment, [reply for reply in comments if reply.parent_id == comment.pk])
        for comment in comments
        if comment.parent_id is None
    ]


def _done(request: SignedInRequest, panel: Panel, item: Item, forms: Forms) -> int:
    """Do what was asked for: 302 when it is done or refused, else the status of the page with its forms."""
    do = request.POST.get("do", "")
    if do not in {"discuss", "adjudicate"}:
        raise Http404(_("There is nothing to do."))
    verdict = (may_discuss if do == "discuss" else may_adjudicate)(request.user, panel)
    if not verdict:
        messages.error(request, verdict.reason)
        return 302
    forms[do] = form = (
        DiscussionForm(request.POST)
        if do == "discuss"
        else AdjudicationForm(request.POST, indicator=item.indicator)
    )
    if not form.is_valid():
        return 422
    try:
        _act(request, panel, item, form)
    except actions.AdjudicatedMeanwhile as meanwhile:
        forms["theirs"] = meanwhile.theirs
        forms[do] = AdjudicationForm(
            indicator=item.indicator, initial=form.cleaned_data | {"read": meanwhile.theirs.pk}
        )
        return 409
    except (Refused, ValidationError) as refused:
        messages.error(request, " ".join(getattr(refused, "messages", [str(refused)])))
    return 302


def _act(request: SignedInRequest, panel: Panel, item: Item, form: Any) -> None:
    place: dict[str, Any] = {
        "panel": panel,
        "indicator": item.indicator,
        "by": request.user,
        "at": timezone.now(),
    }
    data = form.cleaned_data
    if isinstance(form, DiscussionForm):
        comments = panel.comments.filter(indicator=item.indicator)
        parent = get_object_or_404(comments, pk=data["parent"]) if data["parent"] else None
        actions.discuss(text=data["text"], parent=parent, **place)
        messages.success(request, _("Your comment is added."))
    else:
        actions.adjudicate(reason=data["reason"], read=data["read"], **form.value(), **place)
        messages.success(request, _("The value is adjudicated. The answers stay as they are."))
