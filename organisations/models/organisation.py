import pghistory
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from organisations.models.user import User

validate_acronym = RegexValidator(
    r"^[A-Za-z][A-Za-z0-9]*$", _("An acronym consists of letters and digits and starts with a letter.")
)


class Scope(models.TextChoices):
    GLOBAL = "global", _("Global")
    REGIONAL = "regional", _("Regional")
    SUBREGIONAL = "subregional", _("Sub-regional")
    NATIONAL = "national", _("National")
    RESEARCH = "research", _("Research")


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def visible_to(self, user: User) -> "OrganisationQuerySet":
        """Everybody who is signed in may know which organisations there are."""
        return self if user.is_active else self.none()

    def of(self, user: User) -> "OrganisationQuerySet":
        """Organisations in which ``user`` holds any role now."""
        if not user.is_active:
            return self.none()
        return self.filter(memberships__user=user).distinct()


@pghistory.track()
class Organisation(models.Model):
    acronym = models.CharField(_("acronym"), max_length=20, validators=[validate_acronym])
    name = models.CharField(_("name"), max_length=200)
    scope = models.CharField(_("scope"), max_length=20, choices=Scope.choices, default=Scope.REGIONAL)
    founded = models.PositiveSmallIntegerField(_("founded"), null=True, blank=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["acronym"]
        constraints = [
            models.UniqueConstraint(
                Lower("acronym"),
                name="organisation_acronym_unique",
                violation_error_message=_("An organisation with this acronym exists."),
            ),
            models.CheckConstraint(condition=~models.Q(acronym=""), name="organisation_acronym_given"),
        ]

    def __str__(self) -> str:
        return self.acronym

    def get_absolute_url(self) -> str:
        return reverse("organisations:organisation", args=[self.acronym])
