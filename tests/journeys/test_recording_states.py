"""The pages of recording in every state: empty, filled, with faults, with two answers, read-only."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from assessments.actions.assessments import describe
from assessments.actions.authorship import add_co_author, mark_section
from assessments.actions.recording import AnswerInput, save_ratings
from assessments.choices import RATIONALE_LIMIT, State
from assessments.models import Assessment, Dimension, Evidence
from organisations.models import User
from tests.browser import Visitor
from tests.factories import AT, analyst, coordinator, make_assessment
from tests.journeys.test_pages import look_at

pytestmark = pytest.mark.django_db(transaction=True)

WINDOWS = pytest.mark.parametrize(("width", "dark"), [(1280, False), (360, False), (1280, True)])
ALL: dict[str, int | str] = {"P1.1": 3, "P1.2": "insufficient_evidence", "PX.1": "not_applicable"}
Visit = Callable[..., Visitor]


def clear(visitor: Visitor) -> None:
    """No barrier and no overflow in the page as it stands."""
    assert visitor.barriers() == []
    assert visitor.overflow() <= 0


def send(visitor: Visitor, form: str = "main form") -> None:
    """Send a form as browsers without scripts do."""
    with visitor.page.expect_navigation():
        visitor.page.locator(form).first.evaluate("form => HTMLFormElement.prototype.submit.call(form)")


def with_co_author(draft: Assessment) -> User:
    other = analyst(draft.on_behalf_of, name="Other Analyst")
    add_co_author(assessment=draft, person=other, by=draft.assessor, at=AT)
    return other


def answered_by(person: User, draft: Assessment, rationale: str) -> None:
    rating = draft.ratings.select_related("indicator").filter(indicator__code="P1.1").first()
    assert rating is not None
    given = AnswerInput(rating.indicator, 1, "", rationale, "high", rating.version)
    save_ratings(assessment=draft, answers=[given], by=person, at=AT)


@WINDOWS
def test_empty_and_filled(visit: Visit, width: int, dark: bool) -> None:
    visitor = visit(width, dark=dark)
    for draft in (make_assessment(), make_assessment(answers=ALL)):
        here = f"/assessments/{draft.pk}/"
        visitor.carry_session_of(draft.assessor)
        pages = ("", "edit/", "edit/P1/", "edit/PX/", "cite/P1.1/", "describe/", "check/", "authors/")
        look_at(visitor, [here + page for page in pages])
        if draft.ratings.exists():
            with_co_author(draft)
            dimension = Dimension.objects.get(framework=draft.framework, code="P1")
            mark_section(assessment=draft, dimension=dimension, by=draft.assessor, at=AT)
            Evidence.objects.filter(rating__assessment=draft).update(stance="contradicts")
            look_at(visitor, [f"{here}edit/", f"{here}edit/P1/", f"{here}authors/", f"{here}check/"])


@WINDOWS
def test_an_answer_that_cannot_be_saved(visit: Visit, width: int, dark: bool) -> None:
    draft = make_assessment(answers={"P1.1": 3})
    visitor = visit(width, dark=dark)
    visitor.carry_session_of(draft.assessor)
    visitor.open(f"/assessments/{draft.pk}/edit/P1/")
    rationale = visitor.page.locator('[name="P1.1-rationale"]')
    rationale.evaluate(f"area => {{ area.value = 'long '.repeat({RATIONALE_LIMIT // 5 + 1}) }}")
    rationale.dispatch_event("input")
    expect(visitor.page.locator('[id="indicator-P1.1"]').get_by_role("status")).to_contain_text("Not saved:")
    clear(visitor)
    visitor.page.on("dialog", lambda dialog: dialog.accept())
    send(visitor, "#answers")
    assert visitor.page.locator(".invalid-feedback").count() >= 1
    clear(visitor)
    assert draft.ratings.get().rationale == "Why P1.1 is 3."


@WINDOWS
def test_two_answers(visit: Visit, width: int, dark: bool) -> None:
    """While typing, and after pressing the button of a page without scripts."""
    draft = make_assessment(answers={"P1.1": 3})
    other, visitor = with_co_author(draft), visit(width, dark=dark)
    visitor.carry_session_of(draft.assessor)
    visitor.page.on("dialog", lambda dialog: dialog.accept())
    for number, how in enumerate(("typed", "sent")):
        visitor.open(f"/assessments/{draft.pk}/edit/P1/")
        answered_by(other, draft, f"Theirs, number {number}.")
        rationale = visitor.page.locator('[name="P1.1-rationale"]')
        if how == "typed":
            rationale.fill("Mine.")
            visitor.page.get_by_text("Two answers.").wait_for()
        else:
            rationale.evaluate("area => { area.value = 'Mine.' }")
            send(visitor, "#answers")
            visitor.page.get_by_text("Somebody has changed answers since").wait_for()
        assert "Other Analyst changed this answer" in visitor.text()
        clear(visitor)


@WINDOWS
def test_forms_with_faults(visit: Visit, width: int, dark: bool) -> None:
    draft = make_assessment(answers=ALL)
    other, visitor = with_co_author(draft), visit(width, dark=dark)
    here = f"/assessments/{draft.pk}/"
    visitor.carry_session_of(draft.assessor)
    visitor.open(f"{here}cite/P1.1/")
    send(visitor)
    assert visitor.page.title().startswith("Error:")
    clear(visitor)
    visitor.open(f"{here}describe/")
    visitor.page.locator('[name="period_end"]').fill("1999")
    send(visitor)
    clear(visitor)
    visitor.open(f"{here}describe/")
    describe(
        assessment=draft,
        by=other,
        version=1,
        period=(2004, 2006),
        basis="Theirs",
        reference="",
        marking="GREEN",
        at=AT,
    )
    visitor.page.locator('[name="basis"]').fill("Mine")
    send(visitor)
    assert "Theirs" in visitor.text()
    clear(visitor)
    Evidence.objects.filter(rating__assessment=draft).update(stance="contradicts")
    visitor.open(f"{here}check/")
    visitor.press("Submit for review")
    visitor.page.get_by_text("Say why the warnings can stand.").first.wait_for()
    clear(visitor)
    visitor.open(f"{here}authors/")
    send(visitor, "form:has([value=add])")
    assert visitor.page.title().startswith("Error:")
    clear(visitor)


@WINDOWS
def test_read_only(visit: Visit, width: int, dark: bool) -> None:
    """Whoever may not write is led to the answers as they stand; the pages beside them offer no form."""
    visitor = visit(width, dark=dark)
    for state in (State.SUBMITTED, State.RETURNED, State.APPROVED, State.SUPERSEDED, State.WITHDRAWN):
        assessment = make_assessment(state, answers=ALL)
        here = f"/assessments/{assessment.pk}/"
        for person in (assessment.assessor, analyst(assessment.on_behalf_of)):
            visitor.carry_session_of(person)
            visitor.open(f"{here}edit/P1/")
            assert visitor.page.url.endswith(here)
            assert "This is not possible while" in visitor.page.locator(".messages").inner_text()
            clear(visitor)
        look_at(visitor, [f"{here}authors/", f"{here}history/", f"{here}revisions/"])
        assert visitor.page.locator("main form[method=post]").count() == 0
    visitor.carry_session_of(coordinator(make_assessment().on_behalf_of))
    assert visitor.open(f"/assessments/{Assessment.objects.latest('pk').pk}/authors/") == 200
    clear(visitor)
