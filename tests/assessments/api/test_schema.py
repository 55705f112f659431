"""The OpenAPI document and the page that shows it."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from tests.assessments.conftest import Get

CREATED = {"assessments", "sources", "lessons"}
FOUND = CREATED | {"ratings", "scorecards", "findings", "recommendations", "panels", "lesson-actions"}


def test_the_document_is_valid_and_complete(get: Get) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=StringIO())
    document = get("schema/").json()
    assert document["openapi"] == "3.1.0"
    for name in FOUND:
        operations = document["paths"][f"/api/v1/{name}/"]
        assert list(operations) == (["get", "post"] if name in CREATED else ["get"])
        assert "application/problem+json" in operations["get"]["responses"]["default"]["content"]
        assert {"token": []} in operations["get"]["security"]


def test_every_change_says_how_it_happens_once(get: Get) -> None:
    """By ``Idempotency-Key``; and one that rests on what was read says so, by a header or a digest."""
    for address, operations in get("schema/").json()["paths"].items():
        for method, operation in operations.items():
            headers = {one["name"] for one in operation.get("parameters", []) if one["in"] == "header"}
            assert ("Idempotency-Key" in headers) is (method != "get"), (method, address)
            assert "If-Match" in headers or method not in {"put", "patch"}, (method, address)


def test_the_root_names_every_list(get: Get) -> None:
    assert FOUND | {"organisations", "dyads", "missions", "frameworks"} == set(get("").json())


def test_the_page_keeps_to_the_policy(get: Get) -> None:
    response = get("docs/")
    assert response.status_code == 200
    policy = response["Content-Security-Policy"]
    assert "unsafe" not in policy
    nonce = policy.split("'nonce-")[1].split("'")[0]
    page = response.content.decode()
    assert page.count("<script") == page.count(f'<script nonce="{nonce}"') + 1
    assert "<style" not in page
    assert reverse("api:schema") in page


@pytest.mark.django_db
def test_the_page_asks_to_sign_in(client: Client) -> None:
    response = client.get(reverse("api:docs"))
    assert response.status_code == 302
    assert "next=" in response["Location"]
