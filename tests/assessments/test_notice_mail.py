"""Mail of notices: wanted, once, again after a failure, pointless ones never, and no private word in it."""

import itertools
import smtplib
from datetime import timedelta

import pytest
from django.core.mail import EmailMultiAlternatives
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import Settings

from assessments.actions import authorship, notice_mail, notices, submission
from assessments.choices import Delivery, MailState, Marking, NoticeKind, PanelState, State
from assessments.models import Assessment, Assignment, Comment, Lesson, Notice, OfflineUpload, Panel
from assessments.models.lesson_notice_kinds import ABOUT_LESSONS
from assessments.models.notice_kinds import ABOUT_ASSESSMENTS, KINDS
from assessments.policy import Refused
from organisations.models import Membership, User
from tests.assessments.notice_team import seat
from tests.factories import (
    AT,
    AdministratorFactory,
    OrganisationFactory,
    analyst,
    coordinator,
    make_assessment,
    reviewer,
)
from tests.jobs import deferred, do_jobs, run_apart
from tests.world import make_world

pytestmark = pytest.mark.django_db
NEXT_MORNING = AT + timedelta(days=1)
Outbox = list[EmailMultiAlternatives]


@pytest.fixture(autouse=True)
def address(settings: Settings) -> None:
    settings.BASE_URL = "https://concord.example"


def choose(person: User, delivery: Delivery, *kinds: NoticeKind) -> None:
    notices.choose_deliveries(chosen=dict.fromkeys(kinds or NoticeKind, delivery), by=person)


def tell(assessment: Assessment, event: str = "test", kind: NoticeKind = NoticeKind.RETURNED) -> Notice:
    notices.tell(kind, assessment, event=event, by=None, at=AT)
    return Notice.objects.get(assessment=assessment, event=event)


def states() -> list[str]:
    return list(Notice.objects.order_by("pk").values_list("mail_state", flat=True))


def test_what_is_wanted_at_once_is_mailed_by_a_job_of_the_same_transaction(mailoutbox: Outbox) -> None:
    returned = make_assessment(State.RETURNED)
    notice = Notice.objects.get(recipient=returned.assessor)
    assert deferred(notices.SEND) == [{"notice": notice.pk}]
    assert (mailoutbox, notice.mail_state) == ([], MailState.WAITING)
    do_jobs()
    (mail,) = mailoutbox
    assert mail.to == [returned.assessor.email]
    assert mail.subject == f"Concord: Returned to you: {returned}"
    assert mail.extra_headers["List-Unsubscribe"] == "<https://concord.example/me/notices/>"
    assert mail.extra_headers["Message-ID"] == f"<notice-{notice.pk}@concord.example>"
    html, kind = mail.alternatives[0]
    assert kind == "text/html"
    for body in (mail.body, str(html)):
        assert f"https://concord.example/assessments/{returned.pk}/" in body
        assert "https://concord.example/me/notices/" in body
        assert str(returned) in body
    notice.refresh_from_db()
    assert notice.mail_state == MailState.SENT
    assert notice.sent_at is not None


def test_it_is_sent_once_however_often_the_job_runs(mailoutbox: Outbox) -> None:
    notice = tell(make_assessment(State.RETURNED))
    for _ in range(3):
        notice_mail.send_notice(notice=notice.pk, at=AT)
    assert len(mailoutbox) == 1
    notice_mail.send_daily(person=notice.recipient, at=AT)
    assert len(mailoutbox) == 1


MATRIX = list(itertools.product(ABOUT_ASSESSMENTS, Delivery))
STATES = {
    NoticeKind.TO_REVIEW: State.SUBMITTED,
    NoticeKind.ASSIGNED: State.SUBMITTED,
    NoticeKind.DUE_SOON: State.SUBMITTED,
    NoticeKind.OVERDUE: State.SUBMITTED,
    NoticeKind.COMMENTED: State.DRAFT,
    NoticeKind.PANEL: State.DRAFT,
    NoticeKind.PANEL_DUE: State.DRAFT,
    NoticeKind.PANEL_OPEN: State.SUBMITTED,
    NoticeKind.UPLOAD: State.DRAFT,
    NoticeKind.CO_AUTHOR: State.DRAFT,
    NoticeKind.HANDED_OVER: State.DRAFT,
    NoticeKind.RETURNED: State.RETURNED,
    NoticeKind.APPROVED: State.APPROVED,
    NoticeKind.TO_RELEASE: State.APPROVED,
    NoticeKind.CHANGED: State.DRAFT,
}


