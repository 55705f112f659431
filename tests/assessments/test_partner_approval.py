"""Frameworks that ask the other side to approve too: who reads what, and which approvals are enough."""

from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from assessments import consistency
from assessments.actions.assessments import open_assessment
from assessments.actions.desk import comment
from assessments.actions.review import approve, return_for_changes, start_review
from assessments.actions.submission import submit
from assessments.choices import State
from assessments.models import Assessment, Framework, Notice, Review, Revision
from assessments.policy import Refused
from organisations.models import Dyad, Organisation, User
from organisations.roles import Role
from tests.factories import (
    AT,
    DyadFactory,
    FrameworkFactory,
    MembershipFactory,
    analyst,
    answer,
    coordinator,
    make_assessment,
    reader,
    reviewer,
)

pytestmark = pytest.mark.django_db


class Pair:
    """A dyad whose first side has submitted an assessment of it; reviewers on both sides."""

    def __init__(self, state: str = "submitted", approvals: int = 1, **fields: Any) -> None:
        self.dyad: Dyad = DyadFactory()
        self.framework: Framework = FrameworkFactory(partner_approval=True, approvals_required=approvals)
        self.own: Organisation = self.dyad.first
        self.partner: Organisation = self.dyad.second
        self.partners_reviewer = reviewer(self.partner)
        self.reviewer = reviewer(self.own)
        self.assessment = make_assessment(
            state, dyad=self.dyad, framework=self.framework, on_behalf_of=self.own, **fields
        )

    def read_by(self, person: User) -> Revision:
        return start_review(assessment=self.assessment, by=person, at=AT)

    def approved_by(self, person: User) -> str:
        approve(revision=self.read_by(person), by=person, at=AT)
        self.assessment.refresh_from_db()
        return self.assessment.state


def seen_by(person: User) -> list[Assessment]:
    return list(Assessment.objects.visible_to(person))


def test_the_partners_reviewers_see_what_waits_and_nobody_else_of_theirs() -> None:
    pair = Pair()
    assert seen_by(pair.partners_reviewer) == [pair.assessment]
    for person in (analyst(pair.partner), coordinator(pair.partner), reader(pair.partner)):
        assert seen_by(person) == []
    assert seen_by(reviewer(DyadFactory().first)) == []


@pytest.mark.parametrize("state", ["draft", "returned", "withdrawn"])
def test_the_partner_sees_nothing_that_does_not_wait(state: str) -> None:
    dyad, framework = DyadFactory(), FrameworkFactory(partner_approval=True)
    make_assessment(state, dyad=dyad, framework=framework, on_behalf_of=dyad.first)
    assert seen_by(reviewer(dyad.second)) == []


def test_without_the_frameworks_asking_the_partner_sees_nothing() -> None:
    dyad = DyadFactory()
    submitted = make_assessment("submitted", dyad=dyad, on_behalf_of=dyad.first)
    person = reviewer(dyad.second)
    assert seen_by(person) == []
    with pytest.raises(Refused, match="Your role"):
        start_review(assessment=submitted, by=person, at=AT)


def test_an_approval_of_ones_own_side_is_not_enough() -> None:
    pair = Pair()
    assert pair.approved_by(pair.reviewer) == State.IN_REVIEW
    assert pair.approved_by(pair.partners_reviewer) == State.APPROVED
    partners = Review.objects.order_by("pk").values_list("partner", flat=True)
    assert list(partners) == [None, pair.partner.pk]


def test_the_partners_approval_counts_as_one_of_several() -> None:
    pair = Pair(approvals=2)
    assert pair.approved_by(pair.partners_reviewer) == State.IN_REVIEW
    assert pair.approved_by(reviewer(pair.partner)) == State.APPROVED


def test_of_what_a_third_organisation_assessed_either_side_may_approve() -> None:
    dyad, framework = DyadFactory(), FrameworkFactory(partner_approval=True)
    third = make_assessment("submitted", dyad=dyad, framework=framework)
    for side in (dyad.first, dyad.second):
        assert seen_by(reviewer(side)) == [third]
    person = reviewer(dyad.second)
    approve(revision=start_review(assessment=third, by=person, at=AT), by=person, at=AT)
    third.refresh_from_db()
    assert third.state == State.APPROVED


def test_the_database_refuses_an_approval_without_the_partner() -> None:
    pair = Pair()
    pair.approved_by(pair.reviewer)
    with pytest.raises(DatabaseError, match="lacks the approval of the partner"), transaction.atomic():
        Assessment.objects.filter(pk=pair.assessment.pk).update(state=State.APPROVED)


def test_the_partner_returns_it_with_a_reason() -> None:
    pair = Pair()
    revision = pair.read_by(pair.partners_reviewer)
    return_for_changes(revision=revision, by=pair.partners_reviewer, reason="We left in May.", at=AT)
    pair.assessment.refresh_from_db()
    assert pair.assessment.state == State.RETURNED
    assert seen_by(pair.partners_reviewer) == []
    assert revision.reviews.get().partner == pair.partner


