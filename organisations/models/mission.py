import pghistory
from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from organisations.models.organisation import Organisation
from organisations.models.user import User

PARTIAL_DATE = r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$"
validate_partial_date = RegexValidator(
    PARTIAL_DATE, _("Give a year, a month or a day: 2003, 2003-06 or 2003-06-12.")
)


class MissionQuerySet(models.QuerySet["Mission"]):
    def visible_to(self, user: User) -> "MissionQuerySet":
        """Missions are public facts: everybody who is signed in may see them."""
        return self if user.is_active else self.none()

    def led_by(self, *organisations: Organisation) -> "MissionQuerySet":
        return self.filter(leads__in=organisations).distinct()


@pghistory.track()
class Mission(models.Model):
    """An operation of one or more organisations. Dates are as exact as the sources: year, month or day."""

    acronym = models.CharField(_("acronym"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=250)
    leads = models.ManyToManyField(
        Organisation, related_name="missions", through="MissionLead", verbose_name=_("lead organisations")
    )
    theatre = models.CharField(_("theatre"), max_length=250)
    start = models.CharField(_("start"), max_length=10, validators=[validate_partial_date])
    end = models.CharField(_("end"), max_length=10, blank=True, validators=[validate_partial_date])
    strength = models.PositiveIntegerField(_("authorised strength"), null=True, blank=True)
    mandates = ArrayField(
        models.CharField(max_length=250),
        verbose_name=_("mandates"),
        default=list,
        blank=True,
        help_text=_("Resolutions and decisions that mandate the mission, separated by commas."),
    )

    objects = MissionQuerySet.as_manager()

    class Meta:
        verbose_name = _("mission")
        verbose_name_plural = _("missions")
        ordering = ["start", "acronym"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(start__regex=PARTIAL_DATE), name="mission_start_is_a_partial_date"
            ),
            models.CheckConstraint(
                condition=models.Q(end="") | models.Q(end__regex=PARTIAL_DATE),
                name="mission_end_is_a_partial_date",
            ),
            models.CheckConstraint(
                condition=models.Q(end="") | models.Q(end__gte=models.F("start")),
                name="mission_ends_after_it_starts",
                violation_error_message=_("A mission cannot end before it starts."),
            ),
        ]

    def __str__(self) -> str:
        return self.acronym

    def get_absolute_url(self) -> str:
        return reverse("organisations:mission", args=[self.pk])


@pghistory.track()
class MissionLead(models.Model):
    """An organisation that leads a mission (a hybrid mission has two)."""

    mission = models.ForeignKey(Mission, on_delete=models.CASCADE)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, verbose_name=_("organisation"))

    class Meta:
        verbose_name = _("lead organisation")
        verbose_name_plural = _("lead organisations")
        ordering = ["organisation__acronym"]
        constraints = [
            models.UniqueConstraint(fields=["mission", "organisation"], name="mission_lead_unique")
        ]

    def __str__(self) -> str:
        return str(self.organisation)
