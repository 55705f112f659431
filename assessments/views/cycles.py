"""Starting the next cycle from an approved assessment."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from assessments.actions import cycles
from assessments.forms.opening import NextCycleForm
from assessments.policy import Refused, may_act
from assessments.views.assessments import visible_assessment
from assessments.workflow import Action
from organisations.http import SignedInRequest


@require_http_methods(["GET", "POST"])
def next_cycle(request: SignedInRequest, pk: int) -> HttpResponse:
    """Say which period comes next and on what basis; the earlier answers then wait to be reconfirmed."""
    assessment = visible_assessment(request, pk)
    verdict = may_act(request.user, Action.CONTINUE, assessment)
    if not verdict:
        messages.error(request, verdict.reason)
        return redirect(assessment)
    form = NextCycleForm(request.POST or None, assessment=assessment)
    if request.method == "POST" and form.is_valid():
        try:
            draft = cycles.start_next_cycle(
                assessment=assessment, by=request.user, at=timezone.now(), **form.description()
            )
        except ValidationError as error:
            form.add_error(None, error)
        except Refused as refused:
            messages.error(request, str(refused))
            return redirect(assessment)
        else:
            messages.success(request, _("The next cycle is open. Reconfirm or change answer by answer."))
            return redirect("assessments:edit", draft.pk)
    status = 422 if form.is_bound else 200
    context = {"assessment": assessment, "form": form}
    return render(request, "assessments/next_cycle.html", context, status=status)
