"""Pages of lessons and rules with errors, conflicts, look-alikes, and read only: no barrier on any."""

from collections.abc import Callable
from typing import Any

import pytest

from assessments.actions.lesson_relations import relate_lessons
from assessments.actions.lessons import write_lesson
from assessments.actions.reference import load_reference
from assessments.actions.rule_versions import begin_rules_version, write_rule
from assessments.models import Framework
from organisations.models import Dyad, User
from tests.browser import Visitor
from tests.factories import AT
from tests.lesson_work import accept, make_lesson, texts

pytestmark = pytest.mark.django_db(transaction=True)
Visit = Callable[..., Visitor]
SIZES = pytest.mark.parametrize(("width", "dark"), [(1280, False), (360, True)])


def no_barrier(visitor: Visitor, words: str) -> None:
    visitor.page.get_by_text(words).first.wait_for()
    assert visitor.barriers() == []
    assert visitor.overflow() <= 0


def person(role: str) -> User:
    return User.objects.get(email=f"{role}@un.example")


@SIZES
def test_lessons(visit: Visit, width: int, dark: bool) -> None:
    load_reference(at=AT)
    framework = Framework.objects.latest()
    un = Dyad.objects.named("UN-EU").get()
    given: dict[str, Any] = {"dyad": un, "organisation": un.first, "framework": framework, "subject": "F5.2"}
    lesson = make_lesson(author=person("analyst"), **given)
    other = make_lesson("tasked", title="Rehatting is agreed before", joint=True, **given)
    relate_lessons(lesson=lesson, other=other, by=person("analyst"), at=AT)
    make_lesson("closed", title="Rehatting needs a plan too", **given)
    visitor = visit(width, dark=dark)
    visitor.carry_session_of(person("analyst"))
    visitor.open("/lessons/write/")
    visitor.page.evaluate("document.querySelector('main form[method=post]').noValidate = true")
    visitor.press("Save")
    no_barrier(visitor, "Please mend this first")
    visitor.page.get_by_label("Title").fill("A plan for rehatting needs")
    no_barrier(visitor, "These look alike")
    visitor.open(f"/lessons/{lesson.pk}/write/")
    version = lesson.version
    write_lesson(lesson=lesson, version=version, texts=texts(title="Theirs"), by=person("reviewer"), at=AT)
    visitor.page.get_by_label("Title").fill("Mine")
    visitor.press("Save")
    no_barrier(visitor, "Somebody has changed the lesson since you opened it")
    assert visitor.page.get_by_label("Title").input_value() == "Mine"
    visitor.open(lesson.get_absolute_url())
    no_barrier(visitor, "Beside other lessons")
    action = other.actions.earliest("pk")
    accept(action, owner=person("analyst"))
    visitor.open(action.get_absolute_url())
    visitor.page.locator("summary", has_text="Report as implemented").or_(
        visitor.page.locator("summary", has_text="Note progress")
    ).first.click()
    visitor.page.locator("details[open] button").click()
    no_barrier(visitor, "Please mend this first")
    visitor.carry_session_of(person("reader"))
    visitor.open("/lessons/write/")
    no_barrier(visitor, "Analysts and reviewers write lessons")
    visitor.open("/lessons/board/?due=overdue&state=closed")
    no_barrier(visitor, "None.")


@SIZES
def test_rules(visit: Visit, width: int, dark: bool) -> None:
    load_reference(at=AT)
    framework = Framework.objects.latest()
    assert framework is not None
    by = User.objects.get(email="administrator@concord.example")
    visitor = visit(width, dark=dark)
    visitor.carry_session_of(by)
    visitor.open(f"{framework.get_absolute_url()}rules/")
    visitor.page.get_by_label("Version").fill("1.1")
    visitor.press("Begin")
    no_barrier(visitor, "Please mend this first")
    draft = begin_rules_version(questions=framework, version="1.2", note="", by=by)
    rule = draft.rules.get(code="implementation-gap")
    visitor.open(f"{framework.get_absolute_url()}rules/{rule.pk}/")
    visitor.page.get_by_label("It fires if").fill("{of: nothing, measure: score, at_least: 1}")
    visitor.press("Save and try")
    no_barrier(visitor, "found")
    write_rule(draft=draft, rule=rule, definition={**rule.definition, "priority": 5}, version=1, by=by)
    visitor.page.get_by_label("It fires if").fill("{of: gap, measure: political_above_field, at_least: 0.1}")
    visitor.press("Save and try")
    no_barrier(visitor, "Somebody has changed this rule since you opened it")
    visitor.press("Save and try")
    no_barrier(visitor, "Newly for")
    visitor.press("Publish and put in force")
    no_barrier(visitor, "The rules are in force")
