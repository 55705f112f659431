"""How far lessons come, and how long it takes: figures per organisation over any set of lessons."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import (
    Aggregate,
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)

from assessments.choices import ActionState, LessonState
from assessments.lesson_workflow import UNDER_WORK, LessonMove
from assessments.models import Lesson, LessonAction, LessonStep
from assessments.models.lesson import OPEN
from assessments.models.lesson_action import OPEN_ACTIONS
from organisations.models import Organisation

STAGES = [*OPEN, LessonState.IMPLEMENTED]
BEGINNINGS = [LessonMove.WRITE.value, LessonMove.REOPEN.value, LessonMove.RECUR.value]
# Days up to which an open lesson has an age; the last group has no end.
AGES = (30, 90, 180, 365)


class Median(Aggregate):
    """The middle of all values, as PostgreSQL's ``percentile_cont`` takes it."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


@dataclass(slots=True)
class Figures:
    """Of one organisation. ``lessons`` it wrote, by state; ``actions`` that are its own; days in a stage.

    ``days``: by stage the median of completed stays, in days.
    """

    organisation: Organisation
    open: int = 0
    implemented: int = 0
    validated: int = 0
    closed: int = 0
    undecided: int = 0
    actions: int = 0
    overdue: int = 0
    actions_implemented: int = 0
    actions_validated: int = 0
    days: dict[str, float] = field(default_factory=dict)

    @property
    def stages(self) -> list[float | None]:
        """The medians in the order of ``STAGES``."""
        return [self.days.get(stage) for stage in STAGES]


@dataclass(frozen=True, slots=True)
class Age:
    """Open lessons of one age: from ``first`` day on, up to ``last``; ``share`` of the largest group."""

    first: int
    last: int | None
    n: int
    share: float


def figures_of(lessons: QuerySet[Lesson], *, today: date) -> list[Figures]:
    """A row for each organisation that wrote or acts in one of ``lessons``, by acronym: four queries."""
    chosen = lessons.order_by().values("pk")
    rows: dict[int, dict[str, Any]] = {}
    for key, counts in [
        *((row.pop("organisation"), row) for row in _written(chosen)),
        *((row.pop("organisation"), row) for row in _undertaken(chosen, today)),
    ]:
        rows[key] = rows.get(key, {}) | counts
    days: dict[int, dict[str, float]] = {}
    for row in _stays(chosen):
        days.setdefault(row["lesson__organisation"], {})[row["state"]] = row["stay"] / timedelta(days=1)
    organisations = Organisation.objects.filter(pk__in=rows).order_by("acronym")
    return [Figures(one, days=days.get(one.pk, {}), **rows[one.pk]) for one in organisations]


def _written(chosen: Any) -> QuerySet[Any, Any]:
    states = {
        "open": OPEN,
        "implemented": [LessonState.IMPLEMENTED],
        "validated": [LessonState.VALIDATED],
        "closed": [LessonState.CLOSED],
    }
    counts = {name: Count("pk", filter=Q(state__in=values)) for name, values in states.items()}
    return Lesson.objects.filter(pk__in=chosen).order_by().values("organisation").annotate(**counts)


def _undertaken(chosen: Any, today: date) -> QuerySet[Any, Any]:
    """The actions of the round in which their lesson is; open ones only of lessons that are worked on."""
    worked_on = Q(lesson__state__in=UNDER_WORK)
    is_open = Q(state__in=OPEN_ACTIONS) & worked_on
    counts = {
        "undecided": Count("pk", filter=Q(state=ActionState.PROPOSED) & worked_on),
        "actions": Count("pk", filter=is_open),
        "overdue": Count("pk", filter=is_open & Q(due__lt=today)),
        "actions_implemented": Count("pk", filter=Q(state=ActionState.IMPLEMENTED)),
        "actions_validated": Count("pk", filter=Q(state=ActionState.VALIDATED)),
    }
    actions = LessonAction.objects.current().filter(lesson__in=chosen).order_by()
    return actions.values("organisation").annotate(**counts)


def _stays(chosen: Any) -> QuerySet[Any, Any]:
    """How long lessons stayed in each stage that they have left."""
    others = LessonStep.objects.filter(lesson=OuterRef("lesson")).exclude(state=OuterRef("state"))
    before = LessonStep.objects.filter(lesson=OuterRef("lesson"), pk__lt=OuterRef("pk")).order_by("-pk")
    left = Subquery(others.filter(pk__gt=OuterRef("pk")).order_by("pk").values("at")[:1])
    entered = (
        LessonStep.objects.filter(lesson__in=chosen, state__in=STAGES)
        .annotate(came_from=Subquery(before.values("state")[:1]), left=left)
        .filter(Q(came_from__isnull=True) | ~Q(came_from=F("state")), left__isnull=False)
    )
    stay = ExpressionWrapper(F("left") - F("at"), output_field=DurationField())
    return entered.order_by().values("lesson__organisation", "state").annotate(stay=Median(stay))


def ages_of(lessons: QuerySet[Lesson], *, now: datetime) -> list[Age]:
    """How old the open ones among ``lessons`` are since they were begun or reopened: one query."""
    ends = [0, *AGES]
    begun = LessonStep.objects.filter(lesson=OuterRef("pk"), move__in=BEGINNINGS).order_by("-pk")
    open_ones = (
        Lesson.objects.unfinished()
        .filter(pk__in=lessons.order_by().values("pk"))
        .annotate(begun=Subquery(begun.values("at")[:1]))
        .order_by()
    )
    counts = open_ones.aggregate(
        **{
            str(first): Count("pk", filter=_between(first, last, now))
            for first, last in zip(ends, [*AGES, None], strict=True)
        }
    )
    most = max(counts.values()) or 1
    return [
        Age(first, last, counts[str(first)], counts[str(first)] / most)
        for first, last in zip(ends, [*AGES, None], strict=True)
    ]


def _between(first: int, last: int | None, now: datetime) -> Q:
    younger = Q(begun__lte=now - timedelta(days=first)) if first else Q()
    return younger if last is None else younger & Q(begun__gt=now - timedelta(days=last))
