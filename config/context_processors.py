"""What every page shows about the installation."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def installation(request: HttpRequest) -> dict[str, Any]:
    """``development`` switches on the notice that data here are for trying out."""
    return {"development": settings.DEVELOPMENT}
