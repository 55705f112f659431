"""Notices about lessons and actions: to whom, while what can be done, by which mail, and in what words."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from assessments.actions import lesson_actions, lessons, notice_mail, notices
from assessments.choices import Delivery, MailState, NoticeKind
from assessments.models import Lesson, LessonAction, Notice
from assessments.models.lesson_notice_kinds import ABOUT_LESSONS
from organisations.models import User
from tests.factories import AT, analyst, coordinator
from tests.jobs import do_jobs
from tests.lesson_work import author_of, endorse, implement, make_lesson, propose, validate

pytestmark = pytest.mark.django_db
STEPS = ("observation", "identified", "endorsed", "proposed", "accepted", "implemented", "validated")


@dataclass
class Case:
    """A lesson on its way, and one person for each thing that can be done about it."""

    lesson: Lesson
    author: User
    coordinator: User
    owner: User
    due: Any = None
    action: LessonAction | None = None

    def go_to(self, step: str) -> None:
        """From the step before."""
        self.lesson.refresh_from_db()
        if step == "identified":
            lessons.identify(lesson=self.lesson, version=self.lesson.version, by=self.author, at=AT)
        elif step == "endorsed":
            endorse(self.lesson)
        elif step == "proposed":
            self.action = propose(self.lesson, self.lesson.organisation)
        elif step == "accepted":
            assert self.action is not None
            lesson_actions.accept_action(
                action=self.action,
                owner=self.owner,
                due=self.due,
                by=coordinator(self.lesson.organisation),
                at=AT,
            )
        elif self.action is not None:
            self.action.refresh_from_db()
            {"implemented": implement, "validated": validate}[step](self.action)


def today(days: int) -> Any:
    return timezone.now().date() + timedelta(days=days)


@pytest.fixture
def case() -> Case:
    lesson = make_lesson()
    own = lesson.organisation
    return Case(lesson, author_of(lesson), coordinator(own), analyst(own), due=today(60))


WHERE_IT_WAITS: dict[NoticeKind, tuple[Callable[[Case], User], set[str]]] = {
    NoticeKind.LESSON_TO_ENDORSE: (lambda case: case.coordinator, {"identified"}),
    NoticeKind.LESSON_RETURNED: (lambda case: case.author, {"observation"}),
    NoticeKind.LESSON_RECURRED: (lambda case: case.coordinator, {"identified"}),
    NoticeKind.LESSON_WORSE: (lambda case: case.coordinator, {"implemented", "validated"}),
    NoticeKind.ACTION_PROPOSED: (lambda case: case.coordinator, {"proposed"}),
    NoticeKind.ACTION_MINE: (lambda case: case.owner, {"accepted"}),
    NoticeKind.ACTION_DUE_SOON: (lambda case: case.owner, {"accepted"}),
    NoticeKind.ACTION_OVERDUE: (lambda case: case.coordinator, {"accepted"}),
    NoticeKind.ACTION_TO_VALIDATE: (lambda case: case.coordinator, {"implemented"}),
}
DAYS = {NoticeKind.ACTION_DUE_SOON: 3, NoticeKind.ACTION_OVERDUE: -3}


def prepared(kind: NoticeKind, case: Case) -> User:
    if kind in DAYS:
        case.due = today(DAYS[kind])
    if kind == NoticeKind.LESSON_RECURRED:
        Lesson.objects.filter(pk=case.lesson.pk).update(recurrences=1)
    return WHERE_IT_WAITS[kind][0](case)


def tell(kind: NoticeKind, case: Case, person: User) -> None:
    about_an_action = kind.value.startswith("action")
    notices.tell_of_lesson(
        kind,
        case.lesson,
        event="test",
        to=[person.pk],
        by=None,
        at=AT,
        action=case.action if about_an_action else None,
    )


def test_every_kind_is_looked_at() -> None:
    assert set(WHERE_IT_WAITS) == set(ABOUT_LESSONS)


@pytest.mark.parametrize("kind", ABOUT_LESSONS)
def test_each_kind_waits_at_its_steps_only(kind: NoticeKind, case: Case) -> None:
    person, waited = prepared(kind, case), set()
    for step in STEPS:
        if step != "observation":
            case.go_to(step)
        tell(kind, case, person)  # the same event: the earlier notice stays, until there is an action
        if Notice.objects.filter(kind=kind, recipient=person, event__endswith="test").waiting().exists():
            waited.add(step)
    assert waited == WHERE_IT_WAITS[kind][1]


@pytest.mark.parametrize(("kind", "delivery"), list(itertools.product(ABOUT_LESSONS, Delivery)))
def test_every_kind_goes_as_it_is_chosen(
    kind: NoticeKind, delivery: Delivery, case: Case, mailoutbox: list[EmailMultiAlternatives]
) -> None:
    person = prepared(kind, case)
    for step in STEPS[1:]:
        if case_is_at(case) not in WHERE_IT_WAITS[kind][1]:
            case.go_to(step)
    Notice.objects.all().delete()
    notices.choose_deliveries(chosen={kind: delivery}, by=person)
    tell(kind, case, person)
    do_jobs()
    assert len(mailoutbox) == (delivery == Delivery.IMMEDIATE)
    assert Notice.objects.visible_to(person).new().count() == 1, "pages show it in any case"
    notices_of_the_day()
    assert len(mailoutbox) == (delivery != Delivery.NONE)
    expected = MailState.UNWANTED if delivery == Delivery.NONE else MailState.SENT
    assert list(Notice.objects.values_list("mail_state", flat=True)) == [expected]


def case_is_at(case: Case) -> str:
    """The step that the lesson, or its action, has reached."""
    if case.action is None:
        case.lesson.refresh_from_db()
        return case.lesson.state
    case.action.refresh_from_db()
    return case.action.state


def notices_of_the_day() -> None:
    notice_mail.queue_daily()
    do_jobs()
