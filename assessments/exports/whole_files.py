"""Formats whose files are complete before their first byte is sent: XLSX and Parquet, at constant memory."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from itertools import islice
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq
from django.utils.translation import gettext as _
from xlsxwriter import Workbook

from assessments.exports.columns import Column, Kind
from assessments.exports.dataset import Dataset, InvalidFilter

Row = Mapping[str, Any]
MOST_ROWS = 1_048_576  # of a sheet
MOST_CHARACTERS = 32_767  # of a cell
ROW_GROUP = 10_000
ARROW = {
    Kind.INTEGER: pa.int64(),
    Kind.DECIMAL: pa.float64(),
    Kind.TRUTH: pa.bool_(),
    Kind.MOMENT: pa.timestamp("us", tz="UTC"),
    Kind.DAY: pa.date32(),
    Kind.IDS: pa.list_(pa.int64()),
}


def write_workbook(
    file: BinaryIO, dataset: Dataset, rows: Iterator[Row], *, tags: bool, about: Mapping[str, str]
) -> int:
    """Write a sheet of all rows, and say how many there are. No cell is a formula or a link.

    ``about`` is kept as properties of the document. Raises :class:`InvalidFilter` for what a sheet cannot
    hold.
    """
    book = Workbook(file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": str(dataset.label), "comments": "; ".join(about.values())})
    for name, value in about.items():
        book.set_custom_property(name, value)
    sheet, bold = book.add_worksheet(dataset.name), book.add_format({"bold": True})
    sheet.freeze_panes(1, 0)
    sheet.set_header(f"&L{dataset.name}&R{about.get('marking', '').replace('&', '&&')}")
    sheet.write_row(0, 0, [column.name for column in dataset.columns], bold)
    if tags:
        sheet.write_row(1, 0, [column.hxl for column in dataset.columns])
    above, number = (2 if tags else 1), 0
    try:
        for number, row in enumerate(rows, start=1):
            if number + above > MOST_ROWS:
                message = _("A sheet holds %(n)d rows at most: choose fewer, or CSV or Parquet.")
                raise _too_much(message, MOST_ROWS)
            for place, column in enumerate(dataset.columns):
                _write_cell(sheet, number + above - 1, place, column, row[column.name])
    finally:
        book.close()
    return number


def _write_cell(sheet: Any, row: int, place: int, column: Column, value: Any) -> None:
    if value is None or value == "":
        return
    if column.kind in {Kind.INTEGER, Kind.DECIMAL}:
        sheet.write_number(row, place, value)
    elif column.kind == Kind.TRUTH:
        sheet.write_boolean(row, place, value)
    else:
        text = _as_text(column, value)
        if len(text) > MOST_CHARACTERS:
            message = _("A cell holds %(n)d characters at most: choose CSV, NDJSON or Parquet.")
            raise _too_much(message, MOST_CHARACTERS)
        sheet.write_string(row, place, text)


def _as_text(column: Column, value: Any) -> str:
    if column.kind == Kind.IDS:
        return " ".join(map(str, value))
    return json.dumps(value, ensure_ascii=False) if column.kind == Kind.JSON else str(value)


def _too_much(message: str, most: int) -> InvalidFilter:
    return InvalidFilter({"format": [message % {"n": most}]})


def write_parquet(file: BinaryIO, dataset: Dataset, rows: Iterator[Row], *, about: Mapping[str, str]) -> int:
    """Write all rows with their types, and say how many there are; ``about`` is kept in the schema.

    The meaning of each column stands with it. Nested values are text in JSON.
    """
    fields = [
        pa.field(column.name, ARROW.get(column.kind, pa.string()), metadata={"meaning": str(column.about)})
        for column in dataset.columns
    ]
    schema, number = pa.schema(fields, metadata=dict(about)), 0
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        while some := list(islice(rows, ROW_GROUP)):
            values = [[_typed(column, row[column.name]) for row in some] for column in dataset.columns]
            arrays = [pa.array(one, field.type) for one, field in zip(values, fields, strict=True)]
            writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=schema))
            number += len(some)
    return number


PARSED: dict[Kind, Callable[[Any], Any]] = {
    Kind.MOMENT: datetime.fromisoformat,
    Kind.DAY: date.fromisoformat,
    Kind.DECIMAL: float,
    Kind.JSON: lambda value: json.dumps(value, ensure_ascii=False),
}


def _typed(column: Column, value: Any) -> Any:
    return PARSED[column.kind](value) if value is not None and column.kind in PARSED else value
