"""Choosing what to export: filters of pages and API, the pages, what is refused."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from assessments.choices import State
from assessments.exports.catalogue import DATASETS, dictionary
from assessments.exports.making import MEDIA_TYPES
from assessments.models import Assessment
from assessments.views.filters import AssessmentFilter, RecommendationFilter
from assessments.views.lesson_filters import LessonFilter
from organisations.models import Organisation, User
from tests.assessments.conftest import Get
from tests.assessments.exports.conftest import content, table
from tests.factories import (
    AT,
    DyadFactory,
    EngagementFactory,
    FrameworkFactory,
    coordinator,
    make_assessment,
)
from tests.lesson_work import DUE, texts
from tests.world import RULE

pytestmark = pytest.mark.django_db
WHEN = {"of": "P1.1", "measure": "n_assessors", "at_least": 1}
QUERIES = 15  # session, person, two keys, two facts, rows, the record and its end, and their savepoints
PAGES = {
    "/exports/": 4,
    "/exports/dictionary/": 3,
    "/exports/ratings/": 6,
    "/exports/ratings/download/": QUERIES,
}


@pytest.fixture
def un(person: User) -> Organisation:
    return Organisation.objects.get(acronym="UN")


@pytest.fixture
def work(un: Organisation) -> Any:
    """Two dyads with one assessment each, of different years and bases."""
    framework = FrameworkFactory(version="1.0", rules=[{**RULE, "code": "r", "when": WHEN}])
    made = []
    for period, basis in (((2001, 2002), "Interviews"), ((2010, 2012), "Reports")):
        one = make_assessment(
            State.APPROVED,
            on_behalf_of=un,
            dyad=DyadFactory(first=un),
            framework=framework,
            period=period,
        )
        Assessment.objects.filter(pk=one.pk).update(basis=basis)
        made.append(one)
    return made


def test_filters_leave_the_rows_that_match(get: Get, un: Organisation, work: Any) -> None:
    first, second = work
    dyad = first.dyad.slug
    for name in ("ratings", "assessments", "answers", "scorecards", "findings", "recommendations"):
        rows = table(get(name, dyad=dyad))
        assert {row["dyad"] for row in rows} == {dyad}, name
        assert {row["dyad"] for row in table(get(name))} == {dyad, second.dyad.slug}
        assert {row["dyad"] for row in table(get(name, organisation="un"))} == {dyad, second.dyad.slug}
    assert {row["assessment"] for row in table(get("ratings", year_from=2005))} == {str(second.pk)}
    assert {row["id"] for row in table(get("assessments", search="interview"))} == {str(first.pk)}
    assert len(table(get("recommendations", priority=1))) == 2
    assert table(get("recommendations", priority=2)) == []


def test_lessons_are_filtered_as_on_their_page(get: Get, un: Organisation, work: Any) -> None:
    from assessments.actions import lesson_actions, lesson_decisions, lessons

    first, second = work
    judge, writer = coordinator(un), coordinator(un)
    about = {"engagement": None, "framework": first.framework, "rule": None}
    written = [
        lessons.begin_lesson(
            organisation=un,
            about={**about, "dyad": one.dyad, "subject": subject},
            texts=texts(title=title),
            by=person,
            at=AT,
        )
        for one, subject, title, person in (
            (first, "P1.1", "Rehatting", get_person(un)),
            (second, "PX.1", "Fuel", get_person(un)),
        )
    ]
    lessons.identify(lesson=written[0], version=1, by=get_person(un), at=AT)
    lesson_decisions.endorse(lesson=written[0], version=2, by=judge, at=AT)
    action = lesson_actions.task_organisation(
        lesson=written[0], organisation=un, task="Agree.", by=judge, at=AT
    )
    lesson_actions.accept_action(action=action, owner=writer, due=DUE, by=judge, at=AT)

    def titles(**parameters: Any) -> list[str]:
        return [row["title"] for row in table(get("lessons", **parameters))]

    assert titles() == ["Rehatting", "Fuel"]
    assert titles(search="reh") == titles(dyad=first.dyad.slug) == titles(state="tasked") == ["Rehatting"]
    assert titles(dimension="p1") == titles(acting="UN") == titles(due="overdue") == ["Rehatting"]
    assert titles(dimension="PX") == titles(state="observation") == ["Fuel"]
    assert titles(due="month") == titles(mine="me") == titles(organisation="UN", kind="best_practice") == []
    assert [row["task"] for row in table(get("actions", lesson=written[0].pk))] == ["Agree."]
    assert table(get("actions", state="declined")) == table(get("actions", lesson=written[1].pk)) == []


def get_person(organisation: Organisation) -> User:
    return User.objects.filter(memberships__organisation=organisation).earliest("pk")


@pytest.mark.parametrize(
    ("parameters", "fields"),
    [
        ({"dyad": "UN-XX"}, {"dyad"}),
        ({"organization": "UN"}, {"organization"}),
        ({"format": "pdf"}, {"format"}),
        ({"hxl": "perhaps"}, {"hxl"}),
        ({"year_from": "x", "level": "sea"}, {"year_from", "level"}),
    ],
)
def test_what_means_nothing_is_refused(
    get: Get, client: Client, parameters: dict[str, str], fields: set[str]
) -> None:
    response = get("ratings", **parameters)
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert {error["field"] for error in response.json()["errors"]} == fields
    page = client.get("/exports/ratings/", parameters)
    assert page.status_code == 422
    assert "This cannot be exported" in page.text
    away = client.get("/exports/ratings/download/", parameters)
    assert (away.status_code, away["Location"].partition("?")[0]) == (302, "/exports/ratings/")


def test_the_page_counts_and_offers_the_file(get: Get, client: Client, work: Any) -> None:
    page = client.get("/exports/ratings/", {"dyad": work[0].dyad.slug}).text
    assert "This leaves 3 approved ratings." in " ".join(page.split())
    assert "The strictest marking is TLP:AMBER." in " ".join(page.split())
    response = client.get(
        "/exports/ratings/download/", {"dyad": work[0].dyad.slug, "format": "csv", "hxl": "on"}
    )
    assert len(content(response).splitlines()) == 5
    listed = client.get("/exports/").text
    assert "ratings-TLP-AMBER.csv" in listed
    assert work[0].dyad.slug in listed


@pytest.mark.parametrize(
    ("name", "filters"),
    [("assessments", AssessmentFilter), ("recommendations", RecommendationFilter), ("lessons", LessonFilter)],
)
def test_the_filters_of_lists_are_filters_of_their_export(name: str, filters: Any) -> None:
    renamed = {"on_behalf_of": "organisation"}
    assert {renamed.get(key, key) for key in filters.base_filters} <= {*DATASETS[name].filters.base_filters}


def test_lists_lead_to_their_export_with_their_filter(client: Client, get: Get, work: Any) -> None:
    dyad = work[0].dyad
    query = f"?dyad={dyad.pk}&on_behalf_of={dyad.first_id}&search=interview"
    page = client.get(f"/assessments/{query}").text
    address = page.split('">Export these')[0].rsplit('href="', 1)[1].replace("&amp;", "&")
    assert address == f"/exports/assessments/?search=interview&dyad={dyad.slug}&organisation=UN"
    assert "This leaves 1 assessments." in " ".join(client.get(address).text.split())
    for path in ("/recommendations/", "/lessons/"):
        assert f"/exports{path}" in client.get(path).text
    assert '/exports/assessments/"' in client.get("/assessments/?dyad=nonsense").text


def test_the_dictionary_is_one_on_the_page_in_the_file_and_in_the_api(client: Client, get: Get) -> None:
    entries = client.get("/api/v1/exports/dictionary/").json()
    assert entries == list(dictionary())
    assert table(client.get("/exports/dictionary.csv")) == entries
    page = client.get("/exports/dictionary/").text
    assert all(f"<code>{entry['column']}</code>" in page for entry in entries)
    assert len({(entry["dataset"], entry["column"]) for entry in entries}) == len(entries)
    assert all(entry["meaning"] for entry in entries)


def test_queries_do_not_grow_with_rows(
    get: Get, client: Client, work: Any, un: Organisation, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    counted = []
    for _ in range(2):
        found = {}
        for name in DATASETS:
            with CaptureQueriesContext(connection) as captured:
                content(get(name))
            found[name] = len(captured)
        for path in PAGES:
            with CaptureQueriesContext(connection) as captured:
                response = client.get(path)
                if response.streaming:
                    content(response)
            found[path] = len(captured)
        counted.append(found)
        make_assessment(State.APPROVED, on_behalf_of=un, engagement=EngagementFactory(dyad=work[0].dyad))
        table(get("scorecards"))
    assert counted[0] == counted[1]
    assert {path: counted[0][path] for path in PAGES} == PAGES


@pytest.mark.parametrize("name", DATASETS)
def test_the_document_describes_each(get: Get, client: Client, name: str) -> None:
    operation = client.get(reverse("api:schema")).json()["paths"][f"/api/v1/exports/{name}/"]["get"]
    named = {parameter["name"] for parameter in operation["parameters"]}
    assert named == {"format", "hxl", *DATASETS[name].filters.base_filters}
    kinds = {kind.partition(";")[0] for kind in MEDIA_TYPES.values()}
    assert {*operation["responses"]["200"]["content"]} == kinds
