"""Showing on a page why an action was refused, with nothing changed and nothing lost."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from assessments.policy import Refused


@contextmanager
def refusals_shown(request: HttpRequest, done: str = "") -> Iterator[None]:
    """Turn a refusal or an invalid value into an error message; otherwise say what was ``done``."""
    try:
        yield
    except Refused as refused:
        messages.error(request, str(refused))
    except ValidationError as error:
        for message in error.messages:
            messages.error(request, message)
    else:
        if done:
            messages.success(request, done)
