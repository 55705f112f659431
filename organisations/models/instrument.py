import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from organisations.models.dyad import Dyad
from organisations.models.user import User


class InstrumentKind(models.TextChoices):
    DECLARATION = "declaration", _("Joint declaration")
    STATEMENT = "statement", _("Joint statement")
    AGREEMENT = "agreement", _("Agreement")
    FRAMEWORK = "framework", _("Framework of cooperation")
    RESOLUTION = "resolution", _("Resolution")
    OTHER = "other", _("Other")


class InstrumentQuerySet(models.QuerySet["Instrument"]):
    def visible_to(self, user: User) -> "InstrumentQuerySet":
        """Instruments are public facts: everybody who is signed in may see them."""
        return self if user.is_active else self.none()


@pghistory.track()
class Instrument(models.Model):
    """A formal tie of a dyad: a declaration, an agreement, a resolution."""

    dyad = models.ForeignKey(
        Dyad, on_delete=models.CASCADE, related_name="instruments", verbose_name=_("dyad")
    )
    title = models.CharField(_("title"), max_length=300)
    kind = models.CharField(_("kind"), max_length=20, choices=InstrumentKind.choices)
    year = models.PositiveSmallIntegerField(_("year"))
    symbol = models.CharField(
        _("symbol"), max_length=100, blank=True, help_text=_("Document symbol or number.")
    )

    objects = InstrumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("instrument")
        verbose_name_plural = _("instruments")
        ordering = ["year", "title"]
        constraints = [
            models.UniqueConstraint(
                fields=["dyad", "title", "year"],
                name="instrument_unique",
                violation_error_message=_("This instrument is recorded already."),
            ),
            models.CheckConstraint(
                condition=models.Q(year__gte=1800, year__lte=2200), name="instrument_year_plausible"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.year})"
