"""Who writes an assessment: its assessor, co-authors, and handing it over."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from assessments.actions import authorship
from assessments.forms.authors import CoAuthorForm, HandOverForm, PersonForm, RemovalForm
from assessments.models import Assessment
from assessments.policy import may_act, reads_own_work
from assessments.views.assessments import visible_assessment
from assessments.views.refusals import RefusalsShown
from assessments.workflow import Action
from organisations.http import SignedInRequest

FORMS: dict[str, type[CoAuthorForm | HandOverForm | RemovalForm]] = {
    "add": CoAuthorForm,
    "hand_over": HandOverForm,
    "remove": RemovalForm,
}


def own_assessment(request: SignedInRequest, pk: int) -> Assessment:
    """The assessment, or 404 for whoever sees at most what is released of it."""
    assessment = visible_assessment(request, pk)
    if not reads_own_work(request.user, assessment.on_behalf_of_id):
        raise Http404(_("There is no such page."))
    return assessment


@require_http_methods(["GET", "POST"])
def authors(request: SignedInRequest, pk: int) -> HttpResponse:
    """Who may write and who has written; adding, removing and handing over where that is allowed."""
    assessment = own_assessment(request, pk)
    forms: dict[str, PersonForm] = {do: form(assessment=assessment) for do, form in FORMS.items()}
    if request.method == "POST":
        failed = _done(request, assessment)
        if failed is None:
            return redirect("assessments:authors", assessment.pk)
        forms[request.POST["do"]] = failed
    context = {
        "assessment": assessment,
        "co_authors": assessment.co_authors.select_related("person", "added_by"),
        "contributions": assessment.contributions.select_related("person"),
        "may_share": may_act(request.user, Action.SHARE, assessment),
        "may_hand_over": may_act(request.user, Action.HAND_OVER, assessment),
        "add_form": forms["add"],
        "hand_over_form": forms["hand_over"],
        "remove_form": forms["remove"],
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "assessments/authors.html", context, status=status)


def _done(request: SignedInRequest, assessment: Assessment) -> PersonForm | None:
    """Do what was asked for; the form when it does not name anybody who is offered."""
    do = request.POST.get("do")
    if do not in FORMS:
        raise Http404(_("There is nothing to do."))
    verdict = may_act(request.user, Action.HAND_OVER if do == "hand_over" else Action.SHARE, assessment)
    if not verdict:
        messages.error(request, verdict.reason)
        return None
    form = FORMS[do](request.POST, assessment=assessment)
    if not form.is_valid():
        return form
    person = form.cleaned_data["person"]
    with RefusalsShown(request, _("The authors are changed.")):
        if do == "remove":
            authorship.remove_co_author(assessment=assessment, person=person, by=request.user)
        elif do == "add":
            authorship.add_co_author(assessment=assessment, person=person, by=request.user, at=timezone.now())
        else:
            authorship.hand_over(assessment=assessment, to=person, by=request.user, at=timezone.now())
    return None
