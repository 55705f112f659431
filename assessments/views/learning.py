"""Learning from others: who does well what is weak elsewhere, and what says so."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, IntegerField, Q, Value, When
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments.choices import Confidence, IndicatorKind, LessonKind, LessonState
from assessments.models import ApprovedRating, Assessment, Engagement, Framework, Indicator, Lesson, Scorecard
from assessments.scoring.results import Figure, ScorecardResult
from assessments.scoring.scorecard import p_above
from assessments.views.dyads import (
    assessments_behind,
    chosen_framework,
    strictest,
    visible_dyad,
    visible_scorecards,
)
from assessments.views.pairs import Likelihood, likelihood
from assessments.views.ratings import Behind, with_answers
from organisations.http import SignedInRequest
from organisations.models import Dyad, User

GOOD = 4
DYADS, ANSWERS, LESSONS = 5, 12, 10


@dataclass(frozen=True, slots=True)
class Subject:
    """What is to be learned. ``indicators`` are ids, ``related`` codes of which lessons tell something."""

    code: str
    name: str
    question: str
    level: str
    indicators: tuple[int, ...]
    related: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """A dyad's figure on the subject; ``above``: how probably it lies above that of who asks."""

    dyad: Dyad
    figure: Figure
    above: Likelihood | None


@dataclass(frozen=True, slots=True)
class BestCase:
    """The good answers about one engagement, or about a dyad as a whole."""

    dyad: Dyad
    engagement: Engagement | None
    answers: Behind


@require_safe
def learning(request: SignedInRequest, code: str) -> HttpResponse:
    """Who does best on an indicator or dimension, of what the viewer sees. ``?dyad=`` wants to learn."""
    framework = chosen_framework(request)
    if framework is None:
        raise Http404(_("No framework is published yet."))
    subject = _subject(framework, code)
    learner = visible_dyad(request, request.GET["dyad"]) if request.GET.get("dyad") else None
    scorecards = visible_scorecards(request, framework)
    own, examples = _examples(scorecards, code, learner)
    shown = {learner, *(example.dyad for example in examples)}
    behind = assessments_behind(request, [card for card in scorecards if card.dyad in shown])
    cases = _cases(request.user, framework, subject, learner)
    lessons = _lessons(request.user, framework, subject, learner)
    context: dict[str, Any] = {
        "framework": framework,
        "subject": subject,
        "dyad": learner,
        "own": own,
        "examples": examples,
        "cases": cases,
        "lessons": lessons,
        "marking": _marking(behind, cases, lessons),
    }
    return render(request, "assessments/learning.html", context)


def _subject(framework: Framework, code: str) -> Subject:
    """An indicator, or a dimension with all; 404 otherwise. Nothing is scored where none is evaluative."""
    asked = Indicator.objects.filter(dimension__framework=framework).select_related("dimension")
    found = list(asked.filter(Q(code=code) | Q(dimension__code=code)))
    if not found:
        raise Http404(_("There is no such indicator or dimension."))
    dimension = found[0].dimension
    one = found[0] if found[0].code == code else None
    return Subject(
        code,
        one.name if one else dimension.name,
        one.question if one else "",
        dimension.level,
        tuple(indicator.pk for indicator in found if indicator.kind == IndicatorKind.EVALUATIVE),
        (code, dimension.code) if one else (code, *(indicator.code for indicator in found)),
    )


def _examples(
    scorecards: Iterable[Scorecard], code: str, learner: Dyad | None
) -> tuple[Figure | None, list[Example]]:
    """The learner's own figure, and the dyads that are more probably good than not, best first."""
    figures = {
        card.dyad: figure
        for card in scorecards
        if (figure := ScorecardResult.from_dict(card.content).figures().get(code)) and figure.published
    }
    own = figures.pop(learner, None) if learner else None
    good = [(dyad, figure) for dyad, figure in figures.items() if (figure.p_above_3_5 or 0) > 1 / 2]
    good.sort(key=lambda pair: -(pair[1].p_above_3_5 or 0))
    return own, [
        Example(dyad, figure, likelihood(p_above(figure, own)) if own else None)
        for dyad, figure in good[:DYADS]
    ]


def _cases(user: User, framework: Framework, subject: Subject, learner: Dyad | None) -> list[BestCase]:
    """The best answers of others, with what shows them, under the engagements that they are about."""
    levels = [When(confidence=value, then=Value(place)) for place, value in enumerate(Confidence.values)]
    surest = Case(*levels, default=Value(-1), output_field=IntegerField())
    good = ApprovedRating.objects.visible_to(user).filter(
        framework=framework, indicator__in=subject.indicators, score__gte=GOOD
    )
    if learner:
        good = good.exclude(dyad=learner)
    best = good.order_by("-score", "-has_evidence", surest.desc(), "-year", "rating_id")
    order = {pk: place for place, pk in enumerate(best.values_list("rating_id", flat=True)[:ANSWERS])}
    chosen = ApprovedRating.objects.visible_to(user).filter(rating_id__in=order)
    answers = with_answers(chosen.select_related("dyad__first", "dyad__second"), user)
    groups: dict[tuple[int, int | None], BestCase] = {}
    for rating, answer in sorted(answers, key=lambda pair: order[pair[0].rating_id]):
        key = rating.dyad_id, rating.engagement_id
        case = groups.setdefault(key, BestCase(rating.dyad, rating.engagement, []))
        case.answers.append((rating, answer))
    return list(groups.values())


def _lessons(user: User, framework: Framework, subject: Subject, learner: Dyad | None) -> Sequence[Lesson]:
    """Lessons learned and best practices of others on the subject, what encloses it and what is in it."""
    told = (
        Lesson.objects.visible_to(user)
        .for_list()
        .filter(framework__code=framework.code, subject__in=subject.related)
    )
    if learner:
        told = told.exclude(dyad=learner)
    learned = told.filter(state=LessonState.VALIDATED)
    practices = told.filter(kind=LessonKind.BEST_PRACTICE).exclude(state=LessonState.CLOSED)
    return list((learned | practices).order_by("-updated_at", "-pk")[:LESSONS])


def _marking(behind: Iterable[Assessment], cases: Iterable[BestCase], lessons: Iterable[Lesson]) -> str:
    """The strictest of what is shown, and of what its figures rest on."""
    answers = {rating.assessment.marking for case in cases for rating, _answer in case.answers}
    answers |= {assessment.marking for assessment in behind}
    return strictest(answers | {lesson.marking for lesson in lessons})
