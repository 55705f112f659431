"""XLSX and Parquet: what NDJSON says, inert, typed, marked, described; refused where it does not fit."""

import hashlib
import io
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from assessments.choices import ExportState, State
from assessments.exchange.csv_lines import FORMULA_STARTS
from assessments.exports import whole_files
from assessments.exports.catalogue import DATASETS
from assessments.exports.columns import Kind
from assessments.models import ApprovedRating, Export
from organisations.models import Organisation, User
from tests.assessments.conftest import Get
from tests.assessments.exports.conftest import content, objects, parquet, sheet
from tests.factories import make_assessment
from tests.world import World, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(client: Client, get: Get) -> World:
    """With somebody signed in who sees a row of every data set."""
    made = make_world()
    assert made.people["analyst"] is not None
    client.force_login(made.people["analyst"])
    return made


@pytest.fixture
def un(person: User) -> Organisation:
    return Organisation.objects.get(acronym="UN")


def plain(kind: Kind, value: Any) -> Any:
    """As NDJSON has it, from what a typed format gives back."""
    if value is None or kind in {Kind.IDS, Kind.TEXT, Kind.CODE, Kind.INTEGER, Kind.DECIMAL, Kind.TRUTH}:
        return value
    if kind == Kind.JSON:
        return json.loads(value)
    return f"{value:%Y-%m-%dT%H:%M:%SZ}" if kind == Kind.MOMENT else f"{value:%Y-%m-%d}"


def in_sheet(kind: Kind, value: Any) -> Any:
    if value is None or value == "" or (value == [] and kind == Kind.IDS):
        return None
    if kind == Kind.IDS:
        return " ".join(map(str, value))
    if kind == Kind.DECIMAL:
        return pytest.approx(value, rel=1e-15)
    return json.dumps(value, ensure_ascii=False) if kind == Kind.JSON else value


def test_every_format_says_the_same(get: Get, world: World) -> None:
    for name, dataset in DATASETS.items():
        kinds = {column.name: column.kind for column in dataset.columns}
        written = objects(get(name, format="ndjson"))
        assert written
        table = parquet(get(name, format="parquet"))
        assert table.column_names == list(kinds)
        typed = [{key: plain(kinds[key], value) for key, value in row.items()} for row in table.to_pylist()]
        assert typed == written, name
        cells = [{key: in_sheet(kinds[key], value) for key, value in row.items()} for row in written]
        assert sheet(get(name, format="xlsx")) == cells, name


@pytest.mark.parametrize("file_format", ["xlsx", "parquet"])
def test_the_manifest_and_the_file_itself_say_what_it_is(
    get: Get, client: Client, un: Organisation, file_format: str
) -> None:
    make_assessment(State.APPROVED, on_behalf_of=un)
    response = get("ratings", format=file_format)
    body = content(response)
    manifest = client.get(re.findall("<(.+)>", response["Link"])[0]).json()
    assert (manifest["rows"], manifest["bytes"], manifest["state"]) == (3, len(body), "done")
    assert manifest["sha256"] == hashlib.sha256(body).hexdigest()
    assert f'"ratings-TLP-AMBER.{file_format}"' in response["Content-Disposition"]
    if file_format == "xlsx":
        book = load_workbook(io.BytesIO(body))
        said = {one.name: one.value for one in book.custom_doc_props.props}
        assert "TLP:AMBER" in str(book.worksheets[0].oddHeader.right.text)
    else:
        schema = parquet(get("ratings", format="parquet")).schema
        said = {key.decode(): value.decode() for key, value in schema.metadata.items()}
        assert schema.field("score").metadata[b"meaning"]
    assert (said["marking"], said["dataset"], said["frameworks"]) == (
        "TLP:AMBER",
        "ratings",
        manifest["frameworks"][0],
    )


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_a_formula_stays_a_text(get: Get, un: Organisation, start: str) -> None:
    text = f'{start}HYPERLINK("https://evil.example","x") https://evil.example'
    make_assessment(State.APPROVED, on_behalf_of=un)
    ApprovedRating.objects.update(rationale=text)
    read = {row["rationale"] for row in sheet(get("ratings", format="xlsx"))}
    assert {one.replace("_x000D_", "\r") for one in read} == {text}
    assert {row["rationale"] for row in parquet(get("ratings", format="parquet")).to_pylist()} == {text}


def test_tags_stand_below_the_header_on_request(get: Get, un: Organisation) -> None:
    make_assessment(State.APPROVED, on_behalf_of=un)
    tags, *rows = sheet(get("ratings", format="xlsx", hxl="true"))
    assert list(tags.values()) == [column.hxl for column in DATASETS["ratings"].columns]
    assert len(rows) == 3
    assert Export.objects.latest("pk").rows == 3


@pytest.mark.parametrize(("most", "value"), [("MOST_ROWS", 3), ("MOST_CHARACTERS", 5)])
def test_what_does_not_fit_is_refused_before_the_first_byte(
    get: Get, client: Client, un: Organisation, monkeypatch: pytest.MonkeyPatch, most: str, value: int
) -> None:
    make_assessment(State.APPROVED, on_behalf_of=un)
    monkeypatch.setattr(whole_files, most, value)
    refused = get("ratings", format="xlsx")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "format")
    assert Export.objects.latest("pk").state == ExportState.BROKEN
    page = client.get("/exports/ratings/download/?format=xlsx", follow=True)
    assert "at most" in page.content.decode()
    assert len(objects(get("ratings", format="ndjson"))) == 3


def test_nothing_is_a_file_too(get: Get) -> None:
    assert sheet(get("ratings", format="xlsx")) == []
    assert parquet(get("ratings", format="parquet")).num_rows == 0


MEASURED = """
import resource, sys
from itertools import repeat
from tempfile import TemporaryFile
import django
django.setup()
from assessments.exports.catalogue import DATASETS
from assessments.exports import whole_files
dataset, rows = DATASETS["ratings"], int(sys.argv[1])
row = {column.name: None for column in dataset.columns} | {"rationale": "x" * 500}
with TemporaryFile() as file:
    for write, more in ((whole_files.write_workbook, {"tags": False}), (whole_files.write_parquet, {})):
        file.seek(0)
        assert write(file, dataset, iter(repeat(row, rows)), about={}, **more) == rows
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_memory_does_not_grow_with_the_rows(settings: Any) -> None:
    """Three times the rows of a row group, in a process of its own, which keeps what it once took."""

    def peak(rows: int) -> int:
        ran = subprocess.run(
            [sys.executable, "-c", MEASURED, str(rows)],
            cwd=Path(settings.BASE_DIR),
            env={"DJANGO_SETTINGS_MODULE": "config.settings", "CONCORD_DEVELOPMENT": "true", "PATH": ""},
            capture_output=True,
            check=True,
            text=True,
        )
        return int(ran.stdout)

    few, many = peak(whole_files.ROW_GROUP), peak(3 * whole_files.ROW_GROUP)
    assert many < 1.15 * few, (few, many)
