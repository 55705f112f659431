from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from organisations.models import User
from tests.factories import OrganisationFactory, analyst

Get = Callable[..., Any]


@pytest.fixture
def person(db: None) -> User:
    """An analyst of UN."""
    found: User = analyst(OrganisationFactory(acronym="UN"))
    return found


@pytest.fixture
def get(client: Client, person: User) -> Get:
    """GET an address below /api/v1/ as an analyst of UN, with parameters."""
    client.force_login(person)

    def get(address: str, **parameters: Any) -> Any:
        return client.get(f"/api/v1/{address}", parameters)

    return get
