"""The pages of panels in every state, wide and narrow, light and dark: no barrier, no overflow."""

from collections.abc import Callable

import pytest

from assessments.actions.adjudication import conclude, discuss
from assessments.actions.panels import cancel, leave, open_answers
from assessments.models import Panel
from tests.browser import Visitor
from tests.factories import AT
from tests.journeys.test_pages import look_at
from tests.panel_world import Setting, assessment_of, rate

pytestmark = pytest.mark.django_db(transaction=True)
LONG = "A sentence that goes on about one meeting and its minutes. " * 8
SIZES = [(1280, False), (360, False), (1280, True)]


def panels(setting: Setting) -> dict[str, Panel]:
    """One in each state; the open one was opened without a member, and somebody had left."""
    rating, cancelled = setting.panel(3), setting.panel(2)
    rate(rating, setting.people[0], {})
    cancel(panel=cancelled, reason=LONG, by=setting.by, at=AT)
    opened = setting.panel(3)
    rate(opened, setting.people[0], {"P1.1": 5, "P1.2": "not_applicable"}, rationale=LONG)
    rate(opened, setting.people[1], {"P1.1": 1}, rationale="x" * 200)
    open_answers(panel=opened, reason="The report is due.", by=setting.by, at=AT)
    indicator = assessment_of(opened, setting.people[0]).applicable_indicators().get(code="P1.1")
    said = discuss(panel=opened, indicator=indicator, text=LONG, by=setting.people[0], at=AT)
    discuss(panel=opened, indicator=indicator, text="In 2006.", parent=said, by=setting.by, at=AT)
    setting.adjudicate(opened)
    concluded = setting.opened({"P1.1": 5}, {"P1.1": 5})
    conclude(panel=concluded, by=setting.by, at=AT)
    left = setting.panel(3)
    leave(panel=left, reason=LONG, by=setting.people[2], at=AT)
    return {"rating": rating, "cancelled": cancelled, "open": opened, "concluded": concluded, "left": left}


@pytest.mark.parametrize(("width", "dark"), SIZES)
def test_every_state(visit: Callable[..., Visitor], width: int, dark: bool) -> None:
    setting = Setting()
    made = panels(setting)
    opened = made["open"].get_absolute_url()
    addresses = [panel.get_absolute_url() for panel in made.values()]
    visitor = visit(width, dark=dark)
    for person in (setting.by, setting.people[0], setting.chair):
        visitor.carry_session_of(person)
        look_at(visitor, ["/", "/panels/", *addresses, f"{opened}P1.1/", f"{opened}P1.2/"])
    own = assessment_of(made["rating"], setting.people[1])
    visitor.carry_session_of(setting.people[1])
    look_at(visitor, [own.get_absolute_url(), f"{own.get_absolute_url()}edit/"])
    visitor.carry_session_of(setting.by)
    look_at(visitor, ["/panels/convene/"])
    steer_and_fail(visitor, made)


def steer_and_fail(visitor: Visitor, made: dict[str, Panel]) -> None:
    """Forms that are opened, and sent without what they need."""
    visitor.open(made["rating"].get_absolute_url())
    for summary in visitor.page.locator("main details > summary").all():
        summary.click()
    assert (visitor.barriers(), visitor.overflow()) == ([], 0)
    visitor.press("Cancel this panel")
    visitor.page.get_by_role("heading", name="Please mend this first").wait_for()
    assert (visitor.barriers(), visitor.overflow()) == ([], 0)
    visitor.open(f"{made['open'].get_absolute_url()}P1.2/")
    visitor.press("Adjudicate")
    visitor.page.get_by_role("heading", name="Please mend this first").wait_for()
    assert (visitor.barriers(), visitor.overflow()) == ([], 0)


def test_empty(visit: Callable[..., Visitor]) -> None:
    setting = Setting()
    visitor = visit(360)
    visitor.carry_session_of(setting.people[0])
    look_at(visitor, ["/panels/", "/panels/convene/"])
