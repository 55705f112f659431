import base64
from typing import Any

import pytest

from tests.assessments.conftest import Get
from tests.factories import OrganisationFactory


def acronyms(page: dict[str, Any]) -> list[str]:
    return [row["acronym"] for row in page["results"]]


def test_pages_follow_each_other(get: Get) -> None:
    OrganisationFactory(acronym="EU")
    OrganisationFactory(acronym="AU")
    first = get("organisations/", page_size=2).json()
    assert acronyms(first) == ["UN", "EU"]
    assert first["previous"] is None
    second = get(first["next"].split("/api/v1/")[1]).json()
    assert acronyms(second) == ["AU"]
    assert second["next"] is None
    assert acronyms(get(second["previous"].split("/api/v1/")[1]).json()) == ["UN", "EU"]


def test_rows_added_meanwhile_neither_repeat_nor_hide_others(get: Get) -> None:
    OrganisationFactory(acronym="EU")
    first = get("organisations/", page_size=1).json()
    OrganisationFactory(acronym="AA")
    assert acronyms(get(first["next"].split("/api/v1/")[1]).json()) == ["EU"]


@pytest.mark.parametrize("size", ["0", "501", "-1", "many", "1" * 30])
def test_page_size_is_bounded(get: Get, size: str) -> None:
    response = get("organisations/", page_size=size)
    assert response.status_code == 400
    assert response.json()["errors"] == [
        {"field": "page_size", "message": "Give a whole number from 1 to 500."}
    ]


@pytest.mark.parametrize("text", ["p=abc", "p=1%00", "p=" + "9" * 40, "o=x"])
def test_a_made_up_cursor_is_refused(get: Get, text: str) -> None:
    response = get("organisations/", cursor=base64.b64encode(text.encode()).decode())
    assert response.status_code == 400
    assert [fault["field"] for fault in response.json()["errors"]] == ["cursor"]


def test_a_cursor_that_is_no_code_is_refused(get: Get) -> None:
    assert get("organisations/", cursor="§").status_code == 400
