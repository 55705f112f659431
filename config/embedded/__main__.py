"""``python -m config.embedded status|start|stop``: the embedded server by hand."""

import argparse
import os
import sys
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError

from config.embedded.locks import alone
from config.embedded.server import DATABASE, ROLE, Server

DEFAULT_FOLDER = Path(__file__).resolve().parents[2] / ".data"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m config.embedded", description="The embedded PostgreSQL.")
    parser.add_argument("what", choices=["status", "start", "stop"])
    what = parser.parse_args(arguments).what
    folder = Path(os.environ.get("CONCORD_DATA_FOLDER") or DEFAULT_FOLDER).resolve() / "postgres"
    try:
        server = Server.in_folder(folder)
        if what != "status":
            _change(server, what)
    except (ImproperlyConfigured, OperationalError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    pid = server.process()
    if pid is None:
        sys.stdout.write(f"stopped; data in {server.home}\n")
        return 3 if what == "status" else 0
    sys.stdout.write(
        f"running as process {pid}; data in {server.home}; "
        f"psql -h {server.socket_folder} -U {ROLE} {DATABASE}\n"
    )
    return 0


def _change(server: Server, what: str) -> None:
    server.prepare()
    with alone(server.starting_lock):
        if what == "start":
            server.start()
        else:
            server.stop()


if __name__ == "__main__":
    raise SystemExit(main())
