"""Lessons, their actions, and recommendations by the API."""

from typing import Any

import pytest

from assessments.actions import lesson_decisions, lessons
from assessments.actions.lesson_actions import task_organisation
from assessments.models import Lesson, LessonAction, Recommendation
from organisations.models import Dyad, Organisation
from tests.assessments.api.test_writing import program
from tests.factories import (
    AT,
    DyadFactory,
    FrameworkFactory,
    OrganisationFactory,
    SourceFactory,
    analyst,
    coordinator,
    reviewer,
)
from tests.world import make_world

pytestmark = pytest.mark.django_db
TEXTS = ("observation", "discussion", "conclusion", "recommendation")


@pytest.fixture
def dyad(db: None) -> Dyad:
    found: Dyad = DyadFactory(
        first=OrganisationFactory(acronym="UN"), second=OrganisationFactory(acronym="EU")
    )
    return found


def begun(dyad: Dyad, ask: Any) -> Any:
    framework = FrameworkFactory(version="1.0")
    body = {"organisation": "UN", "dyad": "EU-UN", "framework": framework.name, "subject": "P1.1"}
    return ask("POST", "lessons/", body | {"title": "Agree first"} | {name: f"{name}." for name in TEXTS})


def test_a_lesson_from_its_observation_to_its_validation(dyad: Dyad) -> None:
    un: Organisation = dyad.first
    ask, decides = program(analyst(un)), program(coordinator(un))
    lesson = begun(dyad, ask)
    assert (lesson.status_code, lesson.json()["state"]) == (201, "observation")
    here = f"lessons/{lesson.json()['id']}/"

    def moved(move: str, body: Any = None, by: Any = decides) -> Any:
        response = by("POST", f"{here}{move}/", body, If_Match=by("GET", here)["ETag"])
        assert response.status_code == 200, response.json()
        return response.json()

    written = ask("PATCH", here, {"title": "Agree before"}, If_Match=lesson["ETag"])
    assert (written.json()["title"], written.json()["observation"]) == ("Agree before", "observation.")
    assert ask("PATCH", here, {"title": "Late"}, If_Match=lesson["ETag"]).status_code == 412
    assert moved("identify", by=ask)["state"] == "identified"
    moved("return", {"reason": "Say where."})
    moved("identify", by=ask)
    assert moved("endorse", {"priority": 4, "reason": "It is rare."})["priority"] == 4
    assert moved("prioritise")["priority"] == Lesson.objects.get().proposed_priority
    assert moved("release", {"released_to_all": False, "released_to": ["EU"]})["state"] == "endorsed"
    assert moved("task", {"organisation": "EU", "task": "Agree on it."})["state"] == "tasked"

    eu = program(coordinator(dyad.second))
    action = f"lesson-actions/{LessonAction.objects.get().pk}/"

    def acted(move: str, body: Any, by: Any) -> Any:
        response = by("POST", f"{action}{move}/", body, If_Match=by("GET", action)["ETag"])
        assert response.status_code == 200, response.json()
        return response.json()

    accepted = acted("accept", {"due": "2099-01-01", "body": "Staff"}, eu)
    assert (accepted["state"], accepted["mine"], accepted["body"]) == ("accepted", True, "Staff")
    assert acted("start", {}, eu)["state"] == "under_way"
    acted("note", {"text": "Half of it."}, eu)
    assert acted("implement", {"text": "All of it."}, eu)["state"] == "implemented"
    other = program(reviewer(dyad.second))
    assert acted("send-back", {"reason": "Not all."}, other)["state"] == "under_way"
    acted("implement", {"text": "Now all of it."}, eu)
    own = eu("POST", f"{action}validate/", {"basis": "exercise", "text": "Seen."}, If_Match="*")
    assert (own.status_code, own.json()["type"]) == (403, "urn:concord:problem:refused")
    document = {"basis": "document", "text": "Page 3.", "source": SourceFactory().pk}
    assert acted("validate", document, other)["state"] == "validated"
    assert ask("GET", here).json()["state"] == "validated"
    assert moved("reopen", {"reason": "It came back."})["round"] == 2
    assert moved("close", {"reason": "Enough."})["state"] == "closed"


def test_what_shows_it_has_to_be_named(dyad: Dyad) -> None:
    lesson = begun(dyad, program(analyst(dyad.first))).json()
    found = Lesson.objects.get(pk=lesson["id"])
    lessons.identify(lesson=found, version=1, by=analyst(dyad.first), at=AT)
    by = coordinator(dyad.first)
    lesson_decisions.endorse(lesson=found, version=2, by=by, at=AT)
    action = task_organisation(lesson=found, organisation=dyad.second, task="Agree.", by=by, at=AT)
    ask, here = program(coordinator(dyad.second)), f"lesson-actions/{action.pk}/"
    refused = ask("POST", f"{here}validate/", {"basis": "document", "text": "Seen."}, If_Match="*")
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "#/source")
    declined = ask("POST", f"{here}decline/", {"reason": "Not ours."}, If_Match="*")
    assert declined.json()["decline_reason"] == "Not ours."


def test_lessons_are_filtered_and_hidden(dyad: Dyad) -> None:
    ask, eu = program(analyst(dyad.first)), program(analyst(dyad.second))
    pk = begun(dyad, ask).json()["id"]
    assert [row["id"] for row in ask("GET", "lessons/?dyad=UN-EU&state=observation").json()["results"]] == [
        pk
    ]
    assert ask("GET", "lessons/?state=closed").json()["results"] == []
    assert eu("GET", f"lessons/{pk}/").status_code == 404
    assert eu("PATCH", f"lessons/{pk}/", {"title": "Mine"}, If_Match="*").status_code == 404


def test_a_recommendation_is_decided_on_once() -> None:
    world = make_world()
    person = world.people["coordinator"]
    assert person is not None
    ask, here = program(person), f"recommendations/{world.ids['recommendation']}/decide/"
    bare = ask("POST", here, {"accept": False})
    assert (bare.status_code, bare.json()["errors"][0]["pointer"]) == (400, "#/reason")
    assert ask("POST", here, {"accept": True}).json()["status"] == "accepted"
    assert ask("POST", here, {"accept": False, "reason": "No."}).status_code == 403
    assert Recommendation.objects.get(pk=world.ids["recommendation"]).status == "accepted"
