"""What views may rely on."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from organisations.models import User

LONGEST_ID = 18  # digits, so that it fits a column of ids


def id_in(text: str) -> int:
    """The id of a row that a request names; 0, which no row has, for anything that is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_ID else 0


class SignedInRequest(HttpRequest):
    """A request that passed ``LoginRequiredMiddleware``: its user is a person."""

    user: User
    htmx: HtmxDetails
