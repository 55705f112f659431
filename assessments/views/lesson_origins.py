"""What a lesson is begun from, and so what it is about, as far as the person may see it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from assessments.choices import FindingKind, LessonKind, LessonOrigin, Level
from assessments.models import (
    Adjudication,
    ApprovedRating,
    Evidence,
    Finding,
    Framework,
    Rating,
    Recommendation,
    Rule,
)
from organisations.http import id_in
from organisations.models import User

MOST_LINKS = 40


@dataclass(frozen=True, slots=True)
class Origin:
    """``initial`` is what the form begins with, ``words`` what the page says, ``links`` what is kept."""

    kind: str
    framework: Framework
    initial: dict[str, Any] = field(default_factory=dict)
    rule: Rule | None = None
    links: tuple[models.Model, ...] = ()
    words: str = ""
    url: str = ""


def origin_of(user: User, query: Any) -> Origin:
    """Where ``?rating=``, ``?finding=``, ``?recommendation=`` or ``?adjudication=`` leads; 404 if hidden."""
    for name, read in READERS.items():
        value = query.get(name, "")
        if value:
            return read(user, id_in(value))
    framework = Framework.objects.latest()
    if framework is None:
        raise Http404(_("No framework is published yet."))
    initial = {name: query[name] for name in ("dyad", "subject") if query.get(name)}
    return Origin(LessonOrigin.OWN, framework, initial)


def _of_rating(user: User, pk: int) -> Origin:
    visible = ApprovedRating.objects.visible_to(user).select_related("framework", "indicator", "assessment")
    rating = get_object_or_404(visible, rating_id=pk)
    evidence = Evidence.objects.filter(rating=pk)[:MOST_LINKS]
    initial = {"dyad": rating.dyad_id, "engagement": rating.engagement_id, "subject": rating.indicator.code}
    worked = rating.score is not None and rating.score >= 4
    return Origin(
        LessonOrigin.RATING,
        rating.framework,
        initial | {"kind": LessonKind.BEST_PRACTICE if worked else LessonKind.LESSON},
        links=(*Rating.objects.filter(pk=pk), *evidence),
        words=_("the answer to %(indicator)s") % {"indicator": rating.indicator},
        url=rating.assessment.get_absolute_url(),
    )


def _of_finding(user: User, pk: int) -> Origin:
    visible = Finding.objects.visible_to(user).select_related(
        "rule", "engagement", "recommendation", "scorecard__framework"
    )
    finding = get_object_or_404(visible, pk=pk)
    seen = ApprovedRating.objects.visible_to(user).filter(rating_id__in=finding.rating_ids)
    ratings = Rating.objects.filter(pk__in=seen.values("rating_id")).order_by("pk")[:MOST_LINKS]
    linked: list[models.Model] = [*ratings, *([finding.recommendation] if finding.recommendation else [])]
    initial = _about(finding.target, finding.scorecard.dyad_id, finding.engagement_id) | {
        "observation": finding.text,
        "recommendation": finding.recommendation.text if finding.recommendation else "",
        "kind": LessonKind.BEST_PRACTICE if finding.kind == FindingKind.STRENGTH else LessonKind.LESSON,
    }
    return Origin(
        LessonOrigin.FINDING,
        finding.scorecard.framework,
        initial,
        rule=finding.rule,
        links=tuple(linked),
        words=_("the finding “%(text)s”") % {"text": finding.text},
        url=finding.get_absolute_url(),
    )


def _of_recommendation(user: User, pk: int) -> Origin:
    visible = Recommendation.objects.visible_to(user).select_related(
        "rule__framework__questions_of", "engagement"
    )
    found = get_object_or_404(visible, pk=pk)
    initial = _about(found.target, found.dyad_id, found.engagement_id) | {"recommendation": found.text}
    return Origin(
        LessonOrigin.RECOMMENDATION,
        found.rule.framework.questions,
        initial,
        rule=found.rule,
        links=(found,),
        words=_("the recommendation “%(text)s”") % {"text": found.text},
        url=found.get_absolute_url(),
    )


def _of_adjudication(user: User, pk: int) -> Origin:
    visible = Adjudication.objects.visible_to(user).standing().select_related("panel__framework", "indicator")
    found = get_object_or_404(visible, pk=pk)
    panel = found.panel
    initial = {"dyad": panel.dyad_id, "engagement": panel.engagement_id, "subject": found.indicator.code}
    return Origin(
        LessonOrigin.ADJUDICATION,
        panel.framework,
        initial,
        links=(found,),
        words=_("what a panel has come to about %(indicator)s") % {"indicator": found.indicator},
    )


def _about(target: str, dyad: int, engagement: int | None) -> dict[str, Any]:
    """What is found about the gap between the levels is about the political level."""
    subject = Level.POLITICAL.value if target == "gap" else target
    engagement = None if subject == Level.POLITICAL else engagement
    return {"dyad": dyad, "engagement": engagement, "subject": subject}


READERS: dict[str, Callable[[User, int], Origin]] = {
    "rating": _of_rating,
    "finding": _of_finding,
    "recommendation": _of_recommendation,
    "adjudication": _of_adjudication,
}
