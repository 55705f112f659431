"""Error pages that Django's own handlers do not choose, or give no request to."""

from http import HTTPStatus

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.utils.translation import gettext as _


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that came from nowhere: mostly a page that stayed open over a sign-out.

    The header tells scripts that a fresh token may help.
    """
    response = render(request, "403_csrf.html", status=403)
    response["X-Reason"] = "csrf"
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A request that the application does not look at; the reason is in the log."""
    too_large = isinstance(exception, RequestDataTooBig)
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE if too_large else HTTPStatus.BAD_REQUEST
    values = {"too_large": settings.DATA_UPLOAD_MAX_MEMORY_SIZE if too_large else None}
    detail = _("The body is too large.") if too_large else _("This request cannot be read.")
    return _problem(request, status, detail) or render(request, "400.html", values, status=status)


def server_error(request: HttpRequest) -> HttpResponse:
    """A fault of the application. The page needs nothing that could be at fault."""
    values = {"request_id": getattr(request, "request_id", "")}
    page = get_template("500.html").render(values)
    detail = f"A fault of the application, logged as {values['request_id']}."
    return _problem(request, HTTPStatus.INTERNAL_SERVER_ERROR, detail) or HttpResponse(page, status=500)


def _problem(request: HttpRequest, status: HTTPStatus, detail: str) -> HttpResponse | None:
    """The error as problem details, for programs that use the API."""
    if not request.path.startswith("/api/"):
        return None
    problem = {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": detail}
    return JsonResponse(problem, status=status, content_type="application/problem+json")
