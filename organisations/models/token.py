from typing import ClassVar

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _
from knox.models import AbstractAuthToken, AuthTokenManager

from organisations.models.user import User


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def visible_to(self, user: User) -> "ApiTokenQuerySet":
        """A token is seen, and revoked, by the person it stands for."""
        return self.filter(user=user) if user.is_active else self.none()


@pghistory.track(exclude=["digest", "token_key"])
class ApiToken(AbstractAuthToken):
    """A revocable key with which a program reads the API in the name of a person; only its digest is kept."""

    label = models.CharField(
        _("label"), max_length=100, help_text=_("What the token is for, such as a report.")
    )

    objects: ClassVar[models.Manager["ApiToken"]] = AuthTokenManager.from_queryset(ApiTokenQuerySet)()

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["-created"]

    def __str__(self) -> str:
        return self.label
