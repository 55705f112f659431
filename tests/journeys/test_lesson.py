"""A weakness of the reference cases: from its answer to a joint lesson learned, and back again."""

from collections.abc import Callable

import pytest

from assessments.actions.reference import load_reference
from assessments.models import Engagement, Framework, Lesson
from organisations.models import User
from tests.browser import Visitor
from tests.factories import AT, EngagementFactory, make_assessment
from tests.jobs import do_jobs

pytestmark = pytest.mark.django_db(transaction=True)

Visit = Callable[..., Visitor]
REHATTING = "F5.2"
TITLE = "Rehatting is agreed before a bridging force deploys"
TEXTS = {
    "Observation": "In September 2003 none of the personnel of the bridging force stayed on under MONUC.",
    "Discussion": "Contingents had been offered for three months, and nobody had asked them for more.",
    "Conclusion": "What is not asked for before deployment cannot be had at the handover.",
    "Recommendation": "Both planning staffs ask contributors about rehatting before a mandate is adopted.",
}


def person(role: str, organisation: str) -> User:
    return User.objects.get(email=f"{role}@{organisation.lower()}.example")


class Desk:
    """One window at which people take turns; every page that they come to is checked for barriers."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor, self.page = visitor, visitor.page

    def take(self, who: User, path: str) -> None:
        self.visitor.carry_session_of(who)
        assert self.visitor.open(path) == 200
        self.check()

    def check(self) -> None:
        assert self.visitor.barriers() == []
        assert self.visitor.overflow() <= 0

    def do(self, heading: str, said: str, **fields: str) -> None:
        """Fill in what stands under a folded heading and send it."""
        self.page.locator("summary", has_text=heading).click()
        form = self.page.locator("details[open]").filter(has_text=heading)
        for name, value in fields.items():
            field = form.locator(f'[name="{name}"]')
            if field.first.get_attribute("type") in {"radio", "checkbox"}:
                field.and_(form.locator(f'[value="{value}"], :not([value])')).check()
            elif field.evaluate("e => e.tagName") == "SELECT":
                field.select_option(label=value)
            else:
                field.fill(value)
        form.get_by_role("button", name=heading, exact=True).click()
        self.page.get_by_text(said).wait_for()
        self.check()


def assess_rehatting(scores: dict[int, int]) -> None:
    """Approved and released assessments of later bridgings, one a year, by an independent observer."""
    artemis = Engagement.objects.get(name="MONUC-Artemis")
    framework = Framework.objects.latest()
    for year, score in scores.items():
        later = EngagementFactory(
            dyad=artemis.dyad, arrangement=artemis.arrangement, name=f"Bridging of {year}"
        )
        make_assessment(
            "approved",
            engagement=later,
            framework=framework,
            answers={REHATTING: score},
            period=(year, year),
            released_to_all=True,
        )


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (360, True)])
def test_rehatting_is_learned_and_comes_up_again(visit: Visit, width: int, dark: bool) -> None:
    load_reference(at=AT)
    desk = Desk(visit(width, dark=dark))
    lesson = begun_from_the_answer(desk)
    endorsed_and_tasked(desk, lesson)
    assess_rehatting(dict.fromkeys((2008, 2009, 2010), 5))
    learned_by_one(desk, lesson, "UN")
    desk.take(person("coordinator", "EU"), lesson.get_absolute_url())
    assert state(lesson) == "tasked", "what one organisation validated is not learned by both"
    learned_by_one(desk, lesson, "EU")
    assert state(lesson) == "validated"
    assess_rehatting(dict.fromkeys((2013, 2014, 2015), 1))
    do_jobs()
    assert state(lesson) == "identified"
    for organisation in ("UN", "EU"):
        desk.take(person("analyst", organisation), "/notices/")
        assert "has come up again" in desk.visitor.text()
        assert TITLE in desk.visitor.text() or f"{lesson.pk}" in desk.visitor.text()
    desk.take(person("coordinator", "UN"), lesson.get_absolute_url())
    assert "came up again once" in desk.visitor.text()
    assert "Later answers are clearly worse" in desk.visitor.text()
    for path in ("/lessons/", "/lessons/board/", "/lessons/figures/", lesson.dyad.get_absolute_url()):
        desk.take(person("coordinator", "UN"), path)
        assert (TITLE in desk.visitor.text()) == (path != "/lessons/figures/")


def state(lesson: Lesson) -> str:
    lesson.refresh_from_db()
    return lesson.state


def begun_from_the_answer(desk: Desk) -> Lesson:
    """The UN's analyst finds the answer about Artemis on the dyad's page and writes a lesson from it."""
    desk.take(person("analyst", "UN"), f"/dyads/UN-EU/field/?figure={REHATTING}")
    answer = (
        desk.page.locator("li, tr, article").filter(has_text="asked to stay on under MONUC declined").last
    )
    answer.get_by_role("link", name="Write a lesson").click()
    desk.page.get_by_role("heading", name="Write a lesson").wait_for()
    desk.check()
    page = desk.page
    page.get_by_label("Title").fill(TITLE)
    for label, text in TEXTS.items():
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_label("It takes both organisations of the dyad").check()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("The observation is saved").wait_for()
    desk.check()
    lesson = Lesson.objects.get()
    assert (lesson.subject, str(lesson.dyad), lesson.origin) == (REHATTING, "UN-EU", "rating")
    desk.do("Submit as a lesson identified", "The lesson waits for endorsement.")
    return lesson


def endorsed_and_tasked(desk: Desk, lesson: Lesson) -> None:
    desk.take(person("coordinator", "UN"), lesson.get_absolute_url())
    desk.do("Endorse", "The lesson is endorsed.")
    desk.do("Release to other organisations", "The lesson is released as you chose.", released_to_all="on")
    for organisation in ("UN", "EU"):
        desk.do(
            "Task an organisation",
            "The action is proposed.",
            organisation=organisation,
            task="Ask contributors about rehatting in every bridging plan.",
        )


def learned_by_one(desk: Desk, lesson: Lesson, organisation: str) -> None:
    """Its coordinator accepts, its analyst implements, its reviewer says what shows that it has worked."""
    action = lesson.actions.get(organisation__acronym=organisation)
    path = action.get_absolute_url()
    owner = person("analyst", organisation)
    desk.take(person("coordinator", organisation), path)
    desk.do("Accept", "The action is accepted", owner=str(owner), due="2099-12-01")
    desk.take(owner, path)
    desk.do("Start", "The action is under way.", text="The planning staff drafts it.")
    desk.do("Report as implemented", "reported as implemented", text="It stands in the planning guide.")
    assert desk.page.locator("summary", has_text="Validate").count() == 0, "not by who implemented it"
    desk.take(person("reviewer", organisation), path)
    later = desk.page.locator('[name="assessment"] option').filter(has_text="2010")
    desk.do(
        "Validate",
        "The action is validated.",
        basis="assessment",
        assessment=later.first.text_content() or "",
        text="Since then contributors were asked in time.",
    )
