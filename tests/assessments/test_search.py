"""The search: what it finds for whom, how it counts, and what it answers to what makes no sense."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.actions.assessments import release, withdraw
from assessments.actions.lesson_decisions import release_lesson
from assessments.choices import LessonState, SearchKind, State
from assessments.models import Assessment, Lesson, Rating, SearchEntry, Source
from assessments.models.search_kinds import COLUMNS, KINDS
from assessments.search.query import parsed
from assessments.search.results import find
from organisations.models import User
from tests.factories import (
    AT,
    DyadFactory,
    EngagementFactory,
    FrameworkFactory,
    OrganisationFactory,
    SourceFactory,
    advance,
    analyst,
    answer,
    coordinator,
    explain,
    make_assessment,
    reader,
)
from tests.lesson_work import bring, endorse, make_lesson

pytestmark = pytest.mark.django_db


def total(text: str, person: User, **chosen: Any) -> int:
    return find(parsed(text), user=person, chosen=chosen, number=1).total


def drafted(text: str, **fields: Any) -> Assessment:
    """A complete draft, with ``text`` as the rationale of its first answer."""
    draft = make_assessment(framework=FrameworkFactory(), **fields)
    answer(draft, dict.fromkeys(draft.applicable_indicators().values_list("code", flat=True), 3))
    explain(draft, "P1.1" if draft.level == "political" else "F1.1", text)
    return draft


def test_what_is_found_follows_the_rights_of_the_moment() -> None:
    """Draft, approved, released, withdrawn; a person who leaves."""
    draft = drafted("Camels carried the mail.")
    stranger = reader(OrganisationFactory())
    assert (total("camels", draft.assessor), total("camels", stranger)) == (1, 0)
    advance(draft, State.APPROVED)
    assert (total("camels", draft.assessor), total("camels", stranger)) == (1, 0)
    person = coordinator(draft.on_behalf_of)
    release(assessment=draft, to=[stranger.memberships.get().organisation], to_all=False, by=person, at=AT)
    assert total("camels", stranger) == 1
    assert total("camels", reader(OrganisationFactory())) == 0
    stranger.memberships.all().delete()
    assert total("camels", stranger) == 0
    draft.refresh_from_db()
    withdraw(assessment=draft, by=draft.assessor, at=AT)
    assert total("camels", draft.assessor, state="withdrawn") == 1
    draft.assessor.is_active = False
    assert total("camels", draft.assessor) == 0


def test_a_source_of_an_organisation_is_found_by_its_people_alone() -> None:
    """Also where released evidence cites it: its title is the organisation's own."""
    draft = drafted("As was said.")
    source = draft.ratings.get(indicator__code="P1.1").evidence.get().source
    Source.objects.filter(pk=source.pk).update(organisation=draft.on_behalf_of, title="Marmalade minutes")
    advance(draft, State.APPROVED)
    release(assessment=draft, to=[], to_all=True, by=coordinator(draft.on_behalf_of), at=AT)
    assert total("marmalade", draft.assessor, kind="source") == 1
    assert total("marmalade", draft.assessor, kind="evidence") > 0
    assert total("marmalade", reader(OrganisationFactory())) == 0


def test_a_lesson_is_found_in_its_state_by_who_sees_it(client: Client) -> None:
    """Under its own marking, which no assessment says."""
    lesson = make_lesson(subject="F5.1", title="Rehatting", recommendation="Rehearse with pelicans.")
    own, stranger = analyst(lesson.organisation), reader(OrganisationFactory())
    assert total("pelicans", own, state="observation", dimension="F5", level="field") == 1
    bring(lesson, LessonState.IDENTIFIED)
    endorse(lesson)
    assert (total("pelicans", own, state="endorsed"), total("pelicans", stranger)) == (1, 0)
    judge = coordinator(lesson.organisation)
    release_lesson(lesson=lesson, to=[], to_all=True, by=judge, at=AT)
    assert total("pelicans", stranger, kind="lesson", dyad=lesson.dyad_id) == 1
    page = client_of(client, stranger).get("/search/?q=pelicans").content.decode()
    assert f'href="{reverse("assessments:lesson", args=[lesson.pk])}"' in page
    assert str(lesson.get_marking_display()) in page
    assert "<mark>pelicans</mark>" in page


