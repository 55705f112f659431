"""What the review desk keeps beside a revision: who is to review it, and what people say to one another."""

from typing import Any

import pghistory
import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.models.assessment import Assessment
from assessments.models.framework import Indicator
from assessments.models.revision import Revision
from organisations.models import Membership, User
from organisations.roles import Permission, roles_with


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def standing(self) -> "AssignmentQuerySet":
        """Those whose reviewer still reviews for the organisation; the others wait for somebody new."""
        return self.filter(reviews_there(models.OuterRef("reviewer")), reviewer__is_active=True)


def reviews_there(person: Any) -> models.Exists:
    """Whether ``person`` (an outer reference) reviews for the organisation of the assignment's assessment."""
    return models.Exists(
        Membership.objects.filter(
            user=person,
            organisation=models.OuterRef("assessment__on_behalf_of"),
            role__in=roles_with(Permission.REVIEW),
        )
    )


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Assignment(models.Model):
    """Who is to review an assessment, through all its revisions. Others may still do it."""

    assessment = models.OneToOneField(Assessment, on_delete=models.CASCADE, related_name="assignment")
    reviewer = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="review_assignments", verbose_name=_("reviewer")
    )
    due = models.DateField(_("due"), null=True, blank=True)
    assigned_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    assigned_at = models.DateTimeField(_("assigned"))

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering = ["assigned_at", "pk"]

    def __str__(self) -> str:
        return f"{self.reviewer}: {self.assessment_id}"


@pghistory.track()
class Comment(models.Model):
    """What a reviewer or author says about an answer, or the whole assessment, to their own organisation.

    A comment without ``parent`` begins a thread and carries whether it is resolved; earlier texts are events.
    """

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="comments")
    revision = models.ForeignKey(
        Revision, on_delete=models.PROTECT, null=True, blank=True, related_name="comments"
    )
    indicator = models.ForeignKey(
        Indicator, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    parent = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="replies"
    )
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("author"))
    text = models.TextField(_("comment"), max_length=5000)
    version = models.PositiveIntegerField(_("version"), default=1)
    created_at = models.DateTimeField(_("written"))
    updated_at = models.DateTimeField(_("changed"))
    resolved_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("resolved by")
    )
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True)

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ["created_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(text=""), name="comment_says_something"),
            models.CheckConstraint(
                condition=models.Q(resolved_by__isnull=True, resolved_at__isnull=True)
                | models.Q(resolved_by__isnull=False, resolved_at__isnull=False, parent__isnull=True),
                name="comment_threads_are_resolved",
            ),
        ]
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.author}: {self.text[:40]}"

    @property
    def is_open(self) -> bool:
        return self.resolved_at is None
