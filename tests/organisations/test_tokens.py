from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from organisations.actions.tokens import issue_token, revoke_token
from organisations.models import ApiToken, User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> User:
    found: User = UserFactory()
    return found


def read(client: Client, secret: str) -> Any:
    return client.get("/api/v1/organisations/", headers={"Authorization": f"Token {secret}"})


def test_it_works(client: Client, person: User) -> None:
    client.force_login(person)
    response = client.post(
        reverse("organisations:tokens"), {"label": "Monthly report", "scopes": ["read"], "days": "365"}
    )
    assert response.status_code == 201
    secret = response.context["secret"]
    assert secret.startswith("con_")
    assert secret in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert read(Client(), secret).status_code == 200


def test_the_secret_is_shown_once_and_not_kept(client: Client, person: User) -> None:
    token, secret = issue_token(label="Report", by=person)
    client.force_login(person)
    page = client.get(reverse("organisations:tokens")).content.decode()
    assert token.token_key in page
    assert secret not in page
    assert secret not in str(ApiToken.objects.values())


def test_a_token_needs_a_label(client: Client, person: User) -> None:
    client.force_login(person)
    response = client.post(reverse("organisations:tokens"), {"label": "", "scopes": ["read"], "days": "365"})
    assert response.status_code == 200
    assert "label" in response.context["form"].errors
    assert not ApiToken.objects.exists()


def test_revoking_asks_first_and_ends_access_at_once(client: Client, person: User) -> None:
    token, secret = issue_token(label="Report", by=person)
    client.force_login(person)
    address = reverse("organisations:revoke-token", args=[token.token_key])
    assert client.get(address).status_code == 200
    assert read(Client(), secret).status_code == 200
    assert client.post(address).status_code == 302
    assert read(Client(), secret).status_code == 401


def test_tokens_of_others_do_not_exist(client: Client, person: User) -> None:
    token, secret = issue_token(label="Secret plan", by=UserFactory())
    client.force_login(person)
    address = reverse("organisations:revoke-token", args=[token.token_key])
    assert "Secret plan" not in client.get(reverse("organisations:tokens")).content.decode()
    assert client.get(address).status_code == client.post(address).status_code == 404
    with pytest.raises(PermissionDenied):
        revoke_token(token=token, by=person)
    assert read(Client(), secret).status_code == 200


def test_a_suspended_person_is_shut_out_by_token_and_session(client: Client, person: User) -> None:
    _token, secret = issue_token(label="Report", by=person)
    client.force_login(person)
    person.is_active = False
    person.save()
    assert read(Client(), secret).status_code == 401
    assert client.get("/api/v1/organisations/").status_code == 401
    with pytest.raises(PermissionDenied):
        issue_token(label="Another", by=person)


def test_an_expired_token_is_refused(person: User) -> None:
    _token, secret = issue_token(label="Report", by=person)
    ApiToken.objects.update(expiry=timezone.now() - timedelta(seconds=1))
    assert read(Client(), secret).status_code == 401


@pytest.mark.parametrize("header", ["Token", "Token con_nonsense", "Token a b", "Token con_\u00e9"])
def test_nonsense_is_refused(header: str) -> None:
    response = Client().get("/api/v1/organisations/", headers={"Authorization": header})
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Token"


def test_without_login_there_is_no_page(client: Client) -> None:
    assert client.get(reverse("organisations:tokens")).status_code == 302


def test_queries_do_not_grow_with_tokens(
    client: Client, person: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(person)
    issue_token(label="One", by=person)
    with django_assert_num_queries(4):
        client.get(reverse("organisations:tokens"))
    for number in range(3):
        issue_token(label=str(number), by=person)
    with django_assert_num_queries(4):
        assert len(client.get(reverse("organisations:tokens")).context["tokens"]) == 4
