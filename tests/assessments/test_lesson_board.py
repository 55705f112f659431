"""The board and the figures of lessons: what stands where, for whom, in how many queries."""

from datetime import timedelta

import pgtrigger
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessments.actions.lesson_decisions import release_lesson, reopen_lesson
from assessments.choices import ActionState, LessonState
from assessments.lesson_figures import Age, ages_of, figures_of
from assessments.models import Lesson, LessonAction, LessonStep
from assessments.views.lesson_board import CARDS
from organisations.models import Dyad, User
from tests.factories import AT, DyadFactory, FrameworkFactory, OrganisationFactory, coordinator, reader
from tests.lesson_work import accept, bring, endorse, make_lesson, propose

pytestmark = pytest.mark.django_db
BOARD, FIGURES = "/lessons/board/", "/lessons/figures/"


@pytest.fixture
def dyad() -> Dyad:
    made: Dyad = DyadFactory()
    return made


@pytest.fixture
def judge(dyad: Dyad, client: Client) -> User:
    person = coordinator(dyad.first)
    client.force_login(person)
    return person


def test_each_lesson_stands_in_the_column_of_its_state(client: Client, judge: User, dyad: Dyad) -> None:
    framework = FrameworkFactory()
    for state in LessonState:
        make_lesson(state, dyad=dyad, framework=framework, title=f"A {state} one")
    columns = client.get(BOARD).context["columns"]
    assert [(column.state, column.n, [str(card) for card in column.cards]) for column in columns] == [
        (state, 1, [f"A {state} one"]) for state in LessonState
    ]


def test_closed_ones_have_a_column_only_when_there_are_any(client: Client, judge: User) -> None:
    assert LessonState.CLOSED not in [column.state for column in client.get(BOARD).context["columns"]]
    assert client.get(FIGURES).context["rows"] == []


def test_a_full_column_shows_the_most_urgent_and_leads_to_all(
    client: Client, judge: User, dyad: Dyad
) -> None:
    framework = FrameworkFactory()
    made = [make_lesson("endorsed", dyad=dyad, framework=framework) for _ in range(CARDS + 2)]
    for place, lesson in enumerate(made):
        priority = 5 - place % 5
        Lesson.objects.filter(pk=lesson.pk).update(priority=priority, priority_reason="Because.")
    page = client.get(BOARD, {"kind": "lesson", "page": "2"})
    column = next(one for one in page.context["columns"] if one.state == "endorsed")
    assert (column.n, len(column.cards)) == (CARDS + 2, CARDS)
    shown = [card.priority for card in column.cards]
    assert shown == sorted(shown)
    assert "/lessons/?kind=lesson&amp;page=2&amp;state=endorsed" in page.content.decode()
    assert "/lessons/figures/?kind=lesson&quot;" not in page.content.decode()
    assert 'href="/lessons/figures/?kind=lesson"' in page.content.decode()


def test_filters_choose_and_a_card_says_when_it_is_overdue(client: Client, judge: User, dyad: Dyad) -> None:
    late = make_lesson("tasked", dyad=dyad, title="Late one", joint=True)
    accept(LessonAction.objects.filter(lesson=late).earliest("pk"))
    LessonAction.objects.filter(lesson=late).update(due=timezone.localdate() - timedelta(days=3))
    make_lesson("tasked", dyad=dyad, framework=late.framework, title="Other one")
    page = client.get(BOARD, {"due": "overdue"})
    assert [column.n for column in page.context["columns"]] == [0, 0, 0, 1, 0, 0]
    assert "overdue since" in page.content.decode()
    assert "Other one" not in page.content.decode()


def test_others_see_what_is_released_to_them(client: Client, judge: User, dyad: Dyad) -> None:
    shown = make_lesson("endorsed", dyad=dyad, title="Shown one")
    make_lesson("endorsed", dyad=dyad, framework=shown.framework, title="Hidden one")
    stranger = reader(OrganisationFactory())
    release_lesson(lesson=shown, to=[], to_all=True, by=judge, at=AT)
    client.force_login(stranger)
    board = client.get(BOARD)
    assert [column.n for column in board.context["columns"]] == [0, 0, 1, 0, 0, 0]
    assert "Hidden one" not in board.content.decode()
    (row,) = client.get(FIGURES).context["rows"]
    assert (row.organisation, row.open) == (dyad.first, 1)


