"""Who may move a lesson and its actions: each move in each state for each kind of person, cell by cell."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, ProgrammingError, transaction

from assessments.actions import lesson_actions, lesson_decisions, lessons
from assessments.choices import ActionState, LessonState
from assessments.lesson_policy import may_act_on, may_move
from assessments.lesson_workflow import ActionMove, LessonMove
from assessments.models import Lesson, LessonAction, LessonStep
from assessments.policy import Refused
from organisations.models import User
from tests.factories import (
    AT,
    AdministratorFactory,
    DyadFactory,
    OrganisationFactory,
    UserFactory,
    analyst,
    coordinator,
    reader,
    reviewer,
)
from tests.lesson_work import (
    DUE,
    accept,
    advance_action,
    bring,
    endorse,
    implement,
    make_lesson,
    propose,
    tasked,
    texts,
    validate,
)

pytestmark = pytest.mark.django_db

# One letter each: a the author, n another analyst, r a reviewer, o a coordinator, w a coordinator who wrote
# some of it, e a reader, p the partner's coordinator, x without roles, s suspended, m the administrator.
PEOPLE = "anrowepxsm"
ALLOWED: dict[str, dict[str, str]] = {
    "observation": {"write": "anr", "identify": "anr", "close": "anrow"},
    "identified": {"return": "anrow", "endorse": "o", "close": "ow"},
    "endorsed": {"release": "ow", "prioritise": "ow", "task": "ow", "close": "ow", "reopen": "ow"},
    "tasked": {"release": "ow", "prioritise": "ow", "task": "ow", "close": "ow", "reopen": "ow"},
    "implemented": {"release": "ow", "prioritise": "ow", "reopen": "ow"},
    "validated": {"release": "ow", "prioritise": "ow", "reopen": "ow"},
    "closed": {"reopen": "ow"},
}


@pytest.fixture(params=LessonState.values)
def world(request: pytest.FixtureRequest) -> tuple[Lesson, dict[str, User]]:
    dyad = DyadFactory()
    own = dyad.first
    people: dict[str, User] = {
        "a": analyst(own),
        "n": analyst(own),
        "r": reviewer(own),
        "o": coordinator(own),
        "w": coordinator(own),
        "e": reader(own),
        "p": coordinator(dyad.second),
        "x": UserFactory(),
        "s": coordinator(own),
        "m": AdministratorFactory(),
    }
    lesson = make_lesson(dyad=dyad, author=people["a"])
    Lesson.objects.filter(pk=lesson.pk).update(author_ids=[people["a"].pk, people["w"].pk])
    lesson.refresh_from_db()
    bring(lesson, request.param)
    people["s"].is_active = False
    people["s"].save()
    lesson.refresh_from_db()
    assert lesson.state == request.param
    return lesson, people


def _tries(lesson: Lesson) -> dict[str, Callable[[User], Any]]:
    one: dict[str, Any] = {"lesson": lesson, "at": AT}
    version: dict[str, Any] = {"version": lesson.version}
    return {
        "write": lambda by: lessons.write_lesson(texts=texts(title="Another"), by=by, **version, **one),
        "identify": lambda by: lessons.identify(by=by, **version, **one),
        "return": lambda by: lesson_decisions.return_to_authors(reason="Why?", by=by, **one),
        "endorse": lambda by: lesson_decisions.endorse(by=by, **version, **one),
        "release": lambda by: lesson_decisions.release_lesson(to=[], to_all=True, by=by, **one),
        "prioritise": lambda by: lesson_decisions.prioritise(priority=1, reason="Urgent.", by=by, **one),
        "task": lambda by: lesson_actions.task_organisation(
            organisation=lesson.dyad.second, task="Plan.", by=by, **one
        ),
        "close": lambda by: lesson_decisions.close_lesson(reason="Not ours.", by=by, **one),
        "reopen": lambda by: lesson_decisions.reopen_lesson(reason="Again.", by=by, **one),
    }


def _tried(attempt: Callable[[User], Any], person: User) -> bool:
    with transaction.atomic():
        try:
            attempt(person)
        except Refused:
            return False
        finally:
            transaction.set_rollback(True)
    return True


def test_each_move_of_a_lesson_for_each_role(world: tuple[Lesson, dict[str, User]]) -> None:
    lesson, people = world
    allowed, said, done = ALLOWED[lesson.state], {}, {}
    for move, attempt in _tries(lesson).items():
        for letter in PEOPLE:
            said[move, letter] = bool(may_move(people[letter], LessonMove(move), lesson))
            done[move, letter] = _tried(attempt, people[letter])
    expected = {key: key[1] in allowed.get(key[0], "") for key in said}
    assert said == expected
    assert done == expected


def test_what_follows_is_nobodys_to_do(world: tuple[Lesson, dict[str, User]]) -> None:
    lesson, people = world
    assert set(_tries(lesson)) == set(LessonMove.values) - {"follow", "recur"}
    for move in (LessonMove.FOLLOW, LessonMove.RECUR):
        assert [letter for letter in PEOPLE if may_move(people[letter], move, lesson)] == []


# q the owner, c a coordinator of the action's organisation, v its reviewer, h a colleague who noted progress,
# r a reviewer of who wrote the lesson, o its coordinator, e a reader, x without roles, m the administrator.
ACTORS = "qcvhroexm"
ACTION_ALLOWED: dict[str, dict[str, str]] = {
    "proposed": {"accept": "c", "decline": "c"},
    "accepted": {"reassign": "c", "start": "qc", "note": "qc", "decline": "c"},
    "under_way": {"reassign": "c", "note": "qc", "implement": "qc"},
    "implemented": {"send_back": "cvro", "validate": "cvro"},
    "validated": {},
    "declined": {},
}


@pytest.fixture(params=ActionState.values)
def acting(request: pytest.FixtureRequest) -> tuple[LessonAction, dict[str, User]]:
    """The partner's action of a joint lesson, of which the other one stays proposed."""
    dyad = DyadFactory()
    partner, own = dyad.second, dyad.first
    people: dict[str, User] = {
        "q": analyst(partner),
        "c": coordinator(partner),
        "v": reviewer(partner),
        "h": coordinator(partner),
        "r": reviewer(own),
        "o": coordinator(own),
        "e": reader(partner),
        "x": UserFactory(),
        "m": AdministratorFactory(),
    }
    lesson = make_lesson(LessonState.ENDORSED, dyad=dyad, joint=True)
    propose(lesson, own)
    action = propose(lesson, partner)
    state = request.param
    if state == "declined":
        lesson_actions.decline_action(action=action, reason="No.", by=people["c"], at=AT)
    elif state != "proposed":
        accept(action, owner=people["q"])
    if state in {"under_way", "implemented", "validated"}:
        lesson_actions.start_action(action=action, by=people["q"], at=AT)
    if state in {"implemented", "validated"}:
        lesson_actions.note_progress(action=action, text="Half of it.", by=people["h"], at=AT)
        lesson_actions.implement_action(action=action, text="Done.", by=people["q"], at=AT)
    if state == "validated":
        validate(action)
    people["h"].memberships.filter(role="coordinator").update(
        role="coordinator" if state in {"implemented", "validated"} else "reader"
    )
    action = LessonAction.objects.select_related("organisation", "lesson__dyad", "lesson__organisation").get(
        pk=action.pk
    )
    assert action.state == state
    return action, people


