"""Notices of the review desk: who is assigned, what is due, what is said."""

from datetime import timedelta

import pytest
from django.utils import timezone

from assessments.actions import authorship, desk, notices, review
from assessments.models import Assignment, Notice
from organisations.models import Membership, User
from tests.assessments.notice_team import Team
from tests.factories import AT, FrameworkFactory, OrganisationFactory
from tests.jobs import deferred

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def team(db: None) -> Team:
    team = Team()
    team.submit()
    return team


def assign(team: Team, to: User | None, days: int | None = None, *, by: User | None = None) -> None:
    now = timezone.now()
    due = None if days is None else now.date() + days * DAY
    desk.assign(assessment=team.draft, reviewer=to, by=by or team.coordinator, at=now, due=due)


def let_pass(team: Team, days: int) -> None:
    """Make the day due so much earlier."""
    assignment = Assignment.objects.get(assessment=team.draft)
    assert assignment.due is not None
    Assignment.objects.filter(pk=assignment.pk).update(due=assignment.due - days * DAY)


def remind() -> None:
    desk.remind_of_due(at=timezone.now())


def test_assigning_tells_the_reviewer_and_takes_it_off_the_others(team: Team) -> None:
    assign(team, team.reviewer)
    assert team.told() == {"reviewer": {"assigned"}}
    assign(team, None)
    assert team.told() == {"reviewer": {"to_review"}, "other_reviewer": {"to_review"}}
    assign(team, team.other_reviewer)
    assert team.told() == {"other_reviewer": {"assigned"}}


def test_taking_it_oneself_is_no_news(team: Team) -> None:
    assign(team, team.reviewer, by=team.reviewer)
    assert team.told() == {}


def test_another_day_for_the_same_reviewer_is_no_new_assignment(team: Team) -> None:
    assign(team, team.reviewer, 9)
    notices.mark_seen(notices=None, by=team.reviewer, at=AT)
    assign(team, team.reviewer, 20)
    assert team.told() == {}


def test_a_new_submission_goes_to_whom_it_is_assigned(team: Team) -> None:
    assign(team, team.reviewer)
    team.send_back(team.reviewer)
    assert team.told() == {"analyst": {"returned"}}
    team.revise()
    team.submit()
    assert team.told() == {"reviewer": {"assigned"}}
    assert Notice.objects.visible_to(team.reviewer).new().count() == 1


def test_when_the_reviewer_leaves_the_others_are_asked_again(team: Team) -> None:
    assign(team, team.reviewer)
    Membership.objects.filter(user=team.reviewer).update(organisation=OrganisationFactory())
    assert team.told() == {"other_reviewer": {"to_review"}}


def test_where_two_approvals_are_needed_one_assignment_leaves_the_others_asked() -> None:
    team = Team(FrameworkFactory(approvals_required=2))
    team.submit()
    assign(team, team.reviewer)
    assert team.told() == {"reviewer": {"assigned"}, "other_reviewer": {"to_review"}}


@pytest.mark.parametrize(("days", "told"), [(0, True), (3, True), (4, False), (None, False)])
def test_what_is_due_within_three_days(team: Team, days: int | None, told: bool) -> None:
    assign(team, team.reviewer, days)
    notices.mark_seen(notices=None, by=team.reviewer, at=AT)
    remind()
    remind()
    assert team.told() == ({"reviewer": {"due_soon"}} if told else {})
    assert Notice.objects.filter(kind="due_soon").count() == told


def test_more_time_takes_the_reminder_back(team: Team) -> None:
    assign(team, team.reviewer, 1)
    notices.mark_seen(notices=None, by=team.reviewer, at=AT)
    remind()
    assign(team, team.reviewer, 30)
    assert team.told() == {}


def test_what_is_overdue_goes_to_coordinators_as_well(team: Team) -> None:
    assign(team, team.reviewer, 1)
    notices.mark_seen(notices=None, by=team.reviewer, at=AT)
    remind()
    let_pass(team, 2)
    remind()
    remind()
    assert team.told() == {"reviewer": {"overdue"}, "coordinator": {"overdue"}}
    assert Notice.objects.filter(kind="overdue").count() == 2
    assign(team, team.other_reviewer, 9)
    assert team.told() == {"other_reviewer": {"assigned"}}


def test_an_overdue_review_of_who_has_left_is_known_to_coordinators(team: Team) -> None:
    assign(team, team.reviewer, 1)
    Membership.objects.filter(user=team.reviewer).update(organisation=OrganisationFactory())
    let_pass(team, 2)
    remind()
    assert team.told()["coordinator"] == {"overdue"}
    assert "reviewer" not in team.told()


def test_nothing_is_due_once_it_is_decided(team: Team) -> None:
    assign(team, team.reviewer, 1)
    let_pass(team, 2)
    team.send_back(team.reviewer)
    remind()
    assert team.told() == {"analyst": {"returned"}}


def test_a_comment_of_the_reviewer_tells_the_authors(team: Team) -> None:
    team.review(team.reviewer)
    desk.comment(assessment=team.draft, text="Why?", by=team.reviewer, at=AT)
    assert team.told()["analyst"] == {"commented"}
    assert "commented" not in team.told().get("other_reviewer", set())


def test_co_authors_hear_it_and_not_who_comments(team: Team) -> None:
    team.send_back(team.reviewer)
    team.revise()
    authorship.add_co_author(assessment=team.draft, person=team.colleague, by=team.analyst, at=AT)
    desk.comment(assessment=team.draft, text="I wonder.", by=team.analyst, at=AT)
    assert team.told() == {"colleague": {"co_author", "commented"}, "reviewer": {"commented"}}


def test_an_answer_turns_to_who_asked_and_leaves_the_other_nothing(team: Team) -> None:
    assign(team, team.reviewer)
    notices.mark_seen(notices=None, by=team.reviewer, at=AT)
    asked = desk.comment(assessment=team.draft, text="Why?", by=team.reviewer, at=AT)
    assert team.told() == {"analyst": {"commented"}}
    desk.comment(assessment=team.draft, text="Because.", by=team.analyst, at=AT, parent=asked)
    assert team.told() == {"reviewer": {"commented"}}
    desk.settle(comment=asked, resolved=True, by=team.reviewer, at=AT)
    assert team.told() == {}
    desk.settle(comment=asked, resolved=False, by=team.reviewer, at=AT)
    assert team.told() == {"reviewer": {"commented"}}


def test_a_second_comment_in_a_thread_takes_the_place_of_the_first(team: Team) -> None:
    asked = desk.comment(assessment=team.draft, text="Why?", by=team.reviewer, at=AT)
    desk.comment(assessment=team.draft, text="And how?", by=team.reviewer, at=AT, parent=asked)
    desk.comment(assessment=team.draft, text="Something else.", by=team.reviewer, at=AT)
    assert Notice.objects.visible_to(team.analyst).new().count() == 2


def test_comments_are_no_business_once_it_is_approved(team: Team) -> None:
    desk.comment(assessment=team.draft, text="Why?", by=team.reviewer, at=AT)
    review.start_review(assessment=team.draft, by=team.reviewer, at=AT)
    review.approve(revision=team.current(), by=team.reviewer, at=AT)
    assert team.told()["analyst"] == {"approved"}


def test_an_assignment_is_mailed_at_once(team: Team) -> None:
    before = len(deferred(notices.SEND))
    assign(team, team.reviewer)
    assert len(deferred(notices.SEND)) == before + 1
