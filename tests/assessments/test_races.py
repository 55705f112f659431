"""Two people at once, on real transactions."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from assessments.actions.calibrations import propose_calibration, put_in_force, reject
from assessments.actions.editions import Identical, freeze_edition
from assessments.actions.review import approve, return_for_changes, start_review
from assessments.models import Edition, Framework, Review, Scorecard
from assessments.policy import Refused
from tests.factories import AT, DyadFactory, FrameworkFactory, coordinator, make_assessment, reviewer

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 5


def at_once(*calls: Callable[[], object]) -> list[object]:
    """Run the calls in threads that start together; returns each result or exception."""
    barrier = threading.Barrier(len(calls))
    results: list[object] = [None] * len(calls)

    def run(place: int, call: Callable[[], object]) -> None:
        barrier.wait(timeout=10)
        try:
            results[place] = call()
        except Exception as error:  # noqa: BLE001 - the test looks at what happened
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return results


@pytest.mark.parametrize("attempt", range(ROUNDS))
def test_approval_and_return_at_once_leave_one_decision(attempt: int) -> None:
    assessment = make_assessment("submitted")
    one, two = reviewer(assessment.on_behalf_of), reviewer(assessment.on_behalf_of)
    revision = start_review(assessment=assessment, by=one, at=AT)
    start_review(assessment=assessment, by=two, at=AT)
    results = at_once(
        lambda: approve(revision=revision, by=one, at=AT),
        lambda: return_for_changes(revision=revision, by=two, reason="Why?", at=AT),
    )
    assert sum(isinstance(result, Review) for result in results) == 1
    assert sum(isinstance(result, Refused) for result in results) == 1
    assessment.refresh_from_db()
    assert assessment.state == ("approved" if isinstance(results[0], Review) else "returned")


@pytest.mark.parametrize("attempt", range(ROUNDS))
def test_approvals_of_one_dyad_at_once_are_both_in_the_scorecard(attempt: int) -> None:
    dyad, framework = DyadFactory(), FrameworkFactory()
    one = make_assessment("submitted", dyad=dyad, framework=framework)
    two = make_assessment("submitted", dyad=dyad, framework=framework, on_behalf_of=one.on_behalf_of)
    person = reviewer(one.on_behalf_of)
    revisions = [start_review(assessment=assessment, by=person, at=AT) for assessment in (one, two)]
    at_once(
        *[lambda revision=revision: approve(revision=revision, by=person, at=AT) for revision in revisions]
    )
    assert Scorecard.objects.visible_to(person).get().revision_ids == sorted(r.pk for r in revisions)


@pytest.mark.parametrize("attempt", range(2))
def test_a_calibration_is_decided_on_once_and_proposed_once(attempt: int) -> None:
    framework = FrameworkFactory()
    for score in (3, 5):
        make_assessment(
            "approved", dyad=DyadFactory(), framework=framework, answers={"P1.1": score}, released_to_all=True
        )
        results = at_once(*[lambda: propose_calibration(framework=framework, at=AT)] * 3)
        assert len(set(results)) == 1, results
    proposal = framework.calibrations.get(number=2)
    results = at_once(
        lambda: put_in_force(calibration=proposal, at=AT),
        lambda: put_in_force(calibration=proposal, at=AT),
        lambda: reject(calibration=proposal, reason="No.", at=AT),
    )
    assert sum(isinstance(result, Refused) for result in results) == 2, results
    proposal.refresh_from_db()
    assert proposal.status in {"in_force", "rejected"}
    assert framework.calibrations.in_force().count() == 1


@pytest.mark.parametrize("attempt", range(ROUNDS))
def test_editions_frozen_at_once_are_numbered_one_by_one_and_none_twice(attempt: int) -> None:
    dyad, frameworks = DyadFactory(), [FrameworkFactory(), FrameworkFactory()]
    for framework in frameworks:
        make_assessment("approved", dyad=dyad, framework=framework, released_to_all=True)
    person = coordinator(dyad.first)

    def freeze(framework: Framework) -> object:
        return freeze_edition(
            dyad=dyad, framework=framework, basis="released", organisation=dyad.first, by=person, at=AT
        )

    one, two = frameworks
    results = at_once(lambda: freeze(one), lambda: freeze(two))
    assert all(isinstance(result, Edition) for result in results), results
    assert sorted(Edition.objects.values_list("number", flat=True)) == [1, 2]
    latest = Edition.objects.latest("number").framework
    again = at_once(lambda: freeze(latest), lambda: freeze(latest))
    assert all(isinstance(result, Identical) for result in again), again
