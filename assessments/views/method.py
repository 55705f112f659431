"""How scores are made, in words, with the calibrations that scorecards rest on and what each would move."""

from collections.abc import Mapping
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django_tables2 import RequestConfig

from assessments import calibration_wording
from assessments.actions.calibrations import put_in_force, reject
from assessments.choices import CalibrationStatus, Level
from assessments.forms.decisions import CalibrationForm
from assessments.models import Calibration, Framework
from assessments.policy import may_decide_calibration
from assessments.scoring.calibration import LevelCalibration
from assessments.scoring.components import NAMES, Components
from assessments.views.refusals import RefusalsShown
from assessments.views.tables import CalibrationTable
from organisations.http import SignedInRequest

DYADS_A_PAGE = 10
Names = Mapping[str, str]


@require_safe
def method(request: SignedInRequest) -> HttpResponse:
    """The method for readers without statistics, and the calibration in force of each framework."""
    visible = Calibration.objects.visible_to(request.user).select_related("framework").defer("report")
    current = {
        (calibration.framework_id, calibration.status): calibration
        for calibration in visible.filter(status__in=[CalibrationStatus.IN_FORCE, CalibrationStatus.PROPOSED])
    }
    frameworks: list[dict[str, Any]] = [
        {
            "framework": framework,
            "in_force": current.get((framework.pk, CalibrationStatus.IN_FORCE)),
            "proposed": current.get((framework.pk, CalibrationStatus.PROPOSED)),
        }
        for framework in Framework.objects.visible_to(request.user).asking()
    ]
    for entry in frameworks:
        if entry["in_force"]:
            entry["standing"] = calibration_wording.standing(entry["in_force"])
            entry["levels"] = _levels(entry["in_force"], {})
    table = CalibrationTable(visible.defer("report", "record"))
    RequestConfig(request, paginate={"per_page": 25}).configure(table)
    context = {"frameworks": frameworks, "table": table, "any": bool(current)}
    return render(request, "assessments/method.html", context)


@require_http_methods(["GET", "POST"])
def calibration_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """One calibration: what it says, what it moves, and the decision on it."""
    visible = Calibration.objects.visible_to(request.user).select_related("framework", "decided_by")
    calibration = get_object_or_404(visible, pk=pk)
    form = CalibrationForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        _decide(request, calibration, form)
        return redirect(calibration)
    names = calibration.framework.names()
    context = {
        "calibration": calibration,
        "standing": calibration_wording.standing(calibration),
        "verdict": may_decide_calibration(request.user, calibration),
        "form": form,
        "levels": _levels(calibration, calibration.report),
        "means": _means(calibration, names),
        "report": calibration.report,
        "summary": calibration_wording.summary(calibration.report) if calibration.report else "",
        "dyads": _dyads(request, calibration.report, names),
    }
    return render(request, "assessments/calibration.html", context, status=422 if form.errors else 200)


def _decide(request: SignedInRequest, calibration: Calibration, form: CalibrationForm) -> None:
    now, reason = timezone.now(), form.cleaned_data["reason"]
    if form.cleaned_data["decision"] == "reject":
        with RefusalsShown(request, _("The calibration is rejected. Scorecards stay as they are.")):
            reject(calibration=calibration, reason=reason, by=request.user, at=now)
    else:
        with RefusalsShown(request, _("The calibration is in force. All scorecards follow it.")):
            put_in_force(calibration=calibration, by=request.user, at=now)


def _levels(calibration: Calibration, report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each level with its variances, where they come from, and what they were before if there is a report."""
    before = {part["level"]: part["components"] for part in report.get("levels", [])}
    return [
        {
            "label": Level(code).label,
            "level": level,
            "guard": calibration_wording.GUARDS[level.guard],
            "components": _components(level, before.get(code, [])),
        }
        for code, level in calibration.values.levels.items()
    ]


def _components(level: LevelCalibration, moved: list[dict[str, Any]]) -> list[dict[str, Any]]:
    before = {row["code"]: row["before"] for row in moved}
    return [
        {
            "label": calibration_wording.COMPONENTS[name],
            "used": getattr(level.components, name),
            "estimated": getattr(level.estimated, name) if level.estimated else None,
            "default": getattr(Components(), name),
            "groups": level.groups.get(name),
            "before": before.get(name),
        }
        for name in NAMES
    ]


def _means(calibration: Calibration, names: Names) -> list[dict[str, Any]]:
    """The usual rating of every indicator, by level, beside the one before."""
    position = {code: index for index, code in enumerate(names)}
    before = {row["code"]: row for level in calibration.report.get("levels", []) for row in level["means"]}
    return [
        {
            "label": Level(code).label,
            "rows": [
                {
                    "name": calibration_wording.subject(indicator, names),
                    "after": mean,
                    "before": before.get(indicator, {}).get("before"),
                    "difference": before.get(indicator, {}).get("difference"),
                }
                for indicator, mean in sorted(level.mu.items(), key=lambda item: position.get(item[0], 0))
            ],
        }
        for code, level in calibration.values.levels.items()
    ]


def _dyads(request: SignedInRequest, report: Mapping[str, Any], names: Names) -> Any:
    """A page of the dyads that move, most first, with the names of what moves."""
    page = Paginator(report.get("dyads", []), DYADS_A_PAGE).get_page(request.GET.get("page"))
    page.object_list = [
        dyad
        | {
            "summary": calibration_wording.dyad_summary(dyad),
            "figures": [_named(row, names) for row in dyad["figures"]],
            "statuses": [
                _named(row, names)
                | {side: calibration_wording.STATUSES[row[side]] for side in ("before", "after")}
                for row in dyad["statuses"]
            ],
        }
        for dyad in page.object_list
    ]
    return page


def _named(row: Mapping[str, Any], names: Names) -> dict[str, Any]:
    return {**row, "name": calibration_wording.subject(row["code"], names)}
