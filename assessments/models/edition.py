import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assessments.choices import EditionBasis
from assessments.models.calibration import Calibration
from assessments.models.framework import Framework
from assessments.models.revision import APPEND_ONLY
from organisations.models import Dyad, Organisation, User
from organisations.roles import Permission, roles_with


class EditionQuerySet(models.QuerySet["Edition"]):
    def visible_to(self, user: User) -> "EditionQuerySet":
        """What was released to everybody for all who read released material; the rest for who it is of."""
        if not user.is_active:
            return self.none()
        reading = user.memberships.filter(role__in=roles_with(Permission.READ_RELEASED))
        own = user.memberships.filter(role__in=roles_with(Permission.READ_OWN_WORK)).values("organisation")
        return self.filter(
            models.Q(models.Exists(reading), basis=EditionBasis.RELEASED)
            | models.Q(basis=EditionBasis.ORGANISATION, organisation__in=own)
        )

    def named(self, name: str) -> "EditionQuerySet":
        """The edition of a name such as ``3`` (released to everybody) or ``EU-3`` (of an organisation)."""
        acronym, separator, number = name.rpartition("-")
        if (
            bool(acronym) != bool(separator)
            or not (number.isascii() and number.isdecimal())
            or len(number) > 6
        ):
            return self.none()
        if acronym:
            return self.filter(
                basis=EditionBasis.ORGANISATION, organisation__acronym__iexact=acronym, number=int(number)
            )
        return self.filter(basis=EditionBasis.RELEASED, number=int(number))

    def of_series(self, dyad: Dyad, basis: str, organisation: Organisation) -> "EditionQuerySet":
        """The editions that are numbered together, the latest first."""
        series = self.filter(dyad=dyad, basis=basis)
        if basis == EditionBasis.ORGANISATION:
            series = series.filter(organisation=organisation)
        return series.order_by("-number")

    def for_list(self) -> "EditionQuerySet":
        return self.select_related("dyad__first", "dyad__second", "organisation", "framework")


@pghistory.track()
class Edition(models.Model):
    """A scorecard as it was on a day: kept, numbered, citable, never changed (by trigger).

    ``content`` is what :mod:`assessments.editions.content` writes, ``sha256`` the digest of its canonical
    form and ``scorecard_sha256`` that of its figures. ``organisation`` is the one for which it was frozen:
    what is released to everybody is numbered by dyad, what an organisation may see by both.
    """

    dyad = models.ForeignKey(Dyad, on_delete=models.PROTECT, related_name="editions", verbose_name=_("dyad"))
    basis = models.CharField(_("basis"), max_length=20, choices=EditionBasis.choices)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="editions", verbose_name=_("frozen for")
    )
    number = models.PositiveIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=120, blank=True)
    note = models.TextField(_("note"), blank=True)
    framework = models.ForeignKey(
        Framework, on_delete=models.PROTECT, related_name="editions", verbose_name=_("framework")
    )
    method_version = models.CharField(_("method version"), max_length=20)
    calibration = models.ForeignKey(
        Calibration, on_delete=models.PROTECT, null=True, blank=True, related_name="editions"
    )
    revision_ids = ArrayField(models.BigIntegerField(), verbose_name=_("revisions"))
    content = models.JSONField(_("content"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    scorecard_sha256 = models.CharField(_("SHA-256 of the figures"), max_length=64)
    frozen_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("frozen by")
    )
    frozen_at = models.DateTimeField(_("frozen"))

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        ordering = ["-frozen_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["dyad", "number"],
                condition=models.Q(basis=EditionBasis.RELEASED),
                name="edition_released_number_unique",
            ),
            models.UniqueConstraint(
                fields=["dyad", "organisation", "number"],
                condition=models.Q(basis=EditionBasis.ORGANISATION),
                name="edition_organisation_number_unique",
            ),
            models.CheckConstraint(
                condition=models.Q(basis__in=EditionBasis.values), name="edition_basis_known"
            ),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="edition_number_from_one"),
        ]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.dyad} {self.name}"

    @property
    def name(self) -> str:
        """Its name in addresses: the number, after the organisation's acronym unless it is for everybody."""
        if self.basis == EditionBasis.ORGANISATION:
            return f"{self.organisation.acronym}-{self.number}"
        return str(self.number)

    def get_absolute_url(self) -> str:
        return reverse("assessments:edition", args=[self.dyad.slug, self.name])
