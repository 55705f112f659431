"""Dyads: all of them, and the scorecard of one."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from assessments.actions.scorecards import bring_up_to_date
from assessments.choices import FindingKind, Level, Marking
from assessments.models import Anchor, Assessment, Engagement, Finding, Framework, Scorecard
from assessments.policy import previewable_organisations
from assessments.scoring.results import DESCRIPTIVE, LevelResult, ScorecardResult
from assessments.views.audience import audience
from assessments.views.pictures import pictures_of_level, subject_of
from assessments.views.scorecard_blocks.adjusted import adjusted
from assessments.views.scorecard_blocks.glance import glance
from assessments.views.scorecard_blocks.levels import level_detail
from organisations.http import SignedInRequest
from organisations.models import Dyad, Instrument, Organisation


def visible_dyad(request: SignedInRequest, slug: str) -> Dyad:
    dyads = Dyad.objects.visible_to(request.user).with_organisations()
    return get_object_or_404(dyads.named(slug))


def chosen_framework(request: SignedInRequest) -> Framework | None:
    """The framework version that ``?framework=code@version`` names, else the latest."""
    name = request.GET.get("framework", "")
    if not name:
        return Framework.objects.latest()
    code, _separator, version = name.partition("@")
    return get_object_or_404(Framework.objects.visible_to(request.user), code=code, version=version)


def visible_scorecards(request: SignedInRequest, framework: Framework | None) -> list[Scorecard]:
    """The scorecards that the viewer sees now under a framework version, one for each dyad with any."""
    bring_up_to_date(viewer=request.user, at=timezone.now())
    scorecards = Scorecard.objects.visible_to(request.user).filter(framework=framework)
    ordered = scorecards.select_related("dyad__first", "dyad__second", "calibration")
    return list(ordered.order_by("dyad__first__acronym", "dyad__second__acronym"))


def level_of(scorecard: Scorecard, level: str) -> LevelResult:
    result = ScorecardResult.from_dict(scorecard.content)
    return next(figure for figure in result.levels if figure.code == level)


@require_safe
def dyad_list(request: SignedInRequest) -> HttpResponse:
    """All dyads as cards, with both levels' scores where there is anything to show."""
    framework = chosen_framework(request)
    scorecards = {scorecard.dyad_id: scorecard for scorecard in visible_scorecards(request, framework)}
    cards = []
    for dyad in Dyad.objects.visible_to(request.user).with_organisations():
        scorecard = scorecards.get(dyad.pk)
        levels = ScorecardResult.from_dict(scorecard.content).levels if scorecard else ()
        rows = [(Level(level.code).label, level) for level in levels]
        cards.append({"dyad": dyad, "scorecard": scorecard, "levels": rows})
    cards.sort(key=lambda card: card["scorecard"] is None)
    marking = strictest_marking(assessments_behind(request, scorecards.values()))
    context = {"cards": cards, "framework": framework, "marking": marking}
    return render(request, "assessments/dyad_list.html", context)


@require_safe
def dyad_detail(request: SignedInRequest, slug: str) -> HttpResponse:
    """The scorecard of a dyad with its findings and recommendations, as far as the viewer may know them.

    ``?as=`` leads to the preview of what another organisation sees.
    """
    dyad, framework = visible_dyad(request, slug), chosen_framework(request)
    if acronym := request.GET.get("as"):
        organisation = get_object_or_404(
            Organisation.objects.visible_to(request.user), acronym__iexact=acronym
        )
        return redirect("assessments:dyad-preview", dyad.slug, organisation.acronym)
    scorecards = visible_scorecards(request, framework)
    scorecard = next((card for card in scorecards if card.dyad_id == dyad.pk), None)
    engagements = Engagement.objects.visible_to(request.user).filter(dyad=dyad)
    context: dict[str, Any] = {
        "dyad": dyad,
        "framework": framework,
        "frameworks": Framework.objects.visible_to(request.user),
        "scorecard": scorecard,
        "instruments": Instrument.objects.visible_to(request.user).filter(dyad=dyad),
        "engagements": engagements.prefetch_related("parts__mission"),
    }
    if scorecard and framework:
        context |= _scorecard_context(request, scorecard, framework)
    return render(request, "assessments/dyad.html", context)


def _scorecard_context(
    request: SignedInRequest, scorecard: Scorecard, framework: Framework
) -> dict[str, Any]:
    result = ScorecardResult.from_dict(scorecard.content)
    names, poles = framework.names(), _poles(framework)
    findings = list(
        scorecard.findings.select_related("engagement", "recommendation").order_by("priority", "pk")
    )
    assessments = list(assessments_behind(request, [scorecard]).order_by("level", "period_start", "pk"))
    marking = strictest_marking(assessments)
    subject = subject_of(scorecard, framework, marking, names)
    return {
        "adjusted": adjusted(request.user, scorecard.dyad, framework),
        "glance": glance(result, names, framework.scale, findings),
        "levels": [
            level_detail(level, names, poles, pictures_of_level(subject, scorecard, framework, level.code))
            for level in result.levels
        ],
        "findings": _by_engagement(finding for finding in findings if finding.kind != FindingKind.STRENGTH),
        "strengths": [finding for finding in findings if finding.kind == FindingKind.STRENGTH],
        "assessments": assessments,
        "audience": audience(request.user, assessments),
        "previewable": previewable_organisations(request.user),
        "marking": marking,
    }


def _by_engagement(findings: Iterable[Finding]) -> list[tuple[Engagement | None, list[Finding]]]:
    """Those about the dyad as a whole first, then engagement by engagement; each group by priority."""
    groups: dict[Engagement | None, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.engagement, []).append(finding)
    return sorted(groups.items(), key=lambda group: group[0].name if group[0] else "")


def assessments_behind(request: SignedInRequest, scorecards: Iterable[Scorecard]) -> QuerySet[Assessment]:
    revisions = [pk for scorecard in scorecards for pk in scorecard.revision_ids]
    return Assessment.objects.visible_to(request.user).filter(current_revision__in=revisions).for_list()


def strictest_marking(assessments: Iterable[Assessment]) -> str:
    """The words of the strictest handling marking, or nothing when there are no assessments."""
    markings = {assessment.marking for assessment in assessments}
    return Marking(max(markings, key=Marking.values.index)).label if markings else ""


def _poles(framework: Framework) -> dict[str, dict[int, str]]:
    """What the two ends of each descriptive indicator are, by its code and score: one query."""
    anchors = Anchor.objects.filter(
        indicator__dimension__framework=framework, indicator__kind=DESCRIPTIVE, score__in=(1, 5)
    )
    poles: dict[str, dict[int, str]] = {}
    for code, score, text in anchors.values_list("indicator__code", "score", "text"):
        poles.setdefault(code, {})[score] = text
    return poles
