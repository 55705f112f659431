"""A program for the tests of the embedded server: attach, say so, obey one word from standard input."""

import os
import sys
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError

from config.embedded.base import DatabaseWrapper


def wrapper(folder: str) -> DatabaseWrapper:
    return DatabaseWrapper(
        {
            "ENGINE": "config.embedded",
            "NAME": "concord",
            "OPTIONS": {"data_folder": Path(folder)},
            "TIME_ZONE": None,
            "CONN_MAX_AGE": 0,
            "CONN_HEALTH_CHECKS": False,
            "AUTOCOMMIT": True,
            "ATOMIC_REQUESTS": False,
        }
    )


def main(folder: str, statements: list[str]) -> None:
    try:
        connection = wrapper(folder)
        for statement in statements:
            connection.connect()
            print(_answer(connection, statement), flush=True)  # noqa: T201
            connection.close()
    except (ImproperlyConfigured, OperationalError) as error:
        sys.exit(f"{type(error).__name__}: {error}")


def _answer(connection: DatabaseWrapper, statement: str) -> str:
    if statement == "wait":
        return f"waited {sys.stdin.readline().strip()}"
    if statement == "fork":
        return _fork()
    if connection.connection is None:
        return "not connected"
    result = connection.connection.execute(statement)
    return str(result.fetchone()[0]) if result.description else "done"


def _fork() -> str:
    child = os.fork()
    if child == 0:
        sys.exit(0)
    os.waitpid(child, 0)
    return "forked"


if __name__ == "__main__":
    from django.conf import settings

    settings.configure(USE_TZ=True)
    main(sys.argv[1], sys.argv[2:])
