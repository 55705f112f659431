import pghistory
import pgtrigger
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assessments.choices import CalibrationStatus
from assessments.models.framework import Framework
from assessments.scoring.calibration import Calibration as Record
from organisations.models import User
from organisations.roles import Permission, roles_with


class CalibrationQuerySet(models.QuerySet["Calibration"]):
    def visible_to(self, user: User) -> "CalibrationQuerySet":
        """Calibrations rest on what is released to every organisation: whoever reads that may read them.

        Administrators, who decide on them, see them as well.
        """
        if not user.is_active:
            return self.none()
        if user.is_superuser:
            return self.all()
        reading = user.memberships.filter(role__in=roles_with(Permission.READ_RELEASED))
        return self.filter(models.Exists(reading))

    def in_force(self) -> "CalibrationQuerySet":
        return self.filter(status=CalibrationStatus.IN_FORCE)


@pghistory.track()
class Calibration(models.Model):
    """What the ratings released to everybody say about the indicators of a framework version in general.

    ``record`` is :meth:`Record.to_dict` and never changes. ``report`` says what moves when it follows the one
    in force when it was proposed, as :func:`assessments.scoring.movement.report` has it; the first has none.
    ``proposed_by`` and ``decided_by`` are none where the operator did it by command, or the clock.
    """

    framework = models.ForeignKey(
        Framework, on_delete=models.CASCADE, related_name="calibrations", verbose_name=_("framework")
    )
    number = models.PositiveIntegerField(_("number"), help_text=_("Counted from 1 in its framework version."))
    status = models.CharField(
        _("status"),
        max_length=20,
        choices=CalibrationStatus.choices,
        default=CalibrationStatus.PROPOSED,
    )
    record = models.JSONField(_("record"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    report = models.JSONField(_("what moves"), default=dict, blank=True)
    created_at = models.DateTimeField(_("calculated"))
    proposed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("proposed by")
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    reason = models.TextField(_("reason"), blank=True)
    replaced_at = models.DateTimeField(_("replaced"), null=True, blank=True)

    objects = CalibrationQuerySet.as_manager()

    class Meta:
        verbose_name = _("calibration")
        verbose_name_plural = _("calibrations")
        ordering = ["framework", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["framework", "number"], name="calibration_number_unique"),
            models.UniqueConstraint(
                fields=["framework"],
                condition=models.Q(status=CalibrationStatus.IN_FORCE),
                name="calibration_one_in_force",
            ),
            models.UniqueConstraint(
                fields=["framework"],
                condition=models.Q(status=CalibrationStatus.PROPOSED),
                name="calibration_one_proposed",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    status=CalibrationStatus.PROPOSED, decided_at__isnull=True, replaced_at__isnull=True
                )
                | models.Q(
                    status=CalibrationStatus.IN_FORCE, decided_at__isnull=False, replaced_at__isnull=True
                )
                | models.Q(status=CalibrationStatus.REJECTED, decided_at__isnull=False) & ~models.Q(reason="")
                | models.Q(status=CalibrationStatus.REPLACED, replaced_at__isnull=False),
                name="calibration_status_has_its_dates",
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="record_is_fixed",
                fields=["framework", "number", "record", "sha256", "report", "created_at", "proposed_by"],
            ),
            pgtrigger.FSM(
                name="status_follows_the_decision",
                field="status",
                transitions=[
                    (CalibrationStatus.PROPOSED.value, CalibrationStatus.IN_FORCE.value),
                    (CalibrationStatus.PROPOSED.value, CalibrationStatus.REJECTED.value),
                    (CalibrationStatus.PROPOSED.value, CalibrationStatus.REPLACED.value),
                    (CalibrationStatus.IN_FORCE.value, CalibrationStatus.REPLACED.value),
                ],
            ),
        ]

    def __str__(self) -> str:
        return str(self.number)

    def get_absolute_url(self) -> str:
        return reverse("assessments:calibration", args=[self.pk])

    @property
    def values(self) -> Record:
        return Record.from_dict(self.record)

    @property
    def was_in_force(self) -> bool:
        """Whether scorecards use it, or did."""
        return self.decided_at is not None and self.status != CalibrationStatus.REJECTED
