"""Files that are no offline forms, or are made to do harm: each is refused in words or read without harm."""

import re
import struct
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook

from assessments.actions.offline import take_upload
from assessments.exchange.offline.guard import MOST_BYTES
from assessments.exchange.offline.mark import InvalidForm
from assessments.exchange.offline.plan import plan_of
from assessments.exchange.offline.reading import read_form
from assessments.models import Assessment, OfflineUpload, Rating
from tests.assessments.workbooks import (
    downloaded,
    filled_in,
    names_in,
    opened,
    packed,
    repacked,
    replaced,
)
from tests.factories import AT, EngagementFactory, make_assessment

pytestmark = pytest.mark.django_db

SHEET = "xl/worksheets/sheet2.xml"
MOST_MEMORY = 100 * 1024**2
MOST_SECONDS = 10


@pytest.fixture
def draft() -> Assessment:
    return make_assessment(engagement=EngagementFactory(), answers={"F1.1": 4})


def lying_about_size(content: bytes) -> bytes:
    """A part of 100 MB that declares to be 10 bytes, in both places where the archive says it."""
    big = repacked(content, {SHEET: b"<worksheet>" + b" " * (100 * 1024**2)})
    size = struct.pack("<I", 100 * 1024**2 + 11)
    assert big.count(size) == 2
    return big.replace(size, struct.pack("<I", 10))


def bomb(content: bytes) -> bytes:
    return repacked(content, {"xl/media/big.bin": b"\0" * (200 * 1024**2)})


def nested(content: bytes) -> bytes:
    """An archive that holds one of its kind."""
    return repacked(content, {"xl/inner.xlsx": bomb(content)})


def many_parts(content: bytes) -> bytes:
    return repacked(content, {f"xl/part{number}.xml": b"<a/>" for number in range(5000)})


def laughs(declaration: bytes) -> Callable[[bytes], bytes]:
    return lambda part: re.sub(rb"<worksheet", declaration + b"<worksheet", part, count=1)


ENTITIES = (
    b'<!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (code + 1, b"&%c;" % code * 10) for code in range(97, 106))
    + b"]>"
)
OUTSIDE = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'


def renamed(content: bytes, old: str, new: str) -> bytes:
    book = opened(content)
    book[old].title = new
    return packed(book)


def without_sheet(content: bytes, name: str) -> bytes:
    book = opened(content)
    del book[name]
    return packed(book)


def a_workbook() -> bytes:
    book = Workbook()
    book.active["A1"] = "a list"
    return packed(book)


def with_chart_sheet(content: bytes) -> bytes:
    book = opened(content)
    del book["F1"]
    book.create_chartsheet("F1")
    return packed(book)


def touched_mark(content: bytes) -> bytes:
    book = opened(content)
    text = book["_mark"]["A2"].value
    book["_mark"]["A2"] = text[:-3] + ("AAA" if text[-3:] != "AAA" else "BBB")
    return packed(book)


def mark_of_nothing(content: bytes, value: Any) -> bytes:
    return filled_in(content, {"_mark!A2": value})


