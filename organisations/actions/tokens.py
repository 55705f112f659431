"""Issuing and revoking the tokens with which programs use the API."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from organisations.models import ApiToken, Scope, User

NOTED_EVERY = timedelta(minutes=1)


@transaction.atomic
def issue_token(
    *, label: str, by: User, scopes: Sequence[str] = (Scope.READ,), lifetime: timedelta = timedelta(days=365)
) -> tuple[ApiToken, str]:
    """Return a new token of ``by`` and its secret, which is kept nowhere and cannot be shown again."""
    if not by.is_active:
        raise PermissionDenied(_("Suspended people cannot have API tokens."))
    about: dict[str, Any] = {"label": label, "scopes": [str(scope) for scope in scopes], "expiry": lifetime}
    token, secret = ApiToken.objects.create(user=by, **about)
    return token, secret


@transaction.atomic
def revoke_token(*, token: ApiToken, by: User) -> None:
    """Make the token useless at once; only the person it stands for may."""
    if not ApiToken.objects.visible_to(by).filter(pk=token.pk).exists():  # type: ignore[attr-defined]
        raise PermissionDenied(_("This is the token of somebody else."))
    token.delete()


def note_use(*, token: ApiToken, at: datetime) -> None:
    """Note when a token was used last, to the minute: not every request writes."""
    if token.last_used_at is None or token.last_used_at < at - NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=at)
