"""The pictures of the README and the guides, taken of the application as ``make run`` starts it.

All of them, or those whose names are given.
"""

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.installation import throwaway_installation

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "pictures"
SIZE = (1280, 760)
LOWER = {"scorecard": 600, "review": 720}
LARGEST = 150_000  # bytes
STARTING = 60


def main() -> None:
    with throwaway_installation():
        from django.core.management import call_command
        from django.db import connection

        from tests.picture_data import prepare
        from tests.picture_lessons import prepare_lessons, prepare_rules

        call_command("load_reference", verbosity=0)
        prepare()
        prepare_lessons()
        prepare_rules()
        connection.close()
        with served() as address:
            take(address)


@contextmanager
def served() -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "config.wsgi:application", "--bind", f"127.0.0.1:{port}"]
    server = subprocess.Popen([*command, "--threads", "4", "--log-level", "warning"], cwd=ROOT)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(address)
        yield address
    finally:
        server.terminate()
        server.wait(20)


def wait_for(address: str) -> None:
    until = time.monotonic() + STARTING
    while True:
        try:
            urllib.request.urlopen(f"{address}/readyz", timeout=5)  # noqa: S310 - the server started above
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
        else:
            return


def take(address: str) -> None:
    from tests.browser import chromium
    from tests.picture_walks import WALKS, Tour

    FOLDER.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        for name in sys.argv[1:] or WALKS:
            email, walk = WALKS[name]
            tour = Tour(browser, address, (SIZE[0], LOWER.get(name, SIZE[1])))
            visitor = tour.sign_in(email)
            walk(tour, visitor)
            visitor.page.mouse.move(0, 0)
            visitor.page.screenshot(path=FOLDER / f"{name}.png")
            tour.end()
            size = (FOLDER / f"{name}.png").stat().st_size
            print(f"{name}.png: {size // 1024} KB{' (too large)' if size > LARGEST else ''}")  # noqa: T201


if __name__ == "__main__":
    main()
