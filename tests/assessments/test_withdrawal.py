"""Withdrawing an approved assessment: what is open on top of it ends with it."""

import pytest

from assessments.actions.assessments import amend, withdraw
from assessments.actions.review import approve
from assessments.models import ApprovedRating
from assessments.policy import Refused
from tests.factories import AT, advance, analyst, make_assessment, reviewer

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("state", ["draft", "submitted", "in_review", "returned"])
def test_an_open_amendment_ends_wherever_it_stands(state: str) -> None:
    original = make_assessment("approved")
    amendment = amend(assessment=original, by=analyst(original.on_behalf_of), at=AT)
    advance(amendment, state)
    amendment.refresh_from_db()
    assert amendment.state == state
    withdraw(assessment=original, by=original.assessor, at=AT)
    for assessment in (original, amendment):
        assessment.refresh_from_db()
        assert assessment.state == "withdrawn"
    assert not ApprovedRating.objects.exists()
    if state == "in_review":
        revision, person = amendment.revisions.get(), reviewer(original.on_behalf_of)
        with pytest.raises(Refused, match="not possible"):
            approve(revision=revision, by=person, at=AT)


def test_an_amendment_that_took_its_place_stays() -> None:
    original = make_assessment("approved")
    amendment = amend(assessment=original, by=original.assessor, at=AT)
    advance(amendment, "approved")
    original.refresh_from_db()
    with pytest.raises(Refused, match="not possible"):
        withdraw(assessment=original, by=original.assessor, at=AT)
    amendment.refresh_from_db()
    assert amendment.state == "approved"


def test_withdrawing_the_amendment_leaves_what_it_amends() -> None:
    original = make_assessment("approved")
    amendment = amend(assessment=original, by=original.assessor, at=AT)
    withdraw(assessment=amendment, by=original.assessor, at=AT)
    original.refresh_from_db()
    assert original.state == "approved"
    assert ApprovedRating.objects.filter(assessment=original).exists()
