"""What somebody reads when something goes wrong: our words, the request's number, nothing from inside."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any, NoReturn

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from config.logging import logging_settings
from organisations.views import missions
from tests.factories import MissionFactory, UserFactory

pytestmark = pytest.mark.django_db
INSIDE = "the password of the database is hunter2"


class Log:
    """The lines of the log as production writes them."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]


@pytest.fixture
def log() -> Iterator[Log]:
    """Listens at the root of all loggers."""
    written = Log()
    made = logging_settings(json=True)["formatters"]["structured"]
    handler = logging.StreamHandler(written.stream)
    handler.setFormatter(made.pop("()")(**made))
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield written
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture
def signed_in() -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(UserFactory())
    return client


def fails_with(error: Exception, monkeypatch: pytest.MonkeyPatch) -> str:
    """Make the page of missions fail with ``error``; its address."""

    def fail(*args: object, **kwargs: object) -> NoReturn:
        raise error

    monkeypatch.setattr(missions, "MissionTable", fail)
    return reverse("organisations:missions")


def not_found(client: Client, monkeypatch: pytest.MonkeyPatch) -> Any:
    return client.get("/organisations/NOBODY/")


def unknown_address(client: Client, monkeypatch: pytest.MonkeyPatch) -> Any:
    return client.get("/wp-login.php")


def forbidden(client: Client, monkeypatch: pytest.MonkeyPatch) -> Any:
    return client.get(fails_with(PermissionDenied(INSIDE), monkeypatch))


def crash(client: Client, monkeypatch: pytest.MonkeyPatch) -> Any:
    return client.get(fails_with(RuntimeError(INSIDE), monkeypatch))


def foreign_host(client: Client, monkeypatch: pytest.MonkeyPatch) -> Any:
    return client.get("/", headers={"host": "evil.example"})


def nul_in_the_address(client: Client, monkeypatch: pytest.MonkeyPatch) -> Any:
    return client.get("/organisations/A%00B/")


def too_many_fields(client: Client, monkeypatch: pytest.MonkeyPatch) -> Any:
    fields = {f"field-{number}": "1" for number in range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1)}
    return client.post(reverse("organisations:tokens"), fields)


def no_form_token(client: Client, monkeypatch: pytest.MonkeyPatch) -> Any:
    client.handler.enforce_csrf_checks = True
    return client.post(reverse("organisations:tokens"), {"label": "Report"})


ERRORS = [
    (foreign_host, 400, "This request could not be understood"),
    (nul_in_the_address, 400, "This request could not be understood"),
    (too_many_fields, 400, "This request could not be understood"),
    (forbidden, 403, "You may not do this"),
    (no_form_token, 403, "This form has expired"),
    (not_found, 404, "There is nothing here"),
    (unknown_address, 404, "There is nothing here"),
    (crash, 500, "Something went wrong"),
]
every_error = pytest.mark.parametrize(
    ("cause", "status", "heading"), ERRORS, ids=[cause.__name__ for cause, *_rest in ERRORS]
)


@every_error
def test_an_error_has_a_page_of_ours(
    cause: Any, status: int, heading: str, signed_in: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    response = cause(signed_in, monkeypatch)
    page = response.content.decode()
    assert response.status_code == status
    assert f"<h1>{heading}</h1>" in page
    assert 'href="/"' in page
    told = ("Traceback", "hunter2", "RuntimeError", "django.", ".py", "evil.example", str(settings.BASE_DIR))
    assert [word for word in told if word in page] == []


@every_error
def test_its_number_is_on_the_page_in_the_answer_and_in_the_log(
    cause: Any, status: int, heading: str, signed_in: Client, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    response = cause(signed_in, monkeypatch)
    number = response["X-Request-ID"]
    assert number in response.content.decode()
    assert {line.get("request_id") for line in log.lines()} == {number}


def test_what_crashed_is_in_the_log(signed_in: Client, log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    crash(signed_in, monkeypatch)
    [failed] = [line for line in log.lines() if line["event"] == "request_failed"]
    assert f"RuntimeError: {INSIDE}" in failed["exception"]
    assert (failed["level"], failed["code"]) == ("error", 500)
    assert failed["user_id"] == int(signed_in.session["_auth_user_id"])


def test_the_page_of_a_crash_needs_nothing_that_could_have_crashed(
    signed_in: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(request: object) -> NoReturn:
        raise RuntimeError(INSIDE)

    address = fails_with(RuntimeError(INSIDE), monkeypatch)
    monkeypatch.setattr("config.context_processors.installation", fail)
    response = signed_in.get(address)
    assert (response.status_code, b"Something went wrong" in response.content) == (500, True)


def test_programs_get_problem_details_also_of_a_crash(
    signed_in: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **kwargs: object) -> NoReturn:
        raise RuntimeError(INSIDE)

    monkeypatch.setattr("organisations.api.viewsets.MissionViewSet.list", fail)
    for address, title, status in (
        ("/api/v1/missions/", "Internal Server Error", 500),
        ("/api/v1/organisations/A%00B/", "Bad Request", 400),
    ):
        response = signed_in.get(address)
        assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
        problem = response.json()
        assert problem.pop("detail")
        assert problem == {"type": "about:blank", "title": title, "status": status}
        assert INSIDE not in response.content.decode()


def test_every_line_of_a_request_carries_its_number(signed_in: Client, log: Log) -> None:
    MissionFactory()
    for number in ("first", "second"):
        signed_in.get(reverse("organisations:missions"), headers={"x-request-id": number})
        signed_in.get("/nowhere", headers={"x-request-id": number})
    lines = log.lines()
    assert [line["request_id"] for line in lines] == ["first"] * 5 + ["second"] * 5
    assert [line["event"] for line in lines[:5]] == [
        "request_started", "request_finished", "request_started", "request_finished", "Not Found: /nowhere",
    ]  # fmt: skip
    assert all({"timestamp", "level", "logger", "event"} <= set(line) for line in lines)


def test_a_proxy_may_choose_the_number(signed_in: Client) -> None:
    response = signed_in.get("/", headers={"x-request-id": "proxy-1.2_3"})
    assert response["X-Request-ID"] == "proxy-1.2_3"


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, "<script>", "a\u2028b", "1\n2"])
def test_but_not_anything(given: str, signed_in: Client) -> None:
    numbers = {signed_in.get("/nowhere", headers={"x-request-id": given})["X-Request-ID"] for _ in range(2)}
    assert len(numbers) == 2
    assert given not in numbers


def test_the_log_has_neither_words_searched_for_nor_keys_of_resets(log: Log, signed_in: Client) -> None:
    signed_in.get("/missions/", {"search": "searched-word"})
    Client().get("/account/password/reset/key/1-secret-key/")
    requests = {line["request"] for line in log.lines() if "request" in line}
    assert {"GET /missions/", "GET /account/password/reset/key/…/"} <= requests
    assert not [word for word in ("searched-word", "secret-key") if word in log.stream.getvalue()]


def test_what_is_too_large_says_so(signed_in: Client) -> None:
    response = signed_in.post("/account/tokens/", {"label": "x" * 3_000_000})
    assert response.status_code == 413
    assert "A form may hold 2.5" in response.content.decode()


def test_a_nul_in_a_query_is_refused(signed_in: Client) -> None:
    assert signed_in.get("/dyads/?framework=%00@1").status_code == 400
