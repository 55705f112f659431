"""Down from a figure or a finding to the approved answers behind it, with their sources."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments import scorecards, wording
from assessments.actions.scorecards import bring_up_to_date
from assessments.choices import FindingKind, Level
from assessments.forms.scorecard_filter import ScorecardFilterForm
from assessments.lesson_policy import writes_lessons
from assessments.models import Adjudication, ApprovedRating, Engagement, Finding, Framework, PanelMember
from assessments.policy import may_preview
from assessments.scoring.results import DESCRIPTIVE, Figure, ScorecardResult
from assessments.selection import Selection
from assessments.views.dyads import (
    answers_query,
    chosen_framework,
    scored_now,
    selected,
    shown_result,
    strictest_marking,
    visible_dyad,
    visible_scorecard,
)
from assessments.views.preview import known_to_both, organisation_named
from assessments.views.scorecard_blocks.behind import NamedFigure, figure_named
from assessments.views.scorecard_blocks.heat_map import period_of
from assessments.views.scorecard_blocks.parts import part_name
from organisations.http import SignedInRequest
from organisations.models import Dyad, Organisation, User

LEARNED_FROM_OTHERS = {FindingKind.WEAKNESS, FindingKind.GAP, FindingKind.DISAGREEMENT}
Behind = list[tuple[ApprovedRating, dict[str, Any]]]


def with_answers(ratings: QuerySet[ApprovedRating], viewer: User) -> Behind:
    """Each rating with its answer as the approved revision keeps it: six queries, seven with a panel.

    Beside it, as ``adjudicated``, what its panel has come to, as far as the viewer may know it.
    """
    loaded = ratings.select_related(
        "indicator__dimension__framework", "engagement", "on_behalf_of", "assessment"
    )
    ordered = loaded.order_by("indicator__dimension__position", "indicator__position", "rating_id")
    rows = list(ordered.prefetch_related("revision", "indicator__anchors"))
    answers = {
        answer["rating"]: answer
        for revision in {row.revision for row in rows}
        for answer in revision.content["ratings"]
    }
    called = local_names(rows)
    adjudicated = _adjudicated(rows, viewer)
    may_write = bool(rows) and writes_lessons(viewer)
    return [
        (
            row,
            {
                **answers[row.rating_id],
                "assessor": called[row.on_behalf_of_id, row.assessor_id],
                "adjudicated": adjudicated.get((row.assessment_id, row.indicator_id)),
                "may_write_lesson": may_write,
            },
        )
        for row in rows
    ]


def _adjudicated(rows: Iterable[ApprovedRating], viewer: User) -> dict[tuple[int, int], Adjudication]:
    """What panels have come to, by assessment and indicator."""
    assessments = {row.assessment_id for row in rows}
    members = PanelMember.objects.filter(assessment__in=assessments, revision__isnull=False)
    panels = dict(members.values_list("assessment", "panel"))
    found = Adjudication.objects.visible_to(viewer).standing().filter(panel__in=set(panels.values()))
    return {
        (assessment, one.indicator_id): one
        for one in found
        for assessment, panel in panels.items()
        if panel == one.panel_id
    }


def local_names(ratings: Iterable[ApprovedRating]) -> dict[tuple[int, int], str]:
    """What assessors are called on one page, by ids of organisation and person: numbered, never named."""
    numbers: dict[int, int] = {}
    called: dict[tuple[int, int], str] = {}
    for rating in ratings:
        organisation, key = rating.on_behalf_of, (rating.on_behalf_of_id, rating.assessor_id)
        if key not in called:
            number = numbers[organisation.pk] = numbers.get(organisation.pk, 0) + 1
            words = {"number": number, "organisation": organisation}
            called[key] = _("Assessor %(number)s of %(organisation)s") % words
    return called


def single_assessment_of(behind: Behind) -> ApprovedRating | None:
    """A rating of the one assessment that all these answers are of; none when there are several, or none."""
    assessments = {rating.assessment_id for rating, _answer in behind}
    return behind[0][0] if len(assessments) == 1 else None


def marking_of(behind: Behind) -> str:
    return strictest_marking(rating.assessment for rating, _answer in behind)


@require_safe
def ratings(request: SignedInRequest, slug: str, level: str) -> HttpResponse:
    """The answers behind a dyad's level, or behind one figure of it, under the filters of the scorecard.

    ``?of=`` names an indicator, a dimension or the level; with ``?case=`` of one engagement or period, with
    ``?part=`` of one part of a contrast, such as ``perception:first``.
    ``?as=`` leaves those that another organisation sees as well, for coordinators.
    """
    dyad, framework = visible_dyad(request, slug), chosen_framework(request)
    if level not in Level.values:
        raise Http404(_("There is no such level."))
    organisation = organisation_named(request, request.GET["as"]) if request.GET.get("as") else None
    if organisation and not may_preview(request.user, organisation):
        messages.error(request, may_preview(request.user, organisation).reason)
        return redirect(dyad)
    form = ScorecardFilterForm(request.GET, dyad=dyad)
    code, names = request.GET.get("of", ""), framework.names() if framework else {}
    rows: QuerySet[ApprovedRating] = ApprovedRating.objects.none()
    context: dict[str, Any] = {}
    if framework and (shown := _shown(request, dyad, framework, form.selection, organisation)):
        result, rows = shown
        figure = figure_named(result, level, code, request.GET.get("case", ""), request.GET.get("part", ""))
        if figure is None:
            raise Http404(_("There is no such figure."))
        rows = rows.filter(level=level)
        if figure.rating_ids is not None:
            rows = rows.filter(rating_id__in=figure.rating_ids)
        context = {"figure": figure.shown, "about": _about(request, figure, dyad)}
        scored = isinstance(figure.shown, Figure) and figure.shown.status != DESCRIPTIVE
        context["learn"] = scored and code in names and not organisation
    answers = with_answers(rows, request.user)
    context |= {
        "dyad": dyad,
        "framework": framework,
        "query": answers_query(framework, form, organisation),
        "form": form,
        "narrowed": form.selection.narrows,
        "level": Level(level),
        "organisation": organisation,
        "code": code,
        "subject": wording.subject_name(code, names) if code else "",
        "ratings": answers,
        "only": single_assessment_of(answers),
        "marking": marking_of(answers),
    }
    return render(request, "assessments/dyad_ratings.html", context, status=200 if form.is_valid() else 400)


def _shown(
    request: SignedInRequest,
    dyad: Dyad,
    framework: Framework,
    selection: Selection,
    organisation: Organisation | None,
) -> tuple[ScorecardResult, QuerySet[ApprovedRating]] | None:
    """The scorecard that the person looks at, or previews of an organisation, and the answers it rests on."""
    if organisation:
        visible = ApprovedRating.objects.visible_to(request.user).filter(dyad=dyad, framework=framework)
        rows = selection.of(visible.filter(assessment__in=known_to_both(request, organisation)), dyad)
        return scored_now(rows, framework, scorecards.calibration_in_force(framework)), rows
    scorecard = visible_scorecard(request, dyad, framework)
    if scorecard is None:
        return None
    result = shown_result(request, scorecard, framework, selection)
    return result, selected(request, scorecard, selection)


def _about(request: SignedInRequest, figure: NamedFigure, dyad: Dyad) -> str:
    """In words, of which case or part the answers are."""
    if figure.part:
        return part_name(figure.kind, figure.part, dyad)
    if figure.case is None:
        return ""
    if figure.case.engagement_id is None:
        return period_of(figure.case.case)
    return str(get_object_or_404(Engagement.objects.visible_to(request.user), pk=figure.case.engagement_id))


@require_safe
def finding(request: SignedInRequest, pk: int) -> HttpResponse:
    """Why a rule fired: what it measured, what it asks for, and the answers behind both."""
    bring_up_to_date(viewer=request.user, at=timezone.now())
    visible = Finding.objects.visible_to(request.user).select_related(
        "rule__framework",
        "engagement",
        "recommendation",
        "scorecard__framework",
        "scorecard__dyad__first",
        "scorecard__dyad__second",
    )
    found = get_object_or_404(visible, pk=pk)
    rows = ApprovedRating.objects.visible_to(request.user).filter(rating_id__in=found.rating_ids)
    behind = with_answers(rows, request.user)
    names = found.scorecard.framework.names()
    context = {
        "finding": found,
        "dyad": found.scorecard.dyad,
        "about": wording.subject_name(found.target, names),
        "reasons": wording.reasons(found.inputs, names),
        "may_write_lesson": writes_lessons(request.user),
        "learn": found.target in names and found.kind in LEARNED_FROM_OTHERS,
        "because": found.rule.definition.get("because", ""),
        "source": found.rule.definition.get("source", ""),
        "ratings": behind,
        "only": single_assessment_of(behind),
        "marking": marking_of(behind),
    }
    return render(request, "assessments/finding.html", context)
