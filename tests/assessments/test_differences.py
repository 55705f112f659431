"""What differs between two revisions, and where reviewers see it."""

import copy
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from assessments.actions.recording import AnswerInput, save_ratings
from assessments.actions.review import return_for_changes, start_review
from assessments.actions.submission import revise, submit
from assessments.differences import ANSWER, DESCRIPTION, Difference, differences
from assessments.models import Assessment
from organisations.models import User
from tests.factories import AT, make_assessment, reviewer

SOURCE = {"key": "k", "author": "UN", "title": "Report", "year": 2003, "url": ""}
EVIDENCE = {"source": SOURCE, "locator": "p. 1", "stance": "supports", "reliability": "A", "credibility": "1"}
CONTENT: dict[str, Any] = {
    "dyad": "A-B",
    "level": "political",
    "engagement": None,
    "framework": "small@1.0",
    "period": [2003, 2004],
    "basis": "Interviews",
    "on_behalf_of": "A",
    "marking": "AMBER",
    "ratings": [
        {
            "rating": 1,
            "indicator": "P1.1",
            "score": 3,
            "non_score": "",
            "confidence": "low",
            "rationale": "Why.",
            "evidence": [EVIDENCE],
        }
    ],
}


def changed(**answer: Any) -> dict[str, Any]:
    content = copy.deepcopy(CONTENT)
    content["ratings"][0].update(answer)
    return content


def test_equal_contents_do_not_differ() -> None:
    assert differences(CONTENT, copy.deepcopy(CONTENT)) == []


@pytest.mark.parametrize("field", DESCRIPTION)
def test_each_part_of_the_description_is_compared(field: str) -> None:
    value = [2003, 2005] if field == "period" else "other"
    [difference] = differences(CONTENT, CONTENT | {field: value})
    assert (difference.indicator, difference.field) == ("", field)


@pytest.mark.parametrize("field", ANSWER)
def test_each_part_of_an_answer_is_compared(field: str) -> None:
    [difference] = differences(CONTENT, changed(**{field: "other"}))
    assert (difference.indicator, difference.field, difference.after) == ("P1.1", field, "other")


@pytest.mark.parametrize("field", ["locator", "stance", "reliability", "credibility"])
def test_evidence_that_says_something_else_is_gone_and_come(field: str) -> None:
    gone, come = differences(CONTENT, changed(evidence=[EVIDENCE | {field: "other"}]))
    assert gone.before == "UN, Report, 2003, 1, p. 1, A, supports"
    assert gone.after == come.before == ""
    assert "other" in come.after


def test_evidence_cited_twice_differs_from_once() -> None:
    [difference] = differences(CONTENT, changed(evidence=[EVIDENCE, EVIDENCE]))
    assert difference.before == ""


def test_an_answer_that_came_or_went_is_there_with_all_it_has() -> None:
    nothing = CONTENT | {"ratings": []}
    fields = ["score", "confidence", "rationale", "evidence"]
    assert [one.field for one in differences(nothing, CONTENT)] == fields
    assert [one.field for one in differences(CONTENT, nothing)] == fields


@given(st.sampled_from(ANSWER), st.text(max_size=5), st.text(max_size=5))
def test_there_and_back_are_each_other_reversed(field: str, one: str, other: str) -> None:
    there = differences(changed(**{field: one}), changed(**{field: other}))
    back = differences(changed(**{field: other}), changed(**{field: one}))
    assert there == [Difference(d.indicator, d.field, d.after, d.before) for d in back]
    assert bool(there) is (one != other)


def answered_again(assessment: Assessment, person: User) -> None:
    """Returned, changed in one score, submitted, opened again."""
    revision = assessment.revisions.get()
    return_for_changes(revision=revision, by=person, reason="Why 3?", at=AT)
    revise(assessment=assessment, by=assessment.assessor, at=AT)
    rating = assessment.ratings.get(indicator__code="P1.1")
    answer = AnswerInput(rating.indicator, 5, "", "Another reason.", "moderate", rating.version)
    save_ratings(assessment=assessment, answers=[answer], by=assessment.assessor, at=AT)
    submit(assessment=assessment, by=assessment.assessor, at=AT)


@pytest.mark.django_db
def test_the_desk_shows_what_changed_since_the_previous_revision() -> None:
    assessment = make_assessment("submitted")
    person, client = reviewer(assessment.on_behalf_of), Client()
    client.force_login(person)
    start_review(assessment=assessment, by=person, at=AT)
    desk = f"/assessments/{assessment.pk}/review/"
    assert "Changed since revision" not in client.get(f"{desk}1/").content.decode()
    answered_again(assessment, person)
    start_review(assessment=assessment, by=person, at=AT)
    page = client.get(f"{desk}2/").content.decode()
    assert "Changed since revision 1" in page
    assert "Why P1.1 is 3" in page
    assert "Another reason" in page


@pytest.mark.django_db
def test_approving_another_revision_than_the_current_one_is_refused_with_what_changed() -> None:
    assessment = make_assessment("submitted")
    person, client = reviewer(assessment.on_behalf_of), Client()
    client.force_login(person)
    first = start_review(assessment=assessment, by=person, at=AT)
    decide = f"/assessments/{assessment.pk}/review/1/decide/"
    answered_again(assessment, reviewer_who_read(assessment))
    start_review(assessment=assessment, by=person, at=AT)
    response = client.post(decide, {"decision": "approve", "sha256": first.sha256})
    page = response.content.decode()
    assert response.status_code == 409
    assert "Why P1.1 is 3" in page
    assert "Another reason" in page
    assessment.refresh_from_db()
    assert assessment.state == "in_review"
    assert not assessment.revisions.filter(reviews__decision="approved").exists()


def reviewer_who_read(assessment: Assessment) -> User:
    other = reviewer(assessment.on_behalf_of)
    start_review(assessment=assessment, by=other, at=AT)
    return other


@pytest.mark.django_db
@pytest.mark.parametrize("digest", ["", "0" * 64, "x" * 10_000])
def test_a_form_with_another_digest_is_refused(digest: str) -> None:
    assessment = make_assessment("submitted")
    person, client = reviewer(assessment.on_behalf_of), Client()
    client.force_login(person)
    revision = start_review(assessment=assessment, by=person, at=AT)
    decide = f"/assessments/{assessment.pk}/review/1/decide/"
    assert client.post(decide, {"decision": "approve", "sha256": digest}).status_code == 409
    assert not revision.reviews.exists()
    client.post(decide, {"decision": "approve", "sha256": revision.sha256})
    assert revision.reviews.get().decision == "approved"
