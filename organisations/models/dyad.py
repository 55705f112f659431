from typing import Any

import pghistory
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from organisations.models.organisation import Organisation
from organisations.models.user import User


class DyadQuerySet(models.QuerySet["Dyad"]):
    def visible_to(self, user: User) -> "DyadQuerySet":
        """Everybody who is signed in may know which pairs exist; what was found is another matter."""
        return self if user.is_active else self.none()

    def with_organisations(self) -> "DyadQuerySet":
        return self.select_related("first", "second")

    def of(self, one: Organisation, other: Organisation) -> "DyadQuerySet":
        """The dyad of two organisations, in whichever order they are named."""
        first, second = in_canonical_order(one, other)
        return self.filter(first=first, second=second)

    def named(self, slug: str) -> "DyadQuerySet":
        """The dyad of a name such as ``UN-EU``, in either order and any case."""
        one, _separator, other = slug.lower().partition("-")
        names = self.annotate(first_name=Lower("first__acronym"), second_name=Lower("second__acronym"))
        return names.filter(
            models.Q(first_name=one, second_name=other) | models.Q(first_name=other, second_name=one)
        )


def in_canonical_order(one: Organisation, other: Organisation) -> tuple[Organisation, Organisation]:
    return (one, other) if one.pk <= other.pk else (other, one)


@pghistory.track()
class Dyad(models.Model):
    """An unordered pair of two organisations, kept once: the one recorded first comes first."""

    first = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="dyads_as_first",
        verbose_name=_("first organisation"),
    )
    second = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="dyads_as_second",
        verbose_name=_("second organisation"),
    )

    objects = DyadQuerySet.as_manager()

    class Meta:
        verbose_name = _("dyad")
        verbose_name_plural = _("dyads")
        ordering = ["first__acronym", "second__acronym"]
        constraints = [
            models.UniqueConstraint(
                fields=["first", "second"], name="dyad_unique", violation_error_message=_("This dyad exists.")
            ),
            models.CheckConstraint(
                condition=models.Q(first__lt=models.F("second")),
                name="dyad_of_two_in_canonical_order",
                violation_error_message=_("A dyad consists of two different organisations."),
            ),
        ]

    def __str__(self) -> str:
        return self.slug

    def clean_fields(self, exclude: Any = None) -> None:
        """Put the two in canonical order, so that a form may name them in either."""
        super().clean_fields(exclude)
        if self.first_id and self.second_id:
            self.first, self.second = in_canonical_order(self.first, self.second)

    @property
    def slug(self) -> str:
        """The dyad's name in addresses, such as ``UN-EU``; needs both organisations loaded."""
        return f"{self.first.acronym}-{self.second.acronym}"

    @property
    def organisation_ids(self) -> tuple[int, int]:
        return self.first_id, self.second_id

    def get_absolute_url(self) -> str:
        return reverse("assessments:dyad", args=[self.slug])