def test_counts_and_pages_are_of_what_is_seen(client: Client) -> None:
    """Counts of a heading are under what is chosen from the others."""
    own = OrganisationFactory()
    person, framework = analyst(own), FrameworkFactory()
    for year in (2001, 2002, 2003) * 2:
        for place in ({"dyad": DyadFactory(first=own)}, {"engagement": EngagementFactory()}):
            draft = make_assessment(
                framework=framework, on_behalf_of=own, assessor=person, period=(year, year), **place
            )
            for indicator in draft.applicable_indicators():
                explain(draft, indicator.code, "Zebras crossed.")
    for _ in range(2):
        drafted("Zebras of others crossed.")
    everything = find(parsed("zebra"), user=person, chosen={}, number=1)
    assert everything.total == Rating.objects.filter(assessment__on_behalf_of=own).count() == 36
    assert everything.counts["level"].total() == everything.counts["year"].total() == everything.total
    chosen = find(parsed("zebra"), user=person, chosen={"year": 2002, "level": "field"}, number=99)
    field, of_2002 = everything.counts["level"]["field"], everything.counts["year"][2002]
    assert 0 < chosen.total * 3 == field
    assert chosen.counts["year"].total() == field
    assert chosen.counts["level"].total() == of_2002
    page = client_of(client, person).get("/search/?q=zebra&page=2").content.decode()
    assert f"<strong>{everything.total} results</strong>, page 2 of" in page
    assert page.count('<li class="hit">') == min(20, everything.total - 20)
    assert "q=zebra&amp;year=2002" in page
    narrowed = client.get("/search/?q=zebra&year=2002&level=field&page=99999999").content.decode()
    assert f"<strong>{chosen.total} results</strong>" in narrowed


def client_of(client: Client, person: User) -> Client:
    client.force_login(person)
    return client


def test_queries_do_not_grow_with_rows(client: Client) -> None:
    draft = drafted("Herons waited.")
    client.force_login(draft.assessor)

    def taken() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert b"Heron" in client.get("/search/?q=herons&level=political").content
        return len(queries)

    assert taken() == 7
    for code in ("P1.2", "PX.1"):
        explain(draft, code, "Herons waited.")
    for _ in range(2):
        other = make_assessment(framework=draft.framework, assessor=draft.assessor, dyad=DyadFactory())
        explain(other, "P1.1", "Herons waited.")
        SourceFactory(title="Herons of the delta")
    assert taken() == 7


def test_the_index_says_what_the_rows_say(reference: None) -> None:
    """Triggers have kept it through loading and changes: written anew it is the same."""
    draft = drafted("First thought.", engagement=EngagementFactory())
    explain(draft, "F1.1", "Second thought.")
    explain(draft, "F1.1", "")
    rating = draft.ratings.get(indicator__code="F1.1")
    source = rating.evidence.create(source=SourceFactory(), locator="p. 4").source
    source.title = "Renamed"
    source.save()
    draft.ratings.exclude(pk=rating.pk).delete()
    advance(drafted("Third thought."), State.SUBMITTED)
    lesson = make_lesson("tasked", title="Fourth thought")
    Lesson.objects.filter(pk=lesson.pk).update(clause="Article 3")
    columns = [name for name in COLUMNS if name != "object_id"]

    def entries() -> dict[tuple[str, int], tuple[Any, ...]]:
        rows = SearchEntry.objects.values_list("kind", "object_id", *columns, "language", "words")
        return {(kind, key): tuple(values) for kind, key, *values in rows}

    kept = entries()
    assert {kind for kind, _key in kept} == set(SearchKind.values)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM assessments_searchentry")
        for kind in KINDS.values():
            cursor.execute(kind.insertion("true"))
    assert kept == entries()


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("", "What is searched"),
        ("?q=", "What is searched"),
        ("?q=%22", "There is no word in it"),
        ("?q=%26%7C%21%28", "There is no word in it"),
        ("?q=-late", "only says what to leave out"),
        ("?q=the+of", "stand in nearly every text"),
        ("?q=qwertz", "Nothing that you may see"),
        ("?q=%D8%B9%D8%B1%D8%A8%D9%8A+%F0%9F%99%82", "Nothing that you may see"),
        ("?q=%ff%fe", "There is no word in it"),
        ("?q=police&level=x&year=abc&dyad=A-B&kind=all&page=-1", "left out: Kind, Dyad, Level, Year."),
        pytest.param(f"?q={'x' * 10_000_000}", "This is too long", id="ten megabytes"),
    ],
)
def test_odd_searches_get_a_clear_answer(client: Client, address: str, said: str) -> None:
    client.force_login(reader(OrganisationFactory()))
    SourceFactory(title="Something")
    response = client.get(f"/search/{address}")
    assert response.status_code == 200
    assert said in response.text
    assert len(response.content) < 100_000


def test_what_is_found_is_no_html(client: Client) -> None:
    draft = drafted("<script>alert(1)</script> **bold** <b>tulips</b>")
    client.force_login(draft.assessor)
    page = client.get("/search/?q=tulips+script").text
    assert "&lt;b&gt;<mark>tulips</mark>&lt;/b&gt;" in page
    assert "&lt;<mark>script</mark>&gt;alert(1)" in page
    assert "<script>alert" not in page
    assert 'value="&lt;i&gt;"' in client.get("/search/?q=%3Ci%3E").text
