"""Showing on a page why an action was refused, with nothing changed and nothing lost."""

from contextlib import AbstractContextManager
from types import TracebackType

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from assessments.policy import Refused


class RefusalsShown(AbstractContextManager[None, bool]):
    """Turns a refusal or an invalid value into an error message; otherwise says what was ``done``."""

    def __init__(self, request: HttpRequest, done: str = "") -> None:
        self.request, self.done = request, done

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if isinstance(raised, Refused):
            messages.error(self.request, str(raised))
        elif isinstance(raised, ValidationError):
            for message in raised.messages:
                messages.error(self.request, message)
        elif raised is None and self.done:
            messages.success(self.request, self.done)
        return isinstance(raised, Refused | ValidationError)