def test_who_wrote_it_does_not_approve_it_for_the_partner() -> None:
    pair = Pair("draft", answers=dict.fromkeys(("P1.1", "P1.2", "PX.1"), 3))
    MembershipFactory(user=pair.assessment.assessor, organisation=pair.partner, role=Role.REVIEWER)
    submit(assessment=pair.assessment, by=pair.assessment.assessor, at=AT, reason="It stands.")
    with pytest.raises(Refused, match="four eyes"):
        pair.read_by(pair.assessment.assessor)


def test_the_partners_reviewers_do_nothing_else_and_see_no_names_nor_comments(client: Client) -> None:
    pair = Pair()
    comment(assessment=pair.assessment, text="Between ourselves.", by=pair.reviewer, at=AT)
    client.force_login(pair.partners_reviewer)
    here = f"/assessments/{pair.assessment.pk}/"
    for inside in ("discussion/", "history/", "revisions/", "authors/"):
        assert client.get(here + inside).status_code == 404, inside
    for change in ("withdraw/", "amend/", "revise/", "release/"):
        client.post(here + change)
    pair.assessment.refresh_from_db()
    assert pair.assessment.state == State.SUBMITTED
    client.post(f"{here}review/")
    desk = client.get(f"{here}review/1/")
    assert desk.status_code == 200
    pages = [desk, client.get(here), client.get("/reviews/"), client.get("/notices/"), client.get("/")]
    for page in pages:
        text = page.content.decode()
        assert page.status_code == 200
        assert "Between ourselves" not in text
        assert pair.assessment.assessor.email not in text
        assert pair.reviewer.email not in text
    api = client.get(f"/api/v1/assessments/{pair.assessment.pk}/").content.decode()
    assert pair.assessment.assessor.email not in api


def test_the_desk_and_the_queue_lead_the_partner_through(client: Client) -> None:
    pair = Pair()
    client.force_login(pair.partners_reviewer)
    here = f"/assessments/{pair.assessment.pk}/"
    assert here in client.get("/reviews/").content.decode()
    client.post(f"{here}review/")
    revision = pair.assessment.revisions.get()
    answered = client.post(
        f"{here}review/1/decide/", {"decision": "approve", "sha256": revision.sha256}, follow=True
    )
    assert answered.redirect_chain == [("/reviews/", 302)]
    assert "Approved. The scorecard of the dyad rests on it." in answered.content.decode()
    assert here not in client.get("/reviews/").content.decode()


def test_the_authors_reviewer_is_told_what_is_still_missing(client: Client) -> None:
    pair = Pair()
    client.force_login(pair.reviewer)
    here = f"/assessments/{pair.assessment.pk}/"
    client.post(f"{here}review/")
    revision = pair.assessment.revisions.get()
    answered = client.post(
        f"{here}review/1/decide/", {"decision": "approve", "sha256": revision.sha256}, follow=True
    )
    assert f"It counts with that of a reviewer of {pair.partner}" in answered.content.decode()
    assert f"reviewers of {pair.partner}, whose approval is needed" in answered.content.decode()


def test_the_partners_reviewers_are_told_without_a_name_while_they_can_act() -> None:
    pair = Pair()
    notice = Notice.objects.get(recipient=pair.partners_reviewer)
    assert (notice.kind, notice.caused_by) == ("to_review", None)
    assert Notice.objects.visible_to(pair.partners_reviewer).waiting().get() == notice
    pair.approved_by(pair.reviewer)
    assert Notice.objects.visible_to(pair.partners_reviewer).waiting().get() == notice
    pair.approved_by(pair.partners_reviewer)
    assert not Notice.objects.visible_to(pair.partners_reviewer).waiting().exists()


def test_authors_are_told_who_will_read_it_before_they_submit(client: Client) -> None:
    pair = Pair("draft")
    answer(pair.assessment, dict.fromkeys(("P1.1", "P1.2", "PX.1"), 3))
    client.force_login(pair.assessment.assessor)
    page = client.get(f"/assessments/{pair.assessment.pk}/check/").content.decode()
    assert f"a reviewer of {pair.partner} reads what is submitted" in page


def test_a_marking_that_keeps_it_inside_has_to_be_confirmed() -> None:
    pair = Pair("draft")
    assert [remark.check for remark in consistency.remarks_on(pair.assessment)] == []
    Assessment.objects.filter(pk=pair.assessment.pk).update(marking="AMBER+STRICT")
    pair.assessment.refresh_from_db()
    (remark,) = consistency.remarks_on(pair.assessment)
    assert remark.check == "marking-keeps-it-from-the-partner"
    ordinary = open_assessment(
        by=pair.assessment.assessor,
        on_behalf_of=pair.own,
        dyad=pair.dyad,
        engagement=None,
        framework=FrameworkFactory(),
        period=(2003, 2004),
        basis="Files",
        marking="RED",
        at=AT,
    )
    assert consistency.remarks_on(ordinary) == []
