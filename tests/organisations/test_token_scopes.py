"""What a token may be used for, and when it was used."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from organisations.actions.tokens import issue_token
from organisations.models import ApiToken, Scope, User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> User:
    found: User = UserFactory()
    return found


def get(secret: str, address: str = "organisations/") -> Any:
    response = Client().get(f"/api/v1/{address}", headers={"Authorization": f"Token {secret}"})
    response.getvalue()  # a file that nobody reads would keep its transaction open
    return response


def test_the_page_gives_the_scopes_and_the_life_that_are_chosen(client: Client, person: User) -> None:
    client.force_login(person)
    chosen = {"label": "Upload", "scopes": ["read", "export"], "days": "30"}
    assert client.post(reverse("organisations:tokens"), chosen).status_code == 201
    token = ApiToken.objects.get()
    assert token.scopes == ["read", "export"]
    assert token.expiry is not None
    assert timedelta(days=29) < token.expiry - timezone.now() < timedelta(days=31)


@pytest.mark.parametrize("chosen", [{"scopes": ["admin"]}, {"scopes": []}, {"days": "9"}])
def test_other_scopes_and_lives_do_not_exist(client: Client, person: User, chosen: dict[str, Any]) -> None:
    client.force_login(person)
    data = {"label": "Upload", "scopes": ["read"], "days": "30"} | chosen
    assert client.post(reverse("organisations:tokens"), data).status_code == 200
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize(
    ("scope", "address", "status"),
    [
        (Scope.READ, "ratings/", 200),
        (Scope.READ, "", 200),
        (Scope.READ, "schema/", 200),
        (Scope.READ, "ratings.csv", 403),
        (Scope.EXPORT, "ratings.csv", 200),
        (Scope.EXPORT, "ratings/", 403),
        (Scope.WRITE, "ratings/", 403),
        (Scope.REVIEW, "", 403),
    ],
)
def test_a_token_does_what_its_scopes_say(person: User, scope: Scope, address: str, status: int) -> None:
    _token, secret = issue_token(label="One", by=person, scopes=[scope])
    assert get(secret, address).status_code == status


def test_a_missing_scope_is_named(person: User) -> None:
    _token, secret = issue_token(label="One", by=person, scopes=[Scope.EXPORT])
    problem = get(secret).json()
    assert (problem["status"], problem["type"], problem["scope"]) == (
        403,
        "urn:concord:problem:scope-missing",
        "read",
    )


def test_a_person_on_the_page_is_bound_by_no_scope(client: Client, person: User) -> None:
    client.force_login(person)
    assert client.get("/api/v1/ratings.csv").getvalue().startswith(b"id,")


def test_the_list_says_when_a_token_was_used(client: Client, person: User) -> None:
    token, secret = issue_token(label="One", by=person)
    client.force_login(person)
    assert "never" in client.get(reverse("organisations:tokens")).content.decode()
    get(secret)
    used = ApiToken.objects.get(pk=token.pk).last_used_at
    assert used is not None
    get(secret)
    assert ApiToken.objects.get(pk=token.pk).last_used_at == used, "once a minute is enough"
    ApiToken.objects.update(last_used_at=used - timedelta(minutes=2))
    get(secret)
    later = ApiToken.objects.get(pk=token.pk).last_used_at
    assert later is not None
    assert later >= used


def test_an_expired_token_stays_in_the_list(client: Client, person: User) -> None:
    _token, secret = issue_token(label="One", by=person)
    ApiToken.objects.update(expiry=timezone.now() - timedelta(seconds=1))
    assert get(secret).status_code == 401
    client.force_login(person)
    assert "expired" in client.get(reverse("organisations:tokens")).content.decode()


def test_a_request_with_a_token_needs_few_queries(person: User, django_assert_max_num_queries: Any) -> None:
    """Token with its person, count of requests, rows; and once a minute that it was used."""
    _token, secret = issue_token(label="One", by=person)
    get(secret)
    with django_assert_max_num_queries(3):
        get(secret)
