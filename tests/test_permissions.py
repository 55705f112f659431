"""Who may use which route: the table, and that no route is missing from it."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from django.contrib.messages import constants, get_messages
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from assessments.models import (
    Assessment,
    CoAuthor,
    Evidence,
    JointFit,
    Rating,
    Recommendation,
    Review,
    VignetteRating,
)
from assessments.models.calibration import Calibration
from assessments.models.edition import Edition
from organisations.models import ApiToken
from tests.edition_rows import edition_rows
from tests.world import COLLEAGUE_ID, PEOPLE, World, make_world

pytestmark = pytest.mark.django_db


class Row(NamedTuple):
    """``objects`` are keys of ``World.ids``, or the text itself where there is no such key.

    ``outcomes`` are in the order of the columns: a status; ``login``, ``away`` (a redirect), and of what
    would change something ``done`` or ``refused`` (with the reason in a message).
    """

    method: str
    route: str
    objects: dict[str, str]
    outcomes: str
    data: dict[str, str] = {}


#               anonym. suspend nobody  reader  analyst colleag review  coordin partner p.coord outsid. admin
ANYBODY = "    200     200     200     200     200     200     200     200     200     200     200     200"
SIGNED_IN = "  login   login   200     200     200     200     200     200     200     200     200     200"
WITH_ROLE = "  login   login   404     200     200     200     200     200     200     200     200     404"
CALIBRATION = "login   login   404     200     200     200     200     200     200     200     200     200"
BY_ADMIN = "   login   login   404     refused refused refused refused refused refused refused refused done"
NO_MORE = BY_ADMIN.replace("done", "refused")
OWN_WORK = "   login   login   404     404     200     200     200     200     404     404     404     404"
ASSESSOR = "   login   login   404     404     200     away    away    away    404     404     404     404"
READ_IT = "    login   login   404     404     away    away    200     away    404     404     404     404"
NOT_NOW = "    login   login   404     404     away    away    away    away    404     404     404     404"
BY_ANALYST = " login   login   404     404     done    refused refused refused 404     404     404     404"
ANALYSTS = "   login   login   404     404     done    done    refused refused 404     404     404     404"
SHARING = "    login   login   404     404     done    refused refused done    404     404     404     404"
BY_REVIEWER = "login   login   404     404     refused refused done    refused 404     404     404     404"
BY_COORD = "   login   login   404     404     refused refused refused done    404     404     404     404"
REFUSED = "    login   login   404     404     refused refused refused refused 404     404     404     404"
RECORDING = "  login   login   404     404     200     200     404     404     200     404     200     404"
API = "        401     401     200     200     200     200     200     200     200     200     200     200"
API_ROLE = "   401     401     404     200     200     200     200     200     200     200     200     404"
API_OWN = "    401     401     404     404     200     200     200     200     404     404     404     404"
ACCOUNT = "    200     200     away    away    away    away    away    away    away    away    away    away"
OWN_TOKEN = "  login   login   404     404     200     404     404     404     404     404     404     404"
COLLEAGUE = {"person": str(COLLEAGUE_ID)}
DYAD = {"slug": "OWN-OTHER"}
POLITICAL = {**DYAD, "level": "political"}
CHART = {**DYAD, "name": "political-dimensions"}
OPENING = {"on_behalf_of": "1"}
DESCRIPTION = {
    "version": "1",
    "period_start": "2004",
    "period_end": "2005",
    "basis": "Interviews",
    "marking": "AMBER",
}
ANSWERS = {"P1.1-answer": "5", "P1.1-version": "1", "P1.2-version": "1", "then": "stay"}

PAGES = [
    Row("GET", "home", {}, SIGNED_IN),
    Row("GET", "organisations:organisations", {}, SIGNED_IN),
    Row("GET", "organisations:organisation", {"acronym": "OWN"}, SIGNED_IN),
    Row("GET", "organisations:missions", {}, SIGNED_IN),
    Row("GET", "organisations:mission", {"pk": "mission"}, SIGNED_IN),
    Row("GET", "organisations:roles", {}, SIGNED_IN),
    Row("GET", "organisations:tokens", {}, SIGNED_IN),
    Row("POST", "organisations:tokens", {}, SIGNED_IN.replace("200", "201"), {"label": "new"}),
    Row("GET", "organisations:revoke-token", {"token_key": "token"}, OWN_TOKEN),
    Row("POST", "organisations:revoke-token", {"token_key": "token"}, OWN_TOKEN.replace("200", "done")),
    Row("GET", "assessments:assessments", {}, SIGNED_IN),
    Row("GET", "assessments:open", {}, SIGNED_IN),
    Row("POST", "assessments:open", {}, SIGNED_IN.replace("200", "422"), OPENING),
    Row("GET", "assessments:assessment", {"pk": "draft"}, OWN_WORK),
    Row("GET", "assessments:assessment", {"pk": "submitted"}, OWN_WORK),
    Row("GET", "assessments:assessment", {"pk": "in_review"}, OWN_WORK),
    Row("GET", "assessments:assessment", {"pk": "returned"}, OWN_WORK),
    Row("GET", "assessments:assessment", {"pk": "approved"}, OWN_WORK),
    Row("GET", "assessments:assessment", {"pk": "shared"}, WITH_ROLE),
    Row("GET", "assessments:edit", {"pk": "draft"}, ASSESSOR),
    Row("GET", "assessments:edit", {"pk": "approved"}, NOT_NOW),
    Row("GET", "assessments:describe", {"pk": "draft"}, ASSESSOR),
    Row("POST", "assessments:describe", {"pk": "draft"}, BY_ANALYST, DESCRIPTION),
    Row("POST", "assessments:describe", {"pk": "submitted"}, REFUSED, DESCRIPTION),
    Row("GET", "assessments:dimension", {"pk": "draft", "code": "P1"}, ASSESSOR),
    Row("POST", "assessments:dimension", {"pk": "draft", "code": "P1"}, BY_ANALYST, ANSWERS),
    Row("POST", "assessments:dimension", {"pk": "submitted", "code": "P1"}, REFUSED),
    Row("POST", "assessments:save-answer", {"pk": "draft", "code": "P1.1"}, BY_ANALYST, ANSWERS),
    Row("POST", "assessments:save-answer", {"pk": "submitted", "code": "P1.1"}, REFUSED, ANSWERS),
    Row("GET", "assessments:authors", {"pk": "draft"}, OWN_WORK),
    Row("GET", "assessments:authors", {"pk": "shared"}, OWN_WORK),
    Row("POST", "assessments:authors", {"pk": "draft"}, SHARING, {"do": "add", **COLLEAGUE}),
    Row("POST", "assessments:authors", {"pk": "approved"}, REFUSED, {"do": "add"}),
    Row(
        "POST",
        "assessments:authors",
        {"pk": "draft"},
        BY_COORD,
        {"do": "hand_over", **COLLEAGUE},
    ),
    Row("POST", "assessments:authors", {"pk": "returned"}, SHARING.replace("done", "422 "), {"do": "remove"}),
    Row("GET", "assessments:presence", {"pk": "draft"}, ASSESSOR.replace("away", "403 ")),
    Row("GET", "assessments:signed-in", {}, SIGNED_IN),
    Row("GET", "assessments:add-evidence", {"pk": "draft", "code": "P1.1"}, ASSESSOR),
    Row(
        "POST",
        "assessments:add-evidence",
        {"pk": "draft", "code": "P1.1"},
        BY_ANALYST.replace("done", "422"),
        {"stance": "?"},
    ),
    Row("GET", "assessments:check", {"pk": "draft"}, ASSESSOR),
    Row("POST", "assessments:check", {"pk": "draft"}, BY_ANALYST, {"reason": "One report is all there is."}),
    Row("POST", "assessments:check", {"pk": "submitted"}, REFUSED),
    Row("POST", "assessments:revise", {"pk": "returned"}, BY_ANALYST),
    Row("POST", "assessments:revise", {"pk": "approved"}, REFUSED),
    Row("POST", "assessments:amend", {"pk": "approved"}, ANALYSTS),
    Row("POST", "assessments:amend", {"pk": "draft"}, REFUSED),
    Row("POST", "assessments:withdraw", {"pk": "draft"}, BY_ANALYST),
    Row("POST", "assessments:withdraw", {"pk": "in_review"}, REFUSED),
    Row("POST", "assessments:release", {"pk": "approved"}, BY_COORD, {"released_to_all": "on"}),
    Row("POST", "assessments:release", {"pk": "draft"}, REFUSED, {"released_to_all": "on"}),
    Row("POST", "assessments:start-review", {"pk": "submitted"}, BY_REVIEWER),
    Row("POST", "assessments:start-review", {"pk": "draft"}, REFUSED),
    Row("GET", "assessments:review", {"pk": "in_review", "number": "1"}, READ_IT),
    Row("GET", "assessments:review", {"pk": "submitted", "number": "1"}, NOT_NOW),
    Row(
        "POST", "assessments:decide", {"pk": "in_review", "number": "1"}, BY_REVIEWER, {"decision": "approve"}
    ),
    Row("POST", "assessments:decide", {"pk": "submitted", "number": "1"}, REFUSED, {"decision": "approve"}),
    Row("GET", "assessments:dyads", {}, SIGNED_IN),
    Row("GET", "assessments:compare", {}, SIGNED_IN),
    Row("GET", "assessments:compare-engagements", {}, SIGNED_IN),
    Row("GET", "assessments:compare-arrangements", {}, SIGNED_IN),
    Row("GET", "assessments:constellation", {}, SIGNED_IN),
    Row("GET", "assessments:organisation-dyads", {"acronym": "OWN"}, SIGNED_IN),
    Row("GET", "assessments:dyad", DYAD, SIGNED_IN),
    Row("GET", "assessments:dyad-ratings", POLITICAL, SIGNED_IN),
    Row(
        "GET",
        "assessments:dyad-preview",
        {**DYAD, "acronym": "OTHER"},
        "login login away away away away away 200 away away away away",
    ),
    Row("GET", "assessments:dyad-chart", {**CHART, "extension": "svg"}, WITH_ROLE),
    Row("GET", "assessments:dyad-chart", {**CHART, "extension": "png"}, WITH_ROLE),
    Row("GET", "assessments:dyad-chart", {**CHART, "extension": "csv"}, WITH_ROLE),
    *(Row(*row) for row in edition_rows(SIGNED_IN, WITH_ROLE, OWN_WORK)),
    Row("GET", "assessments:finding", {"pk": "finding"}, OWN_WORK),
    Row(
        "GET",
        "assessments:finding",
        {"pk": "shared_finding"},
        "login login 404 200 404 404 404 404 200 200 200 404",
    ),
    Row("GET", "assessments:planning", {}, SIGNED_IN),
    Row("GET", "assessments:sources", {}, SIGNED_IN),
    Row("GET", "assessments:recommendations", {}, SIGNED_IN),
    Row("GET", "assessments:recommendation", {"pk": "recommendation"}, OWN_WORK),
    Row("GET", "assessments:recommendation", {"pk": "shared_recommendation"}, WITH_ROLE),
    Row("POST", "assessments:recommendation", {"pk": "recommendation"}, BY_COORD, {"decision": "accept"}),
    Row(
        "POST",
        "assessments:recommendation",
        {"pk": "shared_recommendation"},
        "login login 404 refused refused refused refused done refused done refused 404",
        {"decision": "accept"},
    ),
    Row("GET", "assessments:joint-fit", {}, SIGNED_IN),
    Row(
        "POST",
        "assessments:joint-fit",
        {},
        "login login refused refused refused refused refused refused refused refused refused done",
    ),
    Row("GET", "assessments:own-severity", {}, SIGNED_IN),
    Row("GET", "assessments:vignettes", {}, SIGNED_IN),
    Row("GET", "assessments:vignette", {"pk": "vignette"}, RECORDING),
    Row("GET", "assessments:vignette", {"pk": "rated_vignette"}, RECORDING),
    Row(
        "POST",
        "assessments:vignette",
        {"pk": "vignette"},
        RECORDING.replace("200", "done"),
        {"F1.1-answer": "2"},
    ),
    Row(
        "POST",
        "assessments:vignette",
        {"pk": "rated_vignette"},
        "login login 404 404 refused done 404 404 done 404 done 404",
        {"F1.1-answer": "2"},
    ),
    Row("GET", "assessments:complete-vignette", {"pk": "vignette"}, RECORDING),
    Row("POST", "assessments:complete-vignette", {"pk": "vignette"}, RECORDING.replace("200", "refused")),
    Row("GET", "assessments:method", {}, SIGNED_IN),
    Row("GET", "assessments:calibration", {"pk": "calibration"}, CALIBRATION),
    Row("GET", "assessments:calibration", {"pk": "proposal"}, CALIBRATION),
    Row("POST", "assessments:calibration", {"pk": "proposal"}, BY_ADMIN, {"decision": "put_in_force"}),
    Row("POST", "assessments:calibration", {"pk": "calibration"}, NO_MORE, {"decision": "put_in_force"}),
    Row("GET", "assessments:frameworks", {}, SIGNED_IN),
    Row("GET", "assessments:framework", {"code": "small", "version": "1.0"}, SIGNED_IN),
]
API_ROUTES = [
    Row("GET", "api:api-root", {}, API),
    Row("GET", "api:schema", {}, API),
    Row("GET", "api:docs", {}, SIGNED_IN),
    Row("GET", "api:ratings-csv", {}, API),
    Row("GET", "api:scorecards-csv", {}, API),
    Row("GET", "api:organisation-list", {}, API),
    Row("GET", "api:organisation-detail", {"acronym": "OWN"}, API),
    Row("GET", "api:dyad-list", {}, API),
    Row("GET", "api:dyad-detail", DYAD, API),
    Row("GET", "api:mission-list", {}, API),
    Row("GET", "api:mission-detail", {"pk": "mission"}, API),
    Row("GET", "api:framework-list", {}, API),
    Row("GET", "api:framework-detail", {"pk": "framework"}, API),
    Row("GET", "api:assessment-list", {}, API),
    Row("GET", "api:assessment-detail", {"pk": "draft"}, API_OWN),
    Row("GET", "api:assessment-detail", {"pk": "submitted"}, API_OWN),
    Row("GET", "api:assessment-detail", {"pk": "in_review"}, API_OWN),
    Row("GET", "api:assessment-detail", {"pk": "returned"}, API_OWN),
    Row("GET", "api:assessment-detail", {"pk": "approved"}, API_OWN),
    Row("GET", "api:assessment-detail", {"pk": "shared"}, API_ROLE),
    Row("GET", "api:rating-list", {}, API),
    Row("GET", "api:rating-detail", {"id": "rating"}, API_OWN),
    Row("GET", "api:rating-detail", {"id": "shared_rating"}, API_ROLE),
    Row("GET", "api:scorecard-list", {}, API),
    Row("GET", "api:scorecard-detail", {"pk": "scorecard"}, API_OWN),
    Row(
        "GET",
        "api:scorecard-detail",
        {"pk": "shared_scorecard"},
        "401 401 404 200 404 404 404 404 200 200 200 404",
    ),
    Row("GET", "api:finding-list", {}, API),
    Row("GET", "api:finding-detail", {"pk": "finding"}, API_OWN),
    Row(
        "GET",
        "api:finding-detail",
        {"pk": "shared_finding"},
        "401 401 404 200 404 404 404 404 200 200 200 404",
    ),
    Row("GET", "api:recommendation-list", {}, API),
    Row("GET", "api:recommendation-detail", {"pk": "recommendation"}, API_OWN),
    Row("GET", "api:recommendation-detail", {"pk": "shared_recommendation"}, API_ROLE),
    Row("GET", "api:unknown-address", {"address": "nowhere"}, API.replace("200", "404")),
]
# allauth's own rules: who has signed in is sent away from what is for those who have not, and back.
OTHERS = [
    Row("GET", "account_login", {}, ACCOUNT),
    Row("GET", "account_logout", {}, "login login 200 200 200 200 200 200 200 200 200 200"),
    Row("GET", "account_inactive", {}, ANYBODY),
    Row("GET", "account_signup", {}, ACCOUNT),
    Row("GET", "account_reauthenticate", {}, SIGNED_IN),
    Row("GET", "account_change_password", {}, SIGNED_IN),
    Row("GET", "account_set_password", {}, SIGNED_IN.replace("200", "away")),
    Row("GET", "account_reset_password", {}, ANYBODY),
    Row("GET", "account_reset_password_done", {}, ANYBODY),
    Row("GET", "account_reset_password_from_key", {"uidb36": "1", "key": "wrong-key"}, ANYBODY),
    Row("GET", "account_reset_password_from_key_done", {}, ANYBODY),
    Row(
        "POST",
        "set_language",
        {},
        "done done done done done done done done done done done done",
        {"language": "en"},
    ),
    Row("GET", "healthz", {}, ANYBODY),
    Row("GET", "readyz", {}, ANYBODY),
    Row("GET", "admin:index", {}, "away away away away away away away away away away away 200"),
]
TABLE = PAGES + API_ROUTES + OTHERS
ACCEPT_POST = {route for method, route, *_rest in TABLE if method == "POST"}


@pytest.fixture
def world(db: None) -> World:
    return make_world()


def address(row: Row, ids: dict[str, Any]) -> str:
    return reverse(row.route, kwargs={name: ids.get(key, key) for name, key in row.objects.items()})


def signed_in(world: World, person: str) -> Client:
    client, user = Client(), world.people[person]
    if user is not None:
        client.force_login(user)
    return client


def outcome(response: HttpResponseBase, method: str) -> str:
    if response.status_code != 302:
        return str(response.status_code)
    if response["Location"].startswith(reverse("account_login")):
        return "login"
    said = {message.level for message in get_messages(response.wsgi_request)}  # type: ignore[attr-defined]
    if method == "GET":
        return "away"
    return "refused" if constants.ERROR in said else "done"


COUNTED = (CoAuthor, Edition, Evidence, Review, ApiToken, VignetteRating, JointFit)


def recorded() -> list[object]:
    """Everything that the routes of the table could change."""
    return [
        *Assessment.objects.order_by("pk").values_list(
            "pk", "state", "version", "released_to_all", "updated_at", "assessor"
        ),
        *Rating.objects.order_by("pk").values_list("pk", "version"),
        *Recommendation.objects.order_by("pk").values_list("pk", "status"),
        *Calibration.objects.order_by("pk").values_list("pk", "status"),
        *(model.objects.count() for model in COUNTED),
    ]


def tried(world: World, person: str, row: Row) -> str:
    """The outcome of one request, whose effects are taken back; only what is done may have any."""
    before = recorded()
    with transaction.atomic():
        client, url = signed_in(world, person), address(row, world.ids)
        response = client.get(url) if row.method == "GET" else client.post(url, row.data)
        found = outcome(response, row.method)
        changed = recorded() != before
        transaction.set_rollback(True)
    assert not changed or found in {"done", "201"}, (
        f"{row.method} {url} by {person} changed something: {found}"
    )
    return found


@pytest.mark.parametrize("person", PEOPLE)
def test_the_table_holds(world: World, person: str) -> None:
    column = PEOPLE.index(person)
    expected = {row[:2] + tuple(row.objects.values()): row.outcomes.split()[column] for row in TABLE}
    found = {row[:2] + tuple(row.objects.values()): tried(world, person, row) for row in TABLE}
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
    client = signed_in(world, "analyst")
    reads = [row for row in PAGES + API_ROUTES if row.route not in ACCEPT_POST]
    acts = [row for row in PAGES if row.route in ACCEPT_POST]
    read_routes = {row.route for row in PAGES if row.method == "GET"}
    found = {
        (method, row.route): client.generic(method, address(row, world.ids)).status_code
        for rows, methods in ((reads, ("POST", "PUT", "DELETE")), (acts, ("PUT", "DELETE")))
        for row in rows
        for method in methods
    }
    found |= {
        ("GET", row.route): client.get(address(row, world.ids)).status_code
        for row in acts
        if row.route not in read_routes
    }
    assert {key: status for key, status in found.items() if status not in {404, 405}} == {}


def test_nothing_is_posted_without_a_token_of_the_form(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    user = world.people["analyst"]
    assert user is not None
    client.force_login(user)
    rows = [row for row in TABLE if row.method == "POST"]
    assert {client.post(address(row, world.ids), row.data).status_code for row in rows} == {403}
