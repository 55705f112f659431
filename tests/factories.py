"""What tests are made of. Assessments go through the same actions as the pages."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from assessments.actions import assessments as opening
from assessments.actions import recording, review, submission, vignettes
from assessments.choices import Arrangement, MissionPart, State
from assessments.models import (
    Anchor,
    Assessment,
    Dimension,
    Engagement,
    EngagementMission,
    Framework,
    Indicator,
    Rule,
    Source,
    Vignette,
    VignetteIndicator,
)
from organisations.models import Dyad, Instrument, Membership, Mission, MissionLead, Organisation, User
from organisations.models.dyad import in_canonical_order
from organisations.roles import Role

AT = datetime(2026, 1, 2, 9, 0, tzinfo=UTC)
PASSWORD = "a long password for tests"
TRANSITIONAL = [Arrangement.SEQUENTIAL, Arrangement.BRIDGING, Arrangement.HYBRID]
DIMENSIONS = [
    ("political", "P1", "Political commitment", [], [("P1.1", "evaluative"), ("P1.2", "evaluative")]),
    ("political", "PX", "Motives", [], [("PX.1", "descriptive")]),
    ("field", "F1", "Joint planning", [], [("F1.1", "evaluative"), ("F1.2", "evaluative")]),
    ("field", "F5", "Transition quality", TRANSITIONAL, [("F5.1", "evaluative")]),
]


class UserFactory(DjangoModelFactory):
    """A person without a usable password (sign in with ``client.force_login``) unless one is given."""

    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"person-{n}@org.example")

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        return User.objects.create_user(**kwargs)


class AdministratorFactory(UserFactory):
    email = factory.Sequence(lambda n: f"administrator-{n}@org.example")
    is_staff = True
    is_superuser = True


class OrganisationFactory(DjangoModelFactory):
    class Meta:
        model = Organisation

    acronym = factory.Sequence(lambda n: f"ORG{n}")
    name = factory.LazyAttribute(lambda organisation: f"Organisation {organisation.acronym}")


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    organisation = factory.SubFactory(OrganisationFactory)
    role = Role.ANALYST


class DyadFactory(DjangoModelFactory):
    class Meta:
        model = Dyad

    first = factory.SubFactory(OrganisationFactory)
    second = factory.SubFactory(OrganisationFactory)

    @classmethod
    def _create(cls, model_class: type[Dyad], *args: Any, **kwargs: Any) -> Dyad:
        first, second = in_canonical_order(kwargs["first"], kwargs["second"])
        return Dyad.objects.create(first=first, second=second)


class MissionFactory(DjangoModelFactory):
    """A mission; ``leads`` are the organisations that lead it (one new one unless given)."""

    class Meta:
        model = Mission
        skip_postgeneration_save = True

    acronym = factory.Sequence(lambda n: f"MISSION{n}")
    name = factory.LazyAttribute(lambda mission: f"Mission {mission.acronym}")
    theatre = "Theatre"
    start = "2003-06"

    @factory.post_generation
    def leads(self: Mission, create: bool, given: Sequence[Organisation] | None, **kwargs: Any) -> None:
        for organisation in [OrganisationFactory()] if given is None else given:
            MissionLead.objects.create(mission=self, organisation=organisation)


class InstrumentFactory(DjangoModelFactory):
    class Meta:
        model = Instrument

    dyad = factory.SubFactory(DyadFactory)
    title = factory.Sequence(lambda n: f"Joint declaration {n}")
    kind = "declaration"
    year = 2003


class SourceFactory(DjangoModelFactory):
    """A source of the library that all share, unless an organisation is given."""

    class Meta:
        model = Source

    key = factory.Sequence(lambda n: f"source-{n}")
    author = "Author, A."
    title = factory.LazyAttribute(lambda source: f"Report {source.key}")
    year = 2007
    kind = "report"


class EngagementFactory(DjangoModelFactory):
    """An engagement of a dyad; ``mission`` is the one mission it is about, led by the dyad's first."""

    class Meta:
        model = Engagement
        skip_postgeneration_save = True

    dyad = factory.SubFactory(DyadFactory)
    name = factory.Sequence(lambda n: f"Engagement{n}")
    arrangement = Arrangement.SEQUENTIAL

    @factory.post_generation
    def mission(self: Engagement, create: bool, given: Mission | None, **kwargs: Any) -> None:
        mission = given or MissionFactory(leads=[self.dyad.first])
        EngagementMission.objects.create(engagement=self, mission=mission, part=MissionPart.JOINT)


