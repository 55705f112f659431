"""Each viewer's figures are those of what that viewer may see, and of nothing else.

What a viewer may see is worked out here from the releases alone, and scored from scratch by the pure
functions; what is served must equal it for every organisation, role and mixture of roles, with every
release set.
"""

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain, combinations
from typing import Any

import pytest
from django.db.models import Q
from django.test import Client

from assessments import scorecards
from assessments.actions.calibrations import calibrate
from assessments.actions.scorecards import bring_up_to_date
from assessments.choices import State
from assessments.models import Assessment, Engagement, Framework, Scorecard
from assessments.models.assessment import AssessmentQuerySet
from assessments.scoring.calibration import Calibration
from assessments.scoring.calibration import calibrate as calibrate_ratings
from assessments.scoring.details import with_details
from assessments.scoring.findings import fire_rules
from assessments.scoring.inputs import FIRST, SECOND, Answer, EngagementShape
from assessments.scoring.scorecard import digest, score_dyad
from organisations.models import Dyad, Organisation, User
from organisations.roles import Role
from tests.factories import (
    AT,
    AdministratorFactory,
    DyadFactory,
    EngagementFactory,
    FrameworkFactory,
    MembershipFactory,
    OrganisationFactory,
    UserFactory,
    analyst,
    make_assessment,
)
from tests.world import RULES

pytestmark = pytest.mark.django_db

EVERYBODY = "every organisation"
WORKING = {Role.ANALYST, Role.REVIEWER, Role.COORDINATOR}
CODES = {"political": ("P1.1", "P1.2", "PX.1"), "field": ("F1.1", "F1.2", "F5.1")}
ANSWERS: tuple[int | str, ...] = (1, 4, 2, 5, 3, "insufficient_evidence", 4, 2, "not_applicable", 1, 5)
Releases = frozenset[int] | str
Seen = dict[tuple[str, str], tuple[str, frozenset[tuple[str, str, int | None]]]]


@dataclass(frozen=True, slots=True)
class Given:
    """An approved assessment as it was recorded and released."""

    assessment: Assessment
    dyad: Dyad
    engagement: Engagement | None
    assessor: User
    organisation: Organisation
    released: Releases
    answers: dict[str, int | str]

    def seen_by(self, roles: Iterable[tuple[int, Role]]) -> bool:
        reached = {organisation for organisation, _role in roles}
        works_for = {organisation for organisation, role in roles if role in WORKING}
        if self.organisation.pk in works_for:
            return True
        if isinstance(self.released, str):
            return bool(reached)
        return bool(self.released & reached)

    def to_answers(self) -> list[Answer]:
        conflict = self.organisation.pk in self.dyad.organisation_ids
        return [
            Answer(
                rating_id=self.assessment.pk * 100 + number,
                case=f"engagement:{self.engagement.pk}" if self.engagement else "period:2003-2007",
                engagement_id=self.engagement.pk if self.engagement else None,
                assessor_id=self.assessor.pk,
                indicator=code,
                score=value if isinstance(value, int) else None,
                non_score=value if isinstance(value, str) else None,
                conflict=conflict,
                confidence="moderate",
                has_evidence=True,
                side=(FIRST if self.organisation.pk == self.dyad.first_id else SECOND) if conflict else "",
                year=2007,
            )
            for number, (code, value) in enumerate(self.answers.items())
        ]


