"""The history of an assessment: what it tells, what it folds, whom it tells."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.test import Client

from assessments.actions import desk
from assessments.actions.assessments import amend, describe, release
from assessments.actions.authorship import (
    add_co_author,
    hand_over,
    mark_section,
    remove_co_author,
    unmark_section,
)
from assessments.actions.recording import AnswerInput, remove_evidence, save_ratings
from assessments.actions.review import approve, return_for_changes, start_review
from assessments.actions.submission import revise, submit
from assessments.history.entries import Entry
from assessments.history.reading import history_of
from assessments.models import Assessment, Dimension, Evidence
from organisations.models import User
from tests.factories import (
    AT,
    OrganisationFactory,
    analyst,
    answer,
    coordinator,
    make_assessment,
    reader,
    reviewer,
)
from tests.panel_world import Setting, assessment_of, make_panel, rate

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


def events(model: str) -> Any:
    return apps.get_model("assessments", f"{model}Event")._default_manager.order_by("pgh_id")


def save(draft: Assessment, person: User, code: str = "P1.1", **values: Any) -> None:
    """One save, as autosave makes them, of the values given; the others stay."""
    rating = draft.ratings.filter(indicator__code=code).first()
    indicator = draft.applicable_indicators().get(code=code)
    now = {
        name: getattr(rating, name) for name in ("score", "non_score", "rationale", "confidence") if rating
    }
    given = AnswerInput(indicator, version=rating.version if rating else 0, **now | values)
    save_ratings(assessment=draft, answers=[given], by=person, at=AT)


def at_minutes(*minutes: float) -> None:
    """Set the clock of the database back: when each change of a rating was written, in their order."""
    found = list(events("Rating"))
    assert len(found) == len(minutes)
    for event, minute in zip(found, minutes, strict=True):
        events("Rating").filter(pk=event.pk).update(pgh_created_at=NOON + timedelta(minutes=minute))


def told(assessment: Assessment, *kinds: str) -> list[Entry]:
    """In the order of time, of these kinds."""
    return [entry for entry in reversed(history_of(assessment)) if entry.kind in kinds]


def lines(client: Client, assessment: Assessment, query: str = "") -> Iterator[str]:
    """What the rows of the page say, without markup."""
    response = client.get(f"{assessment.get_absolute_url()}history/{query}")
    assert response.status_code == 200
    for row in response.context["rows"]:
        entry = row["entry"]
        yield " | ".join(
            str(part) for part in (row["person"], row["indicator"], entry.words, row["before"], row["after"])
        )


def test_saves_of_one_field_in_a_row_are_one_entry_with_both_ends() -> None:
    draft = make_assessment()
    person = draft.assessor
    for text in ("The", "The summit", "The summit worked."):
        save(draft, person, rationale=text)
    at_minutes(0, 1, 25)
    (entry,) = told(draft, "answer")
    assert (entry.saves, entry.at, entry.until) == (3, NOON, NOON + timedelta(minutes=25))
    assert entry.person == person.pk
    assert entry.field == "rationale"


def test_a_long_pause_another_person_or_another_field_begins_a_new_entry() -> None:
    draft = make_assessment()
    person, other = draft.assessor, analyst(draft.on_behalf_of)
    add_co_author(assessment=draft, person=other, by=person, at=AT)
    save(draft, person, rationale="One.")
    save(draft, person, rationale="One, later.")
    save(draft, other, rationale="Two.")
    save(draft, person, rationale="Three.")
    save(draft, person, score=4)
    save(draft, person, code="P1.2", rationale="Elsewhere.")
    save(draft, person, rationale="Four.")
    at_minutes(0, 31, 32, 33, 34, 35, 36)
    found = [(entry.person, entry.field, entry.saves) for entry in told(draft, "answer")]
    assert found == [
        (person.pk, "rationale", 1),
        (person.pk, "rationale", 1),
        (other.pk, "rationale", 1),
        (person.pk, "answer", 1),
        (person.pk, "rationale", 1),
        (person.pk, "rationale", 2),
    ]


def test_nothing_is_folded_across_a_submission() -> None:
    draft = make_assessment(answers={"P1.1": 3, "P1.2": 3, "PX.1": 3})
    save(draft, draft.assessor, rationale="Before.")
    events("Rating").update(pgh_created_at=NOON)
    submit(assessment=draft, by=draft.assessor, at=AT)
    events("Revision").update(pgh_created_at=NOON + timedelta(minutes=2))
    person = reviewer(draft.on_behalf_of)
    revision = start_review(assessment=draft, by=person, at=AT)
    return_for_changes(revision=revision, by=person, reason="Why?", at=AT)
    revise(assessment=draft, by=draft.assessor, at=AT)
    save(draft, draft.assessor, rationale="After.")
    last = events("Rating").last()
    events("Rating").filter(pk=last.pk).update(pgh_created_at=NOON + timedelta(minutes=4))
    found = [entry.saves for entry in told(draft, "answer") if entry.indicator == last.indicator_id]
    assert found[-1] == 1
    assert len([entry for entry in told(draft, "answer") if entry.field == "rationale"]) == 4


def test_what_was_changed_back_is_told_as_that(client: Client) -> None:
    draft = make_assessment()
    save(draft, draft.assessor, rationale="Kept.")
    save(draft, draft.assessor, rationale="")
    (entry,) = told(draft, "answer")
    assert entry.came_back
    client.force_login(draft.assessor)
    page = client.get(f"{draft.get_absolute_url()}history/?kind=answer").content.decode()
    assert "changed, and changed back" in page


def test_the_page_shows_who_changed_what_with_the_words_that_differ(client: Client) -> None:
    draft = make_assessment()
    save(draft, draft.assessor, rationale="The summit worked well.", score=4, confidence="low")
    other = analyst(draft.on_behalf_of)
    add_co_author(assessment=draft, person=other, by=draft.assessor, at=AT)
    save(draft, other, rationale="The summit failed <b>badly</b>.", score=None, non_score="not_applicable")
    client.force_login(draft.assessor)
    name = str(draft.applicable_indicators()[0])
    found = list(lines(client, draft))
    assert f"{other} | {name} | Answer | 4 | Not applicable" in found
    assert f"{draft.assessor} | {name} | Confidence |  | Low" in found
    assert f"{draft.assessor} | None | Co-author added |  | {other}" in found
    assert f"{draft.assessor} | None | Opened |  | " in found
    page = client.get(f"{draft.get_absolute_url()}history/").content.decode()
    assert "<del><span" in page
    assert "worked well" in page
    assert "&lt;b&gt;badly" in page
    assert "<b>badly" not in page


def test_every_kind_of_step_is_told() -> None:
    draft = make_assessment(answers={"P1.1": 3, "P1.2": 3, "PX.1": 3})
    person, boss = draft.assessor, coordinator(draft.on_behalf_of)
    other, reads = analyst(draft.on_behalf_of), reviewer(draft.on_behalf_of)
    dimension = Dimension.objects.get(framework=draft.framework, code="P1")
    add_co_author(assessment=draft, person=other, by=person, at=AT)
    remove_co_author(assessment=draft, person=other, by=person)
    mark_section(assessment=draft, dimension=dimension, by=person, at=AT)
    unmark_section(assessment=draft, dimension=dimension, by=person)
    describe(
        assessment=draft,
        by=person,
        version=1,
        period=(2004, 2004),
        basis="Interviews",
        reference="X-1",
        marking="RED",
        at=AT,
    )
    evidence = Evidence.objects.filter(rating__assessment=draft, rating__indicator__code="PX.1").get()
    remove_evidence(evidence=evidence, by=person, at=AT)
    save(draft, person, "PX.1", confidence="low")
    hand_over(assessment=draft, to=other, by=boss, at=AT)
    submit(assessment=draft, by=other, at=AT, reason="It stands.")
    revision = start_review(assessment=draft, by=reads, at=AT)
    approve(revision=revision, by=reads, at=AT, reason="Well done.")
    partner = OrganisationFactory(acronym="PART")
    release(assessment=draft, to=[partner], to_all=False, by=boss, at=AT)
    release(assessment=draft, to=[], to_all=True, by=boss, at=AT)
    found = [
        str(entry.words) for entry in told(draft, "state", "author", "section", "release", "description")
    ]
    assert sorted(found) == sorted(
        [
            "Opened",
            "Submitted as revision 1",
            "Revision 1 opened for review",
            "Revision 1 approved",
            "State",
            "Co-author added",
            "Co-author removed",
            "Handed over",
            "Called complete",
            "No longer called complete",
            "Period",
            "Basis",
            "Reference",
            "Handling marking",
            "Released to PART",
            "Release taken back from PART",
            "Released to every organisation",
        ]
    )
    cited = told(draft, "evidence")
    assert [str(entry.words) for entry in cited] == ["Evidence cited"] * 3 + ["Evidence removed"]
    assert "p. 1; Supports the answer" in str(cited[0].after)
    assert cited[-1].before == cited[2].after
    assert "Well done." in {entry.note for entry in told(draft, "state")}


def test_comments_and_assignments_are_told(client: Client) -> None:
    assessment = make_assessment("submitted")
    boss, reads = coordinator(assessment.on_behalf_of), reviewer(assessment.on_behalf_of)
    indicator = assessment.applicable_indicators()[0]
    desk.assign(assessment=assessment, reviewer=reads, by=boss, at=AT, due=date(2026, 2, 1))
    said = desk.comment(assessment=assessment, text="Which summit?", by=reads, at=AT, indicator=indicator)
    desk.comment(assessment=assessment, text="That of 2003.", by=assessment.assessor, at=AT, parent=said)
    desk.change_comment(comment=said, version=1, text="Which summits?", by=reads, at=AT)
    desk.settle(comment=said, resolved=True, by=reads, at=AT)
    desk.settle(comment=said, resolved=False, by=reads, at=AT)
    desk.assign(assessment=assessment, reviewer=None, by=boss, at=AT)
    client.force_login(assessment.assessor)
    found = list(lines(client, assessment, "?kind=comment"))
    assert sorted(found) == sorted(
        [
            f"{reads} | {indicator} | Comment |  | Which summit?",
            f"{assessment.assessor} | {indicator} | Reply |  | That of 2003.",
            f"{reads} | {indicator} | Comment changed | Which summit? | Which summits?",
            f"{reads} | {indicator} | Thread resolved |  | Which summits?",
            f"None | {indicator} | Thread opened again |  | Which summits?",
        ]
    )
    told_of = list(lines(client, assessment, "?kind=state"))
    assert f"{boss} | None | Reviewer assigned |  | {reads}" in told_of
    assert f"None | None | No longer the reviewer | {reads} | " in told_of
    assert "Due 2026-02-01" in {entry.note for entry in told(assessment, "state")}


def test_what_an_amendment_carries_over_is_one_entry() -> None:
    original = make_assessment("approved")
    amendment = amend(assessment=original, by=original.assessor, at=AT)
    events("Rating").filter(assessment=amendment).update(pgh_created_at=NOON)
    events("Evidence").filter(rating__in=amendment.ratings.all()).update(pgh_created_at=NOON)
    events("Assessment").filter(pgh_obj=amendment).update(pgh_created_at=NOON)
    save(amendment, original.assessor, score=5)
    (carried, changed) = told(amendment, "answer", "evidence")
    assert (str(carried.words), carried.after) == ("Answers carried over", "3")
    assert (changed.before, changed.after) == ("3", "5")


def test_who_acts_is_who_was_signed_in(client: Client) -> None:
    """The trigger knows it from the request, whatever a row says."""
    original = make_assessment("approved")
    client.force_login(original.assessor)
    assert client.post(f"{original.get_absolute_url()}withdraw/").status_code == 302
    (entry,) = [entry for entry in told(original, "state") if entry.after == "Withdrawn"]
    assert entry.person == original.assessor.pk
    by_command = [entry for entry in told(original, "state") if entry.after == "Approved"]
    assert [entry.person for entry in by_command] == [None]
    page = client.get(f"{original.get_absolute_url()}history/?person=nobody").content.decode()
    assert "nobody signed in" in page


def test_filters(client: Client) -> None:
    draft = make_assessment()
    other = analyst(draft.on_behalf_of)
    add_co_author(assessment=draft, person=other, by=draft.assessor, at=AT)
    save(draft, draft.assessor, score=4)
    save(draft, other, code="P1.2", score=2)
    client.force_login(draft.assessor)
    assert len(list(lines(client, draft))) == 4
    assert len(list(lines(client, draft, f"?person={other.pk}"))) == 1
    assert len(list(lines(client, draft, "?indicator=P1.1"))) == 1
    assert len(list(lines(client, draft, "?kind=answer"))) == 2
    assert len(list(lines(client, draft, f"?kind=answer&person={other.pk}&indicator=P1.1"))) == 0
    page = client.get(f"{draft.get_absolute_url()}history/?kind=answer&indicator=PX.1").content.decode()
    assert "No change matches." in page


@pytest.mark.parametrize(
    "query", ["?person=0", "?person=x", "?indicator=F9", "?kind=x", "?page=x", "?page=-1", "?page=99", "?a=b"]
)
def test_odd_questions_are_answered(client: Client, query: str) -> None:
    draft = make_assessment(answers={"P1.1": 4})
    client.force_login(draft.assessor)
    assert len(list(lines(client, draft, query))) == len(list(lines(client, draft)))
    page = client.get(f"{draft.get_absolute_url()}history/{query}").content.decode()
    assert ("Select a valid choice" in page) is query.startswith(("?person", "?indicator", "?kind"))


def test_it_is_paged_and_keeps_the_filter(client: Client) -> None:
    draft = make_assessment()
    for number in range(60):
        save(draft, draft.assessor, score=1 + number % 5)
        last = events("Rating").last()
        events("Rating").filter(pk=last.pk).update(pgh_created_at=NOON + timedelta(hours=number))
    client.force_login(draft.assessor)
    assert len(list(lines(client, draft, "?kind=answer"))) == 50
    assert len(list(lines(client, draft, "?kind=answer&page=2"))) == 10
    page = client.get(f"{draft.get_absolute_url()}history/?kind=answer").content.decode()
    assert "?kind=answer&amp;page=2" in page
    assert "60 entries of 61, page 1 of 2" in " ".join(page.split())


def test_only_people_of_the_organisation_read_it(client: Client) -> None:
    released = make_assessment("approved", released_to_all=True)
    own = released.on_behalf_of
    for person in (analyst(own), reviewer(own), coordinator(own)):
        client.force_login(person)
        assert client.get(f"{released.get_absolute_url()}history/").status_code == 200
    for person in (reader(own), analyst(OrganisationFactory())):
        client.force_login(person)
        assert client.get(f"{released.get_absolute_url()}history/").status_code == 404
        page = client.get(released.get_absolute_url())
        assert (page.status_code, b"/history/" in page.content) == (200, False)


def test_an_empty_draft_has_a_history(client: Client) -> None:
    draft = make_assessment()
    client.force_login(draft.assessor)
    assert list(lines(client, draft)) == [f"{draft.assessor} | None | Opened |  | "]
    answer(draft, {"P1.1": "insufficient_evidence"})
    assert len(list(lines(client, draft))) == 5


def test_what_is_rated_blind_has_no_history_for_others(client: Client) -> None:
    setting = Setting()
    members = setting.people[:2]
    panel = make_panel(setting.own, setting.dyad, setting.framework, by=setting.by, members=members)
    address = assessment_of(panel, members[0]).get_absolute_url()
    for person, status in ((members[0], 200), (members[1], 404), (setting.by, 404), (setting.chair, 404)):
        client.force_login(person)
        for page in ("history/", "revisions/", "revisions/now/now/"):
            assert (person, page, client.get(f"{address}{page}").status_code) == (person, page, status)
    for person in members:
        rate(panel, person, {})
    client.force_login(members[1])
    assert client.get(f"{address}history/").status_code == 200
