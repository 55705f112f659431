"""What assessments say of a lesson's subject: known when it was endorsed, before and after, again or not.

Answers of every version of the lesson's framework count, indicator by indicator code; *later* are those of
periods that end after what was known. Each function says whose view it takes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from assessments import scorecards
from assessments.choices import LessonKind, Recurrence
from assessments.models import ApprovedRating, Assessment, Framework, Lesson
from assessments.scoring.effects import Effect, effect, figure_of, indicators_of
from assessments.scoring.findings import fire_rules
from assessments.scoring.inputs import Answer, FrameworkShape
from assessments.scoring.priority import Priority, priority_of
from organisations.models import Organisation, User

WEAK, STRONG = 2, 4
KEPT = ("status", "score", "lower", "upper", "n_ratings", "n_engagements", "n_assessors")


@dataclass(frozen=True, slots=True)
class Subject:
    """What scoring a lesson's subject needs: two queries for the shape, one for the calibration."""

    lesson: Lesson
    shape: FrameworkShape
    calibration: Any

    @classmethod
    def of(cls, lesson: Lesson) -> "Subject":
        record = scorecards.calibration_record(scorecards.calibration_in_force(lesson.framework))
        return cls(lesson, scorecards.framework_shape(lesson.framework), record)

    def effect(self, before: Sequence[Answer], after: Sequence[Answer]) -> Effect:
        engagements = scorecards.engagement_shapes([*before, *after])
        return effect(self.shape, self.lesson.subject, before, after, self.calibration, engagements)

    def answers(self, ratings: QuerySet[ApprovedRating]) -> list[Answer]:
        """Those of the dyad that the lesson's version of the framework asks for as well: one query."""
        family = ratings.filter(dyad=self.lesson.dyad_id, framework__code=self.lesson.framework.code)
        known = self.shape.levels
        return [answer for answer in scorecards.answers_in(family) if answer.indicator in known]

    def on_it(self, answers: Iterable[Answer]) -> list[Answer]:
        """Those about the subject itself."""
        codes = self.indicators()
        return [answer for answer in answers if answer.indicator in codes]

    def until(self, answers: Iterable[Answer], year: int) -> list[Answer]:
        """Those up to a year; of a lesson about one engagement only those about it, if there are any."""
        before = [answer for answer in answers if (answer.year or 0) <= year]
        of_it = [answer for answer in before if answer.engagement_id == self.lesson.engagement_id]
        return of_it if self.lesson.engagement_id and self.on_it(of_it) else before

    def affected(self, answers: Iterable[Answer]) -> int:
        """In how many cases the subject was found weak, or strong where the lesson is what worked."""
        worked = self.lesson.kind == LessonKind.BEST_PRACTICE
        return len(
            {
                answer.case
                for answer in self.on_it(answers)
                if answer.score and (answer.score >= STRONG if worked else answer.score <= WEAK)
            }
        )

    def indicators(self) -> set[str]:
        """The indicators that it consists of."""
        return indicators_of(self.shape, self.lesson.subject)

    def last_year(self, answers: Sequence[Answer]) -> int:
        """That of the latest answer about the subject; 0 where there is none."""
        return max((answer.year or 0 for answer in self.on_it(answers)), default=0)


def measured(lesson: Lesson, at: datetime) -> tuple[dict[str, Any], Priority]:
    """What the lesson's own organisation knows of its subject now, as values to keep, and the priority.

    ``last_year`` is that of the latest answer about it; where there is none, the year before this one.
    """
    subject = Subject.of(lesson)
    revisions = known_to(lesson, lesson.organisation)
    answers = subject.answers(ApprovedRating.objects.filter(revision__in=revisions))
    known = subject.until(answers, at.year)
    engagements = scorecards.engagement_shapes(known)
    figure = figure_of(subject.shape, lesson.subject, known, subject.calibration, engagements)
    worked = lesson.kind == LessonKind.BEST_PRACTICE
    priority = priority_of(figure, affected=subject.affected(answers), worked=worked)
    kept = {name: getattr(figure, name) for name in KEPT} if figure else None
    return {
        "revision_ids": revisions,
        "last_year": subject.last_year(answers) or at.year - 1,
        "figure": kept,
        "priority": asdict(priority),
    }, priority


