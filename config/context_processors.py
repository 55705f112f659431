"""What every page shows about the installation."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from assessments.models import Notice
from organisations.models import User


def installation(request: HttpRequest) -> dict[str, Any]:
    """``development`` switches on the notice that data here are for trying out."""
    return {"development": settings.DEVELOPMENT}


def notices(request: HttpRequest) -> dict[str, Any]:
    """``new_notices`` counts what is new to the person, where a template asks for it: one query or two."""

    def count() -> int:
        user = request.user
        return Notice.objects.count_new(user) if isinstance(user, User) else 0

    return {"new_notices": count}
