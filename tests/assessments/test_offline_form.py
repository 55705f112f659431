"""The offline form as it is downloaded."""

from io import BytesIO
from zipfile import ZipFile

import pytest
from django.test import Client
from openpyxl import load_workbook

from assessments.actions import recording
from assessments.actions.assessments import describe
from assessments.choices import State
from assessments.exchange.offline import layout
from assessments.exchange.offline.mark import InvalidForm, Mark, framework_digest, read_mark
from assessments.models import Assessment, Dimension
from tests.assessments.workbooks import downloaded, opened
from tests.factories import (
    AT,
    EngagementFactory,
    OrganisationFactory,
    SourceFactory,
    analyst,
    make_assessment,
    reader,
    reviewer,
)

pytestmark = pytest.mark.django_db

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0", '=HYPERLINK("x","y")']


@pytest.fixture
def draft() -> Assessment:
    return make_assessment(
        engagement=EngagementFactory(), answers={"F1.1": 4, "F5.1": "insufficient_evidence"}
    )


def say(draft: Assessment, code: str, rationale: str) -> None:
    indicator = draft.applicable_indicators().get(code=code)
    rating = draft.ratings.filter(indicator=indicator).first()
    answer = recording.AnswerInput(
        indicator, score=3, rationale=rationale, version=rating.version if rating else 0
    )
    recording.save_ratings(assessment=draft, answers=[answer], by=draft.assessor, at=AT)


def test_it_has_a_sheet_for_each_dimension_with_what_is_answered(draft: Assessment) -> None:
    book = opened(downloaded(draft))
    assert book.sheetnames == ["Read me first", "F1", "F5", "New evidence", "Sources", "_mark"]
    sheet = book["F1"]
    assert sheet["A1"].value == "TLP:AMBER"
    assert sheet["A2"].value == "F1 Joint planning"
    assert sheet["A3"].value == str(draft)
    assert [cell.value for cell in sheet[6]] == [
        "F1.1",
        "Indicator F1.1\nHow good is F1.1?",
        "1: F1.1 at 1\n2: Weak\n3: F1.1 at 3\n4: Good\n5: F1.1 at 5",
        4,
        "Moderate",
        "Why F1.1 is 4.",
        f"{draft.ratings.get(indicator__code='F1.1').evidence.get()} (Supports the answer)",
    ]
    assert [sheet[f"{column}7"].value for column in "ADEFG"] == ["F1.2", None, None, None, None]
    assert book["F5"]["D6"].value == "IE"


def test_only_the_cells_to_fill_in_are_open(draft: Assessment) -> None:
    book = opened(downloaded(draft))
    assert all(sheet.protection.sheet for sheet in book.worksheets)
    unlocked = {
        f"{sheet.title}!{cell.coordinate}"
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if not cell.protection.locked
    }
    of_answers = {f"F1!{column}{row}" for column in "DEF" for row in (6, 7)} | {"F5!D6", "F5!E6", "F5!F6"}
    of_evidence = {f"New evidence!{column}{row}" for column in "ABCD" for row in range(6, 106)}
    assert unlocked == of_answers | of_evidence


def test_cells_offer_what_they_take(draft: Assessment) -> None:
    source = SourceFactory(key="zif-2007", author="Zif", title="Handing over")
    book = opened(downloaded(draft))
    offered = {
        str(rule.sqref): (rule.type, rule.formula1, bool(rule.showErrorMessage))
        for sheet in (book["F1"], book["New evidence"])
        for rule in sheet.data_validations.dataValidation
    }
    last = 6 + len([row for row in book["Sources"]["A"][5:] if row.value]) - 1
    assert offered == {
        "D6:D7": ("list", '"1,2,3,4,5,NA,IE"', True),
        "E6:E7": ("list", '"Low,Moderate,High"', True),
        "F6:F7": ("textLength", "20000", True),
        "A6:A105": ("list", "'_mark'!$B$1:$B$3", True),
        "B6:B105": ("list", f"'Sources'!$A$6:$A${last}", False),
        "D6:D105": ("list", '"Supports the answer,Speaks against the answer"', True),
    }
    assert book["Sources"][f"A{last}"].value == f"zif-2007: {source}"
    assert [book["_mark"][f"B{row}"].value for row in (1, 2, 3)] == ["F1.1", "F1.2", "F5.1"]


