"""The way to each picture, by whom, through the pages as people go through them."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from openpyxl import load_workbook
from playwright.sync_api import Browser, BrowserContext, expect

from assessments.actions.reference import ADMINISTRATOR, DEMO_PASSWORD
from tests.browser import Visitor
from tests.picture_data import ANALYST, COORDINATOR, REVIEWER, SECOND


class Tour:
    """Windows of several people, closed together."""

    def __init__(self, browser: Browser, address: str, size: tuple[int, int]) -> None:
        self.browser, self.address = browser, address
        self.size = size
        self.contexts: list[BrowserContext] = []

    def sign_in(self, email: str) -> Visitor:
        width, height = self.size
        context = self.browser.new_context(
            viewport={"width": width, "height": height}, locale="en-GB", color_scheme="light"
        )
        self.contexts.append(context)
        visitor = Visitor(context.new_page(), self.address)
        visitor.page.on("dialog", lambda dialog: dialog.accept())
        visitor.sign_in(email, DEMO_PASSWORD)
        return visitor

    def end(self) -> None:
        for context in self.contexts:
            context.close()


Walk = Callable[[Tour, Visitor], object]


def at(path: str) -> Walk:
    return lambda _tour, visitor: visitor.open(path)


def scroll_to(visitor: Visitor, selector: str, *, edge: str = "start") -> None:
    """Scroll so that an element stands at the top of the window, or with ``edge="end"`` at its foot."""
    visitor.page.locator(selector).first.evaluate(
        "(e, edge) => e.scrollIntoView({ block: edge, behavior: 'instant' })", edge
    )


def open_draft(visitor: Visitor) -> None:
    visitor.page.get_by_role("region", name="My drafts").get_by_role("link").first.click()


def editor(_tour: Tour, visitor: Visitor) -> None:
    """An indicator with its anchors, and an answer that has just been saved."""
    open_draft(visitor)
    visitor.page.get_by_role("link", name="F5 ").first.click()
    section = visitor.page.locator('[id="indicator-F5.3"]')
    section.locator("input[value='2']").check()
    visitor.page.locator('[name="F5.3-rationale"]').fill(
        "The mandate named a date. Whether it was **extended for the last departure** is not on record."
    )
    saved(visitor, "F5.3")
    section.get_by_label("Low").check()
    saved(visitor, "F5.3")
    scroll_to(visitor, '[id="indicator-F5.3"]', edge="end")


def saved(visitor: Visitor, code: str) -> None:
    """Wait until what was typed last is on the server."""
    visitor.page.wait_for_timeout(1500)
    expect(visitor.page.locator(f'[id="indicator-{code}"]').get_by_role("status")).to_contain_text("Saved ")


def tasks(_tour: Tour, visitor: Visitor) -> None:
    open_draft(visitor)
    visitor.page.get_by_role("link", name="F2 ").first.click()
    visitor.press("Save and mark as complete")
    visitor.follow("All dimensions")


def conflict(tour: Tour, visitor: Visitor) -> None:
    """Two analysts on one answer."""
    open_draft(visitor)
    visitor.page.get_by_role("link", name="F4 ").first.click()
    second = tour.sign_in(SECOND)
    second.page.goto(visitor.page.url)
    second.page.locator('[name="F4.3-rationale"]').fill("Records were asked for; none were handed over.")
    saved(second, "F4.3")
    visitor.page.locator('[name="F4.3-rationale"]').fill("Nobody debriefed the staff who left.")
    visitor.page.get_by_text("Two answers.").wait_for()
    scroll_to(visitor, '[id="indicator-F4.3"]')


def check(_tour: Tour, visitor: Visitor) -> None:
    open_draft(visitor)
    visitor.page.get_by_role("link", name="Check and submit").click()


def political(visitor: Visitor) -> str:
    """The address of the assessment that was returned and submitted again."""
    region = visitor.page.get_by_role("region", name="Submitted by me")
    address = region.get_by_role("link", name="Political level").first.get_attribute("href")
    assert address is not None
    return address


def history(_tour: Tour, visitor: Visitor) -> None:
    visitor.open(f"{political(visitor)}history/")


def compared(_tour: Tour, visitor: Visitor) -> None:
    visitor.open(f"{political(visitor)}revisions/1/2/")


def review(_tour: Tour, visitor: Visitor) -> None:
    visitor.page.get_by_role("region", name="To review").get_by_role(
        "link", name="Political level"
    ).first.click()
    visitor.press("Review")
    visitor.page.get_by_role("button", name="Approve").wait_for()


def comments(tour: Tour, visitor: Visitor) -> None:
    """A thread at the answer that it is about."""
    review(tour, visitor)
    scroll_to(visitor, '[id="indicator-P2.1"]')


def offline(_tour: Tour, visitor: Visitor) -> None:
    """A form that came back with an answer, a rationale and a fault."""
    open_draft(visitor)
    visitor.follow("Offline form")
    with visitor.page.expect_download() as started:
        visitor.follow("Download the form")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / started.value.suggested_filename
        started.value.save_as(file)
        book = load_workbook(file)
        sheet = book["F8"]
        sheet["D6"], sheet["F6"] = 3, "Units came with what they had; nobody had planned their support."
        sheet["D7"] = 7
        book.save(file)
        visitor.page.get_by_label("Workbook").set_input_files(file)
        visitor.press("Upload and look")
        visitor.page.get_by_role("button", name="Save this").wait_for()


def panel(_tour: Tour, visitor: Visitor) -> None:
    visitor.open("/panels/")
    visitor.page.locator("main section").get_by_role("link").first.click()
    visitor.page.get_by_role("heading", name="Where the members disagree").wait_for()


def lesson(_tour: Tour, visitor: Visitor) -> None:
    """The joint lesson, from its actions on."""
    visitor.open("/lessons/board/")
    visitor.page.get_by_role("link", name="Contributors are asked about rehatting").first.click()
    visitor.page.get_by_role("heading", name="Has it worked?").wait_for()
    scroll_to(visitor, "#next")


def rules(_tour: Tour, visitor: Visitor) -> None:
    """The draft, tried on all dyads, at the rule that is changed."""
    visitor.open("/frameworks/inter-organisational-cooperation/1.0/rules/?try=all")
    scroll_to(visitor, "#rule-practice-ahead-of-policy")


def rule(_tour: Tour, visitor: Visitor) -> None:
    visitor.open("/frameworks/inter-organisational-cooperation/1.0/rules/")
    visitor.page.get_by_role("link", name="Change practice-ahead-of-policy").click()
    visitor.page.get_by_label("It fires if").wait_for()


WALKS: dict[str, tuple[str, Walk]] = {
    "scorecard": ("reader@eu.example", at("/dyads/UN-EU/")),
    "tasks": (ANALYST, tasks),
    "recording": (ANALYST, editor),
    "conflict": (ANALYST, conflict),
    "check": (ANALYST, check),
    "history": (ANALYST, history),
    "revisions": (ANALYST, compared),
    "reviews": (REVIEWER, at("/reviews/")),
    "review": (REVIEWER, review),
    "comments": (REVIEWER, comments),
    "offline": (ANALYST, offline),
    "panel": (COORDINATOR, panel),
    "board": ("coordinator@un.example", at("/lessons/board/")),
    "lesson": ("coordinator@un.example", lesson),
    "actions": ("coordinator@un.example", at("/actions/")),
    "figures": ("coordinator@un.example", at("/lessons/figures/")),
    "learning": ("coordinator@un.example", at("/learning/P2/?dyad=UN-NATO")),
    "rules": (ADMINISTRATOR, rules),
    "rule": (ADMINISTRATOR, rule),
}