REFUSED: dict[str, Callable[[bytes], bytes]] = {
    "nothing": lambda form: b"",
    "text": lambda form: b"code,answer\nF1.1,5\n",
    "html": lambda form: b"<html><script>alert(1)</script></html>",
    "old Excel": lambda form: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096),
    "too large": lambda form: form + bytes(MOST_BYTES),
    "first bytes only": lambda form: form[:200],
    "cut in half": lambda form: form[: len(form) // 2],
    "letters after PK": lambda form: b"PK\x03\x04" + b"nonsense" * 100,
    "an empty archive": lambda form: repacked(form, dict.fromkeys(names_in(form))),
    "another archive": lambda form: repacked(form, dict.fromkeys(names_in(form)) | {"a.txt": b"hello"}),
    "zip bomb": bomb,
    "a part that lies about its size": lying_about_size,
    "bzip2, which unpacks at once": lambda form: repacked(form, {}, zipfile.ZIP_BZIP2),
    "lzma": lambda form: repacked(form, {}, zipfile.ZIP_LZMA),
    "thousands of parts": many_parts,
    "entities that unfold": lambda form: repacked(form, {SHEET: laughs(ENTITIES)}),
    "an entity from outside": lambda form: repacked(form, {SHEET: laughs(OUTSIDE)}),
    "entities in shared texts": lambda form: repacked(
        form, {"xl/sharedStrings.xml": replaced(rb"<sst", ENTITIES + b"<sst")}
    ),
    "links to other files": lambda form: repacked(
        form, {"xl/externalLinks/externalLink1.xml": b"<externalLink/>"}
    ),
    "macros": lambda form: repacked(form, {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0"}),
    "an embedded object": lambda form: repacked(form, {"xl/embeddings/oleObject1.bin": b"\0"}),
    "a connection": lambda form: repacked(form, {"xl/connections.xml": b"<connections/>"}),
    "a million styles": lambda form: repacked(
        form, {"xl/styles.xml": replaced(rb"</cellXfs>", b"<xf/>" * 1_000_000 + b"</cellXfs>")}
    ),
    "a million shared texts": lambda form: repacked(
        form, {"xl/sharedStrings.xml": replaced(rb"</sst>", b"<si><t/></si>" * 900_000 + b"</sst>")}
    ),
    "a million cells": lambda form: repacked(
        form, {SHEET: replaced(rb"</sheetData>", b"<row>" + b"<c/>" * 1_000_000 + b"</row></sheetData>")}
    ),
    "a million attributes": lambda form: repacked(
        form,
        {SHEET: replaced(rb"<worksheet", b"<worksheet " + b"".join(b'a%d="" ' % n for n in range(10**6)))},
    ),
    "no workbook": lambda form: repacked(form, {"xl/workbook.xml": None}),
    "no relations": lambda form: repacked(form, {"xl/_rels/workbook.xml.rels": None}),
    "no styles": lambda form: repacked(form, {"xl/styles.xml": b"<broken"}),
    "a broken sheet": lambda form: repacked(form, {SHEET: b"<worksheet><sheetData><row"}),
    "a sheet of bytes": lambda form: repacked(form, {SHEET: bytes(range(256)) * 20}),
    "shared texts that are missing": lambda form: repacked(form, {"xl/sharedStrings.xml": b"<sst/>"}),
    "a number out of range": lambda form: repacked(
        form, {SHEET: replaced(rb't="s"><v>\d+</v>', b't="s"><v>-99999</v>')}
    ),
    "a column out of range": lambda form: repacked(form, {SHEET: replaced(rb'r="A1"', b'r="ZZZZZZ1"')}),
    "a chart for a sheet": with_chart_sheet,
    "any workbook": lambda form: a_workbook(),
    "no mark": lambda form: without_sheet(form, "_mark"),
    "a mark by another name": lambda form: renamed(form, "_mark", "mark"),
    "a mark that was touched": touched_mark,
    "an empty mark": lambda form: mark_of_nothing(form, None),
    "a number for a mark": lambda form: mark_of_nothing(form, 12),
    "a formula for a mark": lambda form: mark_of_nothing(form, '="a:b"'),
    "a mark of another kind": lambda form: mark_of_nothing(form, "eyJhIjoxfQ:abc"),
}


def huge_rows(form: bytes) -> bytes:
    """A sheet that says it has a million rows of 16,384 columns, with a cell in the last."""
    row = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    change = replaced(rb"</sheetData>", row)
    return repacked(
        form,
        {
            SHEET: lambda part: re.sub(
                rb'<dimension ref="[^"]*"/>', b'<dimension ref="A1:XFD1048576"/>', change(part)
            )
        },
    )


def wide_row(form: bytes) -> bytes:
    cells = b"".join(b'<c r="%s10"><v>1</v></c>' % column for column in (b"XFC", b"XFD") * 5_000)
    return repacked(form, {SHEET: replaced(rb"</sheetData>", b'<row r="300">%s</row></sheetData>' % cells)})


def merged_a_million_times(form: bytes) -> bytes:
    return repacked(form, {SHEET: replaced(rb"</sheetData>", b"</sheetData>" + b"<mergeCell " * 500_000)})


WITHOUT_F1: dict[str, Callable[[bytes], bytes]] = {
    "a sheet that is missing": lambda form: repacked(form, {SHEET: None}),
    "a path that climbs": lambda form: repacked(
        form,
        {"xl/_rels/workbook.xml.rels": replaced(rb"worksheets/sheet2.xml", b"../../../etc/passwd")},
    ),
}
HARMLESS: dict[str, Callable[[bytes], bytes]] = {
    "an archive in an archive": nested,
    "as it was": lambda form: form,
    "huge dimensions": huge_rows,
    "a wide row": wide_row,
    "further sheets": lambda form: packed(_with_sheets(form, 20)),
    "a picture beside": lambda form: repacked(form, {"xl/media/image1.png": b"\x89PNG" + bytes(1000)}),
    "a name that climbs": lambda form: repacked(form, {"../../evil.txt": b"out"}),
}


def _with_sheets(form: bytes, number: int) -> Workbook:
    book = opened(form)
    for n in range(number):
        book.create_sheet(f"Notes {n}")["A1"] = "mine"
    return book


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_in_words(draft: Assessment, name: str) -> None:
    hostile = REFUSED[name](downloaded(draft))
    tracemalloc.start()
    began = time.perf_counter()
    with pytest.raises(InvalidForm) as refused:
        take_upload(assessment=draft, content=hostile, by=draft.assessor, at=AT)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(str(refused.value)) > 20
    assert "root:" not in str(refused.value)
    assert peak < MOST_MEMORY
    assert time.perf_counter() - began < MOST_SECONDS
    assert not OfflineUpload.objects.exists()


@pytest.mark.parametrize("name", HARMLESS)
def test_it_is_read_without_harm(draft: Assessment, name: str) -> None:
    hostile = HARMLESS[name](downloaded(draft))
    tracemalloc.start()
    began = time.perf_counter()
    assert take_upload(assessment=draft, content=hostile, by=draft.assessor, at=AT) is None
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < MOST_MEMORY
    assert time.perf_counter() - began < MOST_SECONDS


@pytest.mark.parametrize("name", WITHOUT_F1)
def test_a_sheet_that_leads_nowhere_is_missing(draft: Assessment, name: str) -> None:
    assert read(draft, WITHOUT_F1[name](downloaded(draft))) == [
        "Sheet F1: it is missing; its answers are left as they are."
    ]


def test_the_page_says_why(client: Client, draft: Assessment) -> None:
    client.force_login(draft.assessor)
    for name in ("zip bomb", "macros", "entities that unfold", "a mark that was touched", "any workbook"):
        file = SimpleUploadedFile("form.xlsx", REFUSED[name](downloaded(draft)))
        response = client.post(f"/assessments/{draft.pk}/offline/", {"file": file})
        assert response.status_code == 422
        assert "Please mend this first" in response.content.decode()


def read(draft: Assessment, content: bytes) -> list[str]:
    upload = take_upload(assessment=draft, content=content, by=draft.assessor, at=AT)
    assert upload is not None
    return [str(fault) for fault in plan_of(upload).faults]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (date(2020, 1, 2), "neither text nor a number"),
        (False, "neither text nor a number"),
        ("#REF!", "neither text nor a number"),
        ("=2+3", "is a formula"),
        ('=HYPERLINK("http://x")', "is a formula"),
        (1e300, "is not an answer"),
        (-1, "is not an answer"),
        ("five", "five is not an answer"),
        ("x" * 30_000, "xxx… is not an answer"),
        ("<script>alert(1)</script>", "is not an answer"),
    ],
)
def test_cells_of_a_wrong_kind_are_reported(draft: Assessment, value: Any, found: str) -> None:
    book = opened(downloaded(draft))
    book["F1"]["D6"] = value
    if value == "#REF!":
        book["F1"]["D6"].data_type = "e"
    [fault] = read(draft, packed(book))
    assert fault.startswith("Sheet F1, cell D6: ")
    assert found in fault
    assert len(fault) < 200


