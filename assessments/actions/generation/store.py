"""Storing what was drawn: people and dyads by bulk inserts, everything about assessments by ``COPY``."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.db.models import Model

from assessments.actions.generation.plan import Case, Plan, Scorer, make_plan
from assessments.actions.generation.rows import Names, Written, rows_of
from assessments.choices import Arrangement, Level, MissionPart, State
from assessments.models import (
    ApprovedRating,
    Assessment,
    Contribution,
    Engagement,
    EngagementMission,
    Framework,
    Indicator,
    Reading,
    Review,
    Revision,
    Source,
)
from organisations.models import Dyad, Membership, Mission, MissionLead, Organisation, User
from organisations.roles import Role

PREFIX = "generated"
CASES_AT_ONCE = 400
START = "1995"
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Generated:
    organisations: int
    dyads: int
    assessors: int
    assessments: int
    ratings: int


def holds_other_work() -> bool:
    """Whether there is an assessment that was not generated."""
    return Assessment.objects.exclude(reference__startswith=PREFIX).exists()


@transaction.atomic
def generate_data(
    *,
    framework: Framework,
    ratings: int,
    seed: int,
    at: datetime,
    released: float = 1.0,
    progress: Progress = lambda done: None,
) -> Generated:
    """Add organisations with dyads, and approved assessments of them with about ``ratings`` answers.

    Real: organisations, dyads, missions, engagements, people with roles; assessments with revisions (content,
    digest, authors), readings, reviews and approved answers, which the database's triggers check as they do
    all others, with their histories. A share ``released`` is released to every organisation. Abbreviated:
    there are no drafts' answers (an amendment begins empty), evidence stands in revisions only and cites one
    source, texts are a sentence, passwords cannot be used, and scorecards are left to be calculated.
    """
    draw = np.random.default_rng(seed)
    plan = make_plan(draw, ratings)
    names = _names(framework, plan, seed)
    cases = list(_with_engagements(plan, names))
    _analyze()
    scorer = Scorer(draw, plan, _asked(framework, names))
    n_assessments = n_ratings = 0
    for batch, start in enumerate(range(0, len(cases), CASES_AT_ONCE)):
        written = Written()
        for case, engagement in cases[start : start + CASES_AT_ONCE]:
            answers = scorer.answers(case)
            to_all = draw.random(len(case.assessors)) < released
            rows_of(written, names, plan, case, engagement, answers, to_all.tolist(), at)
        written.number(_take_ids)
        for model, rows in written.in_order():
            _copy(model, rows)
        _approve(written)
        _check()
        if batch & (batch + 1) == 0:  # after the first, second, fourth, eighth, ...
            _analyze()
        n_assessments += len(written.assessments)
        n_ratings += len(written.approved)
        progress(n_ratings)
    sizes = plan.sizes
    return Generated(sizes.organisations, sizes.dyads, sizes.assessors, n_assessments, n_ratings)


def _names(framework: Framework, plan: Plan, seed: int) -> Names:
    """Store whom and what the plan is about."""
    first = Organisation.objects.filter(acronym__startswith="GEN").count() + 1
    organisations = Organisation.objects.bulk_create(
        Organisation(acronym=f"GEN{first + n}", name=f"Generated organisation {first + n}")
        for n in range(plan.sizes.organisations)
    )
    password = make_password(None)
    home = plan.home.tolist()
    assessors = _people(f"{PREFIX}-analyst-{first}", len(home), password)
    reviewers = _people(f"{PREFIX}-reviewer-{first}", len(organisations), password)
    Membership.objects.bulk_create(
        [
            *(
                Membership(user=person, organisation=organisations[at], role=Role.ANALYST)
                for person, at in zip(assessors, home, strict=True)
            ),
            *(
                Membership(user=person, organisation=organisation, role=Role.REVIEWER)
                for person, organisation in zip(reviewers, organisations, strict=True)
            ),
        ]
    )
    dyads = Dyad.objects.bulk_create(
        Dyad(first=organisations[one], second=organisations[other]) for one, other in plan.pairs
    )
    source, _created = Source.objects.get_or_create(
        key=f"{PREFIX}-source",
        defaults={"author": "Generator", "title": "Generated reports", "year": 2020, "kind": "report"},
    )
    indicators = Indicator.objects.filter(dimension__framework=framework).select_related("dimension")
    return Names(
        framework=framework,
        organisations=organisations,
        assessors=assessors,
        reviewers=reviewers,
        dyads=dyads,
        indicators=list(indicators.order_by("dimension__position", "position")),
        source=source,
        reference=f"{PREFIX}-{first}-{seed}",
    )


def _people(name: str, n: int, password: str) -> list[User]:
    return User.objects.bulk_create(
        User(email=f"{name}-{number}@generated.example", name=f"{name} {number}", password=password)
        for number in range(n)
    )


def _with_engagements(plan: Plan, names: Names) -> Iterator[tuple[Case, Engagement | None]]:
    """Every case with its engagement, stored with a mission that the dyad's first organisation leads."""
    engagements: list[Engagement] = []
    missions: list[Mission] = []
    for number, case in enumerate(plan.cases):
        if case.arrangement is not None:
            dyad, acronym = names.dyads[case.dyad], f"{names.dyads[case.dyad].slug}-{number}"
            missions.append(
                Mission(acronym=acronym, name=f"Mission {acronym}", theatre="Generated", start=START)
            )
            engagements.append(
                Engagement(dyad=dyad, name=f"Engagement {acronym}", arrangement=case.arrangement)
            )
    Mission.objects.bulk_create(missions, batch_size=2000)
    Engagement.objects.bulk_create(engagements, batch_size=2000)
    pairs = list(zip(missions, engagements, strict=True))
    MissionLead.objects.bulk_create(
        (MissionLead(mission=mission, organisation=of.dyad.first) for mission, of in pairs), batch_size=2000
    )
    EngagementMission.objects.bulk_create(
        (
            EngagementMission(engagement=engagement, mission=mission, part=MissionPart.JOINT)
            for mission, engagement in pairs
        ),
        batch_size=2000,
    )
    waiting = iter(engagements)
    return ((case, None if case.arrangement is None else next(waiting)) for case in plan.cases)


