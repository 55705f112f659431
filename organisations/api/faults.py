"""Errors of the API that have a type of their own. Imports none of DRF's views, which import permissions."""

from http import HTTPStatus
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException

READING = {"GET", "HEAD", "OPTIONS"}


class Problem(APIException):
    """An error with a type of its own, and what a program needs to go on."""

    def __init__(self, status: HTTPStatus, detail: str, kind: str = "", **more: Any) -> None:
        super().__init__(detail)
        self.status_code = status.value
        self.type = f"urn:concord:problem:{kind}" if kind else "about:blank"
        self.more = more


class PreconditionRequired(Problem):
    def __init__(self) -> None:
        message = _("Say with If-Match which version you have read: the ETag of the answer to GET.")
        super().__init__(HTTPStatus.PRECONDITION_REQUIRED, message, "precondition-required")


class PreconditionFailed(Problem):
    def __init__(self, etag: str) -> None:
        message = _("It has changed since you read it: read it again, and decide anew.")
        super().__init__(HTTPStatus.PRECONDITION_FAILED, message, "changed-meanwhile", etag=etag)
