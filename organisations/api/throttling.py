"""How often a person may ask: counted in the database for all their tokens and all processes together."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

from organisations.actions.limits import Counted, Limit, count_attempt
from organisations.api.faults import READING

MINUTE = timedelta(minutes=1)


class PerPerson(BaseThrottle):
    """Reading and changing are counted apart. What was counted stays at the request, for the headers."""

    counted: Counted | None = None

    def allow_request(self, request: Request, view: Any) -> bool:
        what = "reading" if request.method in READING else "changing"
        amount = settings.API_REQUESTS_PER_MINUTE[what]
        if not amount:
            return True
        limit = Limit(amount, MINUTE)
        of = f"{what} by {request.user.pk}"
        self.counted = count_attempt(of=of, limit=limit, at=timezone.now())
        request.counted = self.counted  # type: ignore[attr-defined]
        return self.counted.allowed

    def wait(self) -> float | None:
        return self.counted.seconds if self.counted else None


def with_limit(response: Response, request: Request) -> Response:
    """Say in headers what is left (draft-ietf-httpapi-ratelimit-headers)."""
    counted: Counted | None = getattr(request, "counted", None)
    if counted:
        window = round(counted.limit.period.total_seconds())
        response["RateLimit-Policy"] = f'"person";q={counted.limit.amount};w={window}'
        response["RateLimit"] = f'"person";r={counted.remaining};t={counted.seconds}'
    return response
