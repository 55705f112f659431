"""Files of sources."""

import secrets
from typing import Any

import pghistory
from django.core.files.storage import storages
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assessments.choices import FileKind, Marking
from assessments.models.source import Source
from organisations.models import User


def stored_elsewhere() -> Any:
    return storages["attachments"]


def random_name(_attachment: "Attachment", _name: str) -> str:
    """Nothing of what people call a file, and nothing that tells its kind."""
    return f"{secrets.token_hex(2)}/{secrets.token_hex(24)}"


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def visible_to(self, user: User) -> "AttachmentQuerySet":
        """Those of the sources that ``user`` sees."""
        return self.filter(source__in=Source.objects.visible_to(user))


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Attachment(models.Model):
    """A file of a source. ``name`` is what a browser is told; ``sha256`` is of the content."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="attachments")
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=10, choices=FileKind.choices)
    size = models.PositiveIntegerField(_("size in bytes"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    marking = models.CharField(
        _("handling marking"), max_length=20, choices=Marking.choices, default=Marking.AMBER
    )
    file = models.FileField(_("file"), storage=stored_elsewhere, upload_to=random_name, max_length=120)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(_("added"))

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "sha256"],
                name="attachment_once",
                violation_error_message=_("This file is attached to the source already."),
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=FileKind.values), name="attachment_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("assessments:attachment", args=[self.source_id, self.pk])
