"""Hundreds of assessments made in one go, and eight clients who do something with each at the same moment."""

import copy
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection

from assessments import snapshot
from assessments.actions.recording import Conflict
from assessments.actions.submission import Incomplete, Unconfirmed
from assessments.models import (
    Assessment,
    Contribution,
    Framework,
    Indicator,
    Rating,
    Reading,
    Revision,
)
from assessments.policy import Refused
from organisations.models import Dyad, Organisation, User
from organisations.models.dyad import in_canonical_order
from tests.factories import AT, FrameworkFactory, OrganisationFactory, analyst, reviewer

CLIENTS = 8
SAID_NO = (Refused, ValidationError, Incomplete, Unconfirmed, Conflict)
ORGANISATIONS = 21  # which make 210 dyads, one for each race

Client = Callable[[Assessment], object]


@dataclass
class Field:
    """Many assessments of one assessor alike, each of a dyad of its own, and four people to review them."""

    assessments: list[Assessment]
    assessor: User
    reviewers: list[User]
    indicators: list[Indicator]


def field_of(number: int, state: str) -> Field:
    """That many assessments in ``state``: draft, submitted or in review, there read by all four."""
    own, framework = OrganisationFactory(), FrameworkFactory()
    assessor, reviewers = analyst(own), [reviewer(own) for _ in range(4)]
    assessments = _drafts(number, framework, own, assessor)
    indicators = list(assessments[0].applicable_indicators())
    if state != "draft":
        _submitted(assessments, state, reviewers if state == "in_review" else [])
    return Field(assessments, assessor, reviewers, indicators)


def _drafts(number: int, framework: Framework, own: Organisation, assessor: User) -> list[Assessment]:
    """Drafts with all answers, of low confidence, which need no evidence."""
    pairs = list(combinations(OrganisationFactory.create_batch(ORGANISATIONS), 2))[:number]
    dyads = Dyad.objects.bulk_create(
        Dyad(first=first, second=second) for first, second in (in_canonical_order(*pair) for pair in pairs)
    )
    common: dict[str, Any] = {"framework": framework, "on_behalf_of": own, "assessor": assessor}
    common |= {"level": "political", "period_start": 2003, "period_end": 2007, "basis": "Talks"}
    assessments = Assessment.objects.bulk_create(
        Assessment(dyad=dyad, created_at=AT, updated_at=AT, **common) for dyad in dyads
    )
    Contribution.objects.bulk_create(
        Contribution(assessment=assessment, person=assessor, first_at=AT) for assessment in assessments
    )
    answer: dict[str, Any] = {"score": 3, "rationale": "So it is.", "confidence": "low"}
    answer |= {"updated_by": assessor, "updated_at": AT}
    Rating.objects.bulk_create(
        Rating(assessment=assessment, indicator=indicator, **answer)
        for assessment in assessments
        for indicator in assessments[0].applicable_indicators()
    )
    return assessments


def _submitted(assessments: Sequence[Assessment], state: str, readers: Sequence[User]) -> None:
    contents = [snapshot.content_of(assessment) for assessment in assessments]
    revisions = Revision.objects.bulk_create(
        Revision(
            assessment=assessment,
            number=1,
            content=content,
            sha256=snapshot.digest(content),
            author_ids=[assessment.assessor_id],
            submitted_by_id=assessment.assessor_id,
            submitted_at=AT,
        )
        for assessment, content in zip(assessments, contents, strict=True)
    )
    Reading.objects.bulk_create(
        Reading(revision=revision, reviewer=person, opened_at=AT)
        for revision in revisions
        for person in readers
    )
    for assessment, revision in zip(assessments, revisions, strict=True):
        assessment.current_revision, assessment.state = revision, state
    Assessment.objects.bulk_update(assessments, ["current_revision", "state"])


def race(assessments: Sequence[Assessment], clients: Sequence[Client]) -> list[list[object]]:
    """All clients at each assessment in turn, starting together; by race what each got: a result or an error.

    What an action refuses in words is an outcome like another, told as ``Refused`` or what else it raises.
    """
    barrier = threading.Barrier(len(clients))
    outcomes: list[list[object]] = [[None] * len(clients) for _ in assessments]

    def run(place: int, client: Client) -> None:
        try:
            for number, assessment in enumerate(assessments):
                barrier.wait(timeout=30)
                outcomes[number][place] = _outcome(client, copy.copy(assessment))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert not barrier.broken
    return outcomes


def _outcome(client: Client, assessment: Assessment) -> object:
    try:
        return client(assessment)
    except Exception as error:  # noqa: BLE001 - the test looks at what happened
        return error


def faults_of(told: Sequence[object]) -> list[Exception]:
    """What went wrong in a race otherwise than by a refusal in words: people would see a failure."""
    return [one for one in told if isinstance(one, Exception) and not isinstance(one, SAID_NO)]
