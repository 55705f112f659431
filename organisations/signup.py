"""Who gets an account, and how often somebody may try to sign in."""

from datetime import timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal.ratelimit import get_ip
from django.http import HttpRequest
from django.utils import timezone

from organisations.actions.limits import Limit, count_attempt, forget_attempts, give_back

TRIES_OF_AN_ADDRESS = Limit(10, timedelta(minutes=1))  # of the internet
TRIES_OF_A_PERSON = Limit(5, timedelta(minutes=5))


class ClosedSignupAdapter(DefaultAccountAdapter):
    """People are added by administrators and coordinators, nobody signs up.

    Attempts are counted in the database, before a password is looked at: all processes count together.
    """

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        person = self._person(request, **credentials)
        for of, limit in ((_internet(request), TRIES_OF_AN_ADDRESS), (person, TRIES_OF_A_PERSON)):
            if not count_attempt(of=of, limit=limit, at=timezone.now()).allowed:
                raise self.validation_error("too_many_login_attempts")
        self._counted = [_internet(request), person]

    def _rollback_login_failed_rl_usage(self) -> None:
        """After the right password: this attempt does not count, earlier ones still do."""
        for of in self._counted:
            give_back(of=of)

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        """After a new password by mail."""
        forget_attempts(of=self._person(request, **credentials), at=timezone.now())

    def _person(self, request: HttpRequest, **credentials: Any) -> str:
        return f"sign-in of {self._get_login_attempts_cache_key(request, **credentials)}"


def _internet(request: HttpRequest) -> str:
    return f"sign-in from {get_ip(request)}"
