"""The editor in a browser: keys only, no scripts, a session that ends, a server that stops, two people."""

import threading
from collections.abc import Callable, Iterator
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.contrib.sessions.models import Session
from django.core.wsgi import get_wsgi_application
from playwright.sync_api import Dialog, Locator, expect

from assessments.actions.authorship import add_co_author
from assessments.models import Assessment, Rating
from organisations.models import User
from tests.browser import Visitor
from tests.factories import AT, PASSWORD, SourceFactory, analyst, make_assessment

pytestmark = pytest.mark.django_db(transaction=True)

Visit = Callable[..., Visitor]
LOST = (
    "ERR_CONNECTION",
    "ERR_INTERNET",
    "ERR_EMPTY",
    "ERR_FAILED",
    "htmx:sendError",
    "htmx:afterRequest",
    "ERR_SOCKET",
)


def editing(visitor: Visitor, draft: Assessment, person: User | None = None, code: str = "P1") -> Visitor:
    visitor.carry_session_of(person or draft.assessor)
    assert visitor.open(f"/assessments/{draft.pk}/edit/{code}/") == 200
    return visitor


def section(visitor: Visitor, code: str) -> Locator:
    return visitor.page.locator(f'[id="indicator-{code}"]')


def rationale(visitor: Visitor, code: str) -> Locator:
    return section(visitor, code).locator(f'[name="{code}-rationale"]')


def says(visitor: Visitor, code: str, words: str, *, within: float = 15) -> None:
    expect(section(visitor, code).get_by_role("status")).to_contain_text(words, timeout=within * 1000)


def saved(draft: Assessment, code: str) -> Rating:
    return draft.ratings.get(indicator__code=code)


def forgive_lost_connections(visitor: Visitor) -> None:
    visitor.faults[:] = [fault for fault in visitor.faults if not any(sign in fault for sign in LOST)]


def test_a_whole_assessment_by_keys_only(visit: Visit) -> None:
    draft, source = make_assessment(), SourceFactory(author="Secretariat", title="Minutes")
    visitor = visit()
    visitor.carry_session_of(draft.assessor)
    visitor.open(f"/assessments/{draft.pk}/edit/")
    keys = visitor.page.keyboard
    reach(visitor, "P1 Political commitment")
    keys.press("Enter")
    visitor.arrives("P1.1 Indicator P1.1")
    keys.press("j")
    keys.press("4")
    says(visitor, "P1.1", "Saved")
    write_rationale(visitor, "P1.1", "Summits, and 5 notes: Nobody invited K and J.")
    reach(visitor, "Not said yet")
    keys.press("ArrowUp")
    says(visitor, "P1.1", "Saved")
    reach(visitor, "Save and cite evidence: Indicator P1.1")
    keys.press("Enter")
    visitor.arrives("Cite evidence")
    reach(visitor, "Source")
    keys.type("Secretariat")
    reach(visitor, "Cite")
    keys.press("Enter")
    visitor.page.get_by_text("The evidence is cited.").wait_for()
    visitor.page.wait_for_load_state()
    keys.press("j")
    keys.press("ArrowRight")
    keys.press("i")
    says(visitor, "P1.2", "Saved")
    write_rationale(visitor, "P1.2", "Nobody kept minutes.")
    reach(visitor, "Save and mark as complete")
    keys.press("Enter")
    visitor.arrives("PX.1 Indicator PX.1")
    keys.press("j")
    keys.press("n")
    says(visitor, "PX.1", "Saved")
    write_rationale(visitor, "PX.1", "No motives were stated.")
    reach(visitor, "Save and continue")
    keys.press("Enter")
    visitor.page.get_by_text("3 of 3 answers are complete").wait_for()
    reach(visitor, "Check and submit")
    keys.press("Enter")
    visitor.arrives("Check and submit")
    reach(visitor, "Submit for review")
    keys.press("Enter")
    visitor.page.get_by_text("it waits for a reviewer").wait_for()
    content = draft.revisions.get().content["ratings"]
    assert [(one["indicator"], one["score"], one["non_score"], one["confidence"]) for one in content] == [
        ("P1.1", 4, "", "high"),
        ("P1.2", None, "insufficient_evidence", ""),
        ("PX.1", None, "not_applicable", ""),
    ]
    assert content[0]["rationale"] == "Summits, and 5 notes: Nobody invited K and J."
    assert content[0]["evidence"][0]["source"]["key"] == source.key


