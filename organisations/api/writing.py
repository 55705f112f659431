"""Changes by the API: each request is one transaction, and happens once with an ``Idempotency-Key``."""

import re
from functools import partial
from http import HTTPStatus
from typing import Any, cast

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from organisations.actions.once import Given, change
from organisations.api.faults import READING, Problem
from organisations.models import User

KEY = re.compile(r"[\x21-\x7e]{1,200}")
KEPT_HEADERS = ("ETag", "Location")


class Writing:
    """Wraps the handler of a request that changes something. Errors roll back what it did."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        method = str(request.method)
        if method not in READING and hasattr(self, method.lower()):
            handler = getattr(self, method.lower())
            setattr(self, method.lower(), partial(self._once, handler))

    def _once(self, handler: Any, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        key = request.headers.get("Idempotency-Key", "")
        if key and not KEY.fullmatch(key):
            raise Problem(
                HTTPStatus.BAD_REQUEST,
                _("An Idempotency-Key has 1 to 200 printable characters without spaces."),
                "key-malformed",
            )
        body = _whole(request)
        given = change(
            run=lambda: _given(handler(request, *args, **kwargs)),
            by=cast(User, request.user),
            key=key,
            request=f"{request.method} {request.get_full_path()}\n".encode() + body,
            at=timezone.now(),
        )
        headers = given.headers | ({"Idempotency-Replayed": "true"} if given.again else {})
        kind = "application/json" if given.body else None
        return HttpResponse(given.body, status=given.status, headers=headers, content_type=kind)


def _whole(request: Request) -> bytes:
    """The body, which is read before it is parsed: parsers would take any length."""
    try:
        body: bytes = request.body
    except RequestDataTooBig:
        message = _("At most %(n)s MB fit in one request.") % {
            "n": round(settings.DATA_UPLOAD_MAX_MEMORY_SIZE / 2**20, 1)
        }
        raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, message, "too-large") from None
    return body


def _given(response: Response) -> Given:
    headers = {name: response[name] for name in KEPT_HEADERS if name in response}
    body = b"" if response.data is None else JSONRenderer().render(response.data)
    return Given(response.status_code, headers, body)
