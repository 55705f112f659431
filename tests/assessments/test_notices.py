"""Who is told what, by which action; and that a notice leaves when there is nothing to do any more."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from assessments.actions import assessments as opening
from assessments.actions import authorship, desk, notices, recording, review
from assessments.choices import NoticeKind, PanelState, State
from assessments.models import Assessment, Assignment, Notice, OfflineUpload, Panel
from assessments.models.notice_kinds import ABOUT_ASSESSMENTS, KINDS
from organisations.models import Membership, User
from tests.assessments.notice_team import Team, seat
from tests.factories import (
    AT,
    FrameworkFactory,
    MembershipFactory,
    OrganisationFactory,
    advance,
)

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(hours=1)


@pytest.fixture
def team(db: None) -> Team:
    return Team()


REVIEWERS = {"reviewer": {"to_review"}, "other_reviewer": {"to_review"}}


def test_nobody_is_told_of_a_draft(team: Team) -> None:
    assert team.told() == {}


def test_submission_tells_the_reviewers(team: Team) -> None:
    team.submit()
    assert team.told() == REVIEWERS
    assert not Notice.objects.filter(recipient=team.suspended).exists()


def test_who_wrote_any_of_it_is_not_asked_to_review_it(team: Team) -> None:
    MembershipFactory(user=team.colleague, organisation=team.draft.on_behalf_of, role="reviewer")
    MembershipFactory(user=team.analyst, organisation=team.draft.on_behalf_of, role="reviewer")
    authorship.add_co_author(assessment=team.draft, person=team.colleague, by=team.analyst, at=AT)
    team.submit()
    assert team.told() == REVIEWERS


def test_a_return_tells_the_assessor_until_it_is_taken_up(team: Team) -> None:
    team.submit()
    team.send_back(team.reviewer)
    assert team.told() == {"analyst": {"returned"}}
    team.revise()
    assert team.told() == {}


def test_each_submission_asks_anew(team: Team) -> None:
    team.submit()
    team.send_back(team.reviewer)
    team.revise()
    team.submit()
    assert team.told() == REVIEWERS
    team.send_back(team.reviewer)
    assert team.told() == {"analyst": {"returned"}}
    assert Notice.objects.filter(recipient=team.analyst, kind="returned").count() == 2
    assert Notice.objects.visible_to(team.analyst).waiting().count() == 1


def test_an_approval_tells_writers_and_who_can_release(team: Team) -> None:
    authorship.add_co_author(assessment=team.draft, person=team.colleague, by=team.analyst, at=AT)
    team.submit()
    team.approve(team.reviewer)
    assert team.told() == {
        "analyst": {"approved"},
        "colleague": {"approved"},
        "coordinator": {"to_release"},
    }
    team.release()
    assert team.told() == {"analyst": {"approved"}, "colleague": {"approved"}}
    notices.mark_seen(notices=None, by=team.analyst, at=LATER)
    assert team.told() == {"colleague": {"approved"}}
    assert not Notice.objects.visible_to(team.analyst).waiting().exists()


def test_the_first_of_two_approvals_leaves_it_to_the_second_reviewer() -> None:
    team = Team(FrameworkFactory(approvals_required=2))
    team.submit()
    team.approve(team.reviewer)
    assert team.told() == {"other_reviewer": {"to_review"}}
    team.approve(team.other_reviewer)
    assert set(team.told()) == {"analyst", "coordinator"}


def test_co_authors_and_new_assessors_are_told_while_they_are_that(team: Team) -> None:
    authorship.add_co_author(assessment=team.draft, person=team.colleague, by=team.analyst, at=AT)
    assert team.told() == {"colleague": {"co_author"}}
    authorship.remove_co_author(assessment=team.draft, person=team.colleague, by=team.analyst)
    assert team.told() == {}
    authorship.hand_over(assessment=team.draft, to=team.colleague, by=team.coordinator, at=AT)
    assert team.told() == {"colleague": {"handed_over"}}
    authorship.hand_over(assessment=team.draft, to=team.analyst, by=team.coordinator, at=AT)
    assert team.told() == {"analyst": {"handed_over"}}


def change(draft: Assessment, code: str, by: User) -> None:
    indicator = draft.applicable_indicators().get(code=code)
    version = draft.ratings.get(indicator=indicator).version
    given = recording.AnswerInput(indicator, score=1, rationale="Else.", confidence="low", version=version)
    recording.save_ratings(assessment=draft, answers=[given], by=by, at=LATER)


def test_who_has_a_section_open_is_told_once_that_it_changes(team: Team) -> None:
    authorship.add_co_author(assessment=team.draft, person=team.colleague, by=team.analyst, at=AT)
    notices.mark_seen(notices=None, by=team.colleague, at=AT)
    here = team.draft.applicable_indicators().get(code="P1.1").dimension
    for person in (team.colleague, team.analyst):
        authorship.note_presence(assessment=team.draft, dimension=here, by=person, at=LATER)
    change(team.draft, "PX.1", team.analyst)  # in another section
    assert team.told() == {}
    change(team.draft, "P1.1", team.analyst)
    change(team.draft, "P1.2", team.analyst)
    assert team.told() == {"colleague": {"changed"}}
    assert Notice.objects.filter(kind="changed").count() == 1
    notices.mark_seen(notices=None, by=team.colleague, at=LATER)
    assert not Notice.objects.visible_to(team.colleague).waiting().filter(kind="changed").exists()


def test_withdrawing_leaves_nobody_anything_to_do(team: Team) -> None:
    team.submit()
    assert team.told() != {}
    team.withdraw()
    assert team.told() == {}


def test_nothing_waits_for_who_lost_their_role_or_moved_away(team: Team) -> None:
    team.submit()
    Membership.objects.filter(user=team.reviewer).update(role="analyst")  # sees it still
    Membership.objects.filter(user=team.other_reviewer).update(organisation=OrganisationFactory())
    assert team.told() == {}
    assert Notice.objects.visible_to(team.reviewer).count() == 1
    assert Notice.objects.visible_to(team.other_reviewer).count() == 0


def test_an_event_is_told_once(team: Team) -> None:
    for _ in range(2):
        notices.tell(NoticeKind.RETURNED, team.draft, event="the same", by=team.reviewer, at=AT)
    assert Notice.objects.count() == 1
    notices.tell(NoticeKind.RETURNED, team.draft, event="another", by=team.analyst, at=AT)
    assert Notice.objects.count() == 1, "whoever does something is not told of it"


def test_loading_what_was_approved_elsewhere_asks_nobody(reference: None) -> None:
    assert Assessment.objects.filter(state=State.APPROVED).exists()
    assert not Notice.objects.exists()


def test_no_notice_outlives_a_refused_action(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**kwargs: object) -> None:
        raise OSError

    team.submit()
    team.review(team.reviewer)
    before = Notice.objects.count()
    monkeypatch.setattr(review, "refresh_dyad", broken)
    with pytest.raises(OSError):  # noqa: PT011
        team.approve(team.reviewer)
    assert Notice.objects.count() == before


UNDER_REVIEW = {"submitted", "in_review"}
WHERE_IT_WAITS: dict[NoticeKind, tuple[Callable[[Team], User], set[str]]] = {
    NoticeKind.TO_REVIEW: (lambda team: team.reviewer, UNDER_REVIEW),
    NoticeKind.ASSIGNED: (lambda team: team.reviewer, UNDER_REVIEW),
    NoticeKind.DUE_SOON: (lambda team: team.reviewer, UNDER_REVIEW),
    NoticeKind.OVERDUE: (lambda team: team.coordinator, UNDER_REVIEW),
    NoticeKind.COMMENTED: (lambda team: team.analyst, UNDER_REVIEW | {"draft", "returned"}),
    NoticeKind.CO_AUTHOR: (lambda team: team.colleague, {"draft", "returned"}),
    NoticeKind.HANDED_OVER: (lambda team: team.analyst, {"draft", "returned"}),
    NoticeKind.PANEL: (lambda team: team.analyst, {"draft"}),
    NoticeKind.PANEL_DUE: (lambda team: team.analyst, {"draft"}),
    NoticeKind.PANEL_OPEN: (lambda team: team.analyst, UNDER_REVIEW | {"draft", "returned", "approved"}),
    NoticeKind.UPLOAD: (lambda team: team.analyst, {"draft"}),
    NoticeKind.RETURNED: (lambda team: team.analyst, {"returned"}),
    NoticeKind.APPROVED: (lambda team: team.analyst, {"approved"}),
    NoticeKind.TO_RELEASE: (lambda team: team.coordinator, {"approved"}),
    NoticeKind.CHANGED: (lambda team: team.analyst, {"draft"}),
}


SEATED = {NoticeKind.PANEL_DUE: PanelState.RATING, NoticeKind.PANEL_OPEN: PanelState.COMPARING}
DAYS = {NoticeKind.ASSIGNED: 30, NoticeKind.DUE_SOON: 1, NoticeKind.OVERDUE: -1}


@pytest.mark.parametrize("kind", ABOUT_ASSESSMENTS)
def test_each_kind_waits_in_its_states_only(kind: NoticeKind, team: Team) -> None:
    authorship.add_co_author(assessment=team.draft, person=team.colleague, by=team.analyst, at=AT)
    find, states = WHERE_IT_WAITS[kind]
    person, waited = find(team), set()
    said = None
    if kind in DAYS:
        due = timezone.now().date() + timedelta(days=DAYS[kind])
        Assignment.objects.create(
            assessment=team.draft,
            reviewer=team.reviewer,
            due=due,
            assigned_by=team.coordinator,
            assigned_at=AT,
        )
    if kind in SEATED:
        seat(team.draft, SEATED[kind])
    if kind == NoticeKind.UPLOAD:
        OfflineUpload.objects.create(assessment=team.draft, by=person, at=AT, signed="", mark={}, content={})
    if kind == NoticeKind.COMMENTED:
        said = desk.comment(assessment=team.draft, text="Why?", by=team.reviewer, at=AT)
    notices.tell(kind, team.draft, event="test", to=[person.pk], comment=said, by=None, at=AT)
    notice = Notice.objects.filter(event="test")

    def look() -> None:
        team.draft.refresh_from_db()
        if notice.waiting().exists():
            waited.add(team.draft.state)

    look()
    team.submit()
    look()
    Panel.objects.update(state=PanelState.COMPARING, opened_at=AT)
    team.review(team.other_reviewer)
    look()
    review.return_for_changes(revision=team.current(), by=team.other_reviewer, reason="Say more.", at=AT)
    look()
    team.revise()
    team.submit()
    team.approve(team.other_reviewer)
    look()
    advance(opening.amend(assessment=team.draft, by=team.analyst, at=AT), State.APPROVED)
    look()
    assert waited == states


def test_every_kind_has_its_words() -> None:
    assert list(KINDS) == list(NoticeKind)
    assert set(WHERE_IT_WAITS) == set(ABOUT_ASSESSMENTS)