def known_until(lesson: Lesson) -> int:
    """The last year of the answers about its subject that the lesson's own organisation sees now, or 0."""
    subject = Subject.of(lesson)
    revisions = known_to(lesson, lesson.organisation)
    return subject.last_year(subject.answers(ApprovedRating.objects.filter(revision__in=revisions)))


def known_to(lesson: Lesson, organisation: Organisation | None) -> list[int]:
    """The approved revisions about the dyad that who works in an organisation sees; without one, all see."""
    family = Framework.objects.asking().filter(code=lesson.framework.code)
    return [
        revision
        for framework in family.order_by("pk")
        for revision in scorecards.visible_set(lesson.dyad, framework, organisation)
    ]


def known_to_all_readers(lesson: Lesson) -> list[int]:
    """The approved revisions that everybody who sees the lesson sees: what its state may follow from."""
    common = set(known_to(lesson, lesson.organisation))
    for organisation in lesson.released_to.all():
        common &= set(known_to(lesson, organisation))
    if lesson.released_to_all:
        common &= set(known_to(lesson, None))
    return sorted(common)


def shows_kept_values(lesson: Lesson, viewer: User) -> bool:
    """May ``viewer`` see what was measured at endorsement: do they see every assessment behind it?"""
    behind = set((lesson.measured or {}).get("revision_ids", ()))
    seen = Assessment.objects.visible_to(viewer).filter(revisions__in=behind)
    return behind <= set(seen.values_list("revisions", flat=True))


def before_and_after(lesson: Lesson, viewer: User) -> Effect | None:
    """What answers that ``viewer`` sees now say until the lesson was endorsed, and since; seven queries."""
    if lesson.measured is None:
        return None
    last_year = lesson.measured["last_year"]
    subject = Subject.of(lesson)
    answers = subject.answers(ApprovedRating.objects.visible_to(viewer))
    before = subject.until(answers, last_year)
    after = [answer for answer in answers if (answer.year or 0) > last_year]
    found = subject.effect(before, after)
    return found if found.before or found.after else None


def recurrence(lesson: Lesson, revisions: Sequence[int]) -> Recurrence | None:
    """Whether later answers among these revisions say that the lesson has not held.

    Later than what was known when it was validated, or else endorsed. They are compared with what came
    between endorsement and validation, where there is anything, or else with what was known before.
    """
    if lesson.measured is None:
        return None
    endorsed = lesson.measured["last_year"]
    known = max(endorsed, lesson.confirmed_year or 0)
    subject = Subject.of(lesson)
    answers = subject.answers(ApprovedRating.objects.filter(revision__in=revisions))
    later = [answer for answer in answers if (answer.year or 0) > known]
    if not subject.on_it(later):
        return None
    between = [answer for answer in answers if endorsed < (answer.year or 0) <= known]
    earlier = between if subject.on_it(between) else subject.until(answers, known)
    if subject.effect(earlier, later).clearly_worse:
        return Recurrence.WORSE
    return Recurrence.FOUND_AGAIN if _fires(subject, later) else None


def _fires(subject: Subject, answers: Sequence[Answer]) -> bool:
    """Does the rule that the lesson came from fire on these answers alone, about the same subject?"""
    rule = subject.lesson.rule
    if rule is None:
        return False
    engagements = scorecards.engagement_shapes(answers)
    result = scorecards.score_under(subject.shape, answers, subject.calibration, engagements)
    rules = [one.definition for one in rule.framework.rules.order_by("position")]
    fired = fire_rules(rules, subject.shape, result, engagements)
    about_each = "for_each" in rule.definition
    return any(
        finding.rule == rule.code and (not about_each or finding.target == subject.lesson.subject)
        for finding in fired
    )


def validating_assessments(lesson: Lesson, viewer: User) -> QuerySet[Assessment]:
    """The assessments that ``viewer`` sees and may name as showing that the lesson holds, latest first."""
    subject = Subject.of(lesson)
    answering = ApprovedRating.objects.visible_to(viewer).filter(
        dyad=lesson.dyad_id,
        framework__code=lesson.framework.code,
        indicator__code__in=subject.indicators(),
        year__gt=(lesson.measured or {}).get("last_year", 0),
        score__isnull=False,
    )
    found = Assessment.objects.visible_to(viewer).approved().filter(pk__in=answering.values("assessment"))
    return found.for_list().order_by("-period_end", "-pk")