def reach(visitor: Visitor, name: str) -> None:
    """Press Tab until what is named has the focus."""
    label = """() => { const e = document.activeElement;
        const texts = [e.textContent, ...[...(e.labels || [])].map((label) => label.textContent)];
        return texts.map((text) => text.replace(/\\s+/g, " ").trim()) }"""
    for _ in range(80):
        visitor.page.keyboard.press("Tab")
        if any(text == name or text.startswith(f"{name} ") for text in visitor.page.evaluate(label)):
            return
    pytest.fail(f"Tab does not reach {name}")


def write_rationale(visitor: Visitor, code: str, text: str) -> None:
    reach(visitor, f"Rationale: Indicator {code}")
    visitor.page.keyboard.type(text)
    says(visitor, code, "Not saved yet")
    says(visitor, code, "Saved ")


def test_the_keys_can_be_switched_off_and_never_act_while_typing(visit: Visit) -> None:
    draft = make_assessment()
    visitor = editing(visit(), draft)
    rationale(visitor, "P1.1").press_sequentially("n 3 i 5 j k")
    says(visitor, "P1.1", "Saved ")
    assert saved(draft, "P1.1").rationale == "n 3 i 5 j k"
    assert not saved(draft, "P1.1").answered
    visitor.page.get_by_text("Keys", exact=True).click()
    visitor.page.get_by_label("Use these keys").uncheck()
    visitor.page.locator("h1").click()
    visitor.page.keyboard.press("4")
    visitor.page.reload()
    visitor.page.keyboard.press("4")
    assert section(visitor, "P1.1").locator("input[value='4']").is_checked() is False
    visitor.page.get_by_text("Keys", exact=True).click()
    visitor.page.get_by_label("Use these keys").check()
    visitor.page.locator("h1").click()
    visitor.page.keyboard.press("4")
    says(visitor, "P1.1", "Saved ")
    assert saved(draft, "P1.1").score == 4


def test_a_whole_assessment_without_scripts(visit: Visit) -> None:
    draft = make_assessment()
    visitor = editing(visit(scripts=False), draft)
    for code in ("P1.1", "P1.2"):
        section(visitor, code).get_by_label("Insufficient evidence").check()
        rationale(visitor, code).fill(f"Nothing is known about {code}.")
    visitor.press("Save and mark as complete")
    visitor.page.get_by_text("marked as complete").wait_for()
    section(visitor, "PX.1").get_by_label("PX.1 at 1").check()
    rationale(visitor, "PX.1").fill("Hearsay.")
    section(visitor, "PX.1").get_by_label("Low").check()
    visitor.press("Save and go back")
    section(visitor, "P1.1").get_by_label("No answer yet").check()
    visitor.press("Save; not complete yet")
    assert saved(draft, "P1.1").answered is False
    section(visitor, "P1.1").get_by_label("Not applicable").check()
    visitor.press("Save and continue")
    visitor.press("Save and continue")
    visitor.page.get_by_text("3 of 3 answers are complete").wait_for()
    visitor.follow("Check and submit")
    visitor.press("Submit for review")
    visitor.page.get_by_text("it waits for a reviewer").wait_for()


def test_a_session_that_ends_in_the_middle_of_a_rationale(visit: Visit) -> None:
    draft = make_assessment(assessor=None)
    person = draft.assessor
    person.set_password(PASSWORD)
    person.save()
    visitor = editing(visit(), draft)
    rationale(visitor, "P1.1").press_sequentially("Before. ")
    says(visitor, "P1.1", "Saved ")
    Session.objects.all().delete()
    rationale(visitor, "P1.1").press_sequentially("After.")
    visitor.page.get_by_role("alert").get_by_text("You have been signed out.").wait_for()
    assert visitor.barriers() == []
    assert saved(draft, "P1.1").rationale == "Before."
    rationale(visitor, "P1.1").press_sequentially(" Still typing.")
    with visitor.page.context.expect_page() as opened:
        visitor.page.get_by_role("link", name="Sign in (opens a new window)").click()
    window = opened.value
    window.get_by_label("Email").fill(person.email)
    window.get_by_label("Password").fill(PASSWORD)
    window.get_by_role("button", name="Sign in").click()
    window.get_by_text("go back to your answers").wait_for()
    window.close()
    says(visitor, "P1.1", "Saved ")
    assert saved(draft, "P1.1").rationale == "Before. After. Still typing."
    expect(visitor.page.get_by_text("You have been signed out.")).to_be_hidden()


