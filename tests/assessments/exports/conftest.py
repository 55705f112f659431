import csv
import io
import json
from typing import Any

import pytest
from django.http import StreamingHttpResponse

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
