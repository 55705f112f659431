"""The rows of generated assessments, consistent with one another as actions leave them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Model

from assessments import snapshot
from assessments.actions.generation.plan import INSUFFICIENT, Answers, Case, Plan
from assessments.choices import Confidence, Decision, Marking, NonScore, Stance, State
from assessments.models import (
    ApprovedRating,
    Assessment,
    Contribution,
    Engagement,
    Evidence,
    Framework,
    Indicator,
    Rating,
    Reading,
    Review,
    Revision,
    Source,
)
from organisations.models import Dyad, Organisation, User

PERIOD = (2015, 2020)
BASIS = "Generated after-action review"
TakeIds = Callable[[type[Model], int], list[int]]


@dataclass(frozen=True, slots=True)
class Names:
    """The stored rows by their positions in the plan."""

    framework: Framework
    organisations: Sequence[Organisation]
    assessors: Sequence[User]
    reviewers: Sequence[User]
    dyads: Sequence[Dyad]
    indicators: Sequence[Indicator]
    source: Source
    reference: str


@dataclass(slots=True)
class Written:
    """Rows of some assessments, by table."""

    assessments: list[Assessment] = field(default_factory=list)
    contributions: list[Contribution] = field(default_factory=list)
    revisions: list[Revision] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    approved: list[ApprovedRating] = field(default_factory=list)

    def number(self, take_ids: TakeIds) -> None:
        """Give all rows that others refer to their ids, and put these where they are referred to."""
        ratings = iter(take_ids(Rating, len(self.approved)))
        for row in self.approved:
            row.rating_id = next(ratings)
        for assessment, pk in zip(self.assessments, take_ids(Assessment, len(self.assessments)), strict=True):
            assessment.pk = pk
        for revision, pk in zip(self.revisions, take_ids(Revision, len(self.revisions)), strict=True):
            revision.pk = pk
        of_assessments: list[Contribution | Revision | ApprovedRating]
        of_assessments = [*self.contributions, *self.revisions, *self.approved]
        for part in of_assessments:
            part.assessment_id = part.assessment.pk
        of_revisions: list[Reading | Review | ApprovedRating] = [
            *self.readings,
            *self.reviews,
            *self.approved,
        ]
        for of_revision in of_revisions:
            of_revision.revision_id = of_revision.revision.pk
        answers = iter(self.approved)
        for revision in self.revisions:
            for answer in revision.content["ratings"]:
                answer["rating"] = next(answers).rating_id
            revision.sha256 = snapshot.digest(revision.content)

    def in_order(self) -> Iterator[tuple[type[Model], Sequence[Model]]]:
        yield Assessment, self.assessments
        yield Contribution, self.contributions
        yield Revision, self.revisions
        yield Reading, self.readings
        yield Review, self.reviews
        yield ApprovedRating, self.approved


def rows_of(
    written: Written,
    names: Names,
    plan: Plan,
    case: Case,
    engagement: Engagement | None,
    answers: Answers,
    to_all: Sequence[bool],
    at: datetime,
) -> None:
    """Add the assessments of a case, one for each of its assessors."""
    for row, position in enumerate(case.assessors):
        home = int(plan.home[position])
        assessment = _assessment(names, case, engagement, position, home, to_all[row], at)
        subject = engagement.pk if engagement else f"dyad-{case.dyad}"
        assessment.reference = f"{names.reference}-{subject}-{position}"
        revision = Revision(
            assessment=assessment,
            number=1,
            content=_content(names, assessment, answers, row),
            author_ids=[names.assessors[position].pk],
            submitted_by=names.assessors[position],
            submitted_at=at,
        )
        reviewer = names.reviewers[home]
        written.assessments.append(assessment)
        written.contributions.append(
            Contribution(assessment=assessment, person=names.assessors[position], first_at=at)
        )
        written.revisions.append(revision)
        written.readings.append(Reading(revision=revision, reviewer=reviewer, opened_at=at))
        written.reviews.append(
            Review(revision=revision, reviewer=reviewer, decision=Decision.APPROVED, decided_at=at)
        )
        conflict = plan.in_conflict(case, position)
        written.approved += _approved(names, assessment, revision, answers, conflict=conflict)


def _assessment(
    names: Names,
    case: Case,
    engagement: Engagement | None,
    assessor: int,
    home: int,
    to_all: bool,
    at: datetime,
) -> Assessment:
    return Assessment(
        dyad=names.dyads[case.dyad],
        engagement=engagement,
        framework=names.framework,
        level=case.level,
        period_start=PERIOD[0],
        period_end=PERIOD[1],
        assessor=names.assessors[assessor],
        on_behalf_of=names.organisations[home],
        basis=BASIS,
        marking=Marking.GREEN,
        released_to_all=to_all,
        state=State.IN_REVIEW,
        version=4,
        created_at=at,
        updated_at=at,
    )


def _content(names: Names, assessment: Assessment, answers: Answers, row: int) -> dict[str, Any]:
    """What :func:`assessments.snapshot.content_of` writes; the ids of ratings come later."""
    engagement = assessment.engagement
    return {
        "dyad": assessment.dyad.slug,
        "level": assessment.level,
        "engagement": engagement.name if engagement else None,
        "framework": names.framework.name,
        "period": list(PERIOD),
        "basis": BASIS,
        "on_behalf_of": assessment.on_behalf_of.acronym,
        "marking": assessment.marking,
        "ratings": [
            _answer(names, names.indicators[position], answer, with_evidence)
            for position, answer, with_evidence in zip(
                answers.indicators, answers.answer[row].tolist(), answers.evidence[row].tolist(), strict=True
            )
        ],
    }


def _answer(names: Names, indicator: Indicator, answer: int, with_evidence: bool) -> dict[str, Any]:
    scored = answer > 0
    non_score = NonScore.INSUFFICIENT_EVIDENCE if answer == INSUFFICIENT else NonScore.NOT_APPLICABLE
    confidence = Confidence.MODERATE if with_evidence else Confidence.LOW
    return {
        "rating": None,
        "indicator": indicator.code,
        "score": answer if scored else None,
        "non_score": "" if scored else str(non_score),
        "confidence": str(confidence) if scored else "",
        "rationale": f"Generated reason for {indicator.code}.",
        "evidence": [_evidence(names.source)] if with_evidence else [],
    }


def _evidence(source: Source) -> dict[str, Any]:
    cited = {name: getattr(source, name) for name in ("key", "author", "title", "year", "url", "reliability")}
    place = dict.fromkeys(Evidence.PLACE, "") | {"locator": "p. 1", "stance": str(Stance.SUPPORTS)}
    return {"source": cited, **place}


def _approved(
    names: Names, assessment: Assessment, revision: Revision, answers: Answers, *, conflict: bool
) -> Iterator[ApprovedRating]:
    for position, answer in zip(answers.indicators, revision.content["ratings"], strict=True):
        yield ApprovedRating(
            revision=revision,
            assessment=assessment,
            dyad=assessment.dyad,
            engagement=assessment.engagement,
            framework=names.framework,
            indicator=names.indicators[position],
            level=assessment.level,
            case=assessment.case,
            assessor=assessment.assessor,
            on_behalf_of=assessment.on_behalf_of,
            conflict=conflict,
            year=PERIOD[1],
            score=answer["score"],
            non_score=answer["non_score"],
            confidence=answer["confidence"],
            rationale=answer["rationale"],
            has_evidence=bool(answer["evidence"]),
        )
