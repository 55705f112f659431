"""What load balancers ask: without signing in, without a database, over plain HTTP."""

import json
import os
import subprocess
import sys

import pytest
from django.db.migrations.executor import MigrationExecutor
from django.test import Client

pytestmark = pytest.mark.django_db
UNREACHABLE = "postgresql://concord@127.0.0.1:1/concord"
PROGRAM = """
import json
import django
django.setup()
from django.test import Client
client = Client(raise_request_exception=False)
answers = [client.get(address) for address in ("/healthz", "/readyz")]
print(json.dumps([[answer.status_code, answer.json()["status"]] for answer in answers]))
"""


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_all_is_well_without_signing_in(address: str) -> None:
    response = Client().get(address)
    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert not response.cookies


def test_without_its_database_it_lives_but_is_not_ready() -> None:
    """In a process as in production, whose probes come without TLS."""
    environment = {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "CONCORD_DEVELOPMENT": "false",
        "SECRET_KEY": "only-for-tests",
        "ALLOWED_HOSTS": "testserver",
        "DATABASE_URL": UNREACHABLE,
    }
    process = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=os.environ | environment, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert json.loads(process.stdout) == [[200, "ok"], [503, "database"]]


def test_with_migrations_to_apply_it_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda executor, targets: [("one", False)])
    response = Client().get("/readyz")
    assert (response.status_code, response.json()) == (503, {"status": "migrations"})
    assert Client().get("/healthz").status_code == 200


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_they_only_answer(address: str) -> None:
    client = Client()
    assert client.head(address).status_code == 200
    assert {client.generic(method, address).status_code for method in ("POST", "PUT", "DELETE")} == {405}
