"""History and revisions in a browser: empty, filled and asked wrongly; wide, narrow and dark."""

from collections.abc import Callable

import pytest

from assessments.actions.recording import AnswerInput, save_ratings
from assessments.actions.review import return_for_changes, start_review
from assessments.actions.submission import revise
from assessments.models import Assessment
from tests.browser import Visitor
from tests.factories import AT, make_assessment, reviewer
from tests.journeys.test_pages import look_at

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE = (
    "The summit of 2003 worked well. " + "What followed is told in the minutes, and nobody disputes it. " * 9
)
AFTER = BEFORE.replace("worked well", "failed <i>badly</i>") + "\n\n- First **things**\n- then `others`"


def revised() -> Assessment:
    """A draft that was returned once, with a rationale that has changed since."""
    assessment = make_assessment("submitted", answers={"P1.2": "insufficient_evidence"})
    person = reviewer(assessment.on_behalf_of, name="A reviewer with a name that is quite long")
    revision = start_review(assessment=assessment, by=person, at=AT)
    return_for_changes(revision=revision, by=person, reason="Say which summit.\nAnd when.", at=AT)
    revise(assessment=assessment, by=assessment.assessor, at=AT)
    for text in (BEFORE, AFTER, f"{AFTER}\n" + "w" * 300):
        rating = assessment.ratings.select_related("indicator").get(indicator__code="P1.1")
        given = AnswerInput(rating.indicator, 4, "", text, "high", rating.version)
        save_ratings(assessment=assessment, answers=[given], by=assessment.assessor, at=AT)
    return assessment


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (360, False), (1280, True)])
def test_they_have_no_barriers(visit: Callable[..., Visitor], width: int, dark: bool) -> None:
    visitor = visit(width, dark=dark)
    empty, filled = make_assessment(), revised()
    for draft, more in ((empty, ["revisions/now/now/"]), (filled, ["revisions/1/now/", "revisions/1/1/"])):
        visitor.carry_session_of(draft.assessor)
        pages = ["history/", "history/?kind=release", "history/?kind=x&person=0", "revisions/"]
        odd = ["revisions/?earlier=9&later=now"]
        look_at(visitor, [f"/assessments/{draft.pk}/{page}" for page in (*pages, *odd, *more)])


def test_two_revisions_are_chosen_and_compared_without_scripts(visit: Callable[..., Visitor]) -> None:
    draft, visitor = revised(), visit(scripts=False)
    visitor.carry_session_of(draft.assessor)
    visitor.open(f"/assessments/{draft.pk}/")
    visitor.follow("Compare revisions")
    visitor.press("Compare")
    assert visitor.page.url.endswith("/revisions/1/now/")
    added, removed = visitor.page.locator("ins"), visitor.page.locator("del")
    assert "worked well" not in added.all_inner_texts()[0]
    assert "Why P1.1 is 3" in " ".join(removed.all_text_contents())
    lines = [
        one.evaluate("e => getComputedStyle(e).textDecorationLine") for one in (added.first, removed.first)
    ]
    assert lines == ["underline", "line-through"]
    visitor.follow("The other way round")
    assert visitor.page.url.endswith("/revisions/now/1/")


def test_the_history_is_filtered_by_keyboard(visit: Callable[..., Visitor]) -> None:
    draft, visitor = revised(), visit()
    visitor.carry_session_of(draft.assessor)
    visitor.open(f"/assessments/{draft.pk}/history/")
    visitor.page.get_by_label("Indicator").focus()
    visitor.page.keyboard.type("P1.1")
    visitor.page.get_by_role("button", name="Filter").focus()
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_url("**/history/?person=&indicator=P1.1&kind=")
    rows = visitor.page.locator("tbody tr")
    assert all("P1.1" in text for text in rows.all_inner_texts())
    assert "Rationale" in visitor.text()