def _acts(action: LessonAction, owner: User) -> dict[str, Callable[[User], Any]]:
    one: dict[str, Any] = {"action": action, "at": AT}
    evidence = {"basis": "exercise", "text": "It worked."}
    return {
        "accept": lambda by: lesson_actions.accept_action(owner=owner, due=DUE, by=by, **one),
        "decline": lambda by: lesson_actions.decline_action(reason="No.", by=by, **one),
        "reassign": lambda by: lesson_actions.reassign_action(owner=owner, due=DUE, by=by, **one),
        "start": lambda by: lesson_actions.start_action(by=by, **one),
        "note": lambda by: lesson_actions.note_progress(text="More.", by=by, **one),
        "implement": lambda by: lesson_actions.implement_action(text="Done.", by=by, **one),
        "send_back": lambda by: lesson_actions.send_back(reason="Not yet.", by=by, **one),
        "validate": lambda by: lesson_actions.validate_action(
            version=action.version, evidence=evidence, by=by, **one
        ),
    }


def test_each_move_of_an_action_for_each_role(acting: tuple[LessonAction, dict[str, User]]) -> None:
    action, people = acting
    allowed, said, done = ACTION_ALLOWED[action.state], {}, {}
    for move, attempt in _acts(action, people["q"]).items():
        for letter in ACTORS:
            said[move, letter] = bool(may_act_on(people[letter], ActionMove(move), action))
            done[move, letter] = _tried(attempt, people[letter])
    expected = {key: key[1] in allowed.get(key[0], "") for key in said}
    assert said == expected
    assert done == expected
    assert set(_acts(action, people["q"])) == set(ActionMove.values)


def test_one_sided_completion_of_a_joint_lesson_is_not_learned() -> None:
    lesson = make_lesson(LessonState.ENDORSED, joint=True)
    actions = [propose(lesson, organisation) for organisation in tasked(lesson)]
    seen = []
    for action in actions:
        advance_action(action, LessonState.VALIDATED)
        lesson.refresh_from_db()
        seen.append(lesson.state)
    assert seen == ["tasked", "validated"]


