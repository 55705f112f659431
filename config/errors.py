"""Error pages that Django's own handlers do not choose."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that came from nowhere: mostly a page that stayed open over a sign-out."""
    return render(request, "403_csrf.html", status=403)
