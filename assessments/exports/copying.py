"""COPY out of the database in blocks, counted and digested on the way, at constant memory."""

import hashlib
import json
from collections.abc import Generator, Iterator
from typing import Any

from django.db import connection

from assessments.exports.statement import Statement

BLOCK = 128 * 1024


class Tally:
    """Rows, bytes and SHA-256 of what passes."""

    def __init__(self) -> None:
        self.rows = 0
        self.size = 0
        self._digest = hashlib.sha256()

    def add(self, block: bytes) -> bytes:
        self.size += len(block)
        self._digest.update(block)
        return block

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


def copied(statement: Statement, tally: Tally) -> Iterator[bytes]:
    """What the statement sends, in blocks. Stopping early cancels it in the database."""
    block = bytearray()
    operations: Any = connection.ops
    with connection.cursor() as cursor:
        with cursor.copy(operations.compose_sql(statement.sql, statement.parameters)) as copy:
            for row in copy:
                block += row
                if len(block) >= BLOCK:
                    yield tally.add(bytes(block))
                    block.clear()
        tally.rows += cursor.rowcount
    if block:
        yield tally.add(bytes(block))


def records(statement: Statement | None) -> Generator[dict[str, Any]]:
    """The rows of an NDJSON statement, one by one."""
    if statement is None:
        return
    operations: Any = connection.ops
    sql = operations.compose_sql(statement.sql, statement.parameters)
    with connection.cursor() as cursor, cursor.copy(sql) as copy:
        for line in copy:
            yield json.loads(bytes(line))
