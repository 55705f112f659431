"""Signing in to the API with a token."""

from typing import Any

from django.utils import timezone
from knox.auth import TokenAuthentication as KnoxTokenAuthentication
from rest_framework.exceptions import AuthenticationFailed

from organisations.actions.tokens import note_use
from organisations.models import ApiToken


class TokenAuthentication(KnoxTokenAuthentication):
    """``Authorization: Token con_...``; suspended people and revoked or expired tokens are refused."""

    def authenticate_credentials(self, token: bytes) -> tuple[Any, Any]:
        if not token.isascii():
            raise AuthenticationFailed
        user, found = super().authenticate_credentials(token)
        note_use(token=found, at=timezone.now())
        return user, found

    def _cleanup_token(self, auth_token: ApiToken) -> bool:
        """Whether the token has expired; it stays in its owner's list, which says so."""
        return auth_token.expired