class Matrix:
    """Four organisations, three dyads, and at both levels an assessment for each release set there is."""

    def __init__(self) -> None:
        self.framework: Framework = FrameworkFactory(rules=RULES)
        self.organisations = [OrganisationFactory() for _ in range(4)]
        one, two, three, four = self.organisations
        pairs = [(one, two), (two, three), (three, four)]
        self.dyads = [DyadFactory(first=first, second=second) for first, second in pairs]
        self.engagements = {dyad.pk: EngagementFactory(dyad=dyad) for dyad in self.dyads}
        self.assessors = {o.pk: [analyst(o), analyst(o)] for o in self.organisations}
        self.roles: dict[User, list[tuple[int, Role]]] = {
            person: [(pk, Role.ANALYST)] for pk, people in self.assessors.items() for person in people
        }
        self.given = [
            self._assess(number, released, field=field)
            for number, released in enumerate(self.release_sets())
            for field in (False, True)
        ]
        for organisation in self.organisations:
            for role in (Role.READER, Role.REVIEWER, Role.COORDINATOR):
                self._person((organisation, role))
        for first, second in combinations(self.organisations, 2):
            self._person((first, Role.READER), (second, Role.READER))
            self._person((first, Role.ANALYST), (second, Role.READER))
            self._person((first, Role.READER), (second, Role.COORDINATOR))
        self._person((one, Role.REVIEWER), (one, Role.READER), (three, Role.ANALYST), (four, Role.READER))
        self.roles |= {UserFactory(): [], AdministratorFactory(): []}
        calibrate(framework=self.framework, at=AT)

    def release_sets(self) -> list[Releases]:
        ids = [organisation.pk for organisation in self.organisations]
        subsets = chain.from_iterable(combinations(ids, size) for size in range(len(ids) + 1))
        return [EVERYBODY, *(frozenset(subset) for subset in subsets), EVERYBODY]

    def _assess(self, number: int, released: Releases, *, field: bool) -> Given:
        organisation = self.organisations[(number + field) % 4]
        dyad = self.dyads[(number + number // 4 + field) % 3]
        engagement = self.engagements[dyad.pk] if field else None
        assessor = self.assessors[organisation.pk][number % 2]
        codes = CODES["field" if field else "political"]
        answers = {code: ANSWERS[(3 * number + place) % len(ANSWERS)] for place, code in enumerate(codes)}
        assessment = make_assessment(
            State.APPROVED,
            dyad=dyad,
            engagement=engagement,
            framework=self.framework,
            assessor=assessor,
            answers=answers,
            released_to=[]
            if isinstance(released, str)
            else [o for o in self.organisations if o.pk in released],
            released_to_all=isinstance(released, str),
        )
        return Given(assessment, dyad, engagement, assessor, organisation, released, answers)

    def _person(self, *roles: tuple[Organisation, Role]) -> None:
        person = UserFactory()
        for organisation, role in roles:
            MembershipFactory(user=person, organisation=organisation, role=role)
        self.roles[person] = [(organisation.pk, role) for organisation, role in roles]

    def seen_by(self, person: User) -> list[Given]:
        return [given for given in self.given if given.seen_by(self.roles[person])]

    def calibration(self, given: Iterable[Given]) -> Calibration:
        pairs = [(one.dyad.pk, answer) for one in given for answer in one.to_answers() if not answer.conflict]
        return calibrate_ratings(scorecards.framework_shape(self.framework), pairs)

    def from_scratch(self, people: Iterable[User], calibration: Calibration) -> Seen:
        """Digest and findings of each person's scorecard of each dyad, from releases and pure functions."""
        shape, seen = scorecards.framework_shape(self.framework), Seen()
        for person in people:
            for dyad in self.dyads:
                given = [one for one in self.seen_by(person) if one.dyad == dyad]
                answers = [answer for one in given for answer in one.to_answers()]
                about = [one.engagement for one in given if one.engagement]
                engagements = [EngagementShape(e.pk, e.arrangement) for e in dict.fromkeys(about)]
                if given:
                    result = score_dyad(shape, answers, calibration, engagements)
                    result = with_details(result, shape, answers, calibration, engagements)
                    fired = fire_rules(RULES, shape, result, engagements)
                    findings = frozenset((f.rule, f.target, f.engagement_id) for f in fired)
                    seen[person.email, dyad.slug] = (digest(result), findings)
        return seen


def served(people: Iterable[User]) -> Seen:
    """Digest and findings of the scorecards that are stored for each person."""
    seen = Seen()
    for person in people:
        bring_up_to_date(viewer=person, at=AT)
        cards = Scorecard.objects.visible_to(person).select_related("dyad__first", "dyad__second")
        for card in cards:
            findings = frozenset(card.findings.values_list("rule__code", "target", "engagement"))
            seen[person.email, card.dyad.slug] = (card.sha256, findings)
    return seen


def released_to_all(matrix: Matrix) -> list[Given]:
    return [given for given in matrix.given if given.released == EVERYBODY]


def shown(matrix: Matrix, person: User) -> dict[str, Any]:
    """What somebody reads on pages, in the API and in files: digests by dyad, and ids of assessments."""
    client = Client()
    client.force_login(person)
    rows = client.get("/api/v1/scorecards/?page_size=500").json()["results"]
    page_of = {dyad.slug: client.get(dyad.get_absolute_url()).content.decode() for dyad in matrix.dyads}
    stored = set(Scorecard.objects.values_list("sha256", flat=True))
    text = client.get("/api/v1/ratings.csv").getvalue().decode()
    return {
        "api": {row["dyad"]: row["sha256"] for row in rows},
        "pages": {slug: {sha for sha in stored if sha in page} for slug, page in page_of.items()},
        "csv": {int(row["assessment"]) for row in csv.DictReader(io.StringIO(text))},
    }


def test_every_viewer_is_served_what_that_viewer_may_see(monkeypatch: pytest.MonkeyPatch) -> None:
    matrix = Matrix()
    in_force = matrix.calibration(released_to_all(matrix))
    expected = matrix.from_scratch(matrix.roles, in_force)
    found = served(matrix.roles)
    assert len({sha for sha, _findings in expected.values()}) > 40, "too little is told apart"
    assert found == expected
    of_everything = matrix.calibration(matrix.given)
    assert of_everything.digest() != in_force.digest()
    assert matrix.from_scratch(matrix.roles, of_everything) != found, "calibration would not be noticed"
    people = [*matrix.roles][::5] + [person for person, roles in matrix.roles.items() if not roles]
    for person in people:
        digests = {dyad: sha for (email, dyad), (sha, _f) in expected.items() if email == person.email}
        assert shown(matrix, person) == {
            "api": digests,
            "pages": {d.slug: {digests[d.slug]} if d.slug in digests else set() for d in matrix.dyads},
            "csv": {given.assessment.pk for given in matrix.seen_by(person)},
        }
    singles = [person for person, roles in matrix.roles.items() if len(roles) == 1]
    assert served(singles) == matrix.from_scratch(singles, in_force)
    for name, mistake in MISTAKES.items():
        with monkeypatch.context() as patch:
            patch.setattr(AssessmentQuerySet, "visible_to", mistake)
            assert served(singles) != matrix.from_scratch(singles, in_force), f"{name} is not noticed"


def _everything(rows: AssessmentQuerySet, user: User) -> AssessmentQuerySet:
    return rows if user.memberships.exists() else rows.none()


def _readers_see_own_work(rows: AssessmentQuerySet, user: User) -> AssessmentQuerySet:
    own = user.memberships.values("organisation")
    return rows.filter(
        Q(pk__in=_right(rows, user).values("pk")) | Q(state=State.APPROVED, on_behalf_of__in=own)
    )


def _a_release_reaches_everybody(rows: AssessmentQuerySet, user: User) -> AssessmentQuerySet:
    return rows.filter(Q(pk__in=_right(rows, user).values("pk")) | Q(releases__isnull=False)).distinct()


def _releases_to_all_are_forgotten(rows: AssessmentQuerySet, user: User) -> AssessmentQuerySet:
    own = user.memberships.values("organisation")
    return _right(rows, user).filter(Q(released_to_all=False) | Q(on_behalf_of__in=own))


def _releases_to_some_are_forgotten(rows: AssessmentQuerySet, user: User) -> AssessmentQuerySet:
    own = user.memberships.values("organisation")
    return _right(rows, user).filter(Q(released_to_all=True) | Q(on_behalf_of__in=own))


_right: Callable[[AssessmentQuerySet, User], AssessmentQuerySet] = AssessmentQuerySet.visible_to
MISTAKES = {
    "seeing everything": _everything,
    "readers seeing their organisation's work": _readers_see_own_work,
    "a release reaching everybody": _a_release_reaches_everybody,
    "forgetting what is released to all": _releases_to_all_are_forgotten,
    "forgetting what is released to some": _releases_to_some_are_forgotten,
}