def test_merged_cells_are_told_and_left_alone(draft: Assessment) -> None:
    book = opened(downloaded(draft))
    book["F1"].merge_cells("D6:E7")
    book["F1"].merge_cells("A1:C2")
    book["F5"]["D6"] = 2
    upload = take_upload(assessment=draft, content=packed(book), by=draft.assessor, at=AT)
    assert upload is not None
    plan = plan_of(upload)
    assert [str(fault) for fault in plan.faults] == [
        "Sheet F1, cell D6:E7: these cells are merged: separate them. What they hold is left alone."
    ]
    assert [line.indicator.code for line in plan.to_save] == ["F5.1"]


def test_a_sheet_of_merged_cells_only_is_refused_quickly(draft: Assessment) -> None:
    book = opened(downloaded(draft))
    for row in range(20, 150):
        book["F1"].merge_cells(f"A{row}:B{row}")
    with pytest.raises(InvalidForm, match="nearly all cells are merged"):
        read(draft, packed(book))
    began = time.perf_counter()
    with pytest.raises(InvalidForm):
        read(draft, merged_a_million_times(downloaded(draft)))
    assert time.perf_counter() - began < MOST_SECONDS


def test_missing_sheets_and_lines_leave_their_answers_alone(draft: Assessment) -> None:
    book = opened(downloaded(draft))
    del book["F5"]
    del book["New evidence"]
    book["F1"].delete_rows(6)
    assert read(draft, packed(book)) == [
        "Sheet F1: the line of F1.1 is missing; its answer is left as it is.",
        "Sheet F5: it is missing; its answers are left as they are.",
        "Sheet New evidence: it is missing; its answers are left as they are.",
    ]
    assert Rating.objects.get(assessment=draft).score == 4


