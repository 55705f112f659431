import csv
import io
import json
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.http import StreamingHttpResponse
from openpyxl import load_workbook

from tests.assessments.conftest import Get


@pytest.fixture
def get(get: Get) -> Get:
    """GET a data set through the API as an analyst of UN, with parameters."""
    return lambda name, **parameters: get(f"exports/{name}/", **parameters)


def content(response: Any) -> bytes:
    assert isinstance(response, StreamingHttpResponse), response.content
    return response.getvalue()


def table(response: Any) -> list[dict[str, str]]:
    """The rows of CSV."""
    return list(csv.DictReader(io.StringIO(content(response).decode(), newline="")))


def objects(response: Any) -> list[dict[str, Any]]:
    """The rows of NDJSON."""
    return [json.loads(line) for line in content(response).splitlines()]


def sheet(response: Any) -> list[dict[str, Any]]:
    """The rows of XLSX, as a spreadsheet library reads them; a formula would be one."""
    (table,) = load_workbook(io.BytesIO(content(response)), rich_text=False).worksheets
    header, *rows = table.iter_rows()
    names = [cell.value for cell in header]
    assert all(cell.data_type != "f" and cell.hyperlink is None for row in rows for cell in row)
    return [dict(zip(names, [cell.value for cell in row], strict=True)) for row in rows]


def parquet(response: Any) -> Any:
    """The table of Parquet."""
    return pq.read_table(io.BytesIO(content(response)))
