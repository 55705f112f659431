"""Co-authors, handing over, every author's share in four eyes, sections, and who is here now."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.test import Client

from assessments.actions.assessments import amend
from assessments.actions.authorship import (
    add_co_author,
    hand_over,
    mark_section,
    note_presence,
    others_present,
    remove_co_author,
    unmark_section,
)
from assessments.actions.recording import AnswerInput, add_evidence, save_ratings
from assessments.actions.review import approve, start_review
from assessments.actions.submission import submit
from assessments.choices import State
from assessments.models import Assessment, Dimension, Presence, Review
from assessments.policy import Refused
from assessments.views.sections import sections_of
from organisations.models import Membership, User
from organisations.roles import Role
from tests.factories import (
    AT,
    MembershipFactory,
    OrganisationFactory,
    SourceFactory,
    advance,
    analyst,
    coordinator,
    make_assessment,
    reviewer,
)

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(hours=1)
COMPLETE = {"P1.1": 3, "P1.2": 3, "PX.1": 3}


def shared_draft(**answers: int) -> tuple[Assessment, User]:
    """A draft with a co-author."""
    draft = make_assessment(answers={code.replace("_", "."): score for code, score in answers.items()})
    person = analyst(draft.on_behalf_of)
    add_co_author(assessment=draft, person=person, by=draft.assessor, at=AT)
    return draft, person


def write(draft: Assessment, code: str, by: User, version: int = 0) -> None:
    indicator = draft.applicable_indicators().get(code=code)
    answer = AnswerInput(indicator, score=2, rationale=f"By {by.pk}.", confidence="low", version=version)
    save_ratings(assessment=draft, answers=[answer], by=by, at=LATER)


def test_a_co_author_answers_and_cites_but_does_not_submit() -> None:
    draft, person = shared_draft()
    write(draft, "P1.1", person)
    indicator = draft.applicable_indicators()[0]
    add_evidence(assessment=draft, indicator=indicator, source=SourceFactory(), by=person, at=AT)
    assert draft.ratings.get().updated_by == person
    with pytest.raises(Refused, match="Only the assessor"):
        submit(assessment=draft, by=person, at=AT)


def test_who_is_no_longer_a_co_author_does_not_answer() -> None:
    draft, person = shared_draft()
    remove_co_author(assessment=draft, person=person, by=draft.assessor)
    with pytest.raises(Refused, match="the co-authors"):
        write(draft, "P1.1", person)


def test_a_co_author_who_is_no_longer_an_analyst_does_not_answer() -> None:
    draft, person = shared_draft()
    Membership.objects.filter(user=person).update(role=Role.READER)
    with pytest.raises(Refused, match="Your role"):
        write(draft, "P1.1", person)


def test_co_authors_are_analysts_of_the_same_organisation() -> None:
    draft, person = shared_draft()
    stranger, reads = analyst(OrganisationFactory()), reviewer(draft.on_behalf_of)
    for other in (stranger, reads, analyst(draft.on_behalf_of, is_active=False)):
        with pytest.raises(Refused, match="is not an analyst"):
            add_co_author(assessment=draft, person=other, by=draft.assessor, at=AT)
    for known in (person, draft.assessor):
        with pytest.raises(ValidationError, match="already"):
            add_co_author(assessment=draft, person=known, by=draft.assessor, at=AT)
    with pytest.raises(ValidationError, match="no co-author"):
        remove_co_author(assessment=draft, person=stranger, by=draft.assessor)


def test_who_chooses_co_authors() -> None:
    draft, person = shared_draft()
    other = analyst(draft.on_behalf_of)
    for by in (person, other, reviewer(draft.on_behalf_of), coordinator(OrganisationFactory())):
        with pytest.raises(Refused):
            add_co_author(assessment=draft, person=other, by=by, at=AT)
    add_co_author(assessment=draft, person=other, by=coordinator(draft.on_behalf_of), at=AT)
    assert set(draft.co_authors.values_list("person", flat=True)) == {person.pk, other.pk}


@pytest.mark.parametrize("state", [state for state in State.values if state not in {"draft", "returned"}])
def test_authors_do_not_change_while_others_decide(state: str) -> None:
    assessment = make_assessment(state)
    person, by = analyst(assessment.on_behalf_of), coordinator(assessment.on_behalf_of)
    with pytest.raises(Refused, match="not possible while"):
        add_co_author(assessment=assessment, person=person, by=by, at=AT)
    with pytest.raises(Refused, match="not possible while"):
        hand_over(assessment=assessment, to=person, by=by, at=AT)


@pytest.mark.parametrize("state", ["draft", "returned"])
def test_a_coordinator_hands_over(state: str) -> None:
    assessment = make_assessment(state)
    former, person = assessment.assessor, analyst(assessment.on_behalf_of)
    add_co_author(assessment=assessment, person=person, by=former, at=AT)
    with pytest.raises(Refused):
        hand_over(assessment=assessment, to=person, by=former, at=AT)
    hand_over(assessment=assessment, to=person, by=coordinator(assessment.on_behalf_of), at=LATER)
    assessment.refresh_from_db()
    assert (assessment.assessor, assessment.co_authors.count()) == (person, 0)
    assert assessment.contributions.filter(person=former).exists()
    if state == "draft":
        with pytest.raises(Refused):
            write(assessment, "P1.1", former)
    with pytest.raises(ValidationError, match="already"):
        hand_over(assessment=assessment, to=person, by=coordinator(assessment.on_behalf_of), at=AT)


def submitted_after(draft: Assessment) -> Assessment:
    submit(assessment=draft, by=draft.assessor, at=LATER)
    draft.refresh_from_db()
    return draft


def approved_by_hand(assessment: Assessment, person: User) -> None:
    Review.objects.create(
        revision=assessment.revisions.get(), reviewer=person, decision="approved", decided_at=AT
    )


def test_who_wrote_what_was_then_replaced_cannot_approve() -> None:
    """Counting only the last hand on each answer would let them."""
    draft, person = shared_draft(P1_1=3, P1_2=3, PX_1=3)
    write(draft, "P1.1", person, version=1)
    write(draft, "P1.1", draft.assessor, version=2)
    remove_co_author(assessment=draft, person=person, by=draft.assessor)
    MembershipFactory(user=person, organisation=draft.on_behalf_of, role=Role.REVIEWER)
    assessment = submitted_after(draft)
    assert person.pk not in set(assessment.ratings.values_list("updated_by", flat=True))
    assert person.pk in assessment.revisions.get().author_ids
    with pytest.raises(Refused, match="four eyes"):
        start_review(assessment=assessment, by=person, at=LATER)
    with pytest.raises(DatabaseError, match="Four eyes"), transaction.atomic():
        approved_by_hand(assessment, person)


def test_who_only_cited_evidence_cannot_approve() -> None:
    draft, person = shared_draft(P1_1=3, P1_2=3, PX_1=3)
    indicator = draft.applicable_indicators()[0]
    add_evidence(assessment=draft, indicator=indicator, source=SourceFactory(), by=person, at=AT)
    MembershipFactory(user=person, organisation=draft.on_behalf_of, role=Role.REVIEWER)
    with pytest.raises(Refused, match="four eyes"):
        start_review(assessment=submitted_after(draft), by=person, at=LATER)


def test_the_database_counts_authors_that_a_revision_does_not_name() -> None:
    draft, person = shared_draft(P1_1=3, P1_2=3, PX_1=3)
    assessment = submitted_after(draft)
    assert person.pk not in assessment.revisions.get().author_ids
    assessment.contributions.create(person=person, first_at=LATER)
    with pytest.raises(DatabaseError, match="Four eyes"), transaction.atomic():
        approved_by_hand(assessment, person)


def test_a_co_author_who_wrote_nothing_may_review() -> None:
    draft, person = shared_draft(P1_1=3, P1_2=3, PX_1=3)
    MembershipFactory(user=person, organisation=draft.on_behalf_of, role=Role.REVIEWER)
    revision = start_review(assessment=submitted_after(draft), by=person, at=LATER)
    approve(revision=revision, by=person, at=LATER)
    draft.refresh_from_db()
    assert draft.state == "approved"


def test_authors_stay_authors_of_an_amendment() -> None:
    draft, person = shared_draft(P1_1=3, P1_2=3, PX_1=3)
    write(draft, "P1.1", person, version=1)
    write(draft, "P1.1", draft.assessor, version=2)
    advance(draft, State.APPROVED)
    amendment = amend(assessment=draft, by=analyst(draft.on_behalf_of), at=LATER)
    assert amendment.contributions.filter(person=person).exists()


def test_contributions_are_not_taken_back() -> None:
    draft, _person = shared_draft()
    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        draft.contributions.all().delete()


def test_drafts_that_one_co_authors_are_ones_work(client: Client) -> None:
    draft, person = shared_draft()
    client.force_login(person)
    assert [one.pk for one in client.get("/").context["drafts"]] == [draft.pk]
    client.force_login(analyst(draft.on_behalf_of))
    assert not client.get("/").context["drafts"]


def test_the_page_of_authors(client: Client) -> None:
    draft, person = shared_draft()
    other = analyst(draft.on_behalf_of, name="Third Analyst")
    page = f"{draft.get_absolute_url()}authors/"
    client.force_login(draft.assessor)
    assert "Third Analyst" in client.get(page).content.decode()
    assert client.post(page, {"do": "add", "person": str(other.pk)}).status_code == 302
    assert client.post(page, {"do": "add", "person": str(other.pk)}).status_code == 422
    assert client.post(page, {"do": "remove", "person": str(person.pk)}).status_code == 302
    assert client.post(page, {"do": "remove", "person": "x"}).status_code == 422
    assert client.post(page, {"do": "else"}).status_code == 404
    assert [one.person for one in draft.co_authors.all()] == [other]
    client.force_login(coordinator(draft.on_behalf_of))
    assert client.post(page, {"do": "hand_over", "person": str(other.pk)}).status_code == 302
    draft.refresh_from_db()
    assert draft.assessor == other


def first_dimension(draft: Assessment) -> Dimension:
    return draft.applicable_indicators()[0].dimension


def statuses(draft: Assessment) -> list[tuple[str, list[str]]]:
    return [(section.status, section.changed) for section in sections_of(draft)]


def test_a_section_is_complete_by_an_authors_own_word() -> None:
    draft = make_assessment()
    assert statuses(draft) == [("not_started", []), ("not_started", [])]
    write(draft, "P1.1", draft.assessor)
    assert statuses(draft)[0] == ("in_progress", [])
    mark_section(assessment=draft, dimension=first_dimension(draft), by=draft.assessor, at=LATER)
    assert statuses(draft) == [("complete", []), ("not_started", [])]
    indicator = draft.applicable_indicators().get(code="P1.2")
    changed = AnswerInput(indicator, score=1)
    save_ratings(assessment=draft, answers=[changed], by=draft.assessor, at=LATER + timedelta(minutes=1))
    assert statuses(draft)[0] == ("complete", ["P1.2"])
    unmark_section(assessment=draft, dimension=first_dimension(draft), by=draft.assessor)
    assert statuses(draft)[0] == ("in_progress", [])


def test_only_authors_mark_and_only_what_is_asked() -> None:
    draft = make_assessment()
    with pytest.raises(Refused):
        mark_section(
            assessment=draft, dimension=first_dimension(draft), by=analyst(draft.on_behalf_of), at=AT
        )
    field = Dimension.objects.get(framework=draft.framework, code="F1")
    with pytest.raises(ValidationError, match="not asked"):
        mark_section(assessment=draft, dimension=field, by=draft.assessor, at=AT)


def test_presence_lasts_two_minutes_and_is_cleaned_up() -> None:
    draft, person = shared_draft()
    at = first_dimension(draft)
    note_presence(assessment=draft, dimension=at, by=person, at=AT)
    assert [one.dimension for one in others_present(draft, viewer=draft.assessor, at=AT)] == [at]
    assert others_present(draft, viewer=person, at=AT) == []
    assert others_present(draft, viewer=draft.assessor, at=AT + timedelta(minutes=3)) == []
    note_presence(assessment=draft, dimension=None, by=draft.assessor, at=AT + timedelta(minutes=3))
    assert [one.person for one in Presence.objects.all()] == [draft.assessor]


def test_who_may_not_edit_leaves_no_presence() -> None:
    draft, _person = shared_draft()
    with pytest.raises(Refused):
        note_presence(assessment=draft, dimension=None, by=analyst(draft.on_behalf_of), at=AT)
    assert not Presence.objects.exists()
