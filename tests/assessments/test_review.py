"""Four eyes, by action and by constraint; what an approval writes."""

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from assessments.actions.assessments import amend, withdraw
from assessments.actions.review import approve, return_for_changes, start_review
from assessments.actions.submission import revise, submit
from assessments.models import ApprovedRating, Assessment, Reading, Review, Revision, Scorecard
from assessments.policy import Refused
from organisations.models import User
from organisations.roles import Role
from tests.factories import (
    AT,
    AdministratorFactory,
    FrameworkFactory,
    MembershipFactory,
    advance,
    analyst,
    make_assessment,
    reviewer,
)

pytestmark = pytest.mark.django_db


def opened(assessment: Assessment) -> tuple[Revision, User]:
    person = reviewer(assessment.on_behalf_of)
    return start_review(assessment=assessment, by=person, at=AT), person


def current(assessment: Assessment) -> Revision:
    assert assessment.current_revision is not None
    return assessment.current_revision


def test_approval_writes_the_ratings_and_the_scorecard() -> None:
    assessment = make_assessment("submitted", answers={"P1.1": 4, "P1.2": "insufficient_evidence"})
    revision, person = opened(assessment)
    approve(revision=revision, by=person, at=AT)
    assessment.refresh_from_db()
    assert assessment.state == "approved"
    rows = ApprovedRating.objects.order_by("rating_id").values_list("indicator__code", "score", "non_score")
    assert list(rows) == [("P1.1", 4, ""), ("P1.2", None, "insufficient_evidence"), ("PX.1", 3, "")]
    assert Scorecard.objects.get().revision_ids == [revision.pk]


def test_a_return_needs_a_reason_and_goes_back_to_the_assessor() -> None:
    assessment = make_assessment("submitted")
    revision, person = opened(assessment)
    with pytest.raises(ValidationError, match="Say what has to change"):
        return_for_changes(revision=revision, by=person, reason="  ", at=AT)
    return_for_changes(revision=revision, by=person, reason="P1.1 cites nothing.", at=AT)
    assessment.refresh_from_db()
    assert assessment.state == "returned"
    assert not ApprovedRating.objects.exists()


def test_an_author_cannot_approve_even_as_a_reviewer() -> None:
    assessment = make_assessment("submitted")
    author = assessment.assessor
    MembershipFactory(user=author, organisation=assessment.on_behalf_of, role=Role.REVIEWER)
    with pytest.raises(Refused, match="four eyes"):
        start_review(assessment=assessment, by=author, at=AT)
    opened(assessment)
    with pytest.raises(Refused, match="four eyes"):
        approve(revision=assessment.revisions.get(), by=author, at=AT)


def test_an_author_cannot_approve_by_the_orm() -> None:
    assessment = make_assessment("in_review")
    with pytest.raises(DatabaseError, match="Four eyes"), transaction.atomic():
        Review.objects.create(
            revision=current(assessment),
            reviewer=assessment.assessor,
            decision="approved",
            decided_at=AT,
        )


def test_a_state_of_approved_cannot_be_set_without_an_approval() -> None:
    assessment = make_assessment("in_review")
    with pytest.raises(DatabaseError, match="lacks approvals"), transaction.atomic():
        Assessment.objects.filter(pk=assessment.pk).update(state="approved")


def test_an_administrator_cannot_approve() -> None:
    assessment = make_assessment("in_review")
    with pytest.raises(Refused):
        approve(revision=current(assessment), by=AdministratorFactory(), at=AT)


def test_a_reviewer_of_another_organisation_cannot_approve() -> None:
    assessment, other = make_assessment("in_review"), make_assessment()
    with pytest.raises(Refused):
        approve(revision=current(assessment), by=reviewer(other.on_behalf_of), at=AT)


def test_what_was_not_opened_cannot_be_approved() -> None:
    assessment = make_assessment("in_review")
    with pytest.raises(Refused, match="Open the revision first"):
        approve(revision=current(assessment), by=reviewer(assessment.on_behalf_of), at=AT)


