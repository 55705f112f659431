import csv
import io

import pytest
from django.http import StreamingHttpResponse
from pytest_django.fixtures import DjangoAssertNumQueries

from assessments.api.serializers import RatingSerializer
from assessments.choices import State
from assessments.exchange.csv_lines import inert
from assessments.models import ApprovedRating
from organisations.models import Organisation, User
from tests.assessments.conftest import Get
from tests.factories import (
    DyadFactory,
    EngagementFactory,
    FrameworkFactory,
    OrganisationFactory,
    analyst,
    make_assessment,
)

QUERIES = 4  # session, person, count of requests, ratings


@pytest.fixture
def un(person: User) -> Organisation:
    return Organisation.objects.get(acronym="UN")


def scores(get: Get, **parameters: object) -> dict[str, int | None]:
    return {row["indicator"]: row["score"] for row in get("ratings/", **parameters).json()["results"]}


def table(get: Get, **parameters: object) -> list[dict[str, str]]:
    response = get("ratings.csv", **parameters)
    assert isinstance(response, StreamingHttpResponse)
    return list(csv.DictReader(io.StringIO(response.getvalue().decode(), newline="")))


def test_it_works(get: Get, un: Organisation) -> None:
    assessment = make_assessment(
        State.APPROVED, on_behalf_of=un, answers={"P1.1": 4, "P1.2": "insufficient_evidence"}
    )
    first, second, _third = get("ratings/").json()["results"]
    assert first["assessment"] == assessment.pk
    assert first["revision"] == assessment.current_revision_id
    assert (first["dimension"], first["indicator"], first["score"]) == ("P1", "P1.1", 4)
    assert (first["level"], first["engagement"], first["on_behalf_of"]) == ("political", None, "UN")
    assert (second["score"], second["non_score"]) == (None, "insufficient_evidence")
    assert get(f"ratings/{first['id']}/").json() == first


def test_only_approved_and_released_ratings_exist(get: Get, un: Organisation) -> None:
    make_assessment(State.SUBMITTED, on_behalf_of=un)
    foreign = make_assessment(State.APPROVED, answers={"P1.1": 1})
    assert get("ratings/").json()["results"] == []
    assert table(get) == []
    hidden = ApprovedRating.objects.filter(assessment=foreign).first()
    assert hidden is not None
    assert get(f"ratings/{hidden.rating_id}/").status_code == 404
    make_assessment(State.APPROVED, answers={"P1.1": 2}, released_to=[un])
    assert scores(get)["P1.1"] == 2
    assert len(table(get)) == 3


def test_filters(get: Get, un: Organisation) -> None:
    eu = OrganisationFactory(acronym="EU")
    person = analyst(un)
    dyad = DyadFactory(first=un, second=eu)
    engagement = EngagementFactory(dyad=dyad, name="Early")
    framework = FrameworkFactory(version="9.0")
    make_assessment(State.APPROVED, assessor=person, dyad=dyad, framework=framework, period=(1999, 2001))
    make_assessment(State.APPROVED, assessor=person, engagement=engagement, answers={"F1.1": 5})
    make_assessment(State.APPROVED, released_to=[un], period=(2011, 2012), answers={"P1.1": 1})
    field = {"F1.1": 5, "F1.2": 3, "F5.1": 3}
    political = {"P1.1": 3, "P1.2": 3, "PX.1": 3}
    assert scores(get, dyad="EU-UN") == scores(get, dyad="UN-EU") == political | field
    assert scores(get, level="field") == scores(get, engagement="early") == field
    assert scores(get, framework="small@9.0") == political
    assert scores(get, dimension="F1") == {"F1.1": 5, "F1.2": 3}
    assert scores(get, indicator="f1.1") == {"F1.1": 5}
    assert scores(get, organisation="UN") == political | field
    assert scores(get, year_from=2010) == political | {"P1.1": 1}
    assert scores(get, year_to=2002) == political
    assert [row["indicator"] for row in table(get, dimension="F1")] == ["F1.1", "F1.2"]


def test_csv_has_the_same_figures(get: Get, un: Organisation) -> None:
    """At the address that it had before there were exports, too; with the marking of each row besides."""
    make_assessment(State.APPROVED, on_behalf_of=un, answers={"P1.1": 4, "P1.2": "not_applicable"})
    rows = table(get)
    assert list(rows[0]) == [*RatingSerializer.Meta.fields, "marking"]
    words = {None: "", True: "true", False: "false"}
    as_text = [
        {
            name: words[value] if value is None or isinstance(value, bool) else str(value)
            for name, value in row.items()
        }
        for row in get("ratings/").json()["results"]
    ]
    assert rows == [row | {"marking": "AMBER"} for row in as_text]


def test_numbers_and_other_texts_stay() -> None:
    assert [inert(value) for value in (-1.5, 3, None, "a=b", "")] == [-1.5, 3, None, "a=b", ""]


def test_queries_do_not_grow_with_rows(
    get: Get, un: Organisation, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    person = analyst(un)
    for rows in (3, 6, 9):
        make_assessment(State.APPROVED, assessor=person, engagement=EngagementFactory())
        with django_assert_num_queries(QUERIES):
            assert len(get("ratings/").json()["results"]) == rows
