"""Random people do random things with a panel: blind while it rates, and what was opened stays as it was."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from assessments import snapshot
from assessments.actions import adjudication, panels, recording, review, submission
from assessments.disagreement import items_of
from assessments.models import Adjudication, Assessment, Panel, PanelMember, Rating, Review, Revision
from assessments.policy import Refused, may_act
from assessments.workflow import Action
from organisations.models import User
from organisations.roles import Role
from tests.factories import (
    AT,
    DyadFactory,
    FrameworkFactory,
    MembershipFactory,
    OrganisationFactory,
    analyst,
    answer,
    coordinator,
    reader,
    reviewer,
)

SAID_NO = (
    Refused,
    ValidationError,
    submission.Incomplete,
    submission.Unconfirmed,
    recording.Conflict,
    adjudication.AdjudicatedMeanwhile,
)
NUMBER = st.integers(0, 11)
CODES = ("P1.1", "P1.2", "PX.1")
UNDER_REVIEW = ["submitted", "in_review"]


class Sitting(RuleBasedStateMachine):
    """Four analysts of one organisation, one of them a reviewer too, and everybody else around a panel."""

    reached: set[str] = set()

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        own = OrganisationFactory()
        self.analysts = [analyst(own) for _ in range(4)]
        MembershipFactory(user=self.analysts[0], organisation=own, role=Role.REVIEWER)
        self.coordinator, self.chair = coordinator(own), coordinator(own)
        self.reviewer = reviewer(own)
        self.others = [reader(own), coordinator(OrganisationFactory())]
        self.people: list[User] = [
            *self.analysts,
            self.coordinator,
            self.chair,
            self.reviewer,
            *self.others,
        ]
        self.panel: Panel = panels.convene(
            organisation=own,
            members=self.analysts[:3],
            dyad=DyadFactory(),
            engagement=None,
            framework=FrameworkFactory(),
            period=(2003, 2007),
            basis="Panel",
            chair=self.chair,
            by=self.coordinator,
            at=AT,
        )
        for number, member in enumerate(self.panel.members.select_related("assessment__dyad").order_by("pk")):
            answer(member.assessment, dict.fromkeys(CODES, 1 + 2 * number))
        self.looked = 0
        self.opened: dict[int, tuple[int, str]] = {}
        self.adjudicated: dict[int, tuple[int | None, str, str]] = {}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    def tried(self, attempt: Callable[..., Any], **given: Any) -> Any:
        """The result, or none where it was refused."""
        try:
            with transaction.atomic():
                return attempt(**given)
        except SAID_NO:
            return None

    def fresh(self) -> Panel:
        self.panel = Panel.objects.get(pk=self.panel.pk)
        return self.panel

    def seat(self, number: int) -> Assessment:
        pks = list(self.panel.members.order_by("pk").values_list("assessment", flat=True))
        return Assessment.objects.get(pk=pks[number % len(pks)])

    @rule(number=NUMBER, who=NUMBER, score=st.integers(1, 5))
    def saves(self, number: int, who: int, score: int) -> None:
        assessment = self.seat(number)
        person = assessment.assessor if who < 9 else self.people[who % 9]
        indicator = assessment.applicable_indicators()[score % 3]
        rating = assessment.ratings.filter(indicator=indicator).first()
        version = rating.version if rating else 0
        given = recording.AnswerInput(indicator, score, "", f"Because of {score}.", "low", version)
        self.tried(recording.save_ratings, assessment=assessment, answers=[given], by=person, at=AT)

    @rule(number=NUMBER, who=NUMBER)
    def submits(self, number: int, who: int) -> None:
        assessment = self.seat(number)
        person = assessment.assessor if who < 10 else self.people[who % 9]
        self.tried(submission.submit, assessment=assessment, by=person, at=AT, reason="It stands.")
        self.look_whether_it_opened()

    @rule(who=NUMBER, whom=NUMBER, which=st.integers(0, 7))
    def changes_the_panel(self, who: int, whom: int, which: int) -> None:
        by = self.coordinator if who < 8 else self.people[who % 9]
        person, other = self.people[whom % 9], self.people[(whom + 1) % 9]
        panel, reason = self.fresh(), {"reason": "It has to be."}
        attempts: list[tuple[Callable[..., Any], dict[str, Any]]] = [
            (panels.add_member, {"person": person}),
            (panels.remove_member, {"person": person, **reason}),
            (panels.replace_member, {"person": person, "successor": other, **reason}),
            (panels.leave, reason),
            (panels.open_answers, reason),
            (panels.open_answers, reason),
        ]
        if which < len(attempts):
            attempt, given = attempts[which]
            self.tried(attempt, panel=panel, by=by, at=AT, **given)
        elif whom == 0:
            self.tried(panels.cancel, panel=panel, by=by, at=AT, **reason)
        self.look_whether_it_opened()

    @rule(who=NUMBER, number=NUMBER, score=st.integers(1, 5))
    def adjudicates(self, who: int, number: int, score: int) -> None:
        panel = self.fresh()
        by = self.chair if who < 9 else self.people[who % 9]
        indicator = panel.members.order_by("pk")[0].assessment.applicable_indicators()[number % 3]
        standing = panel.adjudications.filter(indicator=indicator, replaced_by__isnull=True).first()
        decided: Adjudication | None = self.tried(
            adjudication.adjudicate,
            panel=panel,
            indicator=indicator,
            score=score,
            non_score="",
            reason="Both have read it.",
            read=standing.pk if standing and number % 4 else 0,
            by=by,
            at=AT,
        )
        if decided:
            assert by.pk not in set(panel.members.values_list("person", flat=True))
            self.adjudicated[decided.pk] = (decided.score, decided.reason, decided.indicator.code)
            self.reached.add("adjudicated")

    @rule(who=NUMBER)
    def concludes(self, who: int) -> None:
        by = self.chair if who < 9 else self.people[who % 9]
        self.tried(adjudication.conclude, panel=self.fresh(), by=by, at=AT)
        if self.fresh().state == "concluded":
            left = [item for item in items_of(self.panel) if item.disagrees and not item.adjudication]
            assert left == []
            self.reached.add("concluded")

    @rule(number=NUMBER, who=NUMBER, approves=st.booleans())
    def reviews(self, number: int, who: int, approves: bool) -> None:
        assessment = self.seat(number)
        person = self.reviewer if who < 6 else self.people[who % 9]
        revision: Revision | None = self.tried(review.start_review, assessment=assessment, by=person, at=AT)
        if revision is None:
            return
        attempt: Callable[..., Any] = review.approve if approves else review.return_for_changes
        decided: Review | None = self.tried(attempt, revision=revision, by=person, reason="Read.", at=AT)
        if decided:
            assert person.pk not in set(self.panel.members.values_list("person", flat=True))
            self.reached.add(decided.decision)

    @rule(how=st.booleans())
    def somebody_does_what_is_next(self, how: bool) -> None:
        """What leads on: without it few runs would come to the end."""
        state = self.fresh().state
        if state == "rating":
            for number in range(3):
                self.submits(number=number, who=0)
        elif state == "comparing":
            for number in range(3):
                self.adjudicates(who=0, number=number, score=3)
            self.concludes(who=0)
        elif state == "concluded":
            self.reviews(number=0, who=0, approves=how)

    @rule(number=NUMBER)
    def takes_up_again(self, number: int) -> None:
        assessment = self.seat(number)
        self.tried(submission.revise, assessment=assessment, by=assessment.assessor, at=AT)

    def look_whether_it_opened(self) -> None:
        if self.opened or self.fresh().opened_at is None:
            return
        self.reached.add("opened")
        for member in self.panel.members.filter(revision__isnull=False).select_related("revision"):
            assert member.revision is not None
            self.opened[member.pk] = (member.revision.pk, member.revision.sha256)
        assert len(self.opened) >= panels.FEWEST

    @invariant()
    def while_it_rates_each_sees_only_their_own(self) -> None:
        if self.fresh().state != "rating":
            return
        self.reached.add("rating")
        states = ["draft", *UNDER_REVIEW]
        written = Assessment.objects.filter(panel_member__panel=self.panel, state__in=states)
        self.looked += 1
        for person in (self.people[self.looked % 9], self.people[(self.looked + 4) % 9]):  # in turn
            seen = set(written.visible_to(person).values_list("assessor", flat=True))
            assert seen <= {person.pk}
            for assessment in written:
                allowed = [action for action in Action if may_act(person, action, assessment)]
                mine = assessment.assessor_id == person.pk
                assert set(allowed) <= ({Action.EDIT, Action.SUBMIT} if mine else set())

    @invariant()
    def what_was_opened_stays(self) -> None:
        members = PanelMember.objects.filter(pk__in=self.opened).select_related("revision")
        kept = {one.pk: (one.revision_id, one.revision.sha256) for one in members if one.revision}
        assert kept == self.opened
        for member in members:
            assert member.revision is not None
            assert snapshot.digest(member.revision.content) == member.revision.sha256

    @invariant()
    def adjudicated_values_stay_with_their_reasons_and_change_no_answer(self) -> None:
        found = Adjudication.objects.filter(panel=self.panel).select_related("indicator")
        assert {one.pk: (one.score, one.reason, one.indicator.code) for one in found} == self.adjudicated
        standing = found.filter(replaced_by__isnull=True).values_list("indicator", flat=True)
        assert len(standing) == len(set(standing))
        writers = Rating.objects.filter(assessment__panel_member__panel=self.panel)
        for rating in writers.select_related("assessment"):
            assert rating.updated_by_id == rating.assessment.assessor_id

    @invariant()
    def nobody_sits_and_adjudicates_or_sits_twice(self) -> None:
        sitting = list(self.panel.members.filter(left_at__isnull=True).values_list("person", flat=True))
        assert len(sitting) == len(set(sitting))
        assert self.chair.pk not in sitting
        decided = Adjudication.objects.filter(panel=self.panel).values_list("decided_by", flat=True)
        assert not set(decided) & set(self.panel.members.values_list("person", flat=True))


@pytest.mark.django_db
def test_no_order_of_actions_tells_too_early_or_changes_what_was_opened() -> None:
    Sitting.reached = set()
    run_state_machine_as_test(
        Sitting,
        settings=settings(
            max_examples=20,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    expected = {"rating", "opened", "adjudicated", "concluded", "approved", "returned"}
    assert expected <= Sitting.reached, "the runs come to everything that they look at"
