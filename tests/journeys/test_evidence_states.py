"""Citing, correcting a source, and reviewing for the partner: in every state without barriers."""

from collections.abc import Callable

import pytest

from assessments.actions.recording import add_evidence
from assessments.actions.sources import change_source
from assessments.models import Assessment, Source
from organisations.models import Organisation
from tests.browser import Visitor
from tests.factories import (
    AT,
    DyadFactory,
    FrameworkFactory,
    SourceFactory,
    analyst,
    make_assessment,
    reviewer,
)
from tests.journeys.test_recording_states import WINDOWS, clear, send

pytestmark = pytest.mark.django_db(transaction=True)
Visit = Callable[..., Visitor]
LONG = " ".join(
    4 * ["The two staffs met once a week, and on the day of the transfer nobody knew who held it."]
)


def source_of(organisation: Organisation) -> Source:
    made: Source = SourceFactory(
        organisation=organisation, title="After-action review of the transfer", reliability="B"
    )
    return made


@WINDOWS
def test_citing(visit: Visit, width: int, dark: bool) -> None:
    draft = make_assessment(answers={"P1.1": 3})
    source = source_of(draft.on_behalf_of)
    visitor = visit(width, dark=dark)
    visitor.carry_session_of(draft.assessor)
    visitor.open(f"/assessments/{draft.pk}/cite/P1.1/")
    visitor.page.get_by_label("Source", exact=True).select_option(str(source.pk))
    visitor.page.get_by_label("What it says there").fill(LONG)
    visitor.page.get_by_label("Paraphrase").check()
    visitor.page.get_by_label("Reliability of the source").select_option("D")
    send(visitor)
    clear(visitor)
    assert "say why it is D here" in visitor.text()
    assert visitor.page.get_by_label("What it says there").input_value() == LONG
    assert visitor.page.get_by_label("Paraphrase").is_checked()
    visitor.page.get_by_label("Why it is another here").fill("Its author had left before.")
    visitor.press("Cite")
    visitor.arrives("P1 Political commitment")
    clear(visitor)
    assert "Admiralty code D– (Its author had left before.)" in visitor.text()
    visitor.open(source.get_absolute_url())
    clear(visitor)
    assert LONG[:80] in visitor.text()


@WINDOWS
def test_correcting_a_source(visit: Visit, width: int, dark: bool) -> None:
    draft = make_assessment(answers={"P1.1": 3})
    source = source_of(draft.on_behalf_of)
    visitor = visit(width, dark=dark)
    visitor.carry_session_of(draft.assessor)
    visitor.open(source.get_absolute_url())
    visitor.page.get_by_role("link", name="Correct").click()
    visitor.arrives("Correct the source")
    clear(visitor)
    visitor.page.get_by_label("Published").fill("June 2003")
    visitor.press("Save")
    visitor.page.get_by_text("Give a year, a month or a day").first.wait_for()
    clear(visitor)
    fields = {name: getattr(source, name) for name in Source.DESCRIPTION} | {"title": "Theirs"}
    change_source(source=source, version=1, by=analyst(draft.on_behalf_of), **fields)
    visitor.page.get_by_label("Published").fill("2003-06")
    visitor.page.get_by_label("Title").fill("Mine")
    visitor.press("Save")
    visitor.page.get_by_role("heading", name="Somebody has changed this source").wait_for()
    clear(visitor)
    assert "Theirs" in visitor.text()
    visitor.press("Save")
    visitor.page.get_by_role("heading", name="Mine").wait_for()
    clear(visitor)


def waiting_for_the_partner() -> Assessment:
    dyad, framework = DyadFactory(), FrameworkFactory(partner_approval=True)
    draft = make_assessment(
        dyad=dyad,
        framework=framework,
        on_behalf_of=dyad.first,
        answers=dict.fromkeys(("P1.1", "P1.2", "PX.1"), 3),
    )
    add_evidence(
        assessment=draft,
        indicator=draft.applicable_indicators()[0],
        source=source_of(dyad.first),
        by=draft.assessor,
        at=AT,
        excerpt=LONG,
        wording="quotation",
    )
    return draft


@WINDOWS
def test_reviewing_for_the_partner(visit: Visit, width: int, dark: bool) -> None:
    draft = waiting_for_the_partner()
    visitor = visit(width, dark=dark)
    visitor.carry_session_of(draft.assessor)
    visitor.open(f"/assessments/{draft.pk}/check/")
    clear(visitor)
    visitor.press("Submit for review")
    visitor.page.get_by_text("Submitted. A reviewer").wait_for()
    clear(visitor)
    visitor.carry_session_of(reviewer(draft.dyad.second))
    visitor.open("/reviews/")
    clear(visitor)
    visitor.page.get_by_role("link", name="Political level").click()
    visitor.page.get_by_text("You read this for the other side").wait_for()
    clear(visitor)
    visitor.press("Review")
    visitor.arrives("Review of revision 1")
    clear(visitor)
    assert LONG in visitor.text()
    visitor.press("Approve")
    visitor.page.get_by_text("Approved. The scorecard of the dyad rests on it.").wait_for()
    clear(visitor)
    draft.refresh_from_db()
    assert draft.state == "approved"
