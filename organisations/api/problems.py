"""Errors of the API as problem details (RFC 9457)."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from rest_framework.response import Response
from rest_framework.views import exception_handler

PROBLEM_JSON = "application/problem+json"


def problem_details(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: ``errors`` names each faulty parameter and says why; None for crashes."""
    response = exception_handler(error, context)
    if response is None:
        return None
    problem: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(response.status_code).phrase,
        "status": response.status_code,
    }
    if isinstance(response.data, dict) and "detail" in response.data:
        problem["detail"] = str(response.data["detail"])
    else:
        problem["errors"] = list(_errors(response.data))
        problem["detail"] = " ".join(f"{fault['field']}: {fault['message']}" for fault in problem["errors"])
    response.data = problem
    response.content_type = PROBLEM_JSON
    return response


def _errors(data: Any) -> Iterator[dict[str, str]]:
    faults = data if isinstance(data, dict) else {"request": data}
    for field, messages in faults.items():
        for message in messages:
            yield {"field": str(field), "message": str(message)}