class VignetteFactory(DjangoModelFactory):
    """A vignette of the field level that asks what its framework asks there, unless ``codes`` are given."""

    class Meta:
        model = Vignette
        skip_postgeneration_save = True

    level = "field"
    code = factory.Sequence(lambda n: f"vignette-{n}")
    title = factory.LazyAttribute(lambda vignette: f"Title of {vignette.code}")
    text = "First things first.\n\nThen the rest."
    position = 0

    @factory.post_generation
    def codes(self: Vignette, create: bool, given: Sequence[str] | None, **kwargs: Any) -> None:
        codes = given or ["F1.1", "F1.2", "F5.1"]
        for indicator in Indicator.objects.filter(dimension__framework=self.framework, code__in=codes):
            VignetteIndicator.objects.create(vignette=self, indicator=indicator)


class FrameworkFactory(DjangoModelFactory):
    """A small published framework: see ``DIMENSIONS``. ``rules`` are definitions as in a framework file."""

    class Meta:
        model = Framework
        skip_postgeneration_save = True

    code = "small"
    version = factory.Sequence(lambda n: f"1.{n}")
    title = "Small framework"
    scale = {"1": "Absent", "2": "Weak", "3": "Partial", "4": "Good", "5": "Exemplary"}
    arrangements = dict(Arrangement.choices)

    @classmethod
    def _create(cls, model_class: type[Framework], *args: Any, **kwargs: Any) -> Framework:
        rules = kwargs.pop("rules", [])
        published_at = kwargs.pop("published_at", AT)
        kwargs["arrangements"] = {code: str(words) for code, words in kwargs["arrangements"].items()}
        framework = Framework.objects.create(**kwargs)
        for position, (level, code, name, applies_to, indicators) in enumerate(DIMENSIONS):
            dimension = Dimension.objects.create(
                framework=framework,
                level=level,
                code=code,
                name=name,
                applies_to=applies_to,
                position=position,
            )
            _add_indicators(dimension, indicators)
        for position, rule in enumerate(rules):
            Rule.objects.create(
                framework=framework,
                code=rule["code"],
                kind=rule["kind"],
                priority=rule["priority"],
                definition=rule,
                position=position,
            )
        if published_at:
            framework.published_at = published_at
            framework.save()
        return framework


def _add_indicators(dimension: Dimension, indicators: Sequence[tuple[str, str]]) -> None:
    for position, (code, kind) in enumerate(indicators):
        indicator = Indicator.objects.create(
            dimension=dimension,
            code=code,
            name=f"Indicator {code}",
            kind=kind,
            question=f"How good is {code}?",
            position=position,
        )
        for score in (1, 3, 5):
            Anchor.objects.create(indicator=indicator, score=score, text=f"{code} at {score}")


def member(organisation: Organisation, role: str, **fields: Any) -> User:
    """A new person with one role in the organisation."""
    user: User = UserFactory(**fields)
    MembershipFactory(user=user, organisation=organisation, role=role)
    return user


def analyst(organisation: Organisation, **fields: Any) -> User:
    return member(organisation, Role.ANALYST, **fields)


def reviewer(organisation: Organisation, **fields: Any) -> User:
    return member(organisation, Role.REVIEWER, **fields)


def coordinator(organisation: Organisation, **fields: Any) -> User:
    return member(organisation, Role.COORDINATOR, **fields)


def reader(organisation: Organisation, **fields: Any) -> User:
    return member(organisation, Role.READER, **fields)


