"""Requests made up from the OpenAPI document, by each role: no server error, and no undocumented answer."""

import os
import re
from collections import Counter
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
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
from tests.permission_table import API_ROUTES
from tests.world import World, make_world

pytestmark = pytest.mark.django_db(transaction=True)

CASES = int(os.environ.get("FUZZ_CASES", "2000"))  # for each role
ROLES = ("reader", "analyst", "reviewer", "coordinator", "administrator")
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
REACHES_EVERYTHING = "analyst"


@pytest.fixture
def world(db: None, settings: Settings) -> World:
    settings.API_REQUESTS_PER_MINUTE = {"reading": 0, "changing": 0}
    return make_world()


def existing(template: str, ids: dict[str, Any]) -> list[dict[str, str]]:
    """Parameters of a path that name what is in the world; made-up ones seldom do."""
    pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template))
    addresses = [
        reverse(row.route, kwargs={name: ids.get(key, key) for name, key in row.objects.items()})
        for row in API_ROUTES
    ]
    return [found.groupdict() for address in addresses if (found := pattern.fullmatch(address))]


def answers_to(operation: Any, ids: dict[str, Any], headers: dict[str, str], cases: int) -> Counter[int]:
    """How often each status answered made-up requests of one operation, all of them as documented.

    Half of them are wrong, unless there are no parameters that could be.
    """
    there, statuses = existing(operation.full_path, ids), Counter[int]()

    def ask(case: Any, pick: int) -> None:
        if there and pick % 2:
            case.path_parameters = there[pick // 2 % len(there)]
        response = case.call(headers=headers)
        statuses[response.status_code] += 1
        case.validate_response(response, checks=CHECKS)

    def ask_all(mode: GenerationMode, cases: int) -> None:
        made_up = operation.as_strategy(generation_mode=mode)
        sizes(SIZES, max_examples=cases)(given(case=made_up, pick=st.integers(0, 30))(ask))()

    with suppress(Unsatisfiable):
        ask_all(GenerationMode.NEGATIVE, cases // 2)
    ask_all(GenerationMode.POSITIVE, max(cases - statuses.total(), 1))
    return statuses


@pytest.mark.parametrize("role", ROLES)
def test_made_up_requests_are_answered_as_documented(world: World, role: str) -> None:
    person = world.people[role]
    assert person is not None
    _token, secret = issue_token(label="fuzz", by=person, scopes=list(Scope))
    headers = {"Authorization": f"Token {secret}"}
    document = schemathesis.openapi.from_wsgi(reverse("api:schema"), application, headers=headers)
    operations: list[Any] = [found.ok() for found in document.get_all_operations()]  # type: ignore[union-attr]
    each = -(-CASES // len(operations))
    answers = {one.label: answers_to(one, world.ids, headers, each) for one in operations}
    asked = sum(statuses.total() for statuses in answers.values())
    assert asked >= CASES, answers
    if role == REACHES_EVERYTHING:
        assert [label for label, statuses in answers.items() if not any(one < 300 for one in statuses)] == []
