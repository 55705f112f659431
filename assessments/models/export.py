"""Exports that were made: by whom, of what, by which filter, and what the file was."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.choices import ExportState, Marking
from organisations.models import User


class ExportQuerySet(models.QuerySet["Export"]):
    def visible_to(self, user: User) -> "ExportQuerySet":
        """Only one's own."""
        return self.filter(by=user) if user.is_active else self.none()


class Export(models.Model):
    """A file of one data set as ``by`` could see it at a moment; what its manifest says.

    ``rows``, ``size`` and ``sha256`` are known when the file is complete.
    """

    by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="exports", verbose_name=_("made by"))
    at = models.DateTimeField(_("made"), db_index=True)
    dataset = models.CharField(_("data set"), max_length=20)
    format = models.CharField(_("format"), max_length=10)
    hxl = models.BooleanField(_("with HXL tags"), default=False)
    filters = models.JSONField(_("filter"), default=dict)
    state = models.CharField(
        _("state"), max_length=12, choices=ExportState.choices, default=ExportState.RUNNING
    )
    marking = models.CharField(_("handling marking"), max_length=20, choices=Marking.choices, blank=True)
    frameworks = ArrayField(models.CharField(max_length=120), verbose_name=_("frameworks"), default=list)
    method_version = models.CharField(_("method version"), max_length=20)
    rows = models.PositiveBigIntegerField(_("rows"), null=True, blank=True)
    size = models.PositiveBigIntegerField(_("bytes"), null=True, blank=True)
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state=ExportState.DONE)
                | models.Q(rows__isnull=False, size__isnull=False, finished_at__isnull=False)
                & ~models.Q(sha256=""),
                name="export_done_is_described",
            )
        ]

    def __str__(self) -> str:
        return f"{self.dataset}.{self.format} {self.at:%Y-%m-%d %H:%M}"

    @property
    def filename(self) -> str:
        """With the handling marking, so that a file that is passed on still says it."""
        marking = f"-TLP-{self.marking.replace('+', '-')}" if self.marking else ""
        return f"{self.dataset}{marking}.{self.format}"
