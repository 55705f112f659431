"""Dyads: all of them, and the scorecard of one."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from assessments import scorecards
from assessments.actions.scorecards import bring_up_to_date
from assessments.choices import FindingKind, Level, Marking
from assessments.forms.scorecard_filter import ScorecardFilterForm
from assessments.models import (
    Anchor,
    ApprovedRating,
    Assessment,
    Calibration,
    Engagement,
    Finding,
    Framework,
    Lesson,
    Scorecard,
)
from assessments.policy import previewable_organisations
from assessments.scoring.results import DESCRIPTIVE, LevelResult, ScorecardResult
from assessments.selection import Selection
from assessments.views.audience import audience
from assessments.views.edition_box import edition_box
from assessments.views.pictures import Picture, pictures_of_level, subject_of
from assessments.views.scorecard_blocks.adjusted import adjusted
from assessments.views.scorecard_blocks.glance import glance
from assessments.views.scorecard_blocks.heat_map import heat_map
from assessments.views.scorecard_blocks.levels import level_detail
from assessments.views.scorecard_blocks.parts import conflict_tables, perception_tables
from assessments.views.scorecard_blocks.timeline import timeline
from organisations.access import organisation_ids_where
from organisations.http import SignedInRequest
from organisations.models import Dyad, Instrument, Organisation
from organisations.roles import Permission

RECURRING = 10


def visible_dyad(request: SignedInRequest, slug: str) -> Dyad:
    dyads = Dyad.objects.visible_to(request.user).with_organisations()
    return get_object_or_404(dyads.named(slug))


def chosen_framework(request: SignedInRequest) -> Framework | None:
    """The version whose questions ``?framework=code@version`` asks, else the latest."""
    name = request.GET.get("framework", "")
    if not name:
        return Framework.objects.latest()
    code, _separator, version = name.partition("@")
    visible = Framework.objects.visible_to(request.user).select_related("questions_of")
    return get_object_or_404(visible, code=code, version=version).questions


def visible_scorecards(request: SignedInRequest, framework: Framework | None) -> list[Scorecard]:
    """The scorecards that the viewer sees now under a framework version, one for each dyad with any."""
    bring_up_to_date(viewer=request.user, at=timezone.now())
    visible = Scorecard.objects.visible_to(request.user).filter(framework=framework)
    ordered = visible.select_related("dyad__first", "dyad__second", "calibration")
    return list(ordered.order_by("dyad__first__acronym", "dyad__second__acronym"))


def visible_scorecard(request: SignedInRequest, dyad: Dyad, framework: Framework | None) -> Scorecard | None:
    """The scorecard of one dyad that the viewer sees now."""
    bring_up_to_date(viewer=request.user, at=timezone.now(), only=dyad)
    visible = Scorecard.objects.visible_to(request.user).filter(framework=framework, dyad=dyad)
    return visible.select_related("dyad__first", "dyad__second", "calibration").first()


def level_of(scorecard: Scorecard, level: str) -> LevelResult:
    result = ScorecardResult.from_dict(scorecard.content)
    return next(figure for figure in result.levels if figure.code == level)


@require_safe
def dyad_list(request: SignedInRequest) -> HttpResponse:
    """All dyads as cards, with both levels' scores where there is anything to show."""
    framework = chosen_framework(request)
    by_dyad = {scorecard.dyad_id: scorecard for scorecard in visible_scorecards(request, framework)}
    cards = []
    for dyad in Dyad.objects.visible_to(request.user).with_organisations():
        scorecard = by_dyad.get(dyad.pk)
        levels = ScorecardResult.from_dict(scorecard.content).levels if scorecard else ()
        rows = [(Level(level.code).label, level) for level in levels]
        cards.append({"dyad": dyad, "scorecard": scorecard, "levels": rows})
    cards.sort(key=lambda card: card["scorecard"] is None)
    marking = strictest_marking(assessments_behind(request, by_dyad.values()))
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
        preview = reverse("assessments:dyad-preview", args=[dyad.slug, organisation.acronym])
        return redirect(f"{preview}?{urlencode({'framework': framework.name})}" if framework else preview)
    scorecard = visible_scorecard(request, dyad, framework)
    form = ScorecardFilterForm(request.GET, dyad=dyad)
    engagements = Engagement.objects.visible_to(request.user).filter(dyad=dyad)
    context: dict[str, Any] = {
        "dyad": dyad,
        "framework": framework,
        "frameworks": Framework.objects.visible_to(request.user).asking(),
        "scorecard": scorecard,
        "editions": edition_box(request, dyad),
        "form": form,
        "query": answers_query(framework, form),
        "instruments": list(Instrument.objects.visible_to(request.user).filter(dyad=dyad)),
        "engagements": list(engagements.prefetch_related("parts__mission")),
        "recurring": list(Lesson.objects.visible_to(request.user).filter(dyad=dyad).recurring()[:RECURRING]),
    }
    if scorecard and framework:
        context |= _scorecard_context(request, scorecard, framework, form.selection, context)
    else:
        context["timeline"] = timeline(context["engagements"], context["instruments"], (), {})
    return render(request, "assessments/dyad.html", context, status=200 if form.is_valid() else 400)


