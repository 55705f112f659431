"""The application's addresses, and one that answers with bytes made beforehand."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from config.urls import handler400, handler500
from config.urls import urlpatterns as of_the_application

__all__ = ["handler400", "handler500", "urlpatterns"]

ready = b""


def ready_made(request: HttpRequest) -> HttpResponse:
    return HttpResponse(ready, content_type="application/json")


urlpatterns = [*of_the_application, path("ready-made/", ready_made)]