def test_a_joint_lesson_of_which_one_side_declines_is_not_learned() -> None:
    lesson = make_lesson(LessonState.ENDORSED, joint=True)
    one, other = (propose(lesson, organisation) for organisation in tasked(lesson))
    advance_action(one, LessonState.VALIDATED)
    lesson_actions.decline_action(action=other, reason="No.", by=coordinator(other.organisation), at=AT)
    lesson.refresh_from_db()
    assert lesson.state == "tasked"
    advance_action(propose(lesson, other.organisation), LessonState.VALIDATED)
    lesson.refresh_from_db()
    assert lesson.state == "validated"


def test_the_database_refuses_what_is_one_sided() -> None:
    lesson = make_lesson(LessonState.ENDORSED, joint=True)
    advance_action(propose(lesson, lesson.organisation), LessonState.VALIDATED)
    for state in ("implemented", "validated"):
        with pytest.raises(IntegrityError, match="only when all"), transaction.atomic():
            Lesson.objects.filter(pk=lesson.pk).update(state=state)
    with pytest.raises(IntegrityError, match="part of what is endorsed"), transaction.atomic():
        Lesson.objects.filter(pk=lesson.pk).update(joint=False)


def test_the_database_keeps_four_eyes() -> None:
    lesson = make_lesson(LessonState.IDENTIFIED)
    author = lesson.author_ids[0]
    with pytest.raises(IntegrityError, match="Four eyes"), transaction.atomic():
        Lesson.objects.filter(pk=lesson.pk).update(
            state="endorsed", endorsed_by=author, endorsed_at=AT, priority=3, proposed_priority=3
        )
    endorse(lesson)
    action = propose(lesson, lesson.organisation)
    helper = coordinator(lesson.organisation)
    accept(action)
    lesson_actions.note_progress(action=action, text="Begun.", by=helper, at=AT)
    implement(action)
    rows = LessonAction.objects.filter(pk=action.pk)
    validated = {"validated_at": AT, "validation_basis": "exercise", "validation_text": "It worked."}
    for person in (action.owner_id, helper.pk):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(state="validated", validated_by=person, **validated)
    other = reviewer(lesson.organisation).pk
    for missing in ({"validation_text": ""}, {"validation_basis": "document"}, {"validated_at": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(state="validated", validated_by=other, **{**validated, **missing})
    rows.update(state="validated", validated_by=other, **validated)
    with pytest.raises(ProgrammingError), transaction.atomic():
        rows.update(state="under_way", validated_by=None)
    with pytest.raises(ProgrammingError), transaction.atomic():
        LessonStep.objects.filter(lesson=lesson).update(reason="Rewritten.")


def test_an_action_is_of_one_of_the_two() -> None:
    lesson = make_lesson(LessonState.ENDORSED)
    with pytest.raises(ValidationError):
        propose(lesson, OrganisationFactory())
    with pytest.raises(IntegrityError, match="one of the two"), transaction.atomic():
        LessonAction.objects.create(
            lesson=lesson,
            round=1,
            organisation=OrganisationFactory(),
            task="Plan.",
            proposed_by=UserFactory(),
            proposed_at=AT,
        )


def test_a_reopened_lesson_begins_anew_and_keeps_what_was_done() -> None:
    lesson = make_lesson(LessonState.VALIDATED)
    lesson_decisions.reopen_lesson(lesson=lesson, reason="Again.", by=coordinator(lesson.organisation), at=AT)
    lesson.refresh_from_db()
    assert (lesson.state, lesson.round) == ("identified", 2)
    assert list(lesson.actions.values_list("round", "state")) == [(1, "validated")]
    endorse(lesson)
    advance_action(propose(lesson, lesson.organisation), LessonState.IMPLEMENTED)
    lesson.refresh_from_db()
    assert lesson.state == "implemented"
    assert [step.move for step in lesson.steps.all()].count("endorse") == 2


@pytest.mark.parametrize("text", ["observation", "discussion", "conclusion", "recommendation"])
def test_emptiness_is_all_that_blocks(text: str) -> None:
    empty: dict[str, Any] = {text: "  "}
    lesson = make_lesson(**empty)
    with pytest.raises(ValidationError, match="Not yet written"):
        lessons.identify(lesson=lesson, version=1, by=analyst(lesson.organisation), at=AT)


def test_no_text_is_lost_that_somebody_else_wrote_meanwhile() -> None:
    lesson = make_lesson()
    lessons.write_lesson(
        lesson=lesson, version=1, texts=texts(title="Mine"), by=analyst(lesson.organisation), at=AT
    )
    with pytest.raises(lessons.LessonChanged) as meanwhile:
        lessons.write_lesson(
            lesson=lesson, version=1, texts=texts(title="Yours"), by=analyst(lesson.organisation), at=AT
        )
    assert meanwhile.value.theirs.title == "Mine"
