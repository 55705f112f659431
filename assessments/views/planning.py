"""What-if for planners: what comparable engagements teach before the next one begins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments import wording
from assessments.choices import Arrangement, Level
from assessments.forms.planning import PlanningForm
from assessments.models import Engagement, Framework, Scorecard
from assessments.scoring.planning import Candidate, Comparable, comparable, extremes, probably_weak
from assessments.scoring.pooling import pooled_level
from assessments.scoring.results import (
    DESCRIPTIVE,
    NOT_APPLICABLE,
    Figure,
    LevelResult,
    ScorecardResult,
)
from assessments.views.checklist import Planned, checklist, lessons
from assessments.views.dyads import (
    assessments_behind,
    chosen_framework,
    strictest_marking,
    visible_scorecards,
)
from assessments.views.engagement_scores import scored_engagements, visible_engagements
from organisations.http import SignedInRequest
from organisations.models import Dyad

Names = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Line:
    figure: Figure
    name: str


@dataclass(frozen=True, slots=True)
class Experience:
    """What the comparable engagements say together; ``unknown`` names dimensions without a score."""

    level: LevelResult
    strongest: tuple[Line, ...]
    weakest: tuple[Line, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Politics:
    """Dimensions of the political level that are probably below 3, and those not known."""

    weak: tuple[Line, ...]
    unknown: tuple[str, ...]
    assessed: bool


@require_safe
def planning(request: SignedInRequest) -> HttpResponse:
    """Choose two organisations and an arrangement; read what those who did the like have learned."""
    framework = chosen_framework(request)
    form = PlanningForm(_given(request), user=request.user)
    context: dict[str, Any] = {"form": form, "framework": framework}
    if framework and form.is_valid():
        context |= _plan(request, framework, form)
    return render(request, "assessments/planning.html", context)


def _given(request: SignedInRequest) -> dict[str, Any]:
    """What the address says; ``?dyad=`` stands for its two organisations."""
    given = request.GET.dict()
    if slug := given.get("dyad"):
        dyad = get_object_or_404(Dyad.objects.visible_to(request.user).with_organisations().named(str(slug)))
        given |= {"one": dyad.first.acronym, "other": dyad.second.acronym}
    return given


def _plan(request: SignedInRequest, framework: Framework, form: PlanningForm) -> dict[str, Any]:
    one, other, arrangement = (form.cleaned_data[name] for name in ("one", "other", "arrangement"))
    title = form.cleaned_data["title"]
    dyad = Dyad.objects.visible_to(request.user).with_organisations().of(one, other).first()
    scorecards = visible_scorecards(request, framework)
    every = visible_engagements(request, scorecards)
    pk = dyad.pk if dyad else None
    found = comparable([Candidate(e.pk, e.dyad_id, e.arrangement) for e in every], pk, arrangement)
    names = framework.names()
    first, second = (dyad.first, dyad.second) if dyad else (one, other)
    planned = Planned(first, second, title or _("the planned engagement"))
    findings = lessons(request, framework, pk, found.basis)
    card = next((card for card in scorecards if card.dyad_id == pk), None)
    return {
        "dyad": dyad,
        "planned": planned,
        "title": title,
        "arrangement": Arrangement(arrangement),
        "comparable": found,
        "groups": _groups(every, found, arrangement),
        "experience": _experience(framework, scorecards, every, found, names),
        "politics": _politics(card, names),
        "findings": findings,
        "checklist": checklist(findings, framework, planned, names),
        "marking": _marking(request, scorecards, every, found, pk),
    }


def _groups(
    every: Sequence[Engagement], found: Comparable, arrangement: str
) -> list[tuple[str, list[Engagement]]]:
    """The engagements that compare, nearest first."""
    label = {"arrangement": str(Arrangement(arrangement).label).lower()}
    parts = [
        (_("Of this dyad, %(arrangement)s") % label, found.own),
        (_("Of other dyads, %(arrangement)s") % label, found.others),
        (_("Of this dyad, in other arrangements"), found.other_arrangements),
    ]
    return [(name, [e for e in every if e.pk in ids]) for name, ids in parts if ids]


def _experience(
    framework: Framework,
    scorecards: Sequence[Scorecard],
    every: Sequence[Engagement],
    found: Comparable,
    names: Names,
) -> Experience | None:
    """None when there is no engagement to learn from."""
    chosen = [engagement for engagement in every if engagement.pk in found.basis]
    scored = scored_engagements(framework, scorecards, every, chosen) if chosen else []
    if not scored:
        return None
    level = pooled_level([one.result for one in scored])
    standing_out = extremes(level)
    return Experience(
        level,
        tuple(Line(figure, names[figure.code]) for figure in standing_out.strongest),
        tuple(Line(figure, names[figure.code]) for figure in standing_out.weakest),
        _unknown(level, names),
    )


def _politics(card: Scorecard | None, names: Names) -> Politics:
    if card is None:
        return Politics((), (), assessed=False)
    levels = ScorecardResult.from_dict(card.content).levels
    level = next(level for level in levels if level.code == Level.POLITICAL)
    weak = [d for d in level.dimensions if probably_weak(d)]
    weak.sort(key=lambda dimension: -(dimension.p_below_3 or 0))
    lines = tuple(Line(dimension, names[dimension.code]) for dimension in weak)
    return Politics(lines, _unknown(level, names), level.assessed)


def _unknown(level: LevelResult, names: Names) -> tuple[str, ...]:
    asked = [d for d in level.dimensions if d.status not in {DESCRIPTIVE, NOT_APPLICABLE}]
    return tuple(wording.subject_name(d.code, names) for d in asked if not d.published)


def _marking(
    request: SignedInRequest,
    scorecards: Sequence[Scorecard],
    every: Sequence[Engagement],
    found: Comparable,
    dyad: int | None,
) -> str:
    """The strictest of everything that the page rests on: the scorecards of the dyads that it names."""
    dyads = {engagement.dyad_id for engagement in every if engagement.pk in found.basis} | {dyad}
    return strictest_marking(
        assessments_behind(request, [card for card in scorecards if card.dyad_id in dyads])
    )
