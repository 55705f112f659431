from collections.abc import Collection

import pghistory
from django.db import models
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assessments.choices import Delivery, MailState, NoticeKind
from assessments.models.assessment import Assessment
from assessments.models.desk import Comment
from assessments.models.lesson import Lesson
from assessments.models.lesson_action import LessonAction
from assessments.models.notice_kinds import KINDS, something_to_do
from assessments.models.revision import Revision
from organisations.models import User


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, user: User) -> "NoticeQuerySet":
        """One's own, and only while what they are about is visible."""
        seen = models.Q(assessment__in=Assessment.objects.visible_to(user))
        seen |= models.Q(lesson__in=Lesson.objects.visible_to(user))
        return self.filter(seen, recipient=user)

    def waiting(self, kinds: Collection[str] = KINDS) -> "NoticeQuerySet":
        """Those whose recipient can still act; of ``kinds``, where it is known that there are no others."""
        return self.filter(something_to_do(kinds))

    def new(self) -> "NoticeQuerySet":
        """Those that wait and were not looked at yet."""
        return self.filter(seen_at__isnull=True).waiting()

    def count_new(self, user: User) -> int:
        """How many are new to ``user``, for the head of each page: one small query where none can be."""
        unseen = self.filter(recipient=user, seen_at__isnull=True)
        kinds = set(unseen.order_by().values_list("kind", flat=True).distinct())
        return unseen.visible_to(user).waiting(kinds).count() if kinds else 0

    def saying_whether_they_wait(self) -> "NoticeQuerySet":
        """Adds ``waits``."""
        waits = models.ExpressionWrapper(something_to_do(), output_field=models.BooleanField())
        return self.annotate(waits=waits)

    def for_list(self) -> "NoticeQuerySet":
        return self.select_related(
            "assessment__dyad__first",
            "assessment__dyad__second",
            "assessment__engagement",
            "lesson__dyad__first",
            "lesson__dyad__second",
            "caused_by",
        )


class Notice(models.Model):
    """Somebody is told, once per ``event``, that they can do something about an assessment or a lesson.

    Whether there is still something to do is read off what it is about, never stored. ``delivery`` is what
    the recipient had chosen when it was written; the choice they have when it is sent counts as well. The row
    is the outbox: a job sends what is ``WAITING``, and sets ``mail_state`` in the transaction that sends.
    """

    recipient = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="notices", verbose_name=_("recipient")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=NoticeKind.choices)
    assessment = models.ForeignKey(
        Assessment, on_delete=models.CASCADE, null=True, blank=True, related_name="notices"
    )
    lesson = models.ForeignKey(
        Lesson, on_delete=models.CASCADE, null=True, blank=True, related_name="notices"
    )
    action = models.ForeignKey(
        LessonAction, on_delete=models.CASCADE, null=True, blank=True, related_name="notices"
    )
    revision = models.ForeignKey(
        Revision, on_delete=models.CASCADE, null=True, blank=True, related_name="notices"
    )
    comment = models.ForeignKey(
        Comment, on_delete=models.CASCADE, null=True, blank=True, related_name="notices"
    )
    event = models.CharField(_("event"), max_length=80)
    caused_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("caused by")
    )
    created_at = models.DateTimeField(_("written"))
    seen_at = models.DateTimeField(_("seen"), null=True, blank=True)
    delivery = models.CharField(_("by mail"), max_length=20, choices=Delivery.choices)
    mail_state = models.CharField(_("mail"), max_length=20, choices=MailState.choices)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    error = models.TextField(_("error"), blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(
                fields=["recipient"], condition=models.Q(seen_at__isnull=True), name="notice_not_seen"
            ),
            models.Index(
                fields=["delivery", "recipient"],
                condition=models.Q(mail_state=MailState.WAITING),
                name="notice_to_mail",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["recipient", "kind", "assessment", "lesson", "event"],
                nulls_distinct=False,
                name="notice_once_per_event",
            ),
            models.CheckConstraint(
                condition=models.Q(assessment__isnull=False, lesson__isnull=True)
                | models.Q(assessment__isnull=True, lesson__isnull=False),
                name="notice_about_one_thing",
            ),
            models.CheckConstraint(
                condition=models.Q(action__isnull=True) | models.Q(lesson__isnull=False),
                name="notice_action_of_its_lesson",
            ),
            models.CheckConstraint(
                condition=models.Q(mail_state=MailState.SENT, sent_at__isnull=False)
                | models.Q(~models.Q(mail_state=MailState.SENT), sent_at__isnull=True),
                name="notice_sent_at_some_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recipient_id}: {self.kind}, {self.assessment_id or self.lesson_id}"

    @property
    def about(self) -> Assessment | Lesson:
        about = self.assessment or self.lesson
        assert about is not None  # noqa: S101 - for types: the constraint says so
        return about

    @property
    def heading(self) -> str | Promise:
        return KINDS[NoticeKind(self.kind)].heading

    @property
    def task(self) -> str | Promise:
        return KINDS[NoticeKind(self.kind)].task

    def get_absolute_url(self) -> str:
        """The page on which the recipient can act."""
        page = KINDS[NoticeKind(self.kind)].page
        return reverse(page, args=[self.action_id or self.lesson_id or self.assessment_id])


@pghistory.track()
class NoticePreference(models.Model):
    """How a person wants notices of one kind by mail, when not as the kind has it."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notice_preferences")
    kind = models.CharField(_("kind"), max_length=20, choices=NoticeKind.choices)
    delivery = models.CharField(_("by mail"), max_length=20, choices=Delivery.choices)

    class Meta:
        verbose_name = _("choice of notices")
        verbose_name_plural = _("choices of notices")
        ordering = ["person", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["person", "kind"], name="notice_preference_unique"),
            models.CheckConstraint(
                condition=models.Q(delivery__in=Delivery.values), name="notice_preference_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.kind}, {self.delivery}"
