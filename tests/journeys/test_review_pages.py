"""The review desk in a browser: empty, filled, with an error, out of date and read only."""

from collections.abc import Callable
from datetime import date

import pytest

from assessments.actions.assessments import describe
from assessments.actions.desk import assign, comment, settle
from assessments.actions.review import return_for_changes, start_review
from assessments.actions.submission import revise, submit
from assessments.models import Assessment
from organisations.models import User
from tests.browser import Visitor
from tests.factories import AT, UserFactory, analyst, coordinator, make_assessment, reviewer
from tests.journeys.test_pages import look_at

pytestmark = pytest.mark.django_db(transaction=True)

LONG = "Which minutes?\n" + "w" * 200


def described(assessment: Assessment) -> None:
    describe(
        assessment=assessment,
        by=assessment.assessor,
        version=assessment.description_version,
        period=(2003, 2004),
        basis="Interviews",
        reference="",
        marking=assessment.marking,
        at=AT,
    )


def discussed() -> tuple[Assessment, User]:
    """In review for the second time: assigned and overdue, one thread resolved, one open on an answer."""
    assessment = make_assessment("submitted")
    person = reviewer(assessment.on_behalf_of, name="A reviewer with a name that is quite long")
    indicator = assessment.applicable_indicators()[0]
    first = start_review(assessment=assessment, by=person, at=AT)
    one = comment(assessment=assessment, text=LONG, by=person, indicator=indicator, at=AT)
    comment(assessment=assessment, text="Those of May.", by=assessment.assessor, parent=one, at=AT)
    whole = comment(assessment=assessment, text="Well done.", by=person, at=AT)
    settle(comment=whole, resolved=True, by=person, at=AT)
    return_for_changes(revision=first, by=person, reason="Say which summit.", at=AT)
    revise(assessment=assessment, by=assessment.assessor, at=AT)
    assessment.refresh_from_db()
    described(assessment)
    submit(assessment=assessment, by=assessment.assessor, at=AT)
    start_review(assessment=assessment, by=person, at=AT)
    assign(assessment=assessment, reviewer=person, by=person, due=date(2026, 1, 2), at=AT)
    return assessment, person


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (360, False), (1280, True)])
def test_they_have_no_barriers(visit: Callable[..., Visitor], width: int, dark: bool) -> None:
    visitor = visit(width, dark=dark)
    visitor.carry_session_of(UserFactory())
    look_at(visitor, ["/reviews/"])
    empty = make_assessment()
    visitor.carry_session_of(reviewer(empty.on_behalf_of))
    look_at(visitor, ["/reviews/", f"/assessments/{empty.pk}/comments/"])
    assessment, person = discussed()
    here = f"/assessments/{assessment.pk}"
    said = assessment.comments.get(text=LONG)
    visitor.carry_session_of(person)
    look_at(
        visitor,
        [
            "/reviews/?queue=mine",
            "/reviews/?queue=mine&overdue=yes&dyad=x",
            f"{here}/review/2/",
            f"{here}/review/1/",
            f"{here}/comments/",
            f"{here}/comments/{said.pk}/",
            f"{here}/",
        ],
    )
    _errors(visitor, here)
    visitor.carry_session_of(coordinator(assessment.on_behalf_of))
    look_at(visitor, ["/reviews/?queue=assigned", f"{here}/", f"{here}/comments/"])
    visitor.carry_session_of(analyst(assessment.on_behalf_of))
    look_at(visitor, [f"{here}/comments/", f"{here}/comments/{said.pk}/"])


def _errors(visitor: Visitor, here: str) -> None:
    """A return without a reason, and a decision on another revision than the current one."""
    for path, button in ((f"{here}/review/2/", "Return for changes"), (f"{here}/review/2/", "Approve")):
        visitor.open(path)
        if button == "Approve":
            visitor.page.evaluate("document.querySelector('input[name=sha256]').value = '0'.repeat(64)")
        visitor.press(button)
        visitor.page.wait_for_url("**/decide/")
        assert visitor.barriers() == []
        assert visitor.overflow() <= 0


def test_a_thread_from_question_to_resolution_without_scripts(visit: Callable[..., Visitor]) -> None:
    assessment, visitor = make_assessment("submitted"), visit(scripts=False)
    person = reviewer(assessment.on_behalf_of)
    visitor.carry_session_of(person)
    visitor.open(f"/assessments/{assessment.pk}/")
    visitor.press("Take it")
    visitor.press("Review")
    answer = visitor.page.locator('[id="indicator-P1.1"]')
    answer.locator("summary", has_text="Comment").click()
    answer.get_by_label("Your comment").fill("Which summit?")
    answer.get_by_role("button", name="Keep comment").click()
    visitor.page.get_by_label("Reason or remark").fill("One question is open.")
    visitor.press("Return for changes")
    visitor.carry_session_of(assessment.assessor)
    visitor.open(f"/assessments/{assessment.pk}/")
    assert "Which summit?" in visitor.text()
    visitor.press("Revise")
    visitor.open(f"/assessments/{assessment.pk}/edit/P1/")
    assert "Which summit?" in visitor.page.locator('[id="indicator-P1.1"]').inner_text()
    visitor.open(f"/assessments/{assessment.pk}/comments/")
    thread = visitor.page.locator("article.thread").first
    thread.locator("summary", has_text="Answer").click()
    thread.get_by_role("textbox").fill("That of 2003.")
    thread.get_by_role("button", name="Answer").click()
    visitor.page.get_by_text("That of 2003.").first.wait_for()
    visitor.carry_session_of(person)
    visitor.open(f"/assessments/{assessment.pk}/comments/")
    visitor.page.locator("article.thread").first.get_by_role("button", name="Resolve").click()
    visitor.page.get_by_text("Resolved", exact=True).wait_for()
    assert not assessment.comments.filter(parent__isnull=True, resolved_at__isnull=True).exists()
