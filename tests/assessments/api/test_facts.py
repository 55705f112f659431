"""Organisations, dyads, missions and frameworks: what everybody who is signed in may know."""

from collections.abc import Callable
from typing import Any

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from organisations.models import Organisation, User
from tests.assessments.conftest import Get
from tests.factories import DyadFactory, FrameworkFactory, MissionFactory, OrganisationFactory

SIGN_IN = 3  # session, person, count of requests


def names(response: Any, field: str) -> list[str]:
    return [row[field] for row in response.json()["results"]]


def test_organisations(get: Get) -> None:
    OrganisationFactory(acronym="EU", scope="regional")
    OrganisationFactory(acronym="UNESCO", scope="global")
    assert names(get("organisations/"), "acronym") == ["UN", "EU", "UNESCO"]
    assert names(get("organisations/", scope="global"), "acronym") == ["UNESCO"]
    assert get("organisations/eu/").json()["acronym"] == "EU"


def test_dyads(get: Get, person: User) -> None:
    un = Organisation.objects.get(acronym="UN")
    DyadFactory(first=un, second=OrganisationFactory(acronym="EU"))
    DyadFactory()
    assert names(get("dyads/", organisation="EU"), "slug") == ["UN-EU"]
    assert len(get("dyads/").json()["results"]) == 2
    assert get("dyads/eu-un/").json()["slug"] == "UN-EU"


def test_missions(get: Get) -> None:
    eu = OrganisationFactory(acronym="EU")
    MissionFactory(acronym="Artemis", start="2003-06-12", end="2003-09", leads=[eu])
    MissionFactory(acronym="MONUC", start="1999-11", end="2010", leads=[])
    MissionFactory(acronym="MONUSCO", start="2010-07", leads=[])
    assert names(get("missions/"), "acronym") == ["Artemis", "MONUC", "MONUSCO"]
    assert names(get("missions/", organisation="eu"), "acronym") == ["Artemis"]
    assert names(get("missions/", year_from=2004), "acronym") == ["MONUC", "MONUSCO"]
    assert names(get("missions/", year_to=2002), "acronym") == ["MONUC"]
    assert names(get("missions/", year_from=2003, year_to=2003), "acronym") == ["Artemis", "MONUC"]
    row = get("missions/", organisation="EU").json()["results"][0]
    assert get(f"missions/{row['id']}/").json()["leads"] == ["EU"]


def test_frameworks(get: Get) -> None:
    rule = {"code": "R1", "kind": "weakness", "priority": 2}
    framework = FrameworkFactory(code="small", version="1.0", rules=[rule])
    FrameworkFactory(code="small", version="2.0")
    draft = FrameworkFactory(code="draft", version="1.0", published_at=None)
    assert names(get("frameworks/"), "name") == ["small@1.0", "small@2.0"]
    assert names(get("frameworks/", framework="small"), "name") == ["small@1.0", "small@2.0"]
    assert names(get("frameworks/", framework="small@2.0"), "name") == ["small@2.0"]
    assert get("frameworks/", framework="draft").status_code == 400
    assert get(f"frameworks/{draft.pk}/").status_code == 404
    detail = get(f"frameworks/{framework.pk}/").json()
    assert [dimension["code"] for dimension in detail["dimensions"]] == ["P1", "PX", "F1", "F5"]
    assert [indicator["code"] for indicator in detail["dimensions"][0]["indicators"]] == ["P1.1", "P1.2"]
    assert detail["dimensions"][0]["indicators"][0]["anchors"][0] == {"score": 1, "text": "P1.1 at 1"}
    assert detail["rules"] == [{**rule, "definition": rule}]


@pytest.mark.parametrize(
    ("address", "make", "queries"),
    [
        ("organisations/", OrganisationFactory, 1),
        ("dyads/", DyadFactory, 1),
        ("missions/", MissionFactory, 2),
        ("frameworks/", FrameworkFactory, 1),
    ],
)
def test_queries_do_not_grow_with_rows(
    get: Get,
    django_assert_num_queries: DjangoAssertNumQueries,
    address: str,
    make: Callable[[], object],
    queries: int,
) -> None:
    make()
    with django_assert_num_queries(SIGN_IN + queries):
        get(address)
    for _ in range(3):
        make()
    with django_assert_num_queries(SIGN_IN + queries):
        assert len(get(address).json()["results"]) >= 4


def test_queries_of_a_framework_do_not_grow_with_its_parts(
    get: Get, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    framework = FrameworkFactory()
    with django_assert_num_queries(SIGN_IN + 5):
        get(f"frameworks/{framework.pk}/")