def make_assessment(
    state: str = State.DRAFT,
    *,
    dyad: Dyad | None = None,
    engagement: Engagement | None = None,
    framework: Framework | None = None,
    on_behalf_of: Organisation | None = None,
    assessor: User | None = None,
    answers: Mapping[str, int | str] | None = None,
    reference: str = "",
    period: tuple[int, int] = (2003, 2007),
    released_to: Sequence[Organisation] = (),
    released_to_all: bool = False,
) -> Assessment:
    """An assessment in any state, brought there by the actions; at the field level with ``engagement``.

    ``answers`` maps indicator codes to a score or a non-score; what is not named is answered with 3, except
    in a draft, which has only what is named. Every answer has a rationale, moderate confidence and evidence.
    """
    on_behalf_of = on_behalf_of or (assessor and _organisation_of(assessor)) or OrganisationFactory()
    assessor = assessor or analyst(on_behalf_of)
    assessment = opening.open_assessment(
        by=assessor,
        on_behalf_of=on_behalf_of,
        dyad=engagement.dyad if engagement else dyad or DyadFactory(),
        engagement=engagement,
        framework=framework or FrameworkFactory(),
        period=period,
        basis="After-action review",
        reference=reference,
        at=AT,
    )
    answer(assessment, _complete(assessment, answers or {}, state))
    advance(assessment, state)
    if released_to or released_to_all:
        opening.release(
            assessment=assessment,
            to=released_to,
            to_all=released_to_all,
            by=coordinator(on_behalf_of),
            at=AT,
        )
    assessment.refresh_from_db()
    return assessment


def rate_vignette(vignette: Vignette, assessor: User, score: int | str = 3, *, complete: bool = True) -> None:
    """All questions of a vignette answered alike by an analyst, and completed."""
    answers = dict.fromkeys(vignette.indicators.all(), score)
    vignettes.save_vignette_ratings(vignette=vignette, answers=answers, by=assessor, at=AT)
    if complete:
        vignettes.complete_vignette(vignette=vignette, by=assessor, at=AT)


def _organisation_of(person: User) -> Organisation:
    return Organisation.objects.get(memberships__user=person, memberships__role=Role.ANALYST)


def _complete(assessment: Assessment, answers: Mapping[str, int | str], state: str) -> dict[str, int | str]:
    if state in {State.DRAFT, State.WITHDRAWN}:
        return dict(answers)
    return {indicator.code: 3 for indicator in assessment.applicable_indicators()} | dict(answers)


def explain(draft: Assessment, code: str, rationale: str) -> None:
    """Answer an indicator of a draft with 3, for this reason."""
    indicator = draft.applicable_indicators().get(code=code)
    version = draft.ratings.filter(indicator=indicator).values_list("version", flat=True).first() or 0
    given = recording.AnswerInput(
        indicator, score=3, rationale=rationale, confidence="moderate", version=version
    )
    recording.save_ratings(assessment=draft, answers=[given], by=draft.assessor, at=AT)


def answer(assessment: Assessment, answers: Mapping[str, int | str]) -> None:
    """Answer indicators of a draft by code, each with rationale, moderate confidence and one source."""
    indicators = {indicator.code: indicator for indicator in assessment.applicable_indicators()}
    versions = dict(assessment.ratings.values_list("indicator__code", "version"))
    given = [
        recording.AnswerInput(
            indicator=indicators[code],
            score=value if isinstance(value, int) else None,
            non_score=value if isinstance(value, str) else "",
            rationale=f"Why {code} is {value}.",
            confidence="moderate",
            version=versions.get(code, 0),
        )
        for code, value in answers.items()
    ]
    person = assessment.assessor
    recording.save_ratings(assessment=assessment, answers=given, by=person, at=AT)
    if not given:
        return
    source = SourceFactory()
    for one in given:
        recording.add_evidence(
            assessment=assessment, indicator=one.indicator, source=source, by=person, at=AT, locator="p. 1"
        )


def advance(assessment: Assessment, state: str, *, why: str = "It stands.", said: str = "") -> None:
    """Bring a draft into ``state`` by the actions, reviewed by a new reviewer of the same organisation.

    ``why`` warnings can stand is said with the submission, ``said`` is what the reviewer adds.
    """
    if state == State.WITHDRAWN:
        opening.withdraw(assessment=assessment, by=assessment.assessor, at=AT)
    if state in {State.DRAFT, State.WITHDRAWN}:
        return
    submission.submit(assessment=assessment, by=assessment.assessor, at=AT, reason=why)
    if state == State.SUBMITTED:
        return
    person = reviewer(assessment.on_behalf_of)
    revision = review.start_review(assessment=assessment, by=person, at=AT)
    if state == State.RETURNED:
        review.return_for_changes(revision=revision, by=person, reason=said or "Say more about F1.", at=AT)
    if state in {State.APPROVED, State.SUPERSEDED}:
        review.approve(revision=revision, by=person, at=AT, reason=said)
    if state == State.SUPERSEDED:
        amendment = opening.amend(assessment=assessment, by=assessment.assessor, at=timezone.now())
        advance(amendment, State.APPROVED)
