"""Comments on single answers, and who is to review what."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.test import Client

from assessments.actions.authorship import add_co_author
from assessments.actions.desk import assign, change_comment, comment, settle
from assessments.actions.review import return_for_changes, start_review
from assessments.models import Assessment, Assignment, Comment
from assessments.policy import Refused
from organisations.models import Membership, User
from organisations.roles import Role
from tests.factories import (
    AT,
    MembershipFactory,
    OrganisationFactory,
    analyst,
    coordinator,
    make_assessment,
    reviewer,
)

pytestmark = pytest.mark.django_db


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def in_review() -> tuple[Assessment, User]:
    assessment = make_assessment("submitted")
    person = reviewer(assessment.on_behalf_of)
    start_review(assessment=assessment, by=person, at=AT)
    assessment.refresh_from_db()
    return assessment, person


def on_an_answer(assessment: Assessment, by: User, text: str = "Which report?") -> Comment:
    indicator = assessment.applicable_indicators()[0]
    return comment(assessment=assessment, text=text, indicator=indicator, by=by, at=AT)


def test_roles_of_authors_on_a_side_of_the_dyad_are_shown_to_the_reviewer() -> None:
    assessment, person = in_review()
    desk = f"/assessments/{assessment.pk}/review/1/"
    assert "Conflict of interest" not in signed_in(person).get(desk).content.decode()
    side = assessment.dyad.second
    MembershipFactory(user=assessment.assessor, organisation=side, role=Role.READER)
    MembershipFactory(user=assessment.assessor, organisation=OrganisationFactory(), role=Role.READER)
    page = signed_in(person).get(desk).content.decode()
    assert page.count("Conflict of interest") == 1
    assert f"{assessment.assessor}, one of the authors, also holds a role in {side} (Reader)" in page


def test_a_comment_says_on_which_revision_it_was_written() -> None:
    assessment, person = in_review()
    said = on_an_answer(assessment, person)
    assert (said.revision, said.is_open) == (assessment.current_revision, True)
    whole = comment(assessment=assessment, text="All in all fine.", by=person, at=AT)
    assert whole.indicator is None


def test_an_author_answers_and_a_resolved_thread_is_open_again() -> None:
    assessment, person = in_review()
    thread = on_an_answer(assessment, person)
    settle(comment=thread, resolved=True, by=person, at=AT)
    assert not Comment.objects.get(pk=thread.pk).is_open
    answer = comment(
        assessment=assessment, text="The one of May.", parent=thread, by=assessment.assessor, at=AT
    )
    assert Comment.objects.get(pk=thread.pk).is_open
    assert answer.indicator == thread.indicator
    with pytest.raises(ValidationError, match="begins the thread"):
        comment(assessment=assessment, text="And?", parent=answer, by=person, at=AT)
    with pytest.raises(ValidationError, match="as a whole"):
        settle(comment=answer, resolved=True, by=person, at=AT)


def test_authors_do_not_resolve_what_a_reviewer_asked() -> None:
    assessment, person = in_review()
    thread = on_an_answer(assessment, person)
    with pytest.raises(Refused, match="Answer it"):
        settle(comment=thread, resolved=True, by=assessment.assessor, at=AT)
    own = on_an_answer(assessment, assessment.assessor)
    settle(comment=own, resolved=True, by=assessment.assessor, at=AT)
    settle(comment=own, resolved=False, by=person, at=AT)
    own.refresh_from_db()
    assert own.is_open


def test_earlier_versions_are_kept_and_a_stale_change_is_refused() -> None:
    assessment, person = in_review()
    said = on_an_answer(assessment, person, "First words.")
    change_comment(comment=said, version=1, text="Second words.", by=person, at=AT)
    with pytest.raises(ValidationError, match="elsewhere"):
        change_comment(comment=said, version=1, text="Third words.", by=person, at=AT)
    with pytest.raises(Refused, match="Only who wrote"):
        change_comment(comment=said, version=2, text="Mine.", by=assessment.assessor, at=AT)
    client = signed_in(assessment.assessor)
    page = client.get(f"/assessments/{assessment.pk}/comments/{said.pk}/").content.decode()
    assert "First words." in page
    assert "Second words." in page
    with pytest.raises(DatabaseError, match="Cannot delete"), transaction.atomic():
        said.delete()


def test_who_may_comment() -> None:
    assessment, person = in_review()
    organisation = assessment.on_behalf_of
    colleague, helper = analyst(organisation), analyst(organisation)
    draft = make_assessment(assessor=colleague)
    add_co_author(assessment=draft, person=helper, by=colleague, at=AT)
    assert on_an_answer(draft, helper).author == helper
    for stranger in (colleague, coordinator(organisation), reviewer(OrganisationFactory())):
        with pytest.raises(Refused):
            on_an_answer(assessment, stranger)
    with pytest.raises(Refused, match="not possible"):
        on_an_answer(make_assessment("approved", assessor=colleague), person)


def test_empty_comments_and_foreign_indicators_are_invalid() -> None:
    assessment, person = in_review()
    with pytest.raises(ValidationError):
        comment(assessment=assessment, text=" \n ", by=person, at=AT)
    field = assessment.framework.dimensions.get(code="F1").indicators.all()[0]
    with pytest.raises(ValidationError, match="not asked here"):
        comment(assessment=assessment, text="Why?", indicator=field, by=person, at=AT)


def test_comments_stand_beside_the_answer_on_the_desk_and_in_the_editor() -> None:
    assessment, person = in_review()
    desk, client = f"/assessments/{assessment.pk}/review/1/", signed_in(person)
    said = {"text": "Which report was it?", "indicator": "P1.1", "desk": "1"}
    response = client.post(f"/assessments/{assessment.pk}/comment/", said)
    assert response["Location"] == desk
    assert "Which report was it?" in client.get(desk).content.decode()
    return_for_changes(revision=assessment.revisions.get(), by=person, reason="See the comments.", at=AT)
    author = signed_in(assessment.assessor)
    assert "Which report was it?" in author.get(assessment.get_absolute_url()).content.decode()
    author.post(f"/assessments/{assessment.pk}/revise/")
    page = author.get(f"/assessments/{assessment.pk}/edit/P1/").content.decode()
    assert "Which report was it?" in page
    response = author.post(
        f"/assessments/{assessment.pk}/edit/P1/", {"then": "discuss:P1.1", **posted(assessment)}
    )
    assert response["Location"].endswith("/comments/?indicator=P1.1")
    thread = Comment.objects.get()
    client.post(f"/assessments/{assessment.pk}/comments/{thread.pk}/settle/", {"resolved": "yes"})
    assert "Which report was it?" not in author.get(f"/assessments/{assessment.pk}/edit/P1/").content.decode()


def posted(assessment: Assessment) -> dict[str, str]:
    return {
        f"{rating.indicator.code}-{name}": str(getattr(rating, field))
        for rating in assessment.ratings.select_related("indicator")
        for name, field in (
            ("answer", "score"),
            ("rationale", "rationale"),
            ("confidence", "confidence"),
            ("version", "version"),
        )
    }


@pytest.mark.parametrize(
    "data",
    [{"text": ""}, {"text": "x" * 5001}, {"text": "x", "indicator": "Q9"}, {"text": "x", "parent": "0"}],
)
def test_bad_comments_are_told_in_words(data: dict[str, str]) -> None:
    assessment, person = in_review()
    response = signed_in(person).post(f"/assessments/{assessment.pk}/comment/", data)
    assert response.status_code == 422
    assert "Please mend this first" in response.content.decode()


def test_reviewers_take_what_is_free_and_coordinators_assign() -> None:
    assessment, person = in_review()
    organisation = assessment.on_behalf_of
    other, chief = reviewer(organisation), coordinator(organisation)
    with pytest.raises(Refused, match="Only a coordinator"):
        assign(assessment=assessment, reviewer=other, by=person, at=AT)
    assign(assessment=assessment, reviewer=person, by=person, at=AT)
    with pytest.raises(Refused, match="has it"):
        assign(assessment=assessment, reviewer=other, by=other, at=AT)
    with pytest.raises(Refused, match="has it"):
        assign(assessment=assessment, reviewer=None, by=other, at=AT)
    due = AT.date() + timedelta(days=3)
    assign(assessment=assessment, reviewer=other, by=chief, at=AT, due=due)
    assert Assignment.objects.values_list("reviewer", "due").get() == (other.pk, due)
    with pytest.raises(ValidationError, match="passed"):
        assign(assessment=assessment, reviewer=other, by=chief, at=AT, due=AT.date() - timedelta(days=1))
    assign(assessment=assessment, reviewer=None, by=other, at=AT)
    assert not Assignment.objects.exists()


def test_authors_and_strangers_are_not_assigned() -> None:
    assessment, _person = in_review()
    organisation, chief = assessment.on_behalf_of, coordinator(assessment.on_behalf_of)
    MembershipFactory(user=assessment.assessor, organisation=organisation, role=Role.REVIEWER)
    with pytest.raises(Refused, match="four eyes"):
        assign(assessment=assessment, reviewer=assessment.assessor, by=chief, at=AT)
    for stranger in (analyst(organisation), reviewer(OrganisationFactory())):
        with pytest.raises(Refused, match="not a reviewer"):
            assign(assessment=assessment, reviewer=stranger, by=chief, at=AT)
    with pytest.raises(Refused, match="not possible"):
        assign(assessment=make_assessment(assessor=assessment.assessor), reviewer=None, by=chief, at=AT)


def queue(person: User, name: str, **query: str) -> str:
    return signed_in(person).get("/reviews/", {"queue": name, **query}).content.decode()


@pytest.mark.parametrize("how", ["suspended", "left"])
def test_the_work_of_a_reviewer_who_has_gone_waits_for_somebody_new(how: str) -> None:
    assessment, person = in_review()
    other = reviewer(assessment.on_behalf_of)
    assign(assessment=assessment, reviewer=person, by=person, at=AT)
    here = assessment.get_absolute_url()
    assert here not in queue(other, "review")
    assert here in queue(other, "assigned")
    if how == "left":
        Membership.objects.filter(user=person).delete()
    else:
        User.objects.filter(pk=person.pk).update(is_active=False)
    page = queue(other, "review")
    assert here in page
    assert "no longer reviews here" in page
    assert "no longer reviews here" in signed_in(other).get(here).content.decode()
    assign(assessment=assessment, reviewer=other, by=other, at=AT)
    assert here in queue(other, "mine")


def test_queues_hold_what_they_say() -> None:
    returned = make_assessment("returned")
    organisation = returned.on_behalf_of
    author, person = returned.assessor, reviewer(organisation)
    free, mine, approved = (
        make_assessment(state, assessor=author, dyad=returned.dyad, framework=returned.framework)
        for state in ("submitted", "in_review", "approved")
    )
    foreign = make_assessment("submitted")
    assign(assessment=mine, reviewer=person, by=person, at=AT, due=date(2026, 1, 2))
    expected = {"review": {free}, "mine": {mine}, "assigned": set(), "returned": {returned}}
    for name, rows in expected.items():
        page = queue(person, name)
        found = {one for one in (returned, free, mine, approved, foreign) if one.get_absolute_url() in page}
        assert (name, found) == (name, rows)
    assert "overdue" in queue(person, "mine", overdue="yes")
    assert mine.get_absolute_url() in queue(person, "mine", overdue="yes")
    MembershipFactory(user=author, organisation=organisation, role=Role.REVIEWER)
    assert free.get_absolute_url() not in queue(author, "review")


@pytest.mark.parametrize(
    "query", [{"queue": "x"}, {"dyad": "x"}, {"page": "x"}, {"sort": "x"}, {"level": "0"}, {"overdue": "?"}]
)
def test_odd_queries_of_the_queue_are_answered(query: dict[str, str]) -> None:
    assessment = make_assessment("submitted")
    assert signed_in(reviewer(assessment.on_behalf_of)).get("/reviews/", query).status_code == 200


def test_the_page_of_an_assessment_offers_to_take_it_and_give_it_back() -> None:
    assessment, person = in_review()
    client, here = signed_in(person), assessment.get_absolute_url()
    assert "Take it" in client.get(here).content.decode()
    client.post(f"{here}assign/", {"reviewer": str(person.pk)})
    assert "Give it back" in client.get(here).content.decode()
    client.post(f"{here}assign/", {"reviewer": "9" * 30})
    client.post(f"{here}assign/", {"reviewer": str(person.pk), "due": "31.2."})
    assert Assignment.objects.get().due is None
    client.post(f"{here}assign/", {"reviewer": ""})
    assert not Assignment.objects.exists()
    assert "Take it" not in signed_in(assessment.assessor).get(here).content.decode()
