"""The joint fit: how far it is and what it found; and how one rates oneself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django_tables2 import RequestConfig

from assessments import wording
from assessments.actions.joint_fits import request_joint_fit
from assessments.choices import Level
from assessments.joint_wording import Difference, bias_words, severity_difference, severity_words
from assessments.models import Framework, JointFit, JointScore, Severity, Vignette
from assessments.policy import Refused, may_request_joint_fit, reads_released
from assessments.scoring.joint import DIFFERS_ABOVE
from assessments.views.dyads import chosen_framework
from assessments.views.tables import SeverityTable
from organisations.http import SignedInRequest
from organisations.models import Dyad

SHOWN = 25


@dataclass(frozen=True, slots=True)
class LevelFound:
    """What the fit in use says about one level; ``record`` as :class:`JointFit` keeps it."""

    label: str
    record: Mapping[str, Any]
    bias: Difference | None
    bias_in_words: str


@dataclass(frozen=True, slots=True)
class Moved:
    """A figure that the joint fit moves by more than is flagged."""

    dyad: Dyad
    name: str
    tier_a: float
    adjusted: float
    lower: float
    upper: float

    @property
    def difference(self) -> float:
        return self.adjusted - self.tier_a


@require_http_methods(["GET", "POST"])
def joint_fit(request: SignedInRequest) -> HttpResponse:
    """State and progress for everybody, results for whoever reads what is released, severities apart."""
    framework = chosen_framework(request)
    if request.method == "POST" and framework:
        return _requested(request, framework)
    fits = JointFit.objects.visible_to(request.user).filter(framework=framework)
    good = fits.in_use()
    context: dict[str, Any] = {
        "framework": framework,
        "last": fits.select_related("requested_by").first(),
        "good": good,
        "verdict": may_request_joint_fit(request.user),
        "reads": reads_released(request.user) or request.user.is_superuser,
    }
    if good and framework and context["reads"]:
        context |= {"levels": levels_found(good), "moved": _moved(request, framework), "shown": SHOWN}
    if request.user.is_superuser:
        severities = Severity.objects.visible_to(request.user).filter(framework=framework)
        table = SeverityTable(severities.select_related("assessor"))
        RequestConfig(request, paginate={"per_page": SHOWN}).configure(table)
        context["table"] = table
    return render(request, "assessments/joint_fit.html", context)


def _requested(request: SignedInRequest, framework: Framework) -> HttpResponse:
    try:
        request_joint_fit(framework=framework, by=request.user, at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The joint fit waits for the worker."))
    return redirect(request.get_full_path())


def levels_found(fit: JointFit) -> list[LevelFound]:
    found = []
    for level in Level:
        record = fit.record.get(level.value)
        if record:
            known = record["bias"] is not None
            bias = Difference(record["bias"], record["bias_error"]) if known else None
            found.append(LevelFound(str(level.label), record, bias, bias_words(bias)))
    return found


def _moved(request: SignedInRequest, framework: Framework) -> list[Moved]:
    """The figures that differ most, of the dyads that differ most."""
    scores = (
        JointScore.objects.visible_to(request.user)
        .filter(framework=framework, largest_difference__gt=DIFFERS_ABOVE)
        .select_related("dyad__first", "dyad__second")
        .order_by("-largest_difference", "pk")
    )
    names = framework.names()
    moved = [
        Moved(
            score.dyad,
            wording.subject_name(code, names),
            figure["tier_a"],
            figure["score"],
            figure["lower"],
            figure["upper"],
        )
        for score in scores[:SHOWN]
        for code, figure in score.content.items()
        if figure["differs"]
    ]
    return sorted(moved, key=lambda row: -abs(row.difference))[:SHOWN]


@require_safe
def own_severity(request: SignedInRequest) -> HttpResponse:
    """How one rates against others: for nobody else to see, administrators apart."""
    framework = chosen_framework(request)
    own = Severity.objects.visible_to(request.user).filter(framework=framework, assessor=request.user)
    rows = []
    for severity in own.order_by("-level"):
        difference = severity_difference(severity)
        words = severity_words(difference) if difference else ""
        rows.append({"severity": severity, "difference": difference, "words": words})
    context = {
        "framework": framework,
        "good": JointFit.objects.visible_to(request.user).filter(framework=framework).in_use(),
        "rows": rows,
        "vignettes": Vignette.objects.waiting_for(request.user, framework).exists(),
    }
    return render(request, "assessments/own_severity.html", context)
