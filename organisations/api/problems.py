"""Errors of the API as problem details (RFC 9457)."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.core.exceptions import ValidationError as ModelValidationError
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import exception_handler

from organisations.actions.once import InProgress, KeyReused
from organisations.api.faults import READING, Problem

PROBLEM_JSON = "application/problem+json"
WHOLE = {api_settings.NON_FIELD_ERRORS_KEY, "__all__"}


def problem_details(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: ``errors`` names each fault with its place; None for crashes."""
    error = translated(error)
    response = exception_handler(error, context)
    if response is None:
        return None
    problem: dict[str, Any] = {
        "type": getattr(error, "type", "about:blank"),
        "title": HTTPStatus(response.status_code).phrase,
        "status": response.status_code,
    }
    if isinstance(error, ValidationError):
        request = context.get("request")
        in_body = request is not None and request.method not in READING
        problem["errors"] = list(_errors(response.data, in_body=in_body))
        problem["detail"] = " ".join(f"{fault['field']}: {fault['message']}" for fault in problem["errors"])
    else:
        problem["detail"] = str(response.data["detail"])
    response.data = problem | getattr(error, "more", {})
    response.content_type = PROBLEM_JSON
    return response


def translated(error: Exception) -> Exception:
    """What actions raise, as errors of the API."""
    if isinstance(error, InProgress):
        return Problem(HTTPStatus.CONFLICT, str(error), "in-progress")
    if isinstance(error, KeyReused):
        return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(error), "key-reused")
    if isinstance(error, ModelValidationError):
        return ValidationError(getattr(error, "message_dict", None) or error.messages)
    return error


def _errors(data: Any, *, in_body: bool) -> Iterator[dict[str, str]]:
    for path, message in _faults(data, ()):
        fault = {"field": ".".join(path) or "request", "message": message}
        if in_body:
            fault["pointer"] = "#" + "".join(f"/{_escaped(part)}" for part in path)
        yield fault


def _faults(data: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each message with the names and numbers that lead to it."""
    if isinstance(data, dict):
        for name, inner in data.items():
            yield from _faults(inner, path if name in WHOLE else (*path, str(name)))
    elif isinstance(data, list):
        for number, inner in enumerate(data):
            leads_on = isinstance(inner, dict | list)
            yield from _faults(inner, (*path, str(number)) if leads_on else path)
    else:
        yield path, str(data)


def _escaped(part: str) -> str:
    """As a part of a JSON pointer (RFC 6901)."""
    return part.replace("~", "~0").replace("/", "~1")
