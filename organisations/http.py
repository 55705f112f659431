"""What views may rely on."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from organisations.models import User


class SignedInRequest(HttpRequest):
    """A request that passed ``LoginRequiredMiddleware``: its user is a person."""

    user: User
    htmx: HtmxDetails