def test_who_signs_in_instead_saves_nothing_in_anothers_name(visit: Visit) -> None:
    draft = make_assessment()
    other = analyst(draft.on_behalf_of)
    add_co_author(assessment=draft, person=other, by=draft.assessor, at=AT)
    visitor = editing(visit(), draft)
    visitor.carry_session_of(other)
    rationale(visitor, "P1.1").fill("Whose is it?")
    says(visitor, "P1.1", f"You are signed in as {other} now")
    assert not draft.ratings.exists()
    visitor.carry_session_of(draft.assessor)
    section(visitor, "P1.1").get_by_role("button", name="Try again").click()
    says(visitor, "P1.1", "Saved ")
    assert saved(draft, "P1.1").updated_by == draft.assessor


class Threaded(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


class Stoppable:
    """A server of the application that really stops, and starts again on the same port."""

    def __init__(self) -> None:
        self.port = 0
        self.start()

    def start(self) -> None:
        application = get_wsgi_application()
        self._server = make_server("127.0.0.1", self.port, application, Threaded, Quiet)
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def server() -> Iterator[Stoppable]:
    server = Stoppable()
    yield server
    server.stop()


def test_a_server_that_stops_for_ten_seconds(visit: Visit, server: Stoppable) -> None:
    draft = make_assessment()
    visitor = visit()
    visitor.address = f"http://127.0.0.1:{server.port}"
    editing(visitor, draft)
    rationale(visitor, "P1.1").press_sequentially("Before. ")
    says(visitor, "P1.1", "Saved ")
    server.stop()
    rationale(visitor, "P1.1").press_sequentially("While it was away. ")
    rationale(visitor, "P1.2").press_sequentially("Another one.")
    says(visitor, "P1.1", "Not saved: no answer from the server")
    assert visitor.barriers() == []
    visitor.page.wait_for_timeout(10_000)
    warned: list[str] = []

    def stay(dialog: Dialog) -> None:
        warned.append(dialog.type)
        dialog.dismiss()

    visitor.page.on("dialog", stay)
    visitor.page.close(run_before_unload=True)
    visitor.page.wait_for_timeout(500)
    assert warned == ["beforeunload"]
    server.start()
    for code in ("P1.1", "P1.2"):
        says(visitor, code, "Saved ", within=40)
    assert saved(draft, "P1.1").rationale == "Before. While it was away."
    assert saved(draft, "P1.2").rationale == "Another one."
    forgive_lost_connections(visitor)


def test_without_network_saving_goes_on_by_itself(visit: Visit) -> None:
    draft = make_assessment()
    visitor = editing(visit(), draft)
    visitor.page.context.set_offline(True)
    rationale(visitor, "P1.1").fill("On the train.")
    says(visitor, "P1.1", "Not saved: no answer from the server")
    visitor.follow("All dimensions")
    assert visitor.page.url.endswith("/edit/P1/")
    visitor.page.context.set_offline(False)
    says(visitor, "P1.1", "Saved ")
    assert saved(draft, "P1.1").rationale == "On the train."
    forgive_lost_connections(visitor)


def test_leaving_by_a_link_saves_first(visit: Visit) -> None:
    draft = make_assessment()
    visitor = editing(visit(), draft)
    rationale(visitor, "P1.1").press_sequentially("Just in time.")
    visitor.follow("All dimensions")
    visitor.page.get_by_text("0 of 3 answers are complete").wait_for()
    assert saved(draft, "P1.1").rationale == "Just in time."


def test_the_back_button_shows_what_the_server_has(visit: Visit) -> None:
    draft = make_assessment(answers={"P1.1": 4})
    visitor = editing(visit(), draft)
    rationale(visitor, "P1.1").fill("Mine, the first.")
    says(visitor, "P1.1", "Saved ")
    visitor.follow("All dimensions")
    visitor.page.get_by_text("answers are complete").wait_for()
    elsewhere = editing(visit(), draft)
    rationale(elsewhere, "P1.1").fill("Mine, from the other machine.")
    says(elsewhere, "P1.1", "Saved ")
    visitor.page.go_back()
    expect(rationale(visitor, "P1.1")).to_have_value("Mine, from the other machine.")
    section(visitor, "P1.1").get_by_label("P1.1 at 5").check()
    says(visitor, "P1.1", "Saved ")
    assert (saved(draft, "P1.1").score, saved(draft, "P1.1").rationale) == (
        5,
        "Mine, from the other machine.",
    )


def test_no_text_is_kept_in_the_browser(visit: Visit) -> None:
    draft = make_assessment()
    visitor = editing(visit(), draft)
    rationale(visitor, "P1.1").fill("canary-of-a-draft")
    says(visitor, "P1.1", "Saved ")
    stored = "JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage)])"
    assert "canary" not in str(visitor.page.evaluate(stored))


def two_at_once(visit: Visit) -> tuple[Assessment, Visitor, Visitor]:
    draft = make_assessment(answers={"P1.1": 3})
    other = analyst(draft.on_behalf_of, name="Other Analyst")
    add_co_author(assessment=draft, person=other, by=draft.assessor, at=AT)
    one, two = editing(visit(), draft), editing(visit(), draft, other)
    rationale(two, "P1.1").fill("Theirs: the summit failed.")
    section(two, "P1.1").get_by_label("P1.1 at 1").check()
    says(two, "P1.1", "Saved ")
    rationale(one, "P1.1").fill("Mine: the summit worked.")
    says(one, "P1.1", "Not saved: somebody has changed this answer")
    return draft, one, two


def test_two_browsers_on_one_draft_and_both_texts_offered(visit: Visit) -> None:
    draft, one, _two = two_at_once(visit)
    here = section(one, "P1.1")
    assert one.barriers() == []
    assert "Other Analyst changed this answer on" in here.inner_text()
    assert all(
        text in here.inner_text() for text in ("Mine: the summit worked.", "Theirs: the summit failed.")
    )
    assert rationale(one, "P1.1").input_value() == "Mine: the summit worked.\n\nTheirs: the summit failed."
    rationale(one, "P1.1").fill("The summit worked, its follow-up failed.")
    here.get_by_label("Other Analyst: 1 P1.1 at 1").check()
    one.press("Save what I chose")
    says(one, "P1.1", "Saved ")
    merged = saved(draft, "P1.1")
    assert (merged.score, merged.rationale) == (1, "The summit worked, its follow-up failed.")
    rationale(one, "P1.1").fill("And goes on.")
    says(one, "P1.1", "Saved ")
    assert saved(draft, "P1.1").rationale == "And goes on."


def test_a_third_change_while_two_are_being_settled(visit: Visit) -> None:
    draft, one, two = two_at_once(visit)
    rationale(two, "P1.1").fill("Theirs, once more.")
    says(two, "P1.1", "Saved ")
    section(one, "P1.1").get_by_label("Other Analyst", exact=True).check()
    one.press("Save what I chose")
    here = section(one, "P1.1")
    expect(here.locator(".side").last).to_contain_text("Theirs, once more.")
    expect(here.locator(".side").first).to_contain_text("Theirs: the summit failed.")
    assert saved(draft, "P1.1").rationale == "Theirs, once more."
    here.get_by_label("Mine", exact=True).check()
    one.press("Save what I chose")
    says(one, "P1.1", "Saved ")
    assert saved(draft, "P1.1").rationale == "Theirs: the summit failed."


def test_who_else_is_here(visit: Visit) -> None:
    draft = make_assessment()
    other = analyst(draft.on_behalf_of, name="Other Analyst")
    add_co_author(assessment=draft, person=other, by=draft.assessor, at=AT)
    one = editing(visit(), draft)
    assert "Here now" not in one.text()
    editing(visit(), draft, other, "PX")
    one.page.evaluate("htmx.trigger('#presence', 'ask')")
    one.page.get_by_text("Here now: Other Analyst in PX Motives").wait_for()
