"""Settings come from the environment; whoever sets nothing gets what is safe, or is told what is missing."""

import json
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from config.secret_key import persisted_secret_key

PRODUCTION = {
    "SECRET_KEY": "a long random text",
    "ALLOWED_HOSTS": "concord.example",
    "DATABASE_URL": "postgresql://db/c",
}
DEVELOPMENT = {"CONCORD_DEVELOPMENT": "true"}
SAFE = {
    "DEBUG": False,
    "DEVELOPMENT": False,
    "SECRET_KEY": "a long random text",
    "ALLOWED_HOSTS": ["concord.example"],
    "SECURE_SSL_REDIRECT": True,
    "SECURE_HSTS_SECONDS": 31_536_000,
    "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
    "SECURE_PROXY_SSL_HEADER": ["HTTP_X_FORWARDED_PROTO", "https"],
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
    "SESSION_COOKIE_HTTPONLY": True,
    "CSRF_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    "CSRF_COOKIE_SAMESITE": "Lax",
    "SESSION_COOKIE_NAME": "__Host-sessionid",
    "CSRF_COOKIE_NAME": "__Host-csrftoken",
    "ACCOUNT_DEFAULT_HTTP_PROTOCOL": "https",
    "X_FRAME_OPTIONS": "DENY",
    "BASE_URL": "https://concord.example",
}
PROGRAM = f"""
import json
from config import settings
print(json.dumps({{name: getattr(settings, name, None) for name in {list(SAFE)}}}))
"""

KEPT = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}


def started(environment: dict[str, str], data: Path) -> subprocess.CompletedProcess[str]:
    """A process that reads the settings in exactly this environment."""
    return subprocess.run(
        [sys.executable, "-c", PROGRAM], env=KEPT | {"CONCORD_DATA_FOLDER": str(data)} | environment,
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def read(environment: dict[str, str], data: Path) -> dict[str, Any]:
    process = started(environment, data)
    assert process.returncode == 0, process.stderr
    found: dict[str, Any] = json.loads(process.stdout)
    return found


def test_production_is_the_default_and_is_safe(tmp_path: Path) -> None:
    assert read(PRODUCTION, tmp_path) == SAFE
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["SECRET_KEY", "ALLOWED_HOSTS"])
@pytest.mark.parametrize("given", [{}, {"CONCORD_DEVELOPMENT": "false"}, {"CONCORD_DEBUG": "true"}])
def test_what_is_missing_is_named_with_what_to_do(name: str, given: dict[str, str], tmp_path: Path) -> None:
    without = {key: value for key, value in PRODUCTION.items() if key != name}
    process = started(without | given, tmp_path)
    assert process.returncode == 1
    error = process.stderr.splitlines()[-1]
    assert error.startswith(f"django.core.exceptions.ImproperlyConfigured: {name} is not set. Set it to ")
    assert "CONCORD_DEVELOPMENT=true" in error


def test_development_needs_no_settings_and_is_not_debugging(tmp_path: Path) -> None:
    found = read(DEVELOPMENT, tmp_path)
    assert (found["DEBUG"], found["DEVELOPMENT"]) == (False, True)
    assert set(found["ALLOWED_HOSTS"]) == {"localhost", "127.0.0.1", "[::1]"}
    assert found["SECURE_SSL_REDIRECT"] is None


def test_the_key_of_development_is_kept_for_its_owner_alone(tmp_path: Path) -> None:
    one, again = read(DEVELOPMENT, tmp_path)["SECRET_KEY"], read(DEVELOPMENT, tmp_path)["SECRET_KEY"]
    other = read(DEVELOPMENT, tmp_path / "other")["SECRET_KEY"]
    assert one == again != other
    assert len(one) >= 50
    kept = tmp_path / "secret_key"
    assert kept.read_text() == one
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_a_key_that_is_given_is_not_kept(tmp_path: Path) -> None:
    assert read(DEVELOPMENT | {"SECRET_KEY": "given"}, tmp_path)["SECRET_KEY"] == "given"
    assert list(tmp_path.iterdir()) == []


def test_first_starts_at_once_agree_on_a_key(tmp_path: Path) -> None:
    """Processes, whose ids are in the names of what each writes first."""
    with ThreadPoolExecutor(4) as pool:
        keys = list(pool.map(lambda _number: read(DEVELOPMENT, tmp_path)["SECRET_KEY"], range(4)))
    assert len(set(keys)) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_a_key_that_is_there_is_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "secret_key"
    path.write_text("kept")
    assert persisted_secret_key(path) == "kept"
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_django_finds_nothing_to_say_about_production(tmp_path: Path) -> None:
    key = "".join(chr(number) for number in range(ord("0"), ord("0") + 60))
    given = {"CONCORD_DEVELOPMENT": "false", "SECRET_KEY": key, "CONCORD_DATA_FOLDER": str(tmp_path)}
    process = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        env=KEPT | given | {"ALLOWED_HOSTS": "concord.example"}, cwd=settings.BASE_DIR,
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert process.returncode == 0, process.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CONCORD_BASE_URL", "concord.example"),
        ("CONCORD_BASE_URL", "https://*"),
        ("CONCORD_MAIL_NAMES_UP_TO", "RED"),
        ("CONCORD_MAIL_NAMES_UP_TO", "secret"),
    ],
)
def test_settings_of_mail_that_cannot_be(name: str, value: str, tmp_path: Path) -> None:
    process = started(PRODUCTION | {name: value}, tmp_path)
    assert process.returncode == 1
    assert process.stderr.splitlines()[-1].startswith(f"django.core.exceptions.ImproperlyConfigured: {name} ")


def test_links_in_mail_lead_to_the_first_host_unless_another_is_set(tmp_path: Path) -> None:
    given = {"CONCORD_BASE_URL": "https://lessons.example/"}
    assert read(PRODUCTION | given, tmp_path)["BASE_URL"] == "https://lessons.example"
