from typing import ClassVar

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from knox.models import AbstractAuthToken, AuthTokenManager

from organisations.models.user import User


class Scope(models.TextChoices):
    """What a token may be used for; never more than its person may do."""

    READ = "read", _("Read what I may see")
    WRITE = "write", _("Open, write and submit assessments, lessons and actions; comment")
    REVIEW = "review", _("Decide: review, approve, return, release, endorse, accept, validate, adjudicate")
    EXPORT = "export", _("Download files")


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def visible_to(self, user: User) -> "ApiTokenQuerySet":
        """A token is seen, and revoked, by the person it stands for."""
        return self.filter(user=user) if user.is_active else self.none()


def reading_scopes() -> list[str]:
    return [Scope.READ.value]


@pghistory.track(exclude=["digest", "token_key", "last_used_at"])
class ApiToken(AbstractAuthToken):
    """A revocable key with which a program uses the API in the name of a person; only its digest is kept."""

    label = models.CharField(
        _("label"), max_length=100, help_text=_("What the token is for, such as a report.")
    )
    scopes = ArrayField(
        models.CharField(max_length=20, choices=Scope.choices),
        verbose_name=_("may be used to"),
        default=reading_scopes,
    )
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)

    objects: ClassVar[models.Manager["ApiToken"]] = AuthTokenManager.from_queryset(ApiTokenQuerySet)()

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["-created"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(scopes__contained_by=Scope.values), name="api_token_scopes_known"
            )
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def expired(self) -> bool:
        return self.expiry is not None and self.expiry <= timezone.now()

    @property
    def uses(self) -> list[str]:
        """The scopes in words."""
        return [str(scope.label) for scope in Scope if scope.value in self.scopes]
