"""The statement of an export: the query set's own SQL, with the columns written for a format around it.

What ``visible_to`` and the filters made of the query set is compiled by Django and not written anew.
"""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet

from assessments.exchange.csv_lines import FORMULA_STARTS
from assessments.exports.columns import Column, Kind
from assessments.exports.dataset import Dataset

ESCAPES = {"\t": r"\t", "\r": r"\r", "\n": r"\n"}
STARTS = ", ".join(f"E'{ESCAPES.get(start, start)}'" for start in FORMULA_STARTS)
MOMENT = """to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"""


@dataclass(frozen=True, slots=True)
class Statement:
    sql: str
    parameters: tuple[Any, ...]


def in_csv(column: Column) -> str:
    """A cell of CSV. What people wrote and a spreadsheet would take for a formula gets an apostrophe."""
    source = column.source
    if column.kind == Kind.TEXT:
        return f"CASE WHEN left({source}, 1) IN ({STARTS}) THEN '''' || {source} ELSE {source} END"
    if column.kind == Kind.IDS:
        return f"array_to_string({source}, ' ')"
    return {Kind.MOMENT: MOMENT.format(source), Kind.TRUTH: f"({source})::text"}.get(column.kind, source)


def as_value(column: Column) -> str:
    """A value with its type; times as text of ISO 8601."""
    return MOMENT.format(column.source) if column.kind == Kind.MOMENT else column.source


def csv_statement(dataset: Dataset, rows: QuerySet[Any]) -> Statement | None:
    """``COPY`` of CSV without a header. None when the filter leaves nothing whatever is stored."""
    selected = _selected(dataset, rows, [in_csv(column) for column in dataset.columns])
    if selected is None:
        return None
    return Statement(f"COPY ({selected.sql}) TO STDOUT (FORMAT csv)", selected.parameters)


def ndjson_statement(dataset: Dataset, rows: QuerySet[Any]) -> Statement | None:
    """``COPY`` of one JSON object a line. Delimiter and quote are characters that JSON text never holds."""
    named = [f'{as_value(column)} AS "{column.name}"' for column in dataset.columns]
    selected = _selected(dataset, rows, named)
    if selected is None:
        return None
    sql = (
        f"COPY (SELECT row_to_json(r) FROM ({selected.sql}) r) "  # noqa: S608 - made of constants of the code
        r"TO STDOUT (FORMAT csv, DELIMITER E'\x01', QUOTE E'\x02')"
    )
    return Statement(sql, selected.parameters)


def _selected(dataset: Dataset, rows: QuerySet[Any], written: list[str]) -> Statement | None:
    inner = {column.name: column.of for column in dataset.columns if not column.unfolded} | dict(
        dataset.hidden
    )
    query = rows.order_by(*dataset.order).values_list(*inner.values()).query
    try:
        sql, parameters = query.get_compiler("default").as_sql()
    except EmptyResultSet:
        return None
    names = ", ".join(f'"{name}"' for name in inner)
    outer = f"SELECT {', '.join(written)} FROM ({sql}) AS t ({names}) {dataset.unfold}"  # noqa: S608
    return Statement(outer, tuple(parameters))
