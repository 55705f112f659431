"""Recording that an export is made and what became of it; one moment of the database for what it reads."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from assessments.choices import ExportState
from assessments.models import Export
from assessments.scoring import METHOD_VERSION
from organisations.models import User


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a file before its first row: the strictest marking and the frameworks of its basis."""

    marking: str
    frameworks: list[str]


@dataclass(frozen=True, slots=True)
class Written:
    """What is known of a file after its last row."""

    rows: int
    size: int
    sha256: str


@contextmanager
def one_moment(settings: Mapping[str, str]) -> Iterator[None]:
    """Everything inside reads the database as it is now, and the session has ``settings``.

    Inside another transaction it is that one, which then sees what it sees.
    """
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        with connection.cursor() as cursor:
            if outermost:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            for name, value in settings.items():
                cursor.execute("SELECT set_config(%s, %s, true)", [name, value])
        yield


@transaction.atomic
def begin_export(
    *, dataset: str, file_format: str, hxl: bool, filters: Mapping[str, str], by: User, at: datetime
) -> Export:
    """Record that somebody takes data out, before the first row."""
    return Export.objects.create(
        by=by,
        at=at,
        dataset=dataset,
        format=file_format,
        hxl=hxl,
        filters=dict(filters),
        method_version=METHOD_VERSION,
    )


@transaction.atomic
def finish_export(*, export: Export, facts: Facts, written: Written | None, at: datetime) -> None:
    """Record what the file was; without ``written`` that it was broken off."""
    export.state = ExportState.DONE if written else ExportState.BROKEN
    export.marking, export.frameworks = facts.marking, facts.frameworks
    export.finished_at = at
    if written:
        export.rows, export.size, export.sha256 = written.rows, written.size, written.sha256
    export.save()
