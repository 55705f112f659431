"""A throwaway PostgreSQL for one test run, unless DATABASE_URL names a server. Loaded with ``-p``.

The address goes into DATABASE_URL before pytest-django reads the settings; xdist workers inherit it.
"""

import atexit
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.embedded.attachment import attachments
from config.embedded.locks import alone, unused
from config.embedded.server import DATABASE, ROLE, Server

PREFIX = "concord-tests-"
OLD = 60.0
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    # A test's rows are rolled back: statistics taken of them would mislead the plans of the next one.
    "autovacuum": "off",
    "jit": "off",
}
ENVIRONMENT = {"CONCORD_DEVELOPMENT": "true", "SECRET_KEY": "only-for-tests"}
FILES = "CONCORD_ATTACHMENTS_FOLDER"

_server: Server | None = None


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Iterator[None]:
    global _server
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    if FILES not in os.environ:
        os.environ[FILES] = tempfile.mkdtemp(prefix=f"{PREFIX}files-")
        atexit.register(shutil.rmtree, os.environ[FILES], ignore_errors=True)
    if not os.environ.get("DATABASE_URL"):
        _remove_leftovers()
        _server = _start()
        atexit.register(pytest_unconfigure)  # pytest does not call it when loading settings fails
        os.environ["DATABASE_URL"] = f"postgresql://{ROLE}@/{_server.socket_folder}/{DATABASE}"
    return (yield)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    global _server
    if _server is not None:
        server, _server = _server, None
        del os.environ["DATABASE_URL"]
        attachments.detach(server)
        shutil.rmtree(server.home.parent, ignore_errors=True)


def _start() -> Server:
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    folder.chmod(0o711)
    server = Server.in_folder(folder / "postgres", SETTINGS)
    attachments.attach(server)
    return server


def _remove_leftovers() -> None:
    """Stop and delete servers of runs that were killed before they could do so themselves."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        server = Server(folder / "postgres")
        if not server.starting_lock.exists() or time.time() - folder.stat().st_mtime < OLD:
            continue
        with alone(server.starting_lock):
            if unused(server.users_lock):
                server.stop()
                shutil.rmtree(folder, ignore_errors=True)
