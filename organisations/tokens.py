"""Signing in to the API with a token."""

from typing import Any

from knox.auth import TokenAuthentication as KnoxTokenAuthentication
from rest_framework.exceptions import AuthenticationFailed


class TokenAuthentication(KnoxTokenAuthentication):
    """``Authorization: Token con_...``; suspended people and revoked or expired tokens are refused."""

    def authenticate_credentials(self, token: bytes) -> tuple[Any, Any]:
        if not token.isascii():
            raise AuthenticationFailed
        return super().authenticate_credentials(token)  # type: ignore[no-any-return]
