"""A panel from start to adjudication: a coordinator, two members who do not see one another, a chair."""

from collections.abc import Callable

import pytest

from assessments.models import Panel
from organisations.models import Organisation, User
from tests.browser import Visitor
from tests.factories import DyadFactory, FrameworkFactory, OrganisationFactory, analyst, coordinator, reviewer

pytestmark = pytest.mark.django_db(transaction=True)
SCORES = {"P1.1": (5, 2), "P1.2": (3, 3), "PX.1": (2, 3)}


def test_from_convening_to_the_adjudicated_value(visit: Callable[..., Visitor]) -> None:
    own: Organisation = OrganisationFactory(acronym="OBS")
    dyad, _framework = DyadFactory(), FrameworkFactory()
    leads, chairs = coordinator(own, name="Coordinator"), reviewer(own, name="Chair")
    members = [analyst(own, name="First analyst"), analyst(own, name="Second analyst")]

    convening = visit()
    convening.carry_session_of(leads)
    convening.open("/panels/")
    convening.follow("Convene a panel")
    page = convening.page
    page.get_by_label("Political level").check()
    page.get_by_label("Dyad").select_option(label=str(dyad))
    page.get_by_label("From year").fill("2003")
    page.get_by_label("To year").fill("2007")
    page.get_by_label("Basis").fill("Interviews at both headquarters")
    for person in members:
        page.get_by_label(person.name).check()
    page.get_by_label("Chair").select_option(label="Chair")
    convening.press("Convene the panel")
    page.get_by_text("0 of 2 members have submitted.").wait_for()

    for number, person in enumerate(members):
        rates = visit(scripts=number == 0)  # the second without scripts
        rates.carry_session_of(person)
        rate_everything(rates, number)
        others_see_nothing(visit, Panel.objects.get(), chairs, number)

    compare_and_adjudicate(visit(), chairs)
    convening.open(Panel.objects.get().get_absolute_url())
    convening.press("Conclude the panel")
    page.get_by_text("The panel is concluded.").wait_for()
    kept = [
        rating.score
        for member in Panel.objects.get().members.all()
        for rating in member.assessment.ratings.filter(indicator__code="P1.1")
    ]
    assert kept == [5, 2]


def rate_everything(visitor: Visitor, number: int) -> None:
    visitor.open("/")
    visitor.page.get_by_role("region", name="My drafts").get_by_role("link").first.click()
    visitor.page.get_by_text("Nobody else sees it before").wait_for()
    for dimension, codes in (("P1", ("P1.1", "P1.2")), ("PX", ("PX.1",))):
        visitor.page.get_by_role("link", name=f"{dimension} ").first.click()
        for code in codes:
            section = visitor.page.locator(f'[id="indicator-{code}"]')
            section.get_by_label(f"Rationale: Indicator {code}").fill(f"Reason {number} for {code}.")
            section.get_by_role("radio", name=f"{SCORES[code][number]} ").first.check()
            section.get_by_label("Low").check()
        visitor.press("Save and stay")
        visitor.page.get_by_text("Your answers are saved.").wait_for()
        visitor.follow("All dimensions")
    visitor.follow("Check and submit")
    visitor.press("Submit for review")
    visitor.page.get_by_text("Written for a panel").wait_for()


def others_see_nothing(visit: Callable[..., Visitor], panel: Panel, person: User, number: int) -> None:
    """After the first submission the chair sees a count and not the assessment; after the second both."""
    looks = visit()
    looks.carry_session_of(person)
    looks.open(panel.get_absolute_url())
    first = panel.members.order_by("pk")[0].assessment
    if number == 0:
        assert "1 of 2 members have submitted." in looks.text()
        assert looks.open(first.get_absolute_url()) == 404
    else:
        assert "All members had submitted" in looks.text()
        assert looks.open(first.get_absolute_url()) == 200


def compare_and_adjudicate(visitor: Visitor, chair: User) -> None:
    visitor.carry_session_of(chair)
    visitor.open("/")
    visitor.page.get_by_role("region", name="Panels under way").get_by_role("link").first.click()
    assert "1 is still to be adjudicated." in visitor.text()
    visitor.page.get_by_role("link", name="P1.1 Indicator P1.1").click()
    for number in (0, 1):
        assert f"Reason {number} for P1.1." in visitor.text()
    visitor.page.get_by_label("Comment").fill("Which meeting is meant?")
    visitor.press("Comment")
    visitor.page.get_by_text("Your comment is added.").wait_for()
    visitor.press("Adjudicate")
    visitor.page.get_by_role("heading", name="Please mend this first").wait_for()
    visitor.page.get_by_role("radio", name="3: P1.1 at 3").check()
    visitor.page.get_by_label("Reason").fill("The minutes show both.")
    visitor.press("Adjudicate")
    visitor.page.get_by_text("The value is adjudicated.").wait_for()
    assert "The minutes show both." in visitor.text()
