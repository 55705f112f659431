"""The offline form in a browser: downloaded, filled in, uploaded, looked at, saved, and one cell settled."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from assessments.actions import recording
from assessments.actions.authorship import add_co_author
from assessments.models import Assessment, OfflineUpload
from tests.browser import Visitor
from tests.factories import AT, EngagementFactory, SourceFactory, analyst, make_assessment

pytestmark = pytest.mark.django_db(transaction=True)

Visit = Callable[..., Visitor]
CELLS = {
    "F1!D6": 2,
    "F1!F6": "Mine: the plan came late.",
    "F1!D7": 5,
    "F1!E7": "High",
    "F1!F7": "Both staffs planned together:\n\n- from March on\n- in one place",
    "F5!D6": 6,
    "New evidence!A6": "F1.2",
    "New evidence!B6": "joint-review",
    "New evidence!C6": "para. 14",
    "New evidence!A7": "F1.2",
    "New evidence!B7": "Secretariat (2008): Lessons of the transfer",
    "New evidence!A8": "F1.2",
    "New evidence!B8": "no source of ours",
}


@pytest.fixture
def draft() -> Assessment:
    SourceFactory(key="joint-review", title="Joint review")
    return make_assessment(engagement=EngagementFactory(), answers={"F1.1": 4})


def download(visitor: Visitor, draft: Assessment, folder: Path) -> Path:
    visitor.carry_session_of(draft.assessor)
    visitor.open(f"/assessments/{draft.pk}/edit/")
    visitor.follow("Offline form")
    with visitor.page.expect_download() as started:
        visitor.follow("Download the form")
    file = folder / started.value.suggested_filename
    started.value.save_as(file)
    return file


def fill_in(file: Path, cells: Mapping[str, Any]) -> None:
    book = load_workbook(file)
    for place, value in cells.items():
        sheet, cell = place.split("!")
        book[sheet][cell] = value
    book.save(file)


def somebody_else_writes(draft: Assessment, rationale: str) -> None:
    colleague = analyst(draft.on_behalf_of, name="A. Colleague")
    add_co_author(assessment=draft, person=colleague, by=draft.assessor, at=AT)
    rating = draft.ratings.get(indicator__code="F1.1")
    answer = recording.AnswerInput(rating.indicator, 4, "", rationale, "moderate", rating.version)
    recording.save_ratings(assessment=draft, answers=[answer], by=colleague, at=AT)


def upload(visitor: Visitor, file: Path) -> None:
    visitor.page.get_by_label("Workbook").set_input_files(file)
    visitor.press("Upload and look")


def without_barriers(visitor: Visitor) -> None:
    assert visitor.barriers() == []
    assert visitor.overflow() <= 0


def test_a_form_goes_out_and_comes_back(visit: Visit, draft: Assessment, tmp_path: Path) -> None:
    visitor = visit()
    file = download(visitor, draft, tmp_path)
    assert file.suffix == ".xlsx"
    fill_in(file, CELLS)
    somebody_else_writes(draft, "Theirs: the plan came in time.")
    upload(visitor, file)
    visitor.page.get_by_role("heading", name="What the form would change").wait_for()
    text = visitor.text()
    assert "2 faults in the file" in text
    assert "Sheet F5, cell D6: 6 is not an answer; 1 to 5, NA or IE." in text
    assert "Sheet New evidence, cell B8: this is no source" in text
    assert "1 new answer" in text
    assert "2 places to cite" in text
    assert "1 conflict" in text
    visitor.press("Save this")
    visitor.page.get_by_text("Saved: 1 answers and 2 places of evidence.").wait_for()
    saved = draft.ratings.get(indicator__code="F1.2")
    assert (saved.score, saved.confidence, saved.rationale) == (5, "high", CELLS["F1!F7"])
    assert saved.evidence.count() == 2
    assert draft.ratings.get(indicator__code="F1.1").rationale == "Theirs: the plan came in time."
    conflict = visitor.page.locator('[id="indicator-F1.1"]')
    conflict.get_by_label("Mine: 2 Weak").check()
    conflict.get_by_label("Text made of both").fill("The plan came late, though in time.")
    conflict.get_by_role("button", name="Save what I chose").click()
    visitor.page.get_by_text("F1.1 Indicator F1.1 is saved as you chose.").wait_for()
    settled = draft.ratings.get(indicator__code="F1.1")
    assert (settled.score, settled.rationale) == (2, "The plan came late, though in time.")
    fill_in(file, {"F5!D6": "IE", "New evidence!B8": None, "New evidence!A8": None})
    fill_in(file, {"F1!D6": 2, "F1!F6": "The plan came late, though in time."})
    visitor.follow("Offline form")
    upload(visitor, file)
    visitor.press("Save this")
    visitor.page.get_by_text("Saved: 1 answers and 0 places of evidence.").wait_for()
    assert draft.ratings.get(indicator__code="F5.1").non_score == "insufficient_evidence"
    assert not OfflineUpload.objects.exists()


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (360, False), (1280, True)])
def test_every_state_is_without_barriers(
    visit: Visit, draft: Assessment, tmp_path: Path, width: int, dark: bool
) -> None:
    visitor = visit(width, dark=dark)
    file = download(visitor, draft, tmp_path)
    without_barriers(visitor)
    visitor.press("Upload and look")
    visitor.page.get_by_text("Choose the file that you have filled in.").first.wait_for()
    without_barriers(visitor)
    fill_in(file, CELLS | {"F1!F7": "A long word: " + "x" * 300})
    somebody_else_writes(draft, "Theirs: the plan came in time.")
    upload(visitor, file)
    visitor.page.get_by_role("heading", name="What the form would change").wait_for()
    without_barriers(visitor)
    visitor.press("Save this")
    visitor.page.get_by_text("places of evidence.").wait_for()
    without_barriers(visitor)
    visitor.follow("Offline form")
    visitor.page.get_by_role("heading", name="Your uploads that are not settled").wait_for()
    without_barriers(visitor)


def test_it_works_without_scripts(visit: Visit, draft: Assessment, tmp_path: Path) -> None:
    visitor = visit(scripts=False)
    file = download(visitor, draft, tmp_path)
    fill_in(file, {"F1!D7": 3})
    upload(visitor, file)
    visitor.press("Save this")
    visitor.page.get_by_text("Saved: 1 answers").wait_for()
    assert draft.ratings.get(indicator__code="F1.2").score == 3
