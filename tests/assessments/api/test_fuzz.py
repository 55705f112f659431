"""Requests made up from the OpenAPI document, by each role: no server error, no undocumented answer."""

import os
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from django.urls import reverse
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as sizes
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from pytest_django import Settings
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks

from config.wsgi import application
from organisations.actions.tokens import issue_token
from organisations.models import Scope
from tests.panel_world import panels_to_act_on
from tests.permission_table import API_ROUTES
from tests.test_permissions import address, body_of
from tests.world import PEOPLE, World, make_world

pytestmark = pytest.mark.django_db(transaction=True)

CASES = int(os.environ.get("FUZZ_CASES", "2000"))  # for each role
ROLES = ("reader", "analyst", "reviewer", "coordinator", "partner_coordinator", "administrator")
SIZES = sizes(
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
CHECKS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]


@pytest.fixture
def world(db: None, settings: Settings) -> World:
    settings.API_REQUESTS_PER_MINUTE = {"reading": 0, "changing": 0}
    made = make_world()
    made.ids.update(panels_to_act_on(made.people))
    return made


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """Requests keep the connection of the test, as they do with Django's own client, to be taken back."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def signed(world: World, role: str) -> dict[str, str]:
    person = world.people[role]
    assert person is not None
    _token, secret = issue_token(label="fuzz", by=person, scopes=list(Scope))
    return {"Authorization": f"Token {secret}"}


Known = tuple[dict[str, str], dict[str, Any], str]


def known(operation: Any, world: World, role: str) -> list[Known]:
    """The rows of the permission table for an operation: what names something in the world, and is sent.

    With the outcome for the role.
    """
    pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", operation.full_path))
    found = ((row, pattern.fullmatch(address(row, world.ids))) for row in API_ROUTES)
    return [
        (match.groupdict(), body_of(row, world), row.outcomes.split()[PEOPLE.index(role)])
        for row, match in found
        if match and row.method == operation.method.upper()
    ]


def answers_to(operation: Any, there: list[Known], headers: dict[str, str], cases: int) -> Counter[int]:
    """How often each status answered requests of one operation, all of them as documented.

    First what the permission table asks, then what is made up: half of that is wrong, unless there is nothing
    that could be. Half of it names something that is there, with made-up bodies. Changes are taken back.
    """
    statuses, changes = Counter[int](), operation.method.upper() != "GET"

    def ask(case: Any) -> None:
        with transaction.atomic() if changes else nullcontext():
            response = case.call(headers=headers)
            if changes:
                transaction.set_rollback(True)
        statuses[response.status_code] += 1
        case.validate_response(response, checks=CHECKS)

    def ask_all(mode: GenerationMode, cases: int) -> None:
        def made_up(case: Any, pick: int) -> None:
            if there and pick % 2:
                case.path_parameters = there[pick // 2 % len(there)][0]
            ask(case)

        strategy = operation.as_strategy(generation_mode=mode)
        sizes(SIZES, max_examples=cases)(given(case=strategy, pick=st.integers(0, 30))(made_up))()

    for parameters, body, _outcome in there:
        sent = {"body": body, "media_type": "application/json"} if body else {}
        ask(operation.Case(path_parameters=parameters, headers={"If-Match": "*"} if changes else {}, **sent))
    with suppress(Unsatisfiable):
        ask_all(GenerationMode.NEGATIVE, cases // 2)
    ask_all(GenerationMode.POSITIVE, max(cases - statuses.total(), 1))
    return statuses


@pytest.mark.parametrize("role", ROLES)
def test_made_up_requests_are_answered_as_documented(world: World, role: str) -> None:
    headers = signed(world, role)
    document = schemathesis.openapi.from_wsgi(reverse("api:schema"), application, headers=headers)
    operations: list[Any] = [found.ok() for found in document.get_all_operations()]  # type: ignore[union-attr]
    each, answers = -(-CASES // len(operations)), {}
    for operation in operations:
        there = known(operation, world, role)
        statuses = answers_to(operation, there, headers, each)
        answers[operation.label] = statuses
        may = any(outcome.startswith("2") for _parameters, _body, outcome in there)
        assert any(status < 300 for status in statuses) >= may, (operation.label, statuses)
    assert sum(statuses.total() for statuses in answers.values()) >= CASES, answers


def test_every_operation_is_reached_with_success_by_somebody(world: World) -> None:
    document = schemathesis.openapi.from_wsgi(
        reverse("api:schema"), application, headers=signed(world, "analyst")
    )
    for found in document.get_all_operations():
        operation: Any = found.ok()  # type: ignore[union-attr]
        outcomes = {one[2] for role in ROLES for one in known(operation, world, role)}
        assert outcomes & {"200", "201", "204"}, operation.label
