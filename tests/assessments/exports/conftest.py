import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.http import StreamingHttpResponse
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
    """GET a data set through the API as an analyst of UN, with parameters."""
    client.force_login(person)

    def get(name: str, **parameters: Any) -> Any:
        return client.get(f"/api/v1/exports/{name}/", parameters)

    return get


def content(response: Any) -> bytes:
    assert isinstance(response, StreamingHttpResponse), response.content
    return response.getvalue()


def table(response: Any) -> list[dict[str, str]]:
    """The rows of CSV."""
    return list(csv.DictReader(io.StringIO(content(response).decode(), newline="")))


def objects(response: Any) -> list[dict[str, Any]]:
    """The rows of NDJSON."""
    return [json.loads(line) for line in content(response).splitlines()]
