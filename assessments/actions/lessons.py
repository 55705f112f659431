"""Writing lessons: beginning one, from nothing or from what was found, its texts and what it rests on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from assessments.actions.notices import tell_of_lesson
from assessments.choices import LessonOrigin, LessonState, Level, Marking, NoticeKind
from assessments.lesson_policy import may_begin, may_move
from assessments.lesson_workflow import LessonMove, states_after
from assessments.models import Dimension, Indicator, Lesson, LessonLink, LessonStep, Recommendation, Rule
from assessments.models.lesson import TEXTS
from organisations.models import Dyad, Instrument, Membership, Mission, Organisation, User
from organisations.roles import Permission

LONGEST_TEXT = 20_000


class LessonChanged(Exception):
    """Somebody changed the lesson since it was read. ``theirs`` is the lesson as it is now."""

    def __init__(self, theirs: Lesson) -> None:
        super().__init__(_("Somebody has changed the lesson since you opened it."))
        self.theirs = theirs


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonTexts:
    """What people write of a lesson; Markdown in the four texts."""

    title: str
    observation: str = ""
    discussion: str = ""
    conclusion: str = ""
    recommendation: str = ""
    kind: str = "lesson"
    joint: bool = False
    instrument: Instrument | None = None
    clause: str = ""
    marking: str = Marking.AMBER

    def values(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


def locked_lesson(lesson: Lesson) -> Lesson:
    """Return the row as it is now, locked until the transaction ends."""
    return Lesson.objects.select_for_update(of=("self",)).for_list().get(pk=lesson.pk)


def move(
    lesson: Lesson,
    what: LessonMove,
    *,
    by: User | None,
    at: datetime,
    to: LessonState | None = None,
    reason: str = "",
    recurrence: str = "",
) -> None:
    """Put a locked lesson into the state after ``what``, or into ``to`` of several, and keep the step."""
    possible = states_after(lesson.state, what)
    state = to or (possible[0] if possible else None)
    if state not in possible:
        raise ValueError(f"{what} does not lead from {lesson.state} to {state}")
    lesson.state, lesson.updated_at = state, at
    lesson.version += 1
    lesson.full_clean(exclude=["released_to"])
    lesson.save()
    LessonStep.objects.create(
        lesson=lesson,
        round=lesson.round,
        move=what.value,
        state=state,
        by=by,
        at=at,
        reason=reason.strip(),
        recurrence=recurrence,
    )


def coordinators(organisations: Iterable[int]) -> set[int]:
    members = Membership.objects.filter(organisation__in=list(organisations))
    return set(members.permitting(Permission.DECIDE_RECOMMENDATIONS).values_list("user", flat=True))


@transaction.atomic
def begin_lesson(
    *,
    organisation: Organisation,
    about: dict[str, Any],
    texts: LessonTexts,
    by: User,
    at: datetime,
    origin: str = LessonOrigin.OWN,
    links: Sequence[models.Model] = (),
) -> Lesson:
    """Write an observation. ``about``: ``dyad``, ``engagement``, ``framework``, ``subject`` and ``rule``.

    Raises ``Refused``, or ``ValidationError`` where these do not fit together.
    """
    may_begin(by, organisation).enforce()
    lesson = _new(organisation, about, texts, origin, by, at)
    lesson.author_ids = [by.pk]
    lesson.full_clean(exclude=["released_to"])
    lesson.save()
    _first_step(lesson, by, at)
    _link(lesson, links)
    return lesson


def _new(
    organisation: Organisation, about: dict[str, Any], texts: LessonTexts, origin: str, by: User, at: datetime
) -> Lesson:
    lesson = Lesson(
        organisation=organisation,
        **about,
        level=level_of_subject(about["framework"].pk, about["subject"]),
        **texts.values(),
        origin=origin,
        started_by=by,
        created_at=at,
        updated_at=at,
    )
    _check(lesson)
    return lesson


def _first_step(lesson: Lesson, by: User, at: datetime) -> None:
    LessonStep.objects.create(
        lesson=lesson, round=1, move=LessonMove.WRITE.value, state=lesson.state, by=by, at=at
    )


def level_of_subject(framework: int, subject: str) -> str:
    """The level of an indicator, dimension or level of a framework. Raises ``ValidationError``."""
    if subject in Level.values:
        return subject
    level = (
        Dimension.objects.filter(framework=framework, code=subject).values_list("level", flat=True).first()
    )
    level = (
        level
        or Indicator.objects.filter(dimension__framework=framework, code=subject)
        .values_list("dimension__level", flat=True)
        .first()
    )
    if level is None:
        raise ValidationError({"subject": _("The framework has no such indicator, dimension or level.")})
    return level


def _check(lesson: Lesson) -> None:
    if lesson.engagement and lesson.engagement.dyad_id != lesson.dyad_id:
        raise ValidationError({"engagement": _("This engagement is one of another dyad.")})
    if lesson.instrument and lesson.instrument.dyad_id != lesson.dyad_id:
        raise ValidationError({"instrument": _("This commitment is one of another dyad.")})
    if lesson.clause and not lesson.instrument:
        raise ValidationError({"instrument": _("Say which commitment the clause is of.")})
    for name in TEXTS:
        if len(getattr(lesson, name)) > LONGEST_TEXT:
            raise ValidationError({name: _("At most %(n)d characters.") % {"n": LONGEST_TEXT}})


def _link(lesson: Lesson, links: Sequence[models.Model]) -> None:
    names = {"Rating": "rating", "Evidence": "evidence", "Mission": "mission"}
    names |= {"Recommendation": "recommended", "Adjudication": "adjudication"}
    for thing in links:
        given: dict[str, Any] = {names[type(thing).__name__]: thing}
        LessonLink.objects.get_or_create(lesson=lesson, **given)


@transaction.atomic
def write_lesson(
    *,
    lesson: Lesson,
    version: int,
    texts: LessonTexts,
    by: User,
    at: datetime,
    missions: Sequence[Mission] | None = None,
) -> Lesson:
    """Change the texts of an observation; ``version`` is the one that was read.

    ``missions`` are all that it is to be linked with; none leaves them. Raises :class:`LessonChanged`.
    """
    locked = locked_lesson(lesson)
    may_move(by, LessonMove.WRITE, locked).enforce()
    if locked.version != version:
        raise LessonChanged(locked)
    for name, value in texts.values().items():
        setattr(locked, name, value)
    _check(locked)
    locked.author_ids = sorted({*locked.author_ids, by.pk})
    locked.updated_at = at
    locked.version += 1
    locked.full_clean(exclude=["released_to"])
    locked.save()
    if missions is not None:
        locked.links.filter(mission__isnull=False).exclude(mission__in=missions).delete()
        _link(locked, missions)
    return locked


@transaction.atomic
def identify(*, lesson: Lesson, version: int, by: User, at: datetime) -> None:
    """Submit an observation as a lesson identified: all four texts have to say something."""
    locked = locked_lesson(lesson)
    may_move(by, LessonMove.IDENTIFY, locked).enforce()
    if locked.version != version:
        raise LessonChanged(locked)
    missing = [name for name in TEXTS if not getattr(locked, name).strip()]
    if missing:
        names = ", ".join(str(lesson_field.verbose_name) for lesson_field in _fields(missing))
        raise ValidationError(_("Not yet written: %(names)s.") % {"names": names})
    locked.author_ids = locked.author_ids or [by.pk]
    move(locked, LessonMove.IDENTIFY, by=by, at=at)
    ask_for_endorsement(locked, by=by, at=at)


def _fields(names: Sequence[str]) -> list[Any]:
    return [field for field in Lesson._meta.fields if field.name in names]


def ask_for_endorsement(lesson: Lesson, *, by: User | None, at: datetime) -> None:
    """Tell the coordinators who may endorse a lesson identified."""
    to = coordinators([lesson.organisation_id]) - set(lesson.author_ids)
    event = f"version {lesson.version}"
    tell_of_lesson(NoticeKind.LESSON_TO_ENDORSE, lesson, event=event, to=to, by=by, at=at)


@transaction.atomic
def lesson_of_recommendation(
    *, recommendation: Recommendation, organisation: Organisation, by: User, at: datetime
) -> Lesson:
    """The lesson that an accepted recommendation leads to: an open one of the same subject, or a new one.

    Only called by the action that accepts. Its author is the rule, so that whoever accepted it may endorse.
    """
    subject = recommendation.target
    about = _about(recommendation.dyad, recommendation.rule, subject)
    same = Lesson.objects.unfinished().filter(
        organisation=organisation, dyad=recommendation.dyad, subject=about["subject"]
    )
    found = same.order_by("-updated_at").first()
    if found is None:
        texts = LessonTexts(title=_title(recommendation.text), recommendation=recommendation.text, joint=True)
        about["engagement"] = recommendation.engagement if about["subject"] != Level.POLITICAL else None
        found = _new(organisation, about, texts, LessonOrigin.RECOMMENDATION, by, at)
        found.full_clean(exclude=["released_to"])
        found.save()
        _first_step(found, by, at)
    _link(found, [recommendation])
    return found


def _about(dyad: Dyad, rule: Rule, target: str) -> dict[str, Any]:
    """What is found about the gap between the levels is a lesson of the political level."""
    subject = Level.POLITICAL.value if target == "gap" else target
    return {
        "dyad": dyad,
        "engagement": None,
        "framework": rule.framework.questions,
        "subject": subject,
        "rule": rule,
    }


def _title(text: str) -> str:
    first = text.split(". ")[0].strip()
    return first if len(first) <= 120 else f"{first[:119].rstrip()}…"