def answers_query(
    framework: Framework | None, form: ScorecardFilterForm, organisation: Organisation | None = None
) -> str:
    """What addresses take over from the page: framework version, filters, and whose view is previewed."""
    preview = f"&as={organisation}" if organisation else ""
    return f"framework={framework.name if framework else ''}{form.query}{preview}"


def shown_result(
    request: SignedInRequest, scorecard: Scorecard, framework: Framework, selection: Selection
) -> ScorecardResult:
    """The stored scorecard, or what a selection of the same answers gives, which is stored nowhere."""
    if not selection.narrows:
        return ScorecardResult.from_dict(scorecard.content)
    return scored_now(selected(request, scorecard, selection), framework, scorecard.calibration)


def scored_now(
    ratings: QuerySet[ApprovedRating], framework: Framework, calibration: Calibration | None
) -> ScorecardResult:
    """A scorecard of these answers, for one page: four queries."""
    answers = scorecards.answers_in(ratings)
    return scorecards.score(scorecards.framework_shape(framework), answers, calibration)[0]


def selected(
    request: SignedInRequest, scorecard: Scorecard, selection: Selection
) -> QuerySet[ApprovedRating]:
    ratings = ApprovedRating.objects.visible_to(request.user).filter(revision__in=scorecard.revision_ids)
    return selection.of(ratings, scorecard.dyad)


def _scorecard_context(
    request: SignedInRequest,
    scorecard: Scorecard,
    framework: Framework,
    selection: Selection,
    recorded: Mapping[str, Any],
) -> dict[str, Any]:
    result = shown_result(request, scorecard, framework, selection)
    names, poles = framework.names(), _poles(framework)
    found = scorecard.findings.select_related("engagement", "recommendation").order_by("priority", "pk")
    findings = [] if selection.narrows else list(found)
    behind = assessments_behind(request, [scorecard]).order_by("level", "period_start", "pk")
    if selection.narrows:
        chosen = selected(request, scorecard, selection)
        behind = behind.filter(current_revision__in=chosen.values("revision"))
    assessments = list(behind)
    marking = strictest_marking(assessments)
    pictures = {} if selection.narrows else _pictures(scorecard, framework, marking, names)
    engagements = {engagement.pk: engagement for engagement in recorded["engagements"]}
    return {
        "adjusted": None if selection.narrows else adjusted(request.user, scorecard.dyad, framework),
        "narrowed": selection.narrows,
        "glance": glance(result, names, framework.scale, findings, scorecard.dyad, assessments),
        "levels": [
            level_detail(result, level, names, poles, pictures.get(level.code, ())) for level in result.levels
        ],
        "heat_maps": list(
            filter(None, (heat_map(result, level, names, engagements) for level in result.levels))
        ),
        "conflict_tables": conflict_tables(result, names, scorecard.dyad),
        "perception_tables": perception_tables(result, names, scorecard.dyad),
        "timeline": timeline(
            recorded["engagements"],
            recorded["instruments"],
            assessments,
            {case.case: case.figure for case in result.case_levels},
            organisation_ids_where(request.user, Permission.RECORD),
        ),
        "findings": _by_engagement(finding for finding in findings if finding.kind != FindingKind.STRENGTH),
        "strengths": [finding for finding in findings if finding.kind == FindingKind.STRENGTH],
        "assessments": assessments,
        "audience": audience(request.user, assessments),
        "previewable": previewable_organisations(request.user),
        "marking": marking,
    }


def _pictures(
    scorecard: Scorecard, framework: Framework, marking: str, names: Mapping[str, str]
) -> dict[str, Sequence[Picture]]:
    """Of each level of a stored scorecard; a part of the answers has none."""
    subject = subject_of(scorecard, framework, marking, names)
    return {level: pictures_of_level(subject, scorecard, framework, level) for level in Level.values}


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
    return strictest({assessment.marking for assessment in assessments})


def strictest(markings: Collection[str]) -> str:
    """The words of the strictest of some handling markings, or nothing when there are none."""
    return str(Marking(max(markings, key=Marking.values.index)).label) if markings else ""


def _poles(framework: Framework) -> dict[str, dict[int, str]]:
    """What the two ends of each descriptive indicator are, by its code and score: one query."""
    anchors = Anchor.objects.filter(
        indicator__dimension__framework=framework, indicator__kind=DESCRIPTIVE, score__in=(1, 5)
    )
    poles: dict[str, dict[int, str]] = {}
    for code, score, text in anchors.values_list("indicator__code", "score", "text"):
        poles.setdefault(code, {})[score] = text
    return poles
