"""One dyad that grows, and what is timed on it. Needs Django set up."""

import io
from collections.abc import Callable

import numpy as np
from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.test import Client

from assessments import scorecards
from assessments.actions import review
from assessments.actions.reference import load_reference
from assessments.choices import IndicatorKind, Level, State
from assessments.models import ApprovedRating, Assessment, Framework, Indicator
from tests.benchmarks import urls
from tests.benchmarks.timing import Do, Pair, in_turn, seconds
from tests.factories import (
    AT,
    DyadFactory,
    EngagementFactory,
    OrganisationFactory,
    make_assessment,
    reader,
    reviewer,
)

PAGE = "/api/v1/ratings/?page_size=100"
CSV = "/api/v1/ratings.csv"
COPY = """
    COPY (
        SELECT r.rating_id, r.assessment_id, r.revision_id, a.acronym || '-' || b.acronym, r.level, e.name,
            r.case, f.code || '@' || f.version, d.code, i.code, r.year, o.acronym, r.assessor_id, r.conflict,
            r.score, r.non_score, r.confidence, r.has_evidence, r.rationale
        FROM assessments_approvedrating r
        JOIN organisations_dyad p ON p.id = r.dyad_id
        JOIN organisations_organisation a ON a.id = p.first_id
        JOIN organisations_organisation b ON b.id = p.second_id
        JOIN assessments_framework f ON f.id = r.framework_id
        JOIN assessments_indicator i ON i.id = r.indicator_id
        JOIN assessments_dimension d ON d.id = i.dimension_id
        JOIN organisations_organisation o ON o.id = r.on_behalf_of_id
        LEFT JOIN assessments_engagement e ON e.id = r.engagement_id
        JOIN assessments_assessment s ON s.id = r.assessment_id
        WHERE s.state = 'approved' AND s.released_to_all
        ORDER BY r.rating_id
    ) TO STDOUT (FORMAT csv, HEADER)
"""
SCORES = (2, 3, 4, 3, 5, 1)


class Work:
    """A dyad of the reference framework, rated by ever more assessors, looked at by one reader."""

    def __init__(self) -> None:
        settings.ROOT_URLCONF = "tests.benchmarks.urls"
        settings.ALLOWED_HOSTS = ["testserver"]
        load_reference(at=AT)
        self.framework = Framework.objects.asking().get()
        self.dyad = DyadFactory()
        self.engagement = EngagementFactory(dyad=self.dyad)
        field = Indicator.objects.filter(dimension__framework=self.framework, dimension__level=Level.FIELD)
        self.asked = [indicator for indicator in field if indicator.kind == IndicatorKind.EVALUATIVE]
        self.client = Client()
        self.client.force_login(reader(OrganisationFactory()))

    def grow(self, assessments: int) -> None:
        """Approve field assessments of the engagement, each by an organisation of its own, up to so many."""
        for number in range(self.of_dyad().count(), assessments):
            self._assess(State.APPROVED, SCORES[number % len(SCORES)], released_to_all=True)

    def _assess(self, state: str, score: int, *, released_to_all: bool = False) -> Assessment:
        return make_assessment(
            state,
            engagement=self.engagement,
            framework=self.framework,
            answers={indicator.code: score for indicator in self.asked},
            released_to_all=released_to_all,
        )

    def of_dyad(self) -> QuerySet[Assessment]:
        return Assessment.objects.filter(dyad=self.dyad, state=State.APPROVED)

    def ratings(self) -> int:
        return ApprovedRating.objects.filter(dyad=self.dyad).count()

    def indicators(self) -> int:
        return ApprovedRating.objects.filter(dyad=self.dyad).values("indicator").distinct().count()

    def postgresql(self) -> str:
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version")
            return str(cursor.fetchone()[0])

    def measure(self, name: str, repeats: int) -> list[float]:
        """Seconds of each run, after one that does not count."""
        do = {"scorecard page": self._page, "approval": self._approval()}[name]
        do()
        return [seconds(do) for _ in range(repeats)]

    def _page(self) -> None:
        self._get(self.dyad.get_absolute_url())

    def _get(self, address: str) -> bytes:
        response = self.client.get(address)
        assert response.status_code == 200, (address, response.status_code)
        return response.getvalue()

    def _approval(self) -> Do:
        """Approving one more assessment, undone each time."""
        assessment = self._assess(State.SUBMITTED, 3)
        person = reviewer(assessment.on_behalf_of)
        revision = review.start_review(assessment=assessment, by=person, at=AT)

        def approve() -> None:
            with transaction.atomic():
                review.approve(revision=revision, by=person, at=AT)
                transaction.set_rollback(True)

        return approve

    def pairs(self, repeats: int) -> list[Pair]:
        urls.ready = self._get(PAGE)
        answers = scorecards.answers_of(list(self.of_dyad().values_list("current_revision_id", flat=True)))
        shape = scorecards.framework_shape(self.framework)
        size = len(answers)
        matrix = np.eye(size) * 2 + 1 / size
        return [
            in_turn(
                "list of 100 ratings",
                self._getting(PAGE),
                "the same bytes ready-made",
                self._getting("/ready-made/"),
                repeats,
            ),
            in_turn("CSV of all ratings", self._getting(CSV), "COPY of the same rows", _copy, repeats),
            in_turn(
                "scores of the dyad",
                lambda: scorecards.score(shape, answers, None),
                f"one solution of {size} equations",
                lambda: np.linalg.solve(matrix, np.ones(size)),
                repeats,
            ),
        ]

    def _getting(self, address: str) -> Callable[[], bytes]:
        return lambda: self._get(address)


def _copy() -> None:
    with connection.cursor() as cursor, io.BytesIO() as into, cursor.copy(COPY) as copy:
        for chunk in copy:
            into.write(chunk)
