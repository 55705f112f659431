"""Which rows and totals a person reaches."""

import pytest

from assessments.actions.assessments import release, withdraw
from assessments.actions.scorecards import bring_up_to_date
from assessments.models import ApprovedRating, Assessment, Scorecard, Source
from organisations.actions.people import add_membership
from organisations.models import User
from organisations.roles import Role
from tests.factories import (
    AT,
    AdministratorFactory,
    DyadFactory,
    FrameworkFactory,
    OrganisationFactory,
    SourceFactory,
    analyst,
    coordinator,
    make_assessment,
    reader,
    reviewer,
)

pytestmark = pytest.mark.django_db
STATES = ["draft", "submitted", "in_review", "returned", "approved", "superseded", "withdrawn"]


def seen_by(user: User) -> set[int]:
    return set(Assessment.objects.visible_to(user).values_list("pk", flat=True))


@pytest.mark.parametrize("state", STATES)
def test_own_people_see_every_state_and_others_none(state: str) -> None:
    assessment = make_assessment(state)
    own, other = assessment.on_behalf_of, OrganisationFactory()
    for role in (analyst, reviewer, coordinator):
        assert assessment.pk in seen_by(role(own))
        assert assessment.pk not in seen_by(role(other))
    assert assessment.pk not in seen_by(reader(own))
    assert assessment.pk not in seen_by(AdministratorFactory())


def test_release_opens_an_approved_assessment_to_the_organisations_named() -> None:
    partner, stranger = OrganisationFactory(), OrganisationFactory()
    assessment = make_assessment("approved", released_to=[partner])
    assert assessment.pk in seen_by(reader(partner))
    assert assessment.pk not in seen_by(analyst(stranger))


def test_release_to_all_does_not_reach_people_without_membership() -> None:
    assessment = make_assessment("approved", released_to_all=True)
    assert assessment.pk in seen_by(reader(OrganisationFactory()))
    assert assessment.pk not in seen_by(AdministratorFactory())


def test_a_release_ends_with_withdrawal_and_by_a_new_release() -> None:
    partner = OrganisationFactory()
    person = reader(partner)
    assessment = make_assessment("approved", released_to=[partner])
    release(assessment=assessment, to=[], to_all=False, by=coordinator(assessment.on_behalf_of), at=AT)
    assert seen_by(person) == set()
    release(assessment=assessment, to=[], to_all=True, by=coordinator(assessment.on_behalf_of), at=AT)
    assert seen_by(person) == {assessment.pk}
    withdraw(assessment=assessment, by=assessment.assessor, at=AT)
    assert seen_by(person) == set()


def test_rights_follow_memberships_at_once() -> None:
    assessment = make_assessment("draft")
    person = analyst(assessment.on_behalf_of)
    assert seen_by(person) == {assessment.pk}
    person.memberships.all().delete()
    assert seen_by(person) == set()


def test_a_suspended_person_sees_nothing() -> None:
    assessment = make_assessment("draft")
    assessment.assessor.is_active = False
    assert seen_by(assessment.assessor) == set()


def test_a_scorecard_rests_on_what_its_viewer_may_see() -> None:
    dyad, framework = DyadFactory(), FrameworkFactory()
    public = make_assessment("approved", dyad=dyad, framework=framework, released_to_all=True)
    private = make_assessment("approved", dyad=dyad, framework=framework, answers={"P1.1": 1})
    outsider = reader(OrganisationFactory())
    insider = private.assessor
    bring_up_to_date(viewer=outsider, at=AT)
    assert Scorecard.objects.visible_to(outsider).get().revision_ids == [public.current_revision_id]
    both = sorted(
        revision for revision in [public.current_revision_id, private.current_revision_id] if revision
    )
    assert Scorecard.objects.visible_to(insider).get().revision_ids == both
    assert set(ApprovedRating.objects.visible_to(outsider).values_list("assessment", flat=True)) == {
        public.pk
    }


def test_somebody_of_two_organisations_gets_their_union() -> None:
    dyad, framework = DyadFactory(), FrameworkFactory()
    one = make_assessment("approved", dyad=dyad, framework=framework)
    two = make_assessment("approved", dyad=dyad, framework=framework)
    person = one.assessor
    add_membership(by=AdministratorFactory(), user=person, organisation=two.on_behalf_of, role=Role.ANALYST)
    assert not Scorecard.objects.visible_to(person).exists()
    bring_up_to_date(viewer=person, at=AT)
    assert len(Scorecard.objects.visible_to(person).get().revision_ids) == 2


def test_sources_are_shared_or_ones_own() -> None:
    own, other = OrganisationFactory(), OrganisationFactory()
    shared, mine = SourceFactory(), SourceFactory(organisation=own)
    SourceFactory(organisation=other)
    assert set(Source.objects.visible_to(analyst(own))) == {shared, mine}
    assert set(Source.objects.visible_to(reader(own))) == {shared}
