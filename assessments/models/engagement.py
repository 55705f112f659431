import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.choices import Arrangement, MissionPart
from organisations.models import Dyad, Mission, User


class EngagementQuerySet(models.QuerySet["Engagement"]):
    def visible_to(self, user: User) -> "EngagementQuerySet":
        """Engagements are public facts, as missions are; what was found about them is not."""
        return self if user.is_active else self.none()


@pghistory.track()
class Engagement(models.Model):
    """One episode of a dyad around one or more missions; its name lists them, such as ``MONUC-Artemis``."""

    dyad = models.ForeignKey(
        Dyad, on_delete=models.PROTECT, related_name="engagements", verbose_name=_("dyad")
    )
    name = models.CharField(_("name"), max_length=200)
    arrangement = models.CharField(_("arrangement"), max_length=20, choices=Arrangement.choices)
    missions = models.ManyToManyField(
        Mission, through="EngagementMission", related_name="engagements", verbose_name=_("missions")
    )

    objects = EngagementQuerySet.as_manager()

    class Meta:
        verbose_name = _("engagement")
        verbose_name_plural = _("engagements")
        ordering = ["dyad", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["dyad", "name"],
                name="engagement_unique",
                violation_error_message=_("This dyad has an engagement of this name."),
            ),
            models.CheckConstraint(
                condition=models.Q(arrangement__in=Arrangement.values), name="engagement_arrangement_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class EngagementMission(models.Model):
    """A mission's part in an engagement."""

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="parts")
    mission = models.ForeignKey(
        Mission, on_delete=models.PROTECT, related_name="parts", verbose_name=_("mission")
    )
    part = models.CharField(_("part"), max_length=20, choices=MissionPart.choices)

    class Meta:
        verbose_name = _("mission of an engagement")
        verbose_name_plural = _("missions of an engagement")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["engagement", "mission"], name="engagement_mission_unique")
        ]

    def __str__(self) -> str:
        return f"{self.mission} ({self.get_part_display()})"
