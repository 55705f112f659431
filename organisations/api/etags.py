"""Versions of what is read and changed: ``ETag`` and ``If-Match``."""

import hashlib
import re

from rest_framework.request import Request

from organisations.api.faults import PreconditionFailed, PreconditionRequired

TAG = re.compile(r'"[^"]*"|\*')


def etag(*parts: object) -> str:
    """A strong tag of the values that make up a version."""
    digest = hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()
    return f'"{digest[:24]}"'


def require_match(request: Request, current: str) -> None:
    """Refuse a change (428) that does not say what it rests on, or (412) rests on something older."""
    given = request.headers.get("If-Match")
    if given is None:
        raise PreconditionRequired
    tags = TAG.findall(given)
    if "*" not in tags and current not in tags:
        raise PreconditionFailed(current)
