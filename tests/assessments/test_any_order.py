"""Random people do random things in random order: what is approved is what was read, and by somebody else."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from assessments import snapshot
from assessments.actions import assessments as assessing
from assessments.actions import authorship, desk, recording, review, submission
from assessments.models import Assessment, Review
from assessments.policy import Refused, may_act
from assessments.workflow import Action, next_state
from organisations.models import User
from organisations.roles import Role
from tests.factories import (
    AT,
    DyadFactory,
    FrameworkFactory,
    MembershipFactory,
    OrganisationFactory,
    analyst,
    coordinator,
    make_assessment,
    reviewer,
)

SAID_NO = (Refused, ValidationError, submission.Incomplete, submission.Unconfirmed, recording.Conflict)
NUMBER = st.integers(0, 11)
ANSWERS = {"P1.1": 3, "P1.2": 3, "PX.1": 3}
# What leads onwards more often than what does not, so that many runs come to an approval and beyond.
LIKELY = [
    *[Action.SUBMIT, Action.START_REVIEW, Action.APPROVE, Action.REVISE] * 3,
    *[Action.AMEND, Action.RETURN, Action.EDIT, Action.HAND_OVER, Action.SHARE] * 2,
    *[Action.WITHDRAW, Action.RELEASE, Action.ASSIGN, Action.COMMENT],
]
ENDED = 8  # of 12 draws, those that take somebody of whom the policy says that they may


class Work(RuleBasedStateMachine):
    """Six people of one organisation, two of them both analyst and reviewer, and all their assessments."""

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.own = OrganisationFactory()
        both = [analyst(self.own), analyst(self.own)]
        for person in both:
            MembershipFactory(user=person, organisation=self.own, role=Role.REVIEWER)
        self.people: list[User] = [*both, analyst(self.own), reviewer(self.own), reviewer(self.own)]
        self.people.append(coordinator(self.own))
        self.subject: dict[str, Any] = {"dyad": DyadFactory(), "framework": FrameworkFactory()}
        first = make_assessment(assessor=both[0], on_behalf_of=self.own, answers=ANSWERS, **self.subject)
        self.wrote: dict[int, set[int]] = {first.pk: {both[0].pk}}
        self.decided: dict[int, tuple[int, int, str, str]] = {}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    def chosen(self, number: int) -> Assessment:
        pks = sorted(self.wrote)
        return Assessment.objects.get(pk=pks[-1 - number % len(pks)])

    def somebody(self, action: Action, assessment: Assessment, number: int) -> User:
        able = [person for person in self.people if may_act(person, action, assessment)]
        pool = able if able and number < ENDED else self.people
        return pool[number % len(pool)]

    def tried(self, attempt: Callable[..., Any], **given: Any) -> Any:
        """The result, or none where it was refused."""
        try:
            with transaction.atomic():
                return attempt(**given)
        except SAID_NO:
            return None

    @precondition(lambda self: len(self.wrote) < 3)
    @rule(who=st.integers(0, 2))
    def opens(self, who: int) -> None:
        person = self.people[who]
        opened = make_assessment(assessor=person, on_behalf_of=self.own, answers=ANSWERS, **self.subject)
        self.wrote[opened.pk] = {person.pk}

    @rule(number=NUMBER, who=NUMBER, which=st.integers(0, 59), further=NUMBER)
    def does_what_is_possible(self, number: int, who: int, which: int, further: int) -> None:
        assessment = self.chosen(number)
        possible = [action for action in LIKELY if next_state(assessment.state, action)]
        if possible:
            self.does(possible[which % len(possible)], assessment, who, further)

    @rule(number=NUMBER, who=NUMBER, action=st.sampled_from(sorted(set(LIKELY))), further=NUMBER)
    def tries_anything(self, number: int, who: int, action: Action, further: int) -> None:
        self.does(action, self.chosen(number), who, further)

    def does(self, action: Action, assessment: Assessment, who: int, further: int) -> None:
        if action is Action.WITHDRAW and further:
            return  # seldom, for nothing follows it
        person = self.somebody(action, assessment, who)
        if action in {Action.APPROVE, Action.RETURN}:
            self.decides(action, assessment, person, further)
        elif action is Action.EDIT:
            self.saves(assessment, person, further)
        else:
            attempt, given = self.attempts(further)[action]
            result = self.tried(attempt, assessment=assessment, by=person, **given)
            if result and action is Action.AMEND:
                self.wrote[result.pk] = self.wrote[assessment.pk] | {person.pk}

    def attempts(self, further: int) -> dict[Action, tuple[Callable[..., Any], dict[str, Any]]]:
        whom = self.people[further % 6]
        add, remove = authorship.add_co_author, authorship.remove_co_author
        share = (add, {"person": whom, "at": AT}) if further % 4 else (remove, {"person": whom})
        return {
            Action.SUBMIT: (submission.submit, {"reason": "It stands.", "at": AT}),
            Action.START_REVIEW: (review.start_review, {"at": AT}),
            Action.REVISE: (submission.revise, {"at": AT}),
            Action.AMEND: (assessing.amend, {"at": AT}),
            Action.WITHDRAW: (assessing.withdraw, {"at": AT}),
            Action.RELEASE: (assessing.release, {"to": [], "to_all": further % 2 == 0, "at": AT}),
            Action.ASSIGN: (desk.assign, {"reviewer": [*self.people, None][further % 7], "at": AT}),
            Action.HAND_OVER: (authorship.hand_over, {"to": whom, "at": AT}),
            Action.SHARE: share,
            Action.COMMENT: (desk.comment, {"text": "Why?", "at": AT}),
        }

    def saves(self, assessment: Assessment, person: User, further: int) -> None:
        indicator, score = assessment.applicable_indicators()[further % 3], 1 + further % 5
        rating = assessment.ratings.get(indicator=indicator)
        given = recording.AnswerInput(indicator, score, "", f"Because of {score}.", "low", rating.version)
        self.tried(recording.save_ratings, assessment=assessment, answers=[given], by=person, at=AT)
        if assessment.ratings.get(indicator=indicator).version != rating.version:
            self.wrote[assessment.pk].add(person.pk)

    def decides(self, action: Action, assessment: Assessment, person: User, further: int) -> None:
        """On the current revision, or now and then on the first."""
        revisions = list(assessment.revisions.all())
        if not revisions:
            return
        revision = revisions[-1 if further % 4 else 0]
        approves = action is Action.APPROVE
        attempt: Callable[..., Any] = review.approve if approves else review.return_for_changes
        decision = self.tried(attempt, revision=revision, by=person, reason="Because.", at=AT)
        if decision:
            assert person.pk not in self.wrote[assessment.pk]
            assert revision.pk == assessment.current_revision_id
            self.decided[decision.pk] = (revision.pk, person.pk, decision.decision, revision.sha256)

    @invariant()
    def what_stands_in_review_or_counts_is_what_was_submitted(self) -> None:
        standing = Assessment.objects.filter(state__in=["submitted", "in_review", "approved"])
        for assessment in standing.select_related("current_revision"):
            revision = assessment.current_revision
            assert revision is not None
            assert snapshot.digest(revision.content) == revision.sha256
            assert snapshot.digest(snapshot.content_of(assessment)) == revision.sha256

    @invariant()
    def what_counts_was_approved_by_who_wrote_none_of_it(self) -> None:
        for assessment in Assessment.objects.filter(state__in=["approved", "superseded"]):
            mine = [one for one in self.decided.values() if one[0] == assessment.current_revision_id]
            approvers = {reviewer for _revision, reviewer, decision, _sha in mine if decision == "approved"}
            revision = assessment.current_revision
            assert revision is not None
            assert approvers
            assert not approvers & set(revision.author_ids)
            assert {sha for *_others, sha in mine} == {revision.sha256}
            scores = list(assessment.approved_ratings.order_by("rating_id").values_list("score", flat=True))
            frozen = sorted(revision.content["ratings"], key=lambda answer: answer["rating"])
            counts = [answer["score"] for answer in frozen] if assessment.state == "approved" else []
            assert scores == counts

    @invariant()
    def decisions_stay_as_they_were(self) -> None:
        kept = {
            one.pk: (one.revision_id, one.reviewer_id, one.decision, one.revision.sha256)
            for one in Review.objects.filter(pk__in=self.decided).select_related("revision")
        }
        assert kept == self.decided

    @invariant()
    def an_amendment_never_stands_beside_what_it_amends(self) -> None:
        approved = Assessment.objects.filter(state="approved")
        assert not approved.filter(amends__state="approved").exists()
        ended = Assessment.objects.filter(amends__state="withdrawn", pk__in=self.wrote)
        assert not ended.exclude(state="withdrawn").exists()


@pytest.mark.django_db
def test_no_order_of_actions_approves_what_was_not_read() -> None:
    run_state_machine_as_test(
        Work,
        settings=settings(
            max_examples=15,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