def _asked(framework: Framework, names: Names) -> dict[tuple[str, str | None], list[int]]:
    """Positions of the indicators that are asked at each level, in each arrangement."""
    cells: list[tuple[str, str | None]] = [(Level.POLITICAL, None)]
    cells += [(Level.FIELD, arrangement) for arrangement in Arrangement.values]
    return {
        (level, arrangement): [
            position
            for position, indicator in enumerate(names.indicators)
            if indicator.dimension.level == level and indicator.dimension.applies_in(arrangement)
        ]
        for level, arrangement in cells
    }


def _take_ids(model: type[Model], n: int) -> list[int]:
    """So many of the numbers that the database gives to new rows."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, n],
        )
        return [number for (number,) in cursor.fetchall()]


def _copy(model: type[Model], rows: Sequence[Model]) -> None:
    """Insert rows by ``COPY``; their ids are given by the database unless they have some."""
    given = [f for f in model._meta.concrete_fields if not f.primary_key or rows[0].pk is not None]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in given)
    statement = f"COPY {quote(model._meta.db_table)} ({columns}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(
                [field.get_db_prep_save(getattr(row, field.attname), connection) for field in given]
            )


def _approve(written: Written) -> None:
    """Point assessments at their revisions and approve them, now that the reviews are there."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE assessments_assessment a SET state = %s, current_revision_id = r.id"
            " FROM assessments_revision r WHERE r.assessment_id = a.id AND a.id = ANY(%s)",
            [State.APPROVED, [assessment.pk for assessment in written.assessments]],
        )


def _check() -> None:
    """Check foreign keys now: left to the end, the checks that wait make every further row slower."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _analyze() -> None:
    """Let triggers and foreign keys be planned anew for tables that were empty when they were planned."""
    tables = (Assessment, Contribution, Revision, Reading, Review, ApprovedRating, Engagement, Dyad, User)
    with connection.cursor() as cursor:
        cursor.execute(
            "ANALYZE " + ", ".join(connection.ops.quote_name(model._meta.db_table) for model in tables)
        )
