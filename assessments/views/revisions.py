"""The revisions of an assessment, and what differs between two of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments import snapshot
from assessments.choices import State
from assessments.forms.history import RevisionsForm
from assessments.models import Assessment, Revision
from assessments.views.authors import own_assessment
from assessments.views.changes import Change, changes_between
from organisations.http import SignedInRequest

AMENDED, NOW = "amended", "now"  # names in addresses, beside the numbers of revisions


@dataclass(frozen=True, slots=True)
class Stage:
    """Something that can be compared: a revision, what an amendment began with, or the draft as it is now."""

    name: str
    words: str
    revision: Revision | None


def stages(assessment: Assessment) -> list[Stage]:
    """All of them in the order in which they were written; two queries."""
    found = []
    amended = assessment.amends.current_revision if assessment.amends else None
    if amended:
        found.append(Stage(AMENDED, _("the assessment that this one amends"), amended))
    revisions = assessment.revisions.select_related("submitted_by").prefetch_related("reviews__reviewer")
    for revision in revisions:
        words = _("revision %(number)s") % {"number": revision.number}
        found.append(Stage(str(revision.number), words, revision))
    if assessment.state == State.DRAFT:
        found.append(Stage(NOW, _("the draft as it is now"), None))
    return found


@require_safe
def revisions(request: SignedInRequest, pk: int) -> HttpResponse:
    """All revisions with their decisions, and the choice of two."""
    assessment = own_assessment(request, pk)
    found = stages(assessment)
    form = RevisionsForm(request.GET or None, choices=[(stage.name, stage.words) for stage in found])
    if form.is_valid():
        earlier, later = form.cleaned_data["earlier"], form.cleaned_data["later"]
        return redirect("assessments:compare-revisions", assessment.pk, earlier, later)
    context = {"assessment": assessment, "stages": found, "form": form}
    return render(request, "assessments/revisions.html", context)


@require_safe
def compare_revisions(request: SignedInRequest, pk: int, earlier: str, later: str) -> HttpResponse:
    """Field by field what differs, in the order of the address."""
    assessment = own_assessment(request, pk)
    found = {stage.name: stage for stage in stages(assessment)}
    if earlier not in found or later not in found:
        raise Http404(_("There is no such revision."))
    one, other = found[earlier], found[later]
    before, after = _content(assessment, one), _content(assessment, other)
    changes = changes_between(assessment, before, after)
    codes = {answer["indicator"] for content in (before, after) for answer in content["ratings"]}
    changed = {change.indicator.code for change in changes if change.indicator}
    context = {
        "assessment": assessment,
        "earlier": one,
        "later": other,
        "groups": _groups(changes),
        "n_changed": len(changed),
        "n_same": len(codes - changed),
    }
    return render(request, "assessments/compare_revisions.html", context)


def _content(assessment: Assessment, stage: Stage) -> dict[str, Any]:
    if stage.revision is None:
        return snapshot.content_of(assessment, with_open=True)
    content: dict[str, Any] = stage.revision.content
    return content


def _groups(changes: Iterable[Change]) -> list[dict[str, Any]]:
    """Changes below the indicator that they are about; first those of the description."""
    groups: dict[str, dict[str, Any]] = {}
    for change in changes:
        heading = str(change.indicator) if change.indicator else _("Description")
        group = groups.setdefault(heading, {"heading": heading, "rows": []})
        before, after = change.sides
        group["rows"].append({"field": change.field, "before": before, "after": after})
    return list(groups.values())