def test_the_marking_stands_on_every_sheet_and_every_printed_page(draft: Assessment) -> None:
    describe(
        assessment=draft,
        by=draft.assessor,
        version=1,
        period=(2003, 2007),
        basis="Interviews",
        reference="",
        marking="AMBER+STRICT",
        at=AT,
    )
    book = opened(downloaded(draft))
    shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    assert len(shown) == 5
    for sheet in shown:
        assert sheet["A1"].value == "TLP:AMBER+STRICT"
        assert "TLP:AMBER+STRICT" in sheet.oddHeader.center.text
        assert "TLP:AMBER+STRICT" in sheet.oddFooter.center.text
    assert shown[1]["A9"].value == "TLP:AMBER+STRICT"
    assert book.properties.description == "TLP:AMBER+STRICT"
    assert (shown[1].page_setup.orientation, shown[1].page_setup.fitToHeight) == ("landscape", 0)
    assert shown[1].print_title_rows == "$5:$5"


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_becomes_a_formula(draft: Assessment, text: str) -> None:
    source = SourceFactory(key="trap", author=text, title=text)
    say(draft, "F1.2", text)
    recording.add_evidence(
        assessment=draft,
        indicator=draft.applicable_indicators().get(code="F1.2"),
        source=source,
        by=draft.assessor,
        at=AT,
        locator=text,
    )
    content = downloaded(draft)
    with ZipFile(BytesIO(content)) as file:
        parts = {name: file.read(name).decode() for name in file.namelist()}
    sheets = [part for name, part in parts.items() if name.startswith("xl/worksheets/sheet")]
    assert len(sheets) == 6
    assert not [part for part in sheets if "<f>" in part or "<f " in part or "hyperlink" in part]
    cell = opened(content)["F1"]["F7"]
    assert (cell.data_type, cell.number_format) == ("s", "@")
    assert text.strip() in cell.value


def test_the_mark_says_what_the_form_was_made_from(draft: Assessment) -> None:
    book = opened(downloaded(draft))
    assert book["_mark"].sheet_state == "veryHidden"
    assert read_mark(book["_mark"]["A2"].value) == Mark(
        assessment=draft.pk,
        framework=draft.framework.name,
        digest=framework_digest(draft.framework),
        versions={"F1.1": 1, "F1.2": 0, "F5.1": 1},
        left_out=[],
    )


def test_a_mark_that_was_touched_is_noticed(draft: Assessment) -> None:
    text = opened(downloaded(draft))["_mark"]["A2"].value
    for place in range(0, len(text), 7):
        touched = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
        with pytest.raises(InvalidForm, match="has been changed"):
            read_mark(touched)
    for nothing in ("", None, 7, "A.B", text[:-1]):
        with pytest.raises(InvalidForm):
            read_mark(nothing)


def test_frameworks_that_differ_have_other_digests(draft: Assessment) -> None:
    assert framework_digest(draft.framework) != framework_digest(make_assessment().framework)


def test_it_offers_only_sources_that_its_authors_can_cite(draft: Assessment) -> None:
    SourceFactory(organisation=draft.on_behalf_of, key="own", title="Ours")
    SourceFactory(organisation=OrganisationFactory(), key="foreign", title="Theirs")
    content = downloaded(draft)
    lines = [row[0].value for row in opened(content)["Sources"].iter_rows(min_row=6)]
    assert any("own: " in line for line in lines)
    with ZipFile(BytesIO(content)) as file:
        assert not any(b"Theirs" in file.read(name) for name in file.namelist())


def test_a_rationale_that_no_cell_can_hold_stays_on_the_page(draft: Assessment) -> None:
    say(draft, "F1.2", "\U0001f54a" * 20_000)
    book = opened(downloaded(draft))
    assert book["F1"]["F7"].protection.locked
    assert "too long" in book["F1"]["F7"].value
    assert read_mark(book["_mark"]["A2"].value).left_out == ["F1.2"]


def test_codes_of_any_kind_give_sheets_of_their_own() -> None:
    codes = ["F1", "f1", "Sources", "history", "x" * 20, "F1 (2)"]
    names = layout.sheet_names(Dimension(code=code) for code in codes)
    assert names["F1"] == "F1"
    assert len({name.lower() for name in names.values()}) == len(codes)
    assert all(len(name) <= 31 for name in names.values())
    assert not {"sources", "history"} & {name.lower() for name in names.values()}


def test_the_political_level_and_an_empty_draft_have_forms_too() -> None:
    book = opened(downloaded(make_assessment()))
    assert book.sheetnames[1:3] == ["P1", "PX"]
    assert "never counts in a score" in book["PX"]["B6"].value


def test_it_is_for_who_writes_the_draft(client: Client, draft: Assessment) -> None:
    address = f"/assessments/{draft.pk}/offline/"
    for person, status in (
        (analyst(draft.on_behalf_of), 302),
        (reviewer(draft.on_behalf_of), 302),
        (reader(draft.on_behalf_of), 404),
        (analyst(OrganisationFactory()), 404),
        (draft.assessor, 200),
    ):
        client.force_login(person)
        assert client.get(address).status_code == status
        assert client.get(f"{address}form.xlsx").status_code == status


def test_what_is_submitted_has_no_form(client: Client) -> None:
    submitted = make_assessment(State.SUBMITTED)
    client.force_login(submitted.assessor)
    response = client.get(f"/assessments/{submitted.pk}/offline/form.xlsx", follow=True)
    assert "not possible while the assessment is in the state" in response.content.decode()


def test_the_editor_leads_to_it(client: Client, draft: Assessment) -> None:
    client.force_login(draft.assessor)
    assert (
        f"/assessments/{draft.pk}/offline/" in client.get(f"/assessments/{draft.pk}/edit/").content.decode()
    )
    response = client.get(f"/assessments/{draft.pk}/offline/form.xlsx")
    assert response["Content-Disposition"].startswith("attachment; filename=")
    assert load_workbook(BytesIO(response.content), read_only=True).sheetnames
