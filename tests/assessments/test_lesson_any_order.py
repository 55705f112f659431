"""Random people do random things to lessons: what is learned was done, endorsed and validated by others."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from assessments.actions import lesson_actions, lesson_decisions, lesson_relations, lessons
from assessments.choices import ActionState, LessonState
from assessments.lesson_policy import may_act_on, may_move
from assessments.lesson_workflow import ActionMove, LessonMove, action_state_after, states_after
from assessments.models import Lesson, LessonAction
from assessments.models.lesson import ENDORSED_STATES, TEXTS
from assessments.policy import Refused
from organisations.models import User
from organisations.roles import Role
from tests.factories import (
    AT,
    DyadFactory,
    FrameworkFactory,
    MembershipFactory,
    analyst,
    coordinator,
    reviewer,
)
from tests.lesson_work import DUE, make_lesson, texts

SAID_NO = (Refused, ValidationError, lessons.LessonChanged, lesson_actions.ActionChanged)
NUMBER = st.integers(0, 11)
ABLE = 9  # of 12 draws, those that take somebody of whom the policy says that they may
ONWARDS = [
    *[LessonMove.IDENTIFY, LessonMove.ENDORSE, LessonMove.TASK] * 6,
    *[LessonMove.WRITE, LessonMove.RELEASE, LessonMove.PRIORITISE, LessonMove.RETURN, LessonMove.REOPEN],
    LessonMove.CLOSE,
]
WORKING = [
    *[ActionMove.ACCEPT, ActionMove.START, ActionMove.IMPLEMENT, ActionMove.VALIDATE] * 6,
    *[ActionMove.NOTE, ActionMove.REASSIGN, ActionMove.SEND_BACK, ActionMove.DECLINE],
]
seen: set[str] = set()


class Work(RuleBasedStateMachine):
    """Four people of each organisation of a dyad, one of them with two roles, and three lessons at most."""

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.dyad, self.framework = DyadFactory(), FrameworkFactory()
        self.people: list[User] = []
        for own in (self.dyad.first, self.dyad.second):
            both = analyst(own)
            MembershipFactory(user=both, organisation=own, role=Role.COORDINATOR)
            self.people += [both, analyst(own), reviewer(own), coordinator(own)]
        self.wrote: dict[int, set[int]] = {}
        self.endorsed: dict[int, tuple[str, ...]] = {}
        self.validated: dict[int, dict[str, Any]] = {}
        self.worked: dict[int, set[int]] = {}
        self.begins(0, joint=True)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    def tried(self, attempt: Callable[..., Any], **given: Any) -> bool:
        try:
            with transaction.atomic():
                attempt(**given)
        except SAID_NO:
            return False
        return True

    def somebody(self, may: Callable[[User], Any], number: int) -> User:
        able = [person for person in self.people if may(person)]
        pool = able if able and number < ABLE else self.people
        return pool[number % len(pool)]

    @precondition(lambda self: len(self.wrote) < 3)
    @rule(who=st.integers(0, 1), joint=st.booleans())
    def begins(self, who: int, joint: bool) -> None:
        person = self.people[who]
        lesson = make_lesson(
            dyad=self.dyad, framework=self.framework, organisation=self.dyad.first, author=person, joint=joint
        )
        self.wrote[lesson.pk] = {person.pk}

    def lesson(self, number: int) -> Lesson:
        pks = sorted(self.wrote)
        return Lesson.objects.for_list().get(pk=pks[-1 - number % len(pks)])

    @rule(number=NUMBER, who=NUMBER, which=st.integers(0, 59), further=NUMBER)
    def moves_a_lesson(self, number: int, who: int, which: int, further: int) -> None:
        lesson = self.lesson(number)
        possible = [move for move in ONWARDS if states_after(lesson.state, move)]
        self.moves(possible[which % len(possible)], lesson, who, further)

    @rule(number=NUMBER, who=NUMBER, move=st.sampled_from(sorted(set(ONWARDS))), further=NUMBER)
    def tries_any_move(self, number: int, who: int, move: LessonMove, further: int) -> None:
        self.moves(move, self.lesson(number), who, further)

    def moves(self, move: LessonMove, lesson: Lesson, who: int, further: int) -> None:
        if move in {LessonMove.CLOSE, LessonMove.REOPEN, LessonMove.RETURN} and further > 1:
            return  # seldom, for it leads back
        person = self.somebody(lambda one: may_move(one, move, lesson), who)
        attempt, given = self.attempts(lesson, further)[move]
        if not self.tried(attempt, lesson=lesson, by=person, at=AT, **given):
            return
        lesson.refresh_from_db()
        if move is LessonMove.WRITE:
            self.wrote[lesson.pk].add(person.pk)
        if move is LessonMove.ENDORSE:
            assert person.pk not in self.wrote[lesson.pk]
            self.endorsed[lesson.pk] = tuple(getattr(lesson, name) for name in TEXTS)

    def attempts(self, lesson: Lesson, further: int) -> dict[LessonMove, tuple[Callable[..., Any], Any]]:
        version = {"version": lesson.version if further else lesson.version - 1}
        why = {"reason": "Because."}
        others = [pk for pk in sorted(self.wrote) if pk != lesson.pk]
        close: tuple[Callable[..., Any], Any] = (lesson_decisions.close_lesson, why)
        if others and further:
            into = Lesson.objects.get(pk=others[further % len(others)])
            close = (lesson_relations.merge_lesson, {"into": into})
        written = {"texts": texts(title=f"Title {further}", observation=f"Seen {further} times."), **version}
        asked = (self.dyad.first, self.dyad.second)[further % 2]
        return {
            LessonMove.WRITE: (lessons.write_lesson, written),
            LessonMove.IDENTIFY: (lessons.identify, version),
            LessonMove.ENDORSE: (lesson_decisions.endorse, version),
            LessonMove.RETURN: (lesson_decisions.return_to_authors, why),
            LessonMove.RELEASE: (lesson_decisions.release_lesson, {"to": [], "to_all": further % 2 == 0}),
            LessonMove.PRIORITISE: (lesson_decisions.prioritise, {"priority": 1 + further % 5, **why}),
            LessonMove.TASK: (lesson_actions.task_organisation, {"organisation": asked, "task": "Plan."}),
            LessonMove.CLOSE: close,
            LessonMove.REOPEN: (lesson_decisions.reopen_lesson, why),
        }

    @precondition(lambda self: LessonAction.objects.exists())
    @rule(number=st.integers(0, 59), who=NUMBER, which=st.integers(0, 59), further=NUMBER)
    def works_on_an_action(self, number: int, who: int, which: int, further: int) -> None:
        actions = LessonAction.objects.select_related("lesson__dyad", "lesson__organisation", "organisation")
        current = list(actions.current().order_by("pk")) or list(actions.order_by("pk"))
        action = current[number % len(current)]
        possible = [move for move in WORKING if action_state_after(action.state, move)] or WORKING
        self.works(possible[which % len(possible)], action, who, further)

    @precondition(lambda self: LessonAction.objects.exists())
    @rule(number=st.integers(0, 59), who=NUMBER, which=st.integers(0, 23), further=NUMBER)
    def works_on(self, number: int, who: int, which: int, further: int) -> None:
        """Twice as often as the rest, so that many runs come to what is learned."""
        self.works_on_an_action(number, who, which, further)

    def works(self, move: ActionMove, action: LessonAction, who: int, further: int) -> None:
        person = self.somebody(lambda one: may_act_on(one, move, action), who)
        attempt, given = self.working(action, person, further)[move]
        if not self.tried(attempt, action=action, by=person, at=AT, **given):
            return
        if move in {ActionMove.NOTE, ActionMove.START, ActionMove.IMPLEMENT}:
            self.worked.setdefault(action.pk, set()).add(person.pk)
        if move is ActionMove.VALIDATE:
            assert person.pk not in self.worked[action.pk]
            self.validated[action.pk] = kept(action.pk)

    def working(
        self, action: LessonAction, person: User, further: int
    ) -> dict[ActionMove, tuple[Callable[..., Any], Any]]:
        own = [one for one in self.people if one.memberships.filter(organisation=action.organisation_id)]
        owner = {"owner": [*own, *self.people][further % 6], "due": DUE}
        text, why = {"text": "Half of it."}, {"reason": "Because."}
        evidence = {"basis": "exercise", "text": "It was rehearsed."}
        shown = {"version": action.version if further else action.version - 1, "evidence": evidence}
        return {
            ActionMove.ACCEPT: (lesson_actions.accept_action, owner),
            ActionMove.DECLINE: (lesson_actions.decline_action, why),
            ActionMove.REASSIGN: (lesson_actions.reassign_action, owner),
            ActionMove.START: (lesson_actions.start_action, text),
            ActionMove.NOTE: (lesson_actions.note_progress, text),
            ActionMove.IMPLEMENT: (lesson_actions.implement_action, text),
            ActionMove.SEND_BACK: (lesson_actions.send_back, why),
            ActionMove.VALIDATE: (lesson_actions.validate_action, shown),
        }

    @invariant()
    def what_stands_endorsed_is_what_somebody_else_endorsed(self) -> None:
        for lesson in Lesson.objects.filter(state__in=ENDORSED_STATES):
            assert lesson.endorsed_by_id not in self.wrote[lesson.pk]
            assert tuple(getattr(lesson, name) for name in TEXTS) == self.endorsed[lesson.pk]

    @invariant()
    def learned_is_what_all_have_validated(self) -> None:
        for lesson in Lesson.objects.filter(state=LessonState.VALIDATED):
            standing = LessonAction.objects.standing().filter(lesson=lesson)
            assert {action.state for action in standing} == {ActionState.VALIDATED}
            assert len({action.organisation_id for action in standing}) >= (2 if lesson.joint else 1)

    @invariant()
    def validated_actions_stay_and_nobody_judged_their_own_work(self) -> None:
        for pk, was in self.validated.items():
            assert kept(pk) == was
            assert was["validated_by_id"] not in {was["owner_id"], was["implemented_by_id"]} | self.worked[pk]

    @invariant()
    def what_is_closed_says_why_and_what_is_not_is_merged_into_nothing(self) -> None:
        closed = Lesson.objects.filter(state=LessonState.CLOSED)
        assert not closed.filter(closing_reason="").exists()
        assert not Lesson.objects.exclude(state=LessonState.CLOSED).exclude(merged_into=None).exists()
        seen.update(Lesson.objects.values_list("state", flat=True))


def kept(pk: int) -> dict[str, Any]:
    return dict(LessonAction.objects.filter(pk=pk).values().get())


@pytest.mark.django_db
def test_no_order_of_moves_learns_what_was_not_done() -> None:
    run_state_machine_as_test(
        Work,
        settings=settings(
            max_examples=25,
            stateful_step_count=50,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert seen == set(LessonState.values), "the sequences are too short to show anything"
