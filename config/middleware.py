"""Middleware that concerns every response and every change."""

import re
import uuid
from collections.abc import Callable
from typing import Any

import pghistory
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django_structlog.middlewares import RequestMiddleware
from structlog.contextvars import bind_contextvars, clear_contextvars

GetResponse = Callable[[HttpRequest], HttpResponse]
RESET_KEY = re.compile(r"(?<=/password/reset/key/)[^/]+")  # of account_reset_password_from_key
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class RequestIds:
    """Name each request in its log lines, its error page and the ``X-Request-ID`` of its answer.

    A proxy may choose the name. It stays bound until the next request, as the last line of a request is
    logged after all middleware.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        request_id = given if REQUEST_ID.fullmatch(given) else str(uuid.uuid4())
        request.META["HTTP_X_REQUEST_ID"] = request_id  # where django-structlog looks
        request.request_id = request_id  # type: ignore[attr-defined]
        clear_contextvars()
        bind_contextvars(request_id=request_id)
        response = self.get_response(request)
        bind_contextvars(request_id=request_id)
        response["X-Request-ID"] = request_id
        return response


class RequestLog(RequestMiddleware):
    """Log each request without its query, which may hold words searched for, and without the reset key."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        path = RESET_KEY.sub("…", request.path)
        return f"{request.method} {path}"


class PlainAddresses:
    """Refuse addresses with a NUL character, which no row can have and PostgreSQL does not look up."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("NUL in the address")
        return self.get_response(request)


class PrivateResponses:
    """Keep pages out of caches (they are what one person may see) and shut off unused browser features."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
            response["Cache-Control"] = "no-store, private"
        response["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        return response


class HistoryContext:
    """Tell the history triggers who is acting, on unsafe requests (safe ones change nothing)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in {"GET", "HEAD", "OPTIONS"}:
            return self.get_response(request)
        with pghistory.context(user=request.user.pk, url=request.path):
            return self.get_response(request)


class SignInRequired(LoginRequiredMiddleware):
    """Tells a page that asks in the background to sign in again; a redirect would land inside the page."""

    def handle_no_permission(  # type: ignore[override]
        self, request: HttpRequest, view_func: Callable[..., Any]
    ) -> HttpResponseBase:
        if request.headers.get("HX-Request") != "true":
            return super().handle_no_permission(request, view_func)
        return render(request, "components/signed_out.html", status=401)
