"""Who may use which route: the table, and that no route is missing from it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.messages import constants, get_messages
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pytest_django import Settings

from assessments.models import (
    ActionNote,
    Adjudication,
    Assessment,
    Assignment,
    Attachment,
    CoAuthor,
    Comment,
    Evidence,
    Framework,
    JointFit,
    Lesson,
    LessonAction,
    LessonRelation,
    LessonStep,
    Notice,
    NoticePreference,
    OfflineUpload,
    Panel,
    PanelComment,
    PanelMember,
    Rating,
    Recommendation,
    Review,
    Rule,
    VignetteRating,
)
from assessments.models.calibration import Calibration
from assessments.models.edition import Edition
from organisations.models import ApiToken
from tests.panel_world import panels_to_act_on
from tests.permission_table import API_ROUTES, PAGES, TABLE, Row
from tests.world import PEOPLE, World, make_world

pytestmark = pytest.mark.django_db


ACCEPTED = {(row.method, row.route) for row in TABLE}
WRITES = ("POST", "PUT", "PATCH", "DELETE")


@pytest.fixture
def world(db: None, settings: Settings) -> World:
    settings.API_REQUESTS_PER_MINUTE = {"reading": 0, "changing": 0}  # a table asks more than a person may
    made = make_world()
    made.ids.update(panels_to_act_on(made.people))
    return made


def address(row: Row, ids: dict[str, Any]) -> str:
    return reverse(row.route, kwargs={name: ids.get(key, key) for name, key in row.objects.items()})


def signed_in(world: World, person: str) -> Client:
    client, user = Client(), world.people[person]
    if user is not None:
        client.force_login(user)
    return client


def posted(row: Row, world: World) -> dict[str, str]:
    return {name: str(world.ids.get(value, value)) for name, value in row.data.items()}


def body_of(row: Row, world: World) -> dict[str, Any]:
    """What a program sends: words may stand for ids of the world, and the rest is meant as it is."""
    return {
        name: world.ids.get(value, value) if isinstance(value, str) else value
        for name, value in row.data.items()
    }


def answer_to(row: Row, client: Client, world: World) -> HttpResponseBase:
    url = address(row, world.ids)
    if row.method == "GET":
        return client.get(url)
    if not row.route.startswith("api:"):
        return client.post(url, posted(row, world))
    body = json.dumps(body_of(row, world)).encode() if row.data else b""
    return client.generic(row.method, url, body, content_type="application/json", headers={"If-Match": "*"})


def outcome(response: HttpResponseBase, method: str) -> str:
    if response.status_code != 302:
        return str(response.status_code)
    if response["Location"].startswith(reverse("account_login")):
        return "login"
    said = {message.level for message in get_messages(response.wsgi_request)}  # type: ignore[attr-defined]
    if method == "GET":
        return "away"
    return "refused" if constants.ERROR in said else "done"


OF_PANELS = (PanelComment, Adjudication, PanelMember)
COUNTED = (
    ActionNote,
    Attachment,
    LessonRelation,
    LessonStep,
    *OF_PANELS,
    CoAuthor,
    Edition,
    Evidence,
    Review,
    ApiToken,
    VignetteRating,
    JointFit,
    OfflineUpload,
    NoticePreference,
    Rule,
)


def recorded() -> list[object]:
    """Everything that the routes of the table could change."""
    return [
        *Assessment.objects.order_by("pk").values_list(
            "pk", "state", "version", "released_to_all", "updated_at", "assessor"
        ),
        *Rating.objects.order_by("pk").values_list("pk", "version"),
        *Recommendation.objects.order_by("pk").values_list("pk", "status"),
        *Comment.objects.order_by("pk").values_list("pk", "version", "resolved_at"),
        *Assignment.objects.values_list("assessment", "reviewer"),
        *Panel.objects.order_by("pk").values_list("pk", "state"),
        *Calibration.objects.order_by("pk").values_list("pk", "status"),
        *Lesson.objects.order_by("pk").values_list("pk", "state", "version"),
        *LessonAction.objects.order_by("pk").values_list("pk", "state", "version"),
        *Framework.objects.order_by("pk").values_list("pk", "published_at"),
        *Notice.objects.order_by("pk").values_list("pk", "seen_at"),
        *(model.objects.count() for model in COUNTED),
    ]


def tried(world: World, person: str, row: Row, before: list[object]) -> str:
    """The outcome of one request, whose effects are taken back; only what is done may have any."""
    with transaction.atomic():
        client, url = signed_in(world, person), address(row, world.ids)
        response = answer_to(row, client, world)
        found = outcome(response, row.method)
        response.getvalue()  # a file that nobody reads would keep its transaction open
        if response.streaming:
            response.getvalue()  # to its end, which closes what it reads
        did = found in {"done", "201"} or (row.method != "GET" and found in {"200", "204"})
        changed = not did and recorded() != before
        transaction.set_rollback(True)
    assert not changed, f"{row.method} {url} by {person} changed something: {found}"
    return found


def key(row: Row) -> tuple[str, ...]:
    return (*row[:2], *row.objects.values(), *row.data, *row.data.values())


@pytest.mark.parametrize("person", PEOPLE)
def test_the_table_holds(world: World, person: str) -> None:
    column = PEOPLE.index(person)
    expected = {key(row): row.outcomes.split()[column] for row in TABLE}
    before = recorded()
    found = {key(row): tried(world, person, row, before) for row in TABLE}
    assert found == expected


def test_what_is_done_is_recorded(world: World) -> None:
    """So that the table's test can see a change where none may be."""
    before = recorded()
    for row in TABLE:
        if row.route == "assessments:release" and row.objects == {"pk": "approved"}:
            signed_in(world, "coordinator").post(address(row, world.ids), row.data)
    assert recorded() != before


def named_routes(resolver: URLResolver, namespaces: tuple[str, ...] = ()) -> Iterator[str]:
    """Every route by its full name; the administration counts as one."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            yield ":".join((*namespaces, pattern.name or str(pattern.pattern)))
        elif pattern.namespace == "admin":
            yield "admin:index"
        else:
            yield from named_routes(pattern, (*namespaces, *filter(None, [pattern.namespace])))


def test_every_route_is_in_the_table() -> None:
    assert set(named_routes(get_resolver())) == {row.route for row in TABLE}


def test_every_row_says_what_happens_to_everybody() -> None:
    assert {len(row.outcomes.split()) for row in TABLE} == {len(PEOPLE)}


def test_other_methods_are_refused(world: World) -> None:
    client, rows = signed_in(world, "analyst"), PAGES + API_ROUTES
    found = {
        (method, row.route): client.generic(method, address(row, world.ids)).status_code
        for row in rows
        for method in WRITES
        if (method, row.route) not in ACCEPTED
    }
    found |= {
        ("GET", row.route): client.get(address(row, world.ids)).status_code
        for row in rows
        if ("GET", row.route) not in ACCEPTED
    }
    assert {key: status for key, status in found.items() if status not in {404, 405}} == {}


def test_nothing_is_posted_without_a_token_of_the_form(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    user = world.people["analyst"]
    assert user is not None
    client.force_login(user)
    rows = [row for row in TABLE if row.method != "GET"]
    assert {answer_to(row, client, world).status_code for row in rows} == {403}