def test_lines_that_were_moved_or_repeated_are_found_by_their_code(draft: Assessment) -> None:
    book = opened(downloaded(draft))
    sheet = book["F1"]
    for column in "ABCDEFG":
        sheet[f"{column}6"].value, sheet[f"{column}7"].value = (
            sheet[f"{column}7"].value,
            sheet[f"{column}6"].value,
        )
    sheet["D6"] = 2
    sheet["A12"], sheet["D12"] = "F1.2", 5
    upload = take_upload(assessment=draft, content=packed(book), by=draft.assessor, at=AT)
    assert upload is not None
    plan = plan_of(upload)
    assert [(line.indicator.code, line.values["answer"]) for line in plan.to_save] == [("F1.2", "2")]
    assert [str(fault) for fault in plan.faults] == ["Sheet F1, cell A12: F1.2 stands here again."]


def test_a_text_of_megabytes_is_not_looked_at_in_each_cell(draft: Assessment) -> None:
    cell = rb'<c r="(B\d+)" s="(\d+)"/>'
    shared = rb'<c r="\1" s="\2" t="s"><v>0</v></c>'
    text = {
        "xl/sharedStrings.xml": replaced(rb">TLP:AMBER<", b">" + b"x" * 10_000_000 + b"<"),
        "xl/worksheets/sheet4.xml": lambda part: re.sub(cell, shared, part),
    }
    began = time.perf_counter()
    found = read(draft, repacked(downloaded(draft), text))
    assert time.perf_counter() - began < MOST_SECONDS
    assert found[0] == "Sheet New evidence, cell B6: this is too long for a cell."
    assert len(found) == 101  # the marking below the table is the same text


def test_lines_below_the_table_are_read_too(draft: Assessment) -> None:
    form = filled_in(downloaded(draft), {"New evidence!A110": "F1.1", "New evidence!B110": "none such"})
    assert [fault.partition(":")[0] for fault in read(draft, form)] == ["Sheet New evidence, cell B110"]


def test_any_byte_may_be_wrong(draft: Assessment) -> None:
    """Each of 300 files with one byte changed is refused or read; nothing else happens."""
    form = filled_in(downloaded(draft), {"F1!D6": 2})
    outcomes = set()
    for place in range(0, len(form), max(1, len(form) // 300)):
        broken = form[:place] + bytes([form[place] ^ 0x55]) + form[place + 1 :]
        try:
            read_form(broken, {"F1": ["F1.1", "F1.2"], "F5": ["F5.1"]})
            outcomes.add("read")
        except InvalidForm:
            outcomes.add("refused")
    assert outcomes == {"read", "refused"}