def test_an_older_revision_cannot_be_approved() -> None:
    assessment = make_assessment("submitted")
    old, person = opened(assessment)
    return_for_changes(revision=old, by=person, reason="More.", at=AT)
    revise(assessment=assessment, by=assessment.assessor, at=AT)
    assessment.refresh_from_db()
    advance(assessment, "in_review")
    with pytest.raises(Refused, match="newer revision"):
        approve(revision=old, by=person, at=AT)


def test_a_second_reviewer_adds_an_approval_and_changes_no_state() -> None:
    assessment = make_assessment("submitted")
    revision, first = opened(assessment)
    _same, second = opened(assessment)
    approve(revision=revision, by=first, at=AT)
    assessment.refresh_from_db()
    version = assessment.version
    approve(revision=revision, by=second, at=AT)
    assessment.refresh_from_db()
    assert revision.reviews.filter(decision="approved").count() == 2
    assert (assessment.state, assessment.version) == ("approved", version)


def test_nobody_decides_twice() -> None:
    assessment = make_assessment("submitted")
    revision, person = opened(assessment)
    approve(revision=revision, by=person, at=AT)
    with pytest.raises(Refused, match="already"):
        approve(revision=revision, by=person, at=AT)


@pytest.mark.parametrize("model", [Revision, Review, Reading])
def test_the_record_of_decisions_cannot_be_changed(model: type[Revision | Review | Reading]) -> None:
    make_assessment("approved")
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        model.objects.update(id=-1)
    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        model.objects.all()._raw_delete(using="default")


def test_an_approved_amendment_takes_the_place_of_what_it_amends() -> None:
    original = make_assessment("approved", answers={"P1.1": 2}, reference="A-1")
    amendment = amend(assessment=original, by=original.assessor, at=AT)
    with pytest.raises(ValidationError, match="under way"):
        amend(assessment=original, by=original.assessor, at=AT)
    advance(amendment, "approved")
    original.refresh_from_db()
    amendment.refresh_from_db()
    assert (original.state, amendment.state, amendment.reference) == ("superseded", "approved", "A-1")
    assert set(ApprovedRating.objects.values_list("assessment", flat=True)) == {amendment.pk}


def test_a_withdrawn_assessment_no_longer_counts() -> None:
    assessment = make_assessment("approved")
    withdraw(assessment=assessment, by=assessment.assessor, at=AT)
    assert not ApprovedRating.objects.exists()
    assert not Scorecard.objects.visible_to(assessment.assessor).exists()


def test_who_wrote_an_amended_answer_cannot_approve_it() -> None:
    original = make_assessment("approved")
    author, colleague = original.assessor, analyst(original.on_behalf_of)
    MembershipFactory(user=author, organisation=original.on_behalf_of, role=Role.REVIEWER)
    amendment = amend(assessment=original, by=colleague, at=AT)
    revision = submit(assessment=amendment, by=colleague, at=AT)
    assert set(revision.author_ids) == {author.pk, colleague.pk}
    with pytest.raises(Refused, match="four eyes"):
        start_review(assessment=amendment, by=author, at=AT)


def test_a_state_of_approval_needs_the_approvals_of_this_assessment() -> None:
    approved = make_assessment("approved")
    other = make_assessment("in_review")
    others = Assessment.objects.filter(pk=other.pk)
    with pytest.raises(DatabaseError, match="lacks approvals"), transaction.atomic():
        others.update(state="approved", current_revision=approved.current_revision)
    two = make_assessment("in_review", framework=FrameworkFactory(approvals_required=2))
    revision = two.current_revision
    assert revision is not None
    person = reviewer(two.on_behalf_of)
    Review.objects.create(revision=revision, reviewer=person, decision="approved", decided_at=AT)
    with pytest.raises(DatabaseError, match="lacks approvals"), transaction.atomic():
        Assessment.objects.filter(pk=two.pk).update(state="approved")


def test_an_assessor_left_out_of_the_authors_cannot_approve_by_the_orm() -> None:
    draft = make_assessment()
    revision = Revision.objects.create(
        assessment=draft,
        number=1,
        content={},
        sha256="0" * 64,
        author_ids=[],
        submitted_by=draft.assessor,
        submitted_at=AT,
    )
    with pytest.raises(DatabaseError, match="Four eyes"), transaction.atomic():
        Review.objects.create(revision=revision, reviewer=draft.assessor, decision="approved", decided_at=AT)
