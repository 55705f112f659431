"""Lessons that look alike, are linked or merged: what is found, who may, and who learns of it."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assessments.actions.lesson_decisions import release_lesson, reopen_lesson
from assessments.actions.lesson_relations import merge_lesson, part_lessons, relate_lessons
from assessments.choices import LessonState
from assessments.models import Lesson, LessonRelation
from assessments.policy import Refused
from assessments.search.alike import MOST, look_alikes
from organisations.models import Dyad
from tests.factories import (
    AT,
    DyadFactory,
    FrameworkFactory,
    MissionFactory,
    OrganisationFactory,
    analyst,
    coordinator,
    reader,
)
from tests.lesson_work import make_lesson

pytestmark = pytest.mark.django_db


class Setting:
    def __init__(self) -> None:
        self.dyad: Dyad = DyadFactory()
        self.framework = FrameworkFactory()
        self.writer = analyst(self.dyad.first)
        self.judge = coordinator(self.dyad.first)

    def lesson(self, title: str, state: str = LessonState.OBSERVATION, **given: Any) -> Lesson:
        about: dict[str, Any] = {"dyad": self.dyad, "framework": self.framework, "author": self.writer}
        return make_lesson(state, title=title, **(about | given))

    def titles(self, title: str, **given: Any) -> list[str]:
        asked: dict[str, Any] = {"user": self.writer, **given}
        return [str(one.lesson) for one in look_alikes(title, **asked)]


@pytest.fixture
def setting() -> Setting:
    return Setting()


def test_titles_that_share_half_of_their_words_are_alike(setting: Setting) -> None:
    for title in (
        "Rehatting is agreed before a bridging force deploys",
        "Police advisers need a common chain of command",
        "Agree on rehatted contingents before deployment",
    ):
        setting.lesson(title)
    assert setting.titles("Agree rehatting before deployment") == [
        "Agree on rehatted contingents before deployment",
        "Rehatting is agreed before a bridging force deploys",
    ]
    assert setting.titles("Contingents rehatted") == ["Agree on rehatted contingents before deployment"]
    assert setting.titles("Command") == []
    assert setting.titles("") == setting.titles("of the & | ! <-> :* \0") == []


def test_the_same_subject_of_the_same_dyad_is_alike_whatever_it_is_called(setting: Setting) -> None:
    lesson = setting.lesson("Police advisers", subject="P1.1")
    setting.lesson("Elsewhere", subject="P1.1", dyad=DyadFactory(first=setting.dyad.first))
    setting.lesson("Closed one", LessonState.CLOSED, subject="P1.1")
    near: dict[str, Any] = {"dyad": setting.dyad.pk, "subject": "P1.1"}
    assert setting.titles("Something new", **near) == ["Police advisers"]
    assert setting.titles("Something new", besides=lesson.pk, **near) == []


def test_at_most_a_few_and_never_what_was_merged(setting: Setting) -> None:
    made = [setting.lesson(f"Rehatting needs planning {number}") for number in range(MOST + 2)]
    assert len(setting.titles("Rehatting needs planning")) == MOST
    for lesson in made[1:]:
        merge_lesson(lesson=lesson, into=made[0], by=setting.writer, at=AT)
    assert setting.titles("Rehatting needs planning") == [str(made[0])]


def test_nobody_is_shown_what_they_may_not_see(setting: Setting) -> None:
    lesson = setting.lesson("Rehatting needs planning", LessonState.ENDORSED)
    stranger = reader(OrganisationFactory())
    near: dict[str, Any] = {"dyad": setting.dyad.pk, "subject": lesson.subject}
    assert setting.titles("Rehatting needs planning", user=stranger, **near) == []
    release_lesson(lesson=lesson, to=[], to_all=True, by=setting.judge, at=AT)
    assert setting.titles("Rehatting needs planning", user=stranger) == ["Rehatting needs planning"]


def test_the_page_of_writing_asks_for_them(setting: Setting, client: Client) -> None:
    lesson = setting.lesson("Rehatting needs planning")
    client.force_login(setting.writer)
    assert 'hx-get="/lessons/alike/"' in client.get("/lessons/write/").content.decode()
    own = client.get(f"/lessons/{lesson.pk}/write/").content.decode()
    assert f"&quot;besides&quot;: {lesson.pk}" in own
    found = client.get("/lessons/alike/", {"title": "Planning needs rehatting", "dyad": "x", "besides": "²"})
    assert lesson.get_absolute_url() in found.content.decode()
    none = client.get("/lessons/alike/", {"title": "Quite another", "dyad": "9" * 30, "subject": "P1.1"})
    assert none.content.decode().strip() == ""


def test_a_link_is_seen_from_both_by_those_who_see_both(setting: Setting, client: Client) -> None:
    one = setting.lesson("First thought", LessonState.ENDORSED, subject="P1.1")
    other = setting.lesson("Second idea", LessonState.ENDORSED, subject="F5.1")
    client.force_login(setting.writer)
    for _twice in range(2):
        client.post(f"/lessons/{other.pk}/relate/", {"do": "link", "other": one.pk})
    assert LessonRelation.objects.count() == 1
    for lesson, linked in ((one, other), (other, one)):
        assert client.get(lesson.get_absolute_url()).context["related"] == [linked]
    release_lesson(lesson=one, to=[], to_all=True, by=setting.judge, at=AT)
    client.force_login(reader(OrganisationFactory()))
    page = client.get(one.get_absolute_url())
    assert (page.status_code, page.context["related"]) == (200, [])
    assert "Second idea" not in page.content.decode()
    client.force_login(setting.judge)
    client.post(f"/lessons/{one.pk}/relate/", {"do": "part", "other": other.pk})
    assert not LessonRelation.objects.exists()


def test_a_lesson_is_not_linked_with_itself_or_what_is_hidden(setting: Setting) -> None:
    lesson, elsewhere = setting.lesson("One"), make_lesson(framework=setting.framework)
    for other in (lesson, elsewhere):
        with pytest.raises(ValidationError, match="Choose another lesson"):
            relate_lessons(lesson=lesson, other=other, by=setting.writer, at=AT)
    with pytest.raises(Refused):
        relate_lessons(lesson=lesson, other=elsewhere, by=analyst(elsewhere.organisation), at=AT)
    with pytest.raises(Refused):
        part_lessons(lesson=lesson, other=elsewhere, by=reader(lesson.organisation))
    with pytest.raises(IntegrityError), transaction.atomic():
        LessonRelation.objects.create(first=lesson, second=lesson, by=setting.writer, at=AT)


def test_what_is_merged_is_closed_and_hands_over_what_it_rests_on(setting: Setting, client: Client) -> None:
    mission, both = MissionFactory(), MissionFactory()
    kept = setting.lesson("Kept", LessonState.IDENTIFIED, links=[both])
    double = setting.lesson("Double", links=[mission, both])
    client.force_login(setting.writer)
    answer = client.post(f"/lessons/{double.pk}/relate/", {"do": "merge", "other": kept.pk})
    assert answer.headers["Location"] == kept.get_absolute_url()
    double.refresh_from_db()
    assert (double.state, double.merged_into) == (LessonState.CLOSED, kept)
    assert set(kept.links.values_list("mission", flat=True)) == {mission.pk, both.pk}
    assert client.get(kept.get_absolute_url()).context["merged"] == [double]
    assert client.get(double.get_absolute_url()).context["merged_into"] == kept
    reopen_lesson(lesson=double, reason="It is another matter.", by=setting.judge, at=AT)
    double.refresh_from_db()
    assert (double.state, double.merged_into) == (LessonState.OBSERVATION, None)


def test_who_sees_what_was_merged_does_not_learn_into_what(setting: Setting, client: Client) -> None:
    shown = setting.lesson("Shown", LessonState.ENDORSED)
    release_lesson(lesson=shown, to=[], to_all=True, by=setting.judge, at=AT)
    merge_lesson(lesson=shown, into=setting.lesson("Secret thought"), by=setting.judge, at=AT)
    client.force_login(reader(OrganisationFactory()))
    page = client.get(shown.get_absolute_url())
    assert (page.status_code, page.context["merged_into"]) == (200, None)
    assert "Secret thought" not in page.content.decode()


def test_merging_needs_the_right_to_close_and_another_open_lesson_of_ones_own(setting: Setting) -> None:
    lesson = setting.lesson("Identified", LessonState.IDENTIFIED)
    kept, closed = setting.lesson("Kept"), setting.lesson("Closed", LessonState.CLOSED)
    foreign = make_lesson(LessonState.ENDORSED, framework=setting.framework)
    release_lesson(lesson=foreign, to=[], to_all=True, by=coordinator(foreign.organisation), at=AT)
    for into, by, said in (
        (kept, setting.writer, "Your role"),
        (lesson, setting.judge, "of the same organisation"),
        (foreign, setting.judge, "of the same organisation"),
        (closed, setting.judge, "is closed"),
    ):
        with pytest.raises(Refused, match=said):
            merge_lesson(lesson=lesson, into=into, by=by, at=AT)
    endorsed, mine = setting.lesson("Endorsed", LessonState.ENDORSED), setting.lesson("Mine")
    with pytest.raises(Refused, match="Only coordinators change"):
        merge_lesson(lesson=mine, into=endorsed, by=setting.writer, at=AT)
    merge_lesson(lesson=mine, into=endorsed, by=setting.judge, at=AT)
    assert Lesson.objects.get(pk=endorsed.pk).version == endorsed.version + 1
    with pytest.raises(Refused, match="not possible"):
        merge_lesson(lesson=closed, into=kept, by=setting.judge, at=AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        Lesson.objects.filter(pk=kept.pk).update(merged_into=closed)


def test_nothing_else_can_be_done(setting: Setting, client: Client) -> None:
    one, other = setting.lesson("One"), setting.lesson("Other")
    client.force_login(setting.writer)
    path = f"/lessons/{one.pk}/relate/"
    assert client.post(path, {"do": "own", "other": other.pk}).status_code == 404
    assert client.post(path, {"do": "link", "other": "9" * 30}).status_code == 404
    assert client.post(path, {"do": "link"}).status_code == 404
    assert client.get(path).status_code == 405


def test_looking_takes_two_queries(setting: Setting) -> None:
    for number in range(5):
        setting.lesson(f"Rehatting needs planning {number}")
    with CaptureQueriesContext(connection) as captured:
        found = look_alikes("Rehatting planning", user=setting.writer, dyad=setting.dyad.pk, subject="F5.1")
        assert [str(one.lesson.dyad) for one in found] == [str(setting.dyad)] * 5
    assert len(captured) == 2