def test_figures_count_lessons_where_written_and_actions_where_they_are(dyad: Dyad) -> None:
    framework = FrameworkFactory()
    for state in LessonState:
        make_lesson(state, dyad=dyad, framework=framework)
    joint = make_lesson("tasked", dyad=dyad, framework=framework, joint=True)
    late = joint.actions.get(organisation=dyad.second)
    accept(late)
    today = timezone.localdate()
    LessonAction.objects.filter(pk=late.pk).update(due=today - timedelta(days=1))
    first, second = sorted(
        figures_of(Lesson.objects.all(), today=today), key=lambda row: row.organisation != dyad.first
    )
    assert (first.open, first.implemented, first.validated, first.closed) == (5, 1, 1, 1)
    assert (first.undecided, first.actions, first.overdue) == (2, 0, 0)
    assert (first.actions_implemented, first.actions_validated) == (1, 1)
    assert (second.open, second.actions, second.overdue) == (0, 1, 1)
    LessonAction.objects.filter(pk=late.pk).update(due=today)
    assert sum(row.overdue for row in figures_of(Lesson.objects.all(), today=today)) == 0


def test_actions_of_closed_lessons_and_earlier_rounds_are_not_open(dyad: Dyad) -> None:
    lesson = make_lesson("endorsed", dyad=dyad)
    action = propose(lesson, dyad.second)
    accept(action)
    LessonAction.objects.filter(pk=action.pk).update(due=AT.date() - timedelta(days=1))
    lesson.refresh_from_db()
    reopen_lesson(lesson=lesson, reason="It was wrong.", by=coordinator(dyad.first), at=AT)
    assert [(row.actions, row.overdue) for row in figures_of(Lesson.objects.all(), today=AT.date())] == [
        (0, 0)
    ]


def test_the_median_is_of_stays_that_are_over(dyad: Dyad) -> None:
    """Three lessons stayed 2, 4 and 9 days in observation; a fourth is still there; stays go by state."""
    framework = FrameworkFactory()
    for days in (2, 4, 9):
        lesson = make_lesson(dyad=dyad, framework=framework)
        bring(lesson, LessonState.IDENTIFIED)
        lesson.refresh_from_db()
        endorse(lesson)
        step(lesson, "identify", AT + timedelta(days=days))
        step(lesson, "endorse", AT + timedelta(days=2 * days))
    make_lesson(dyad=dyad, framework=framework)
    (row,) = figures_of(Lesson.objects.all(), today=AT.date())
    assert row.days == {LessonState.OBSERVATION: 4.0, LessonState.IDENTIFIED: 4.0}
    assert row.stages == [4.0, 4.0, None, None, None]


def test_being_released_or_prioritised_ends_no_stay(dyad: Dyad) -> None:
    lesson = make_lesson("endorsed", dyad=dyad)
    release_lesson(lesson=lesson, to=[], to_all=True, by=coordinator(dyad.first), at=AT + timedelta(days=5))
    lesson.refresh_from_db()
    propose(lesson, dyad.first)
    step(lesson, "task", AT + timedelta(days=8))
    (row,) = figures_of(Lesson.objects.all(), today=AT.date())
    assert row.days[LessonState.ENDORSED] == 8.0


def step(lesson: Lesson, move: str, at: object) -> None:
    """Let a step have been at another time; the trigger refuses that to everybody else."""
    with pgtrigger.ignore("assessments.LessonStep:append_only"):
        assert LessonStep.objects.filter(lesson=lesson, move=move).update(at=at) == 1


def test_ages_count_from_the_latest_round(dyad: Dyad) -> None:
    framework = FrameworkFactory()
    make_lesson(dyad=dyad, framework=framework)
    make_lesson("validated", dyad=dyad, framework=framework)
    again = make_lesson("endorsed", dyad=dyad, framework=framework)
    reopened = AT + timedelta(days=390)
    reopen_lesson(lesson=again, reason="It came back.", by=coordinator(dyad.first), at=reopened)
    now = AT + timedelta(days=400)
    assert ages_of(Lesson.objects.all(), now=now) == [
        Age(0, 30, 1, 1.0),
        Age(30, 90, 0, 0.0),
        Age(90, 180, 0, 0.0),
        Age(180, 365, 0, 0.0),
        Age(365, None, 1, 1.0),
    ]


@pytest.mark.parametrize(("path", "expected"), [(BOARD, 12), (FIGURES, 15)])
def test_more_lessons_take_no_more_queries(
    client: Client, judge: User, dyad: Dyad, path: str, expected: int
) -> None:
    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get(path).status_code == 200
        return len(captured)

    first = make_lesson("tasked", dyad=dyad)
    once = count()
    for state in (*LessonState, "tasked"):
        lesson = make_lesson(state, dyad=DyadFactory(first=dyad.first), framework=first.framework)
        LessonAction.objects.filter(lesson=lesson, state=ActionState.PROPOSED).update(body="Staff")
    assert (count(), once) == (expected, expected)
