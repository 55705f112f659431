"""Lessons in any state, brought there by the actions."""

from datetime import timedelta
from typing import Any

from assessments.actions import lesson_actions, lesson_decisions, lessons
from assessments.choices import LessonState
from assessments.models import Lesson, LessonAction
from organisations.models import Dyad, Organisation, User
from tests.factories import AT, DyadFactory, FrameworkFactory, analyst, coordinator, reviewer

DUE = (AT + timedelta(days=60)).date()
TEXTS = {
    "observation": "Rehatting took **four months**.",
    "discussion": "Because nobody had planned it before the mandate.",
    "conclusion": "Plans for rehatting have to exist before the deployment.",
    "recommendation": "Both planning staffs agree on rehatting before a mandate is adopted.",
}
ORDER: list[LessonState] = [state for state in LessonState if state is not LessonState.CLOSED]


def texts(**changed: Any) -> lessons.LessonTexts:
    return lessons.LessonTexts(**{"title": "Rehatting needs a plan", **TEXTS, **changed})


def make_lesson(
    state: str = LessonState.OBSERVATION,
    *,
    dyad: Dyad | None = None,
    framework: Any = None,
    organisation: Organisation | None = None,
    author: User | None = None,
    subject: str = "F5.1",
    joint: bool = False,
    rule: Any = None,
    links: Any = (),
    **changed: Any,
) -> Lesson:
    """A lesson of the first organisation of its dyad; its actions are of one organisation, or of both."""
    dyad = dyad or DyadFactory()
    organisation = organisation or dyad.first
    about = {
        "dyad": dyad,
        "engagement": None,
        "framework": framework or FrameworkFactory(),
        "subject": subject,
        "rule": rule,
    }
    lesson = lessons.begin_lesson(
        organisation=organisation,
        about=about,
        texts=texts(joint=joint, **changed),
        by=author or analyst(organisation),
        at=AT,
        links=links,
    )
    bring(lesson, state)
    lesson.refresh_from_db()
    return lesson


def bring(lesson: Lesson, state: str) -> None:
    """Bring an observation into ``state``, by new coordinators and reviewers."""
    if state == LessonState.OBSERVATION:
        return
    if state == LessonState.CLOSED:
        lesson_decisions.close_lesson(
            lesson=lesson, reason="Not ours.", by=coordinator(lesson.organisation), at=AT
        )
        return
    by = author_of(lesson)
    lessons.identify(lesson=lesson, version=lesson.version, by=by, at=AT)
    reached = ORDER.index(LessonState(state))
    if reached >= ORDER.index(LessonState.ENDORSED):
        endorse(lesson)
    if reached >= ORDER.index(LessonState.TASKED):
        for organisation in tasked(lesson):
            advance_action(propose(lesson, organisation), state)


def author_of(lesson: Lesson) -> User:
    return User.objects.get(pk=lesson.author_ids[0])


def endorse(lesson: Lesson, by: User | None = None) -> None:
    lesson.refresh_from_db()
    person = by or coordinator(lesson.organisation)
    lesson_decisions.endorse(lesson=lesson, version=lesson.version, by=person, at=AT)


def tasked(lesson: Lesson) -> list[Organisation]:
    return [lesson.dyad.first, lesson.dyad.second] if lesson.joint else [lesson.organisation]


def propose(lesson: Lesson, organisation: Organisation) -> LessonAction:
    return lesson_actions.task_organisation(
        lesson=lesson,
        organisation=organisation,
        task="Write the plan.",
        by=coordinator(lesson.organisation),
        at=AT,
    )


def advance_action(action: LessonAction, state: str) -> None:
    """As far as a lesson in ``state`` has its actions: proposed only, implemented or validated."""
    if state == LessonState.TASKED:
        return
    accept(action)
    implement(action)
    if state == LessonState.VALIDATED:
        validate(action)


def accept(action: LessonAction, owner: User | None = None) -> None:
    organisation = action.organisation
    owner = owner or analyst(organisation)
    lesson_actions.accept_action(action=action, owner=owner, due=DUE, by=coordinator(organisation), at=AT)
    action.refresh_from_db()


def implement(action: LessonAction) -> None:
    assert action.owner is not None
    lesson_actions.start_action(action=action, by=action.owner, at=AT)
    lesson_actions.implement_action(action=action, text="The plan is written.", by=action.owner, at=AT)
    action.refresh_from_db()


def validate(action: LessonAction, by: User | None = None, **evidence: Any) -> None:
    action.refresh_from_db()
    given = {"basis": "exercise", "text": "Exercise Vigilant rehatted in time.", **evidence}
    person = by or reviewer(action.organisation)
    lesson_actions.validate_action(action=action, version=action.version, evidence=given, by=person, at=AT)
