"""What a token may be used for. A person who signed in by the page is not bound by scopes."""

from http import HTTPStatus
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from organisations.api.faults import READING, Problem
from organisations.models import ApiToken, Scope


def scope_of(view: Any, method: str) -> str:
    """The scope that an operation needs: its action's own, else to read or to write."""
    handler = getattr(view, getattr(view, "action", None) or method.lower(), None)
    own = getattr(handler, "scope", None) or getattr(view, "scope", None)
    return str(own or (Scope.READ if method in READING else Scope.WRITE))


class TokenHasScope(BasePermission):
    def has_permission(self, request: Request, view: Any) -> bool:
        token = request.auth
        if not isinstance(token, ApiToken):
            return True
        needed = scope_of(view, str(request.method))
        if needed in token.scopes:
            return True
        message = _("This token may not be used for that: it lacks the scope “%(scope)s”.") % {
            "scope": needed
        }
        raise Problem(HTTPStatus.FORBIDDEN, message, "scope-missing", scope=needed)
