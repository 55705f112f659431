"""Who may write an assessment beside its assessor, who has written any of it, and who is at it now."""

import pghistory
import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.models.assessment import Assessment
from assessments.models.framework import Dimension
from organisations.models import User


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class CoAuthor(models.Model):
    """An analyst of the same organisation who may edit the assessment's answers; the assessor submits."""

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="co_authors")
    person = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="co_authorships", verbose_name=_("co-author")
    )
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(_("added"))

    class Meta:
        verbose_name = _("co-author")
        verbose_name_plural = _("co-authors")
        ordering = ["added_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["assessment", "person"], name="co_author_unique")]

    def __str__(self) -> str:
        return str(self.person)


@pghistory.track()
class Contribution(models.Model):
    """Somebody has written something of an assessment, and therefore never reviews it.

    Kept when the text is replaced, the person is no longer a co-author or the assessment is handed over.
    """

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="contributions")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="contributions")
    first_at = models.DateTimeField(_("first written"))

    class Meta:
        verbose_name = _("contribution")
        verbose_name_plural = _("contributions")
        ordering = ["first_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["assessment", "person"], name="contribution_unique")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return str(self.person)


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class SectionMark(models.Model):
    """An author's own word that a dimension of an assessment is complete; taking it back deletes it."""

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="section_marks")
    dimension = models.ForeignKey(Dimension, on_delete=models.PROTECT, related_name="+")
    marked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    marked_at = models.DateTimeField(_("marked complete"))

    class Meta:
        verbose_name = _("section mark")
        verbose_name_plural = _("section marks")
        ordering = ["assessment", "dimension__position"]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "dimension"], name="section_mark_unique")
        ]

    def __str__(self) -> str:
        return f"{self.dimension}: {self.marked_by}"


class Presence(models.Model):
    """Somebody had the editor open a moment ago. Short-lived, and without history."""

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="presences")
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    dimension = models.ForeignKey(Dimension, on_delete=models.CASCADE, null=True, related_name="+")
    seen_at = models.DateTimeField(_("seen"), db_index=True)

    class Meta:
        verbose_name = _("presence")
        verbose_name_plural = _("presences")
        ordering = ["person"]
        constraints = [models.UniqueConstraint(fields=["assessment", "person"], name="presence_unique")]

    def __str__(self) -> str:
        return f"{self.person}: {self.assessment_id}"
