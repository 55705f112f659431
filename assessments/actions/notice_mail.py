"""Mailing notices: each once, what fails again later, and what is pointless by then not at all.

A notice is locked while it is sent, and marked as sent in the same transaction. Only when the process ends
between the mail server's yes and the commit is a mail sent twice, with the same Message-ID.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import Case, F, Value, When
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from procrastinate.contrib.django import app

from assessments.actions.notices import SEND, delivery_of
from assessments.choices import Delivery, MailState, Marking, NoticeKind
from assessments.models import Notice
from assessments.models.notice import NoticeQuerySet
from assessments.policy import Refused
from organisations.models import User

SEND_DAILY = "send_daily_notices"
ATTEMPTS = 6
LONGEST_ERROR = 500


def send_notice(*, notice: int, at: datetime) -> None:
    """Mail one notice that waits. What goes wrong is stored and raised on, to be tried again."""
    found = Notice.objects.filter(pk=notice, delivery=Delivery.IMMEDIATE)
    _sent(found, lambda due: _send(due, f"notice-{notice}", at))


def send_daily(*, person: User, at: datetime) -> None:
    """Mail what waits for a person in one message."""
    found = Notice.objects.filter(recipient=person, delivery=Delivery.DAILY)
    _sent(found, lambda due: _send(due, f"notices-{person.pk}-{at:%Y-%m-%d}", at))


@transaction.atomic
def queue_daily() -> int:
    """Queue the daily mail of everybody for whom something waits. Returns for how many."""
    waiting = Notice.objects.filter(mail_state=MailState.WAITING, delivery=Delivery.DAILY)
    people = waiting.order_by("recipient").values_list("recipient", flat=True).distinct()
    for person in people:
        app.configure_task(SEND_DAILY).defer(person=person)
    return len(people)


@transaction.atomic
def send_again(*, notices: Sequence[int], by: User) -> int:
    """Try failed mails anew, each on its own. Returns how many; raises ``Refused``."""
    if not (by.is_active and by.is_superuser):
        raise Refused(_("Only administrators have mails sent again."))
    failed = Notice.objects.select_for_update().filter(pk__in=notices, mail_state=MailState.FAILED)
    ids = list(failed.values_list("pk", flat=True))
    Notice.objects.filter(pk__in=ids).update(
        mail_state=MailState.WAITING, delivery=Delivery.IMMEDIATE, attempts=0, error=""
    )
    for pk in ids:
        app.configure_task(SEND).defer(notice=pk)
    return len(ids)


def _sent(found: NoticeQuerySet, send: Callable[[list[Notice]], None]) -> None:
    try:
        with transaction.atomic():
            waiting = found.filter(mail_state=MailState.WAITING).order_by("created_at", "pk")
            send(list(waiting.for_list().select_related("recipient").select_for_update(of=("self",))))
    except Exception as error:
        _failed(found, f"{type(error).__name__}: {error}")
        raise


@transaction.atomic
def _failed(found: NoticeQuerySet, error: str) -> None:
    last = When(attempts__gte=ATTEMPTS - 1, then=Value(MailState.FAILED))
    found.filter(mail_state=MailState.WAITING).update(
        attempts=F("attempts") + 1,
        error=error[:LONGEST_ERROR],
        mail_state=Case(last, default=F("mail_state")),
    )


def _send(notices: list[Notice], name: str, at: datetime) -> None:
    """Mail those of locked notices, all of one person, that are still wanted and to be acted on."""
    if not notices:
        return
    person, wanted = notices[0].recipient, delivery_of(notices[0].recipient)
    due = _still_due(notices, person, wanted)
    if not due:
        return
    Notice.objects.filter(pk__in=[notice.pk for notice in due]).update(
        mail_state=MailState.SENT, sent_at=at, error=""
    )
    message(due, person, name).send()


def _still_due(notices: list[Notice], person: User, wanted: dict[NoticeKind, Delivery]) -> list[Notice]:
    waiting = Notice.objects.visible_to(person).waiting({notice.kind for notice in notices})
    ids = [notice.pk for notice in notices]
    acting = set(waiting.filter(pk__in=ids).values_list("pk", flat=True))
    due = []
    for notice in notices:
        now = wanted[NoticeKind(notice.kind)]
        if notice.pk not in acting:
            Notice.objects.filter(pk=notice.pk).update(mail_state=MailState.POINTLESS)
        elif now == Delivery.NONE:
            Notice.objects.filter(pk=notice.pk).update(mail_state=MailState.UNWANTED)
        elif notice.delivery == Delivery.IMMEDIATE and now == Delivery.DAILY:
            Notice.objects.filter(pk=notice.pk).update(delivery=Delivery.DAILY)
        else:
            due.append(notice)
    return due


def message(notices: Sequence[Notice], person: User, name: str) -> EmailMultiAlternatives:
    """The mail about some notices: what each is about as far as its marking allows, a link, nothing more."""
    lines = [
        {
            "heading": notice.heading,
            "about": named(notice),
            "task": notice.task,
            "link": f"{settings.BASE_URL}{notice.get_absolute_url()}",
        }
        for notice in notices
    ]
    preferences = f"{settings.BASE_URL}{reverse('assessments:notice-preferences')}"
    context = {
        "lines": lines,
        "preferences": preferences,
        "all": f"{settings.BASE_URL}{reverse('assessments:notices')}",
    }
    return EmailMultiAlternatives(
        subject=_subject(lines),
        body=render_to_string("assessments/mail/notices.txt", context),
        to=[person.email],
        headers={
            "List-Unsubscribe": f"<{preferences}>",
            "Auto-Submitted": "auto-generated",
            "Message-ID": f"<{name}@{urlsplit(settings.BASE_URL).hostname}>",
        },
        alternatives=[(render_to_string("assessments/mail/notices.html", context), "text/html")],
    )


def _subject(lines: Sequence[Mapping[str, object]]) -> str:
    if len(lines) == 1:
        return f"Concord: {lines[0]['heading']}: {lines[0]['about']}"
    words = ngettext("%(n)d notice", "%(n)d notices", len(lines)) % {"n": len(lines)}
    return f"Concord: {words}"


def named(notice: Notice) -> str:
    """What it is about in words where the installation's settings let mail name it, else a number.

    Of a lesson mail names the dyad only: its title is somebody's text.
    """
    order = list(Marking)
    highest = settings.MAIL_NAMES_UP_TO
    may = bool(highest) and order.index(Marking(notice.about.marking)) <= order.index(Marking(highest))
    if notice.lesson:
        number = _("lesson %(number)d") % {"number": notice.lesson_id}
        return f"{number}, {notice.lesson.dyad}" if may else number
    if may:
        return str(notice.assessment)
    return _("assessment %(number)d") % {"number": notice.assessment_id}
