"""Who may move an assessment: each transition in each state for each kind of person, cell by cell.

The rights are asked of the policy, and every cell is then tried with the action itself, whose refusal or
effect has to agree: what the table says is what happens.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from assessments.actions import assessments as assessing
from assessments.actions import authorship, cycles, desk, recording, review, submission
from assessments.choices import State
from assessments.models import Assessment, Revision
from assessments.policy import Refused, may_act
from assessments.workflow import Action
from organisations.models import User
from tests.factories import (
    AT,
    AdministratorFactory,
    OrganisationFactory,
    UserFactory,
    analyst,
    answer,
    coordinator,
    make_assessment,
    reader,
    reviewer,
)

pytestmark = pytest.mark.django_db

# One letter each: the assessor, a co-author, n another analyst, r a reviewer who has read it, f one who has
# not, o the coordinator, e a reader, p another organisation's reviewer, x without roles, s suspended and
# m the administrator.
PEOPLE = "acnrfoepxsm"
ALLOWED: dict[str, dict[str, str]] = {
    "draft": {
        "edit": "ac",
        "submit": "a",
        "withdraw": "a",
        "share": "ao",
        "hand_over": "o",
        "comment": "acrf",
    },
    "submitted": {"start_review": "rf", "withdraw": "a", "assign": "rfo", "comment": "acrf"},
    "in_review": {"start_review": "rf", "return": "r", "approve": "r", "assign": "rfo", "comment": "acrf"},
    "returned": {
        "revise": "a",
        "withdraw": "a",
        "share": "ao",
        "hand_over": "o",
        "assign": "rfo",
        "comment": "acrf",
    },
    "approved": {"approve": "r", "release": "o", "amend": "acn", "continue": "acn", "withdraw": "a"},
    "superseded": {},
    "withdrawn": {},
}


@pytest.fixture(params=State.values)
def world(request: pytest.FixtureRequest) -> tuple[Assessment, dict[str, User]]:
    state = request.param
    draft = make_assessment()
    organisation = draft.on_behalf_of
    people: dict[str, User] = {
        "a": draft.assessor,
        "c": analyst(organisation),
        "n": analyst(organisation),
        "r": reviewer(organisation),
        "f": reviewer(organisation),
        "o": coordinator(organisation),
        "e": reader(organisation),
        "p": reviewer(OrganisationFactory()),
        "x": UserFactory(),
        "s": reviewer(organisation),
        "m": AdministratorFactory(),
    }
    authorship.add_co_author(assessment=draft, person=people["c"], by=draft.assessor, at=AT)
    answer(draft, {indicator.code: 3 for indicator in draft.applicable_indicators()})
    _bring(draft, state, people)
    people["s"].is_active = False
    people["s"].save()
    draft.refresh_from_db()
    assert draft.state == state
    return draft, people


def _bring(draft: Assessment, state: str, people: dict[str, User]) -> None:
    """Into ``state``; from in review on, the reviewer r has opened it, and a further one has decided."""
    if state == State.WITHDRAWN:
        assessing.withdraw(assessment=draft, by=draft.assessor, at=AT)
    if state in {State.DRAFT, State.WITHDRAWN}:
        return
    submission.submit(assessment=draft, by=draft.assessor, at=AT)
    if state == State.SUBMITTED:
        return
    other = reviewer(draft.on_behalf_of)
    review.start_review(assessment=draft, by=people["r"], at=AT)
    revision = review.start_review(assessment=draft, by=other, at=AT)
    if state == State.RETURNED:
        review.return_for_changes(revision=revision, by=other, reason="Why?", at=AT)
    if state in {State.APPROVED, State.SUPERSEDED}:
        review.approve(revision=revision, by=other, at=AT)
    if state == State.SUPERSEDED:
        amendment = assessing.amend(assessment=draft, by=draft.assessor, at=AT)
        submission.submit(assessment=amendment, by=draft.assessor, at=AT)
        again = review.start_review(assessment=amendment, by=other, at=AT)
        review.approve(revision=again, by=other, at=AT)


def _revision(assessment: Assessment) -> Revision:
    found = assessment.revisions.last()
    return found or Revision(assessment=assessment, author_ids=[])


def _save(assessment: Assessment, by: User) -> None:
    rating = assessment.ratings.select_related("indicator")[0]
    given = recording.AnswerInput(rating.indicator, 5, "", "More.", "low", rating.version)
    recording.save_ratings(assessment=assessment, answers=[given], by=by, at=AT)


def _tries(assessment: Assessment, people: dict[str, User]) -> dict[str, Callable[[User], Any]]:
    """Each action as somebody would try it."""
    one: dict[str, Any] = {"assessment": assessment, "at": AT}
    newcomer = people["n"]
    return {
        "edit": lambda by: _save(assessment, by),
        "submit": lambda by: submission.submit(by=by, **one),
        "start_review": lambda by: review.start_review(by=by, **one),
        "return": lambda by: review.return_for_changes(
            revision=_revision(assessment), by=by, reason="Why?", at=AT
        ),
        "approve": lambda by: review.approve(revision=_revision(assessment), by=by, at=AT),
        "revise": lambda by: submission.revise(by=by, **one),
        "release": lambda by: assessing.release(to=[], to_all=True, by=by, **one),
        "amend": lambda by: assessing.amend(by=by, **one),
        "withdraw": lambda by: assessing.withdraw(by=by, **one),
        "continue": lambda by: cycles.start_next_cycle(period=(2008, 2009), basis="Talks", by=by, **one),
        "share": lambda by: authorship.add_co_author(person=newcomer, by=by, **one),
        "hand_over": lambda by: authorship.hand_over(to=newcomer, by=by, **one),
        "assign": lambda by: desk.assign(reviewer=None, by=by, **one),
        "comment": lambda by: desk.comment(text="Why?", by=by, **one),
    }


def test_each_transition_for_each_role(world: tuple[Assessment, dict[str, User]]) -> None:
    assessment, people = world
    allowed, said, done = ALLOWED[assessment.state], {}, {}
    for action, attempt in _tries(assessment, people).items():
        for letter in PEOPLE:
            person = people[letter]
            said[action, letter] = bool(may_act(person, Action(action), assessment))
            done[action, letter] = _tried(attempt, person)
    expected = {key: key[1] in allowed.get(key[0], "") for key in said}
    assert said == expected
    assert done == expected


def _tried(attempt: Callable[[User], Any], person: User) -> bool:
    with transaction.atomic():
        try:
            attempt(person)
        except Refused:
            return False
        finally:
            transaction.set_rollback(True)
    return True


@pytest.mark.parametrize("action", ["supersede", "end"])
def test_what_follows_from_elsewhere_is_nobodys_to_do(
    world: tuple[Assessment, dict[str, User]], action: str
) -> None:
    assessment, people = world
    assert [letter for letter in PEOPLE if may_act(people[letter], Action(action), assessment)] == []


def test_every_action_and_state_is_in_the_table(world: tuple[Assessment, dict[str, User]]) -> None:
    assessment, people = world
    assert set(_tries(assessment, people)) == set(Action.values) - {"supersede", "end"}
    assert set(ALLOWED) == set(State.values)
