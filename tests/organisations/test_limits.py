"""Attempts are counted in the database: whatever comes at once, the limit holds."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from organisations import signup
from organisations.actions.limits import Limit, count_attempt, forget_attempts, give_back
from organisations.models import RateCount, User
from organisations.signup import TRIES_OF_A_PERSON
from tests.factories import AT, PASSWORD, UserFactory

THREE = Limit(3, timedelta(minutes=1))


def number(seconds: float = 0) -> int:
    return count_attempt(of="x", limit=THREE, at=AT + timedelta(seconds=seconds)).number


@pytest.mark.django_db
def test_it_counts_until_the_period_is_over() -> None:
    assert [number(second) for second in (0, 10, 59)] == [1, 2, 3]
    late = count_attempt(of="x", limit=THREE, at=AT + timedelta(seconds=59))
    assert (late.allowed, late.remaining, late.seconds) == (False, 0, 1)
    assert number(60) == 1, "the period is over"


@pytest.mark.django_db
def test_each_thing_is_counted_by_itself() -> None:
    number()
    assert count_attempt(of="y", limit=THREE, at=AT).number == 1


@pytest.mark.django_db
def test_an_attempt_is_given_back() -> None:
    number()
    give_back(of="x")
    assert number() == 1


@pytest.mark.django_db
def test_what_is_over_is_forgotten() -> None:
    number()
    forget_attempts(at=AT)
    assert RateCount.objects.count() == 1
    forget_attempts(at=AT + timedelta(days=2))
    assert RateCount.objects.count() == 0


@pytest.mark.django_db
def test_names_do_not_stand_in_the_table() -> None:
    count_attempt(of="sign-in of analyst@un.example", limit=THREE, at=AT)
    assert "analyst" not in str(RateCount.objects.values())


@pytest.mark.django_db
def test_a_person_has_so_many_requests(client: Client, settings: Any) -> None:
    settings.API_REQUESTS_PER_MINUTE = {"reading": 2, "changing": 1}
    client.force_login(UserFactory())
    first, second, third = (client.get("/api/v1/organisations/") for _ in range(3))
    assert [answer.status_code for answer in (first, second, third)] == [200, 200, 429]
    assert first["RateLimit-Policy"] == '"person";q=2;w=60'
    assert first["RateLimit"].startswith('"person";r=1;t=')
    assert third["RateLimit"].startswith('"person";r=0;t=')
    assert 0 < int(third["Retry-After"]) <= 60
    assert third["Content-Type"] == "application/problem+json"
    client.force_login(UserFactory())
    assert client.get("/api/v1/organisations/").status_code == 200, "another person"


@pytest.mark.django_db
def test_no_limit_counts_nothing(client: Client, settings: Any) -> None:
    settings.API_REQUESTS_PER_MINUTE = {"reading": 0, "changing": 0}
    client.force_login(UserFactory())
    assert "RateLimit" not in client.get("/api/v1/organisations/")
    assert not RateCount.objects.exists()


@pytest.fixture
def person(db: None) -> User:
    found: User = UserFactory(password=PASSWORD)
    return found


def sign_in(person: User, password: str = f"not {PASSWORD}") -> Any:
    return Client().post(reverse("account_login"), {"login": person.email, "password": password})


def test_the_right_password_does_not_count(person: User) -> None:
    assert [sign_in(person, PASSWORD).status_code for _ in range(TRIES_OF_A_PERSON.amount + 2)] == [302] * 7
    assert set(RateCount.objects.values_list("count", flat=True)) == {0}


def test_after_wrong_ones_even_the_right_one_is_refused(person: User) -> None:
    for _ in range(TRIES_OF_A_PERSON.amount):
        assert sign_in(person).status_code == 200
    assert sign_in(person, PASSWORD).status_code == 200, "refused"
    RateCount.objects.update(since=timezone.now() - TRIES_OF_A_PERSON.period)
    assert sign_in(person, PASSWORD).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_a_hundred_wrong_passwords_at_once_never_exceed_the_limit(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    """Counted where a password is looked at: no more often than the limit, however many come at once."""
    settings.ACCOUNT_RATE_LIMITS = {"login": "1000/m/ip"}  # allauth's own, which counts each process
    looked: list[str] = []
    person: User = UserFactory(password=PASSWORD)
    monkeypatch.setattr(signup, "TRIES_OF_AN_ADDRESS", Limit(1000, timedelta(minutes=1)))
    adapter = signup.ClosedSignupAdapter
    count = adapter.pre_authenticate

    def counting(self: Any, request: Any, **credentials: Any) -> None:
        count(self, request, **credentials)
        looked.append("password")

    monkeypatch.setattr(adapter, "pre_authenticate", counting)

    def attempt(_number: int) -> int:
        try:
            return int(sign_in(person).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(attempt, range(100)))
    assert answers == [200] * 100
    assert len(looked) == TRIES_OF_A_PERSON.amount
