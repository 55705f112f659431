"""What the API answers when it cannot give what was asked for."""

import pytest
from django.test import Client
from rest_framework.exceptions import Throttled

from organisations.api.problems import problem_details
from tests.assessments.conftest import Get

LISTS = [
    "organisations/",
    "dyads/",
    "missions/",
    "frameworks/",
    "assessments/",
    "ratings/",
    "scorecards/",
    "findings/",
    "recommendations/",
]
EXPORTS = ["ratings.csv", "scorecards.csv"]
OTHERS = ["", "schema/", "no/such/address"]
PARAMETERS = {"dyad": "UN-XX", "framework": "none@9", "organisation": "XX"}


@pytest.mark.parametrize("address", [*LISTS, *EXPORTS])
def test_it_works(get: Get, address: str) -> None:
    response = get(address)
    assert response.status_code == 200
    assert response.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize("address", [*LISTS, *EXPORTS, *OTHERS, "ratings/1/", "dyads/UN-EU/"])
def test_anonymous_is_asked_to_sign_in(client: Client, address: str) -> None:
    response = client.get(f"/api/v1/{address}")
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Token"
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["title"] == "Unauthorized"


@pytest.mark.parametrize("address", [*LISTS, *EXPORTS])
def test_an_unknown_parameter_is_refused(get: Get, address: str) -> None:
    response = get(address, dydad="UN-EU")
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert [fault["field"] for fault in response.json()["errors"]] == ["dydad"]


@pytest.mark.parametrize("name", PARAMETERS)
@pytest.mark.parametrize(
    "address", ["ratings/", "ratings.csv", "scorecards.csv", "findings/", "recommendations/"]
)
def test_a_value_that_names_nothing_is_refused(get: Get, address: str, name: str) -> None:
    response = get(address, **{name: PARAMETERS[name]})
    assert response.status_code == 400
    assert response.json()["errors"] == [{"field": name, "message": f"There is no “{PARAMETERS[name]}”."}]


@pytest.mark.parametrize(
    ("address", "name", "value"),
    [
        ("assessments/", "state", "finished"),
        ("assessments/", "year_from", "soon"),
        ("ratings/", "level", "middle"),
        ("ratings/", "indicator", "X9.9"),
        ("ratings/", "dimension", "X9"),
        ("ratings/", "engagement", "None"),
        ("ratings/", "year_to", "99999"),
        ("findings/", "kind", "misfortune"),
        ("findings/", "target", "X9"),
        ("findings/", "scorecard", "-1"),
        ("recommendations/", "status", "lost"),
        ("organisations/", "scope", "galactic"),
    ],
)
def test_each_filter_refuses_nonsense(get: Get, address: str, name: str, value: str) -> None:
    response = get(address, **{name: value})
    assert response.status_code == 400
    assert [fault["field"] for fault in response.json()["errors"]] == [name]


@pytest.mark.parametrize("address", ["no/such/address", "ratings/999/", "dyads/UN-XX/", "organisations/XX/"])
def test_what_does_not_exist(get: Get, address: str) -> None:
    response = get(address)
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["status"] == 404


@pytest.mark.parametrize("address", [one for one in LISTS if one != "assessments/"])
def test_what_follows_from_assessments_is_only_read(get: Get, client: Client, address: str) -> None:
    response = client.post(f"/api/v1/{address}", {}, content_type="application/json")
    assert response.status_code == 405
    assert response.json()["title"] == "Method Not Allowed"


def test_a_format_it_does_not_have(get: Get, client: Client) -> None:
    response = client.get("/api/v1/dyads/", headers={"Accept": "image/png"})
    assert response.status_code == 406
    assert response["Content-Type"] == "application/problem+json"


def test_too_many_requests_say_when_to_come_back() -> None:
    response = problem_details(Throttled(wait=30), {})
    assert response is not None
    assert response.status_code == 429
    assert response["Retry-After"] == "30"
    assert response.data["title"] == "Too Many Requests"


def test_a_crash_is_no_problem_of_the_caller() -> None:
    assert problem_details(ValueError(), {}) is None