DAYS = {NoticeKind.ASSIGNED: 30, NoticeKind.DUE_SOON: 1, NoticeKind.OVERDUE: -1}


def somebody_for(kind: NoticeKind) -> tuple[Assessment, User]:
    """An assessment on which a person can act as the kind says."""
    assessment = make_assessment(STATES[kind])
    if kind == NoticeKind.TO_REVIEW:
        return assessment, reviewer(assessment.on_behalf_of)
    if kind in DAYS:
        person = reviewer(assessment.on_behalf_of)
        due = timezone.now().date() + timedelta(days=DAYS[kind])
        Assignment.objects.create(
            assessment=assessment, reviewer=person, due=due, assigned_by=person, assigned_at=AT
        )
        return assessment, person
    if kind == NoticeKind.TO_RELEASE:
        return assessment, coordinator(assessment.on_behalf_of)
    if kind == NoticeKind.CO_AUTHOR:
        person = analyst(assessment.on_behalf_of)
        choose(person, Delivery.NONE)
        authorship.add_co_author(assessment=assessment, person=person, by=assessment.assessor, at=AT)
        return assessment, person
    if kind == NoticeKind.PANEL_DUE:
        seat(assessment, PanelState.RATING)
    if kind == NoticeKind.PANEL_OPEN:
        seat(assessment, PanelState.COMPARING)
    if kind == NoticeKind.UPLOAD:
        OfflineUpload.objects.create(
            assessment=assessment, by=assessment.assessor, at=AT, signed="", mark={}, content={}
        )
    return assessment, assessment.assessor


@pytest.mark.parametrize(("kind", "delivery"), MATRIX)
def test_every_kind_goes_as_it_is_chosen(kind: NoticeKind, delivery: Delivery, mailoutbox: Outbox) -> None:
    assessment, person = somebody_for(kind)
    Notice.objects.all().delete()
    choose(person, delivery, kind)
    said = None
    if kind == NoticeKind.COMMENTED:
        said = Comment.objects.create(
            assessment=assessment,
            author=reviewer(assessment.on_behalf_of),
            text="?",
            created_at=AT,
            updated_at=AT,
        )
    notices.tell(kind, assessment, event="test", to=[person.pk], comment=said, by=None, at=AT)
    do_jobs()
    assert len(mailoutbox) == (delivery == Delivery.IMMEDIATE)
    assert Notice.objects.visible_to(person).new().count() == 1, "pages show it in any case"
    notice_mail.queue_daily()
    do_jobs()
    assert len(mailoutbox) == (delivery != Delivery.NONE)
    expected = MailState.UNWANTED if delivery == Delivery.NONE else MailState.SENT
    assert states() == [expected]


@pytest.mark.parametrize("kind", NoticeKind)
def test_without_a_choice_it_goes_as_the_kind_has_it(kind: NoticeKind) -> None:
    person = reviewer(OrganisationFactory())
    assert notices.delivery_of(person)[kind] == KINDS[kind].delivery


