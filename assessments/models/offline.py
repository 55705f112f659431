"""Offline forms that were uploaded and are not settled yet."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assessments.models.assessment import Assessment
from organisations.models import User


class OfflineUploadQuerySet(models.QuerySet["OfflineUpload"]):
    def visible_to(self, user: User) -> "OfflineUploadQuerySet":
        """Only one's own, and only while the assessment is visible."""
        return self.filter(by=user, assessment__in=Assessment.objects.visible_to(user))


class OfflineUpload(models.Model):
    """What an offline form said when it was uploaded, kept until each cell is saved, settled or given up.

    ``mark`` is the form's version mark, ``signed`` the text of it: two uploads of one form have the same.
    """

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="offline_uploads")
    by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(_("uploaded"), db_index=True)
    signed = models.TextField(_("signed mark"))
    mark = models.JSONField(_("mark"))
    content = models.JSONField(_("content"))

    objects = OfflineUploadQuerySet.as_manager()

    class Meta:
        verbose_name = _("uploaded offline form")
        verbose_name_plural = _("uploaded offline forms")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.assessment_id}: {self.at:%Y-%m-%d %H:%M}"

    def get_absolute_url(self) -> str:
        return reverse("assessments:offline-upload", args=[self.assessment_id, self.pk])
