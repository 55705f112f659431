"""A throwaway installation of the application, for what is not a test: pictures, benchmarks."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def throwaway_installation() -> Iterator[None]:
    """An embedded server of its own with migrated tables, and Django set up on it.

    Whatever needs Django is imported inside.
    """
    data = Path(tempfile.mkdtemp(prefix="concord-throwaway-"))
    data.chmod(0o711)  # where this runs as root, PostgreSQL does not
    os.environ |= {
        "CONCORD_DEVELOPMENT": "true",
        "CONCORD_DATA_FOLDER": str(data),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    os.environ.pop("DATABASE_URL", None)
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from config.embedded.attachment import attachments

    try:
        call_command("migrate", verbosity=0)
        yield
    finally:
        connection.close()
        attachments.detach_all()
        shutil.rmtree(data, ignore_errors=True)