CHANGES = {
    (Delivery.IMMEDIATE, Delivery.IMMEDIATE): (1, 1),
    (Delivery.IMMEDIATE, Delivery.DAILY): (0, 1),
    (Delivery.IMMEDIATE, Delivery.NONE): (0, 0),
    (Delivery.DAILY, Delivery.IMMEDIATE): (0, 1),
    (Delivery.DAILY, Delivery.DAILY): (0, 1),
    (Delivery.DAILY, Delivery.NONE): (0, 0),
    (Delivery.NONE, Delivery.IMMEDIATE): (0, 0),
    (Delivery.NONE, Delivery.DAILY): (0, 0),
    (Delivery.NONE, Delivery.NONE): (0, 0),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_choice_that_changes_before_sending_counts(
    change: tuple[Delivery, Delivery], mailoutbox: Outbox
) -> None:
    returned = make_assessment(State.RETURNED)
    Notice.objects.all().delete()
    before, after = change
    choose(returned.assessor, before)
    tell(returned)
    choose(returned.assessor, after)
    do_jobs()
    at_once = len(mailoutbox)
    notice_mail.queue_daily()
    do_jobs()
    assert (at_once, len(mailoutbox)) == CHANGES[change]


def test_the_daily_mail_holds_all_that_still_waits_for_one_person(mailoutbox: Outbox) -> None:
    own = OrganisationFactory()
    person, other = reviewer(own), reviewer(own)
    submitted = [make_assessment(State.SUBMITTED, on_behalf_of=own) for _ in range(3)]
    gone = make_assessment(State.SUBMITTED, on_behalf_of=own)
    Assessment.objects.filter(pk=gone.pk).update(state=State.WITHDRAWN)
    assert notice_mail.queue_daily() == 2
    do_jobs()
    assert {mail.to[0] for mail in mailoutbox} == {person.email, other.email}
    for mail in mailoutbox:
        assert mail.subject == "Concord: 3 notices"
        assert [str(mail.body).count(f"/assessments/{one.pk}/") for one in submitted] == [1, 1, 1]
        assert f"/assessments/{gone.pk}/" not in mail.body
    assert Notice.objects.filter(assessment=gone, mail_state=MailState.POINTLESS).count() == 2
    assert notice_mail.queue_daily() == 0


def test_a_daily_mail_of_one_notice_says_what_it_is(mailoutbox: Outbox) -> None:
    submitted = make_assessment(State.DRAFT)
    person = reviewer(submitted.on_behalf_of)
    Assessment.objects.filter(pk=submitted.pk).update(state=State.SUBMITTED)
    notices.tell(NoticeKind.TO_REVIEW, submitted, event="test", by=None, at=AT)
    notice_mail.send_daily(person=person, at=NEXT_MORNING)
    assert [mail.subject for mail in mailoutbox] == [f"Concord: Waits for review: {submitted}"]


def test_nothing_goes_to_who_is_suspended_lost_the_role_or_moved(mailoutbox: Outbox) -> None:
    returned = [make_assessment(State.RETURNED) for _ in range(4)]
    suspended, demoted, moved, control = (one.assessor for one in returned)
    User.objects.filter(pk=suspended.pk).update(is_active=False)
    Membership.objects.filter(user=demoted).update(role="reader")
    Membership.objects.filter(user=moved).update(organisation=OrganisationFactory())
    do_jobs()
    assert [mail.to for mail in mailoutbox] == [[control.email]]
    own = Notice.objects.filter(recipient__in=[suspended, demoted, moved])
    assert {notice.mail_state for notice in own} == {MailState.POINTLESS}


def test_what_is_done_before_the_job_runs_is_not_mailed(mailoutbox: Outbox) -> None:
    returned = make_assessment(State.RETURNED)
    submission.revise(assessment=returned, by=returned.assessor, at=AT)
    do_jobs()
    assert mailoutbox == []


ORDER = list(Marking)


@pytest.mark.parametrize("highest", ["", "CLEAR", "GREEN", "AMBER", "AMBER+STRICT"])
@pytest.mark.parametrize("marking", Marking)
def test_above_the_marking_set_mail_names_a_number_only(
    marking: Marking, highest: str, mailoutbox: Outbox, settings: Settings
) -> None:
    settings.MAIL_NAMES_UP_TO = highest
    returned = make_assessment(State.RETURNED)
    Assessment.objects.filter(pk=returned.pk).update(marking=marking)
    do_jobs()
    (mail,) = mailoutbox
    named = bool(highest) and ORDER.index(marking) <= ORDER.index(Marking(highest))
    for text in (mail.subject, mail.body, str(mail.alternatives[0][0])):
        assert (str(returned) in text) is named
        assert (str(returned.dyad) in text) is named
        assert (f"assessment {returned.pk}" in text) is not named


def test_no_private_word_is_in_any_mail(mailoutbox: Outbox) -> None:
    """Everybody wants everything, and is told in each kind of each private assessment and lesson."""
    world = make_world()
    people = [person for person in world.people.values() if person is not None]
    Notice.objects.all().delete()
    Panel.objects.update(due=timezone.now().date())
    for person in people:
        choose(person, Delivery.DAILY)
    writers = [world.people["analyst"], world.people["colleague"]]
    for assessment in Assessment.objects.filter(assessor__in=writers):
        for kind in ABOUT_ASSESSMENTS:
            notices.tell(
                kind,
                assessment,
                event="test",
                to=[one.pk for one in people],
                comment=assessment.comments.last(),
                by=None,
                at=AT,
            )
    private = [world.ids[f"lesson_{name}"] for name in ("observation", "identified", "endorsed", "closed")]
    for lesson in Lesson.objects.filter(pk__in=private):
        for kind in ABOUT_LESSONS:
            to = [one.pk for one in people]
            notices.tell_of_lesson(kind, lesson, event="test", to=to, by=None, at=AT)
    notice_mail.queue_daily()
    do_jobs()
    assert Notice.objects.filter(mail_state=MailState.SENT, lesson__isnull=False).exists()
    everything = "".join(
        f"{mail.subject}{mail.body}{mail.alternatives[0][0]!s}{mail.extra_headers}" for mail in mailoutbox
    )
    sent = Notice.objects.filter(mail_state=MailState.SENT)
    assert set(sent.values_list("kind", flat=True)) >= set(ABOUT_ASSESSMENTS) - {
        *DAYS,
        NoticeKind.CO_AUTHOR,
        NoticeKind.UPLOAD,
    }
    assert [where for where, word in world.canaries.items() if word in everything] == []
    its_own = Membership.objects.filter(organisation__acronym="OWN").exclude(role="reader")
    assert {mail.to[0] for mail in mailoutbox} <= set(its_own.values_list("user__email", flat=True))


class Refusing:
    """A mail server that refuses for as long as it is told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.refuses = True
        sending = EmailMultiAlternatives.send

        def send(mail: EmailMultiAlternatives, fail_silently: bool = False) -> int:
            if self.refuses:
                raise smtplib.SMTPServerDisconnected("try later")
            return sending(mail, fail_silently)

        monkeypatch.setattr(EmailMultiAlternatives, "send", send)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Refusing:
    return Refusing(monkeypatch)


def test_a_failure_is_stored_and_the_mail_waits(server: Refusing, mailoutbox: Outbox) -> None:
    notice = tell(make_assessment(State.RETURNED))
    for attempt in range(1, notice_mail.ATTEMPTS + 1):
        with pytest.raises(smtplib.SMTPException):
            notice_mail.send_notice(notice=notice.pk, at=AT)
        notice.refresh_from_db()
        last = attempt == notice_mail.ATTEMPTS
        assert (notice.attempts, notice.sent_at) == (attempt, None)
        assert notice.mail_state == (MailState.FAILED if last else MailState.WAITING)
        assert notice.error == "SMTPServerDisconnected: try later"
    server.refuses = False
    notice_mail.send_notice(notice=notice.pk, at=AT)
    assert mailoutbox == [], "what has failed for good is not sent by chance"


def test_a_daily_mail_that_fails_leaves_all_of_it_waiting(server: Refusing, mailoutbox: Outbox) -> None:
    own = OrganisationFactory()
    person = reviewer(own)
    for _ in range(2):
        make_assessment(State.SUBMITTED, on_behalf_of=own)
    with pytest.raises(smtplib.SMTPException):
        notice_mail.send_daily(person=person, at=AT)
    assert states() == [MailState.WAITING] * 2
    server.refuses = False
    notice_mail.send_daily(person=person, at=AT)
    assert (len(mailoutbox), states()) == (1, [MailState.SENT] * 2)


def test_administrators_have_failed_mails_sent_again(server: Refusing, mailoutbox: Outbox) -> None:
    failed = tell(make_assessment(State.RETURNED))
    Notice.objects.update(mail_state=MailState.FAILED, attempts=notice_mail.ATTEMPTS)
    with pytest.raises(Refused):
        notice_mail.send_again(notices=[failed.pk], by=failed.recipient)
    server.refuses = False
    assert notice_mail.send_again(notices=[failed.pk], by=AdministratorFactory()) == 1
    notice_mail.send_notice(notice=failed.pk, at=AT)
    assert [mail.to for mail in mailoutbox] == [[failed.recipient.email]]
    assert notice_mail.send_again(notices=[failed.pk], by=AdministratorFactory()) == 0


@pytest.mark.django_db(transaction=True)
def test_a_worker_tries_again_later_and_sends_once(server: Refusing, mailoutbox: Outbox) -> None:
    """With the queue itself: what it does with a job that fails, and that nothing goes twice."""
    returned = make_assessment(State.RETURNED)
    work()
    job = ProcrastinateJob.objects.get(task_name=notices.SEND)
    assert (job.status, job.attempts) == ("todo", 1)
    assert job.scheduled_at is not None
    assert Notice.objects.get(recipient=returned.assessor).attempts == 1
    work()
    assert ProcrastinateJob.objects.get(pk=job.pk).attempts == 1, "not before its time"
    server.refuses = False
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = now()")
    for _ in range(2):
        work()
    assert ProcrastinateJob.objects.get(pk=job.pk).status == "succeeded"
    assert [mail.to for mail in mailoutbox] == [[returned.assessor.email]]


def work() -> None:
    """Let a worker do what is due."""

    async def once(worker: object) -> None:
        async with worker.open_async():  # type: ignore[attr-defined]
            await worker.run_worker_async(wait=False, listen_notify=False)  # type: ignore[attr-defined]

    with app.replace_connector(app.connector.get_worker_connector()) as worker:  # type: ignore[attr-defined]
        run_apart(once(worker))
