"""The OpenAPI document and the page that shows it."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from tests.assessments.conftest import Get

FOUND = {"assessments", "ratings", "scorecards", "findings", "recommendations"}


def test_the_document_is_valid_and_complete(get: Get) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=StringIO())
    document = get("schema/").json()
    assert document["openapi"] == "3.1.0"
    for name in FOUND:
        operations = document["paths"][f"/api/v1/{name}/"]
        assert list(operations) == ["get"]
        assert "application/problem+json" in operations["get"]["responses"]["default"]["content"]
        assert {"token": []} in operations["get"]["security"]


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
