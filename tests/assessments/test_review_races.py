"""Reviewers and authors at the same moment, on real transactions: one outcome, whoever comes first."""

import pytest

from assessments import snapshot
from assessments.actions.assessments import amend, withdraw
from assessments.actions.desk import assign
from assessments.actions.recording import AnswerInput, save_ratings
from assessments.actions.review import approve, return_for_changes, start_review
from assessments.actions.submission import revise, submit
from assessments.models import ApprovedRating, Assessment, Assignment, Review, Revision
from assessments.policy import Refused
from organisations.models import User
from tests.assessments.test_races import at_once
from tests.factories import AT, advance, coordinator, make_assessment, reviewer

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 8


def opened(assessment: Assessment, number: int) -> tuple[Revision, list[User]]:
    people = [reviewer(assessment.on_behalf_of) for _ in range(number)]
    revisions = [start_review(assessment=assessment, by=person, at=AT) for person in people]
    return revisions[0], people


def written_again(assessment: Assessment) -> None:
    """Taken up, changed in one score, and submitted, all by the assessor."""
    revise(assessment=assessment, by=assessment.assessor, at=AT)
    rating = assessment.ratings.select_related("indicator").get(indicator__code="P1.1")
    given = AnswerInput(rating.indicator, 5, "", "New.", "high", rating.version)
    save_ratings(assessment=assessment, answers=[given], by=assessment.assessor, at=AT)
    submit(assessment=assessment, by=assessment.assessor, at=AT)


@pytest.mark.parametrize("attempt", range(ROUNDS))
def test_eight_at_once_approve_return_edit_and_withdraw(attempt: int) -> None:
    assessment = make_assessment("submitted")
    revision, (one, two, three, returns, late) = opened(assessment, 5)

    def returned_and_written_again() -> Review:
        review = return_for_changes(revision=revision, by=returns, reason="Why?", at=AT)
        written_again(assessment)
        return review

    results = at_once(
        *[lambda person=person: approve(revision=revision, by=person, at=AT) for person in (one, two, three)],
        returned_and_written_again,
        lambda: withdraw(assessment=assessment, by=assessment.assessor, at=AT),
        lambda: written_again(assessment),
        lambda: approve(revision=revision, by=late, at=AT),
        lambda: submit(assessment=assessment, by=assessment.assessor, at=AT),
    )
    assert all(isinstance(result, Review | Revision | Refused | None) for result in results), results
    assessment.refresh_from_db()
    current = assessment.current_revision
    assert current is not None
    approvals = Review.objects.filter(revision__assessment=assessment, decision="approved")
    if assessment.state == "approved":
        assert set(approvals.values_list("revision", flat=True)) == {current.pk} == {revision.pk}
        assert snapshot.digest(snapshot.content_of(assessment)) == revision.sha256
        assert ApprovedRating.objects.get(indicator__code="P1.1").score == 3
    else:
        assert assessment.state == "withdrawn" or not approvals.exists()
        assert not ApprovedRating.objects.exists()


@pytest.mark.parametrize("attempt", range(ROUNDS))
def test_an_amendment_approved_while_what_it_amends_is_withdrawn(attempt: int) -> None:
    original = make_assessment("approved")
    amendment = amend(assessment=original, by=original.assessor, at=AT)
    advance(amendment, "submitted")
    revision, (person,) = opened(amendment, 1)
    approved, withdrawn = at_once(
        lambda: approve(revision=revision, by=person, at=AT),
        lambda: withdraw(assessment=original, by=original.assessor, at=AT),
    )
    states = tuple(Assessment.objects.order_by("pk").values_list("state", flat=True))
    if isinstance(approved, Review):
        assert isinstance(withdrawn, Refused)
        assert states == ("superseded", "approved")
    else:
        assert isinstance(approved, Refused), approved
        assert withdrawn is None
        assert states == ("withdrawn", "withdrawn")
        assert not ApprovedRating.objects.exists()


@pytest.mark.parametrize("attempt", range(ROUNDS))
def test_two_reviewers_who_take_it_at_once(attempt: int) -> None:
    assessment = make_assessment("submitted")
    people = [reviewer(assessment.on_behalf_of) for _ in range(2)]
    results = at_once(
        *[
            lambda person=person: assign(assessment=assessment, reviewer=person, by=person, at=AT)
            for person in people
        ]
    )
    assert sum(isinstance(result, Refused) for result in results) == 1, results
    assert Assignment.objects.get().reviewer == people[results.index(None)]
    chief = coordinator(assessment.on_behalf_of)
    assign(assessment=assessment, reviewer=None, by=chief, at=AT)
    assert not Assignment.objects.exists()
