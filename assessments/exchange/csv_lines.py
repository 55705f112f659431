"""Rows as lines of CSV."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, line: str) -> str:
        return line


def inert(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula: such texts get an apostrophe in front; numbers stay."""
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value


def lines(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    writer = csv.DictWriter(_Echo(), columns)
    yield writer.writer.writerow(columns)
    for row in rows:
        yield writer.writerow({name: inert(value) for name, value in row.items()})


def header(names: Sequence[str], tags: Sequence[str] | None) -> str:
    """The first line, and below it the line of HXL tags if there is one."""
    writer = csv.writer(_Echo(), lineterminator="\n")
    return "".join(writer.writerow(line) for line in (names, tags) if line)
