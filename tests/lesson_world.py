"""The lessons of the world: private ones of OWN in several states, and one that everybody sees."""

from typing import Any

from assessments.actions import lesson_actions, lesson_decisions, lessons
from assessments.actions.lesson_relations import relate_lessons
from assessments.models import Framework
from organisations.models import Dyad, User
from tests.factories import AT
from tests.lesson_work import DUE, texts
from tests.panel_world import word


def lessons_of_the_world(
    dyad: Dyad, framework: Framework, people: dict[str, User | None], canaries: dict[str, str]
) -> dict[str, Any]:
    """Ids by name. The words in texts of private lessons, and in progress notes, are canaries."""
    author, judge, partner = people["analyst"], people["coordinator"], people["partner"]
    assert author is not None
    assert judge is not None
    assert partner is not None
    about = {"dyad": dyad, "engagement": None, "framework": framework, "subject": "P1.1", "rule": None}

    def canary(where: str) -> str:
        canaries[where] = word()
        return canaries[where]

    def begun(name: str) -> Any:
        fields = ("title", "observation", "discussion", "conclusion", "recommendation", "clause")
        words = {field: canary(f"{field} of the {name} lesson") for field in fields}
        given = texts(instrument=dyad.instruments.get(), **words)
        return lessons.begin_lesson(organisation=dyad.first, about=about, texts=given, by=author, at=AT)

    private = {name: begun(name) for name in ("observation", "identified", "endorsed", "closed")}
    for name in ("identified", "endorsed"):
        lessons.identify(lesson=private[name], version=1, by=author, at=AT)
    why = canary("why a priority is another")
    lesson_decisions.endorse(lesson=private["endorsed"], version=2, by=judge, at=AT, priority=5, reason=why)
    lesson_decisions.close_lesson(
        lesson=private["closed"], reason=canary("why a lesson is closed"), by=judge, at=AT
    )
    shared = lessons.begin_lesson(
        organisation=dyad.first, about=about, texts=texts(title="Shared lesson"), by=author, at=AT
    )
    lessons.identify(lesson=shared, version=1, by=author, at=AT)
    lesson_decisions.endorse(lesson=shared, version=2, by=judge, at=AT)
    lesson_decisions.release_lesson(lesson=shared, to=[], to_all=True, by=judge, at=AT)
    alone = _noted(shared, author, judge, canary("progress note"))
    other = lesson_actions.task_organisation(
        lesson=_again(shared, about, author, judge), organisation=dyad.second, task="Agree.", by=judge, at=AT
    )
    under_way, implemented = (_begun(_again(shared, about, author, judge), author, judge) for _ in range(2))
    lesson_actions.implement_action(action=implemented, text="It is agreed.", by=author, at=AT)
    relate_lessons(lesson=shared, other=private["identified"], by=author, at=AT)
    return {f"lesson_{name}": lesson.pk for name, lesson in private.items()} | {
        "lesson_shared": shared.pk,
        "action_shared": alone,
        "action_under_way": under_way.pk,
        "action_implemented": implemented.pk,
        "lesson_joint": other.lesson_id,
        "action_partner": other.pk,
        "partner_id": partner.pk,
        "other_organisation": dyad.second_id,
    }


def _noted(lesson: Any, owner: User, judge: User, note: str) -> int:
    action = lesson_actions.task_organisation(
        lesson=lesson, organisation=lesson.organisation, task="Agree.", by=judge, at=AT
    )
    lesson_actions.accept_action(action=action, owner=owner, due=DUE, by=judge, at=AT)
    lesson_actions.note_progress(action=action, text=note, by=owner, at=AT)
    return action.pk


def _begun(lesson: Any, owner: User, judge: User) -> Any:
    action = lesson_actions.task_organisation(
        lesson=lesson, organisation=lesson.organisation, task="Agree.", by=judge, at=AT
    )
    lesson_actions.accept_action(action=action, owner=owner, due=DUE, by=judge, at=AT)
    lesson_actions.start_action(action=action, by=owner, at=AT)
    return action


def _again(shared: Any, about: dict[str, Any], author: User, judge: User) -> Any:
    """Another lesson that everybody sees, to be acted on."""
    lesson = lessons.begin_lesson(
        organisation=shared.organisation, about=about, texts=texts(title="Joint lesson"), by=author, at=AT
    )
    lessons.identify(lesson=lesson, version=1, by=author, at=AT)
    lesson_decisions.endorse(lesson=lesson, version=2, by=judge, at=AT)
    lesson_decisions.release_lesson(lesson=lesson, to=[], to_all=True, by=judge, at=AT)
    return lesson
