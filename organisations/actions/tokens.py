"""Issuing and revoking the tokens with which programs read the API."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from organisations.models import ApiToken, User


@transaction.atomic
def issue_token(*, label: str, by: User) -> tuple[ApiToken, str]:
    """Return a new token of ``by`` and its secret, which is kept nowhere and cannot be shown again."""
    if not by.is_active:
        raise PermissionDenied(_("Suspended people cannot have API tokens."))
    token, secret = ApiToken.objects.create(user=by, label=label)
    return token, secret


@transaction.atomic
def revoke_token(*, token: ApiToken, by: User) -> None:
    """Make the token useless at once; only the person it stands for may."""
    if not ApiToken.objects.visible_to(by).filter(pk=token.pk).exists():  # type: ignore[attr-defined]
        raise PermissionDenied(_("This is the token of somebody else."))
    token.delete()
