"""Two hundred races of eight clients for each pair of decisions that must not cross: not one comes out wrong.

Every race is one assessment. What must hold of each afterwards is looked at in the database, for all of them
at the end. The controls run the same races without the lock and see that the same look finds what is wrong.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence

import pytest

from assessments import snapshot
from assessments.actions import assessments as assessing
from assessments.actions import recording, review, submission
from assessments.actions.assessments import withdraw
from assessments.actions.recording import AnswerInput, save_ratings
from assessments.actions.review import approve, return_for_changes, start_review
from assessments.actions.submission import revise, submit
from assessments.models import Assessment, Rating, Review, Revision, Scorecard
from tests.assessments.many_races import CLIENTS, Client, Field, faults_of, field_of, race
from tests.factories import AT

pytestmark = pytest.mark.django_db(transaction=True)

RACES = 200
CONTROLS = 20


def approves(field: Field, number: int) -> Client:
    """Approves what it has read; ``number`` counts the reviewers, of whom the fifth is the first again."""
    person = field.reviewers[number % 4]
    return lambda assessment: approve(revision=_current(assessment), by=person, at=AT)


def reads_and_approves(field: Field, number: int) -> Client:
    person = field.reviewers[number % 4]

    def client(assessment: Assessment) -> object:
        revision = start_review(assessment=assessment, by=person, at=AT)
        return approve(revision=revision, by=person, at=AT)

    return client


def edits(field: Field, number: int) -> Client:
    """Changes one answer to a score of its own."""
    indicator = field.indicators[number % 3]

    def client(assessment: Assessment) -> object:
        given = AnswerInput(indicator, 1 + number % 2 * 3, "", f"By {number}.", "low", version=1)
        return save_ratings(assessment=assessment, answers=[given], by=field.assessor, at=AT)

    return client


def has_it_back_and_edits(field: Field, number: int) -> Client:
    """Has a reviewer return it, takes it up and changes an answer, without a pause in between."""

    def client(assessment: Assessment) -> object:
        person = field.reviewers[number % 4]
        return_for_changes(revision=_current(assessment), by=person, reason="Why?", at=AT)
        revise(assessment=assessment, by=field.assessor, at=AT)
        return edits(field, number)(assessment)

    return client


def submits(field: Field, number: int) -> Client:
    return lambda assessment: submit(assessment=assessment, by=field.assessor, at=AT, reason="It stands.")


def withdraws(field: Field, number: int) -> Client:
    return lambda assessment: withdraw(assessment=assessment, by=field.assessor, at=AT)


def _current(assessment: Assessment) -> Revision:
    revision = assessment.current_revision
    assert revision is not None
    return revision


PAIRS: dict[str, tuple[str, Sequence[Callable[[Field, int], Client]]]] = {
    "approve/approve": ("in_review", [approves] * 8),
    "approve/edit": ("in_review", [*[approves] * 3, has_it_back_and_edits, *[edits] * 4]),
    "submit/edit": ("draft", [submits, edits] * 4),
    "withdraw/approve": ("submitted", [*[reads_and_approves] * 4, *[withdraws] * 4]),
}


def run(pair: str, races: int) -> list[list[object]]:
    state, makers = PAIRS[pair]
    field = field_of(races, state)
    clients = [make(field, number) for number, make in enumerate(makers)]
    assert len(clients) == CLIENTS
    return race(field.assessments, clients)


def violations(outcomes: Sequence[Sequence[object]]) -> dict[int, list[str]]:
    """By race what is wrong with its assessment in the database, or with what the clients were told."""
    assessments = Assessment.objects.select_related(
        "dyad__first", "dyad__second", "engagement", "framework", "on_behalf_of", "current_revision"
    ).order_by("pk")
    counted = Counter(r for row in Scorecard.objects.values_list("revision_ids", flat=True) for r in row)
    found = {}
    for number, (assessment, told) in enumerate(zip(assessments, outcomes, strict=True)):
        done = [one for one in told if not isinstance(one, Exception)]
        found[number] = [f"{type(fault).__name__}: {fault}" for fault in faults_of(told)]
        found[number] += [f"{assessment.state}: {wrong}" for wrong in _wrong(assessment, done, counted)]
    return {number: wrongs for number, wrongs in found.items() if wrongs}


def _wrong(assessment: Assessment, done: Sequence[object], counted: Counter[int]) -> list[str]:
    revision = assessment.current_revision
    approvals = Review.objects.filter(revision__assessment=assessment, decision="approved")
    checks = {
        "a decision that was told is not there, or one by somebody twice": len(
            [one for one in done if isinstance(one, Review)]
        )
        != approvals.count(),
        "counts what was not approved": assessment.approved_ratings.exists()
        and assessment.state != "approved",
    }
    if assessment.state in {"submitted", "in_review", "approved"}:
        assert revision is not None
        frozen = revision.sha256
        checks["is not what was submitted"] = snapshot.digest(snapshot.content_of(assessment)) != frozen
        checks["was submitted more than once"] = assessment.revisions.count() != 1
    if assessment.state == "approved":
        assert revision is not None
        scores = list(assessment.approved_ratings.order_by("rating_id").values_list("score", flat=True))
        checks["counts other answers than those approved"] = scores != _scores(revision)
        checks["no approval of it"] = not approvals.filter(revision=revision).exists()
        checks["no scorecard rests on it"] = not counted[revision.pk]
    elif assessment.state != "withdrawn":
        checks["approved without effect"] = approvals.exists()
    saved = sum(isinstance(one, list) for one in done)
    versions = Rating.objects.filter(assessment=assessment).values_list("version", flat=True)
    checks["an answer that was saved is lost"] = sum(versions) - len(versions) != saved
    return [words for words, wrong in checks.items() if wrong]


def _scores(revision: Revision) -> list[int]:
    answers = sorted(revision.content["ratings"], key=lambda answer: answer["rating"])
    return [answer["score"] for answer in answers]


@pytest.mark.parametrize("pair", PAIRS)
def test_no_race_comes_out_wrong(pair: str) -> None:
    outcomes = run(pair, RACES)
    assert len(outcomes) == RACES
    assert violations(outcomes) == {}
    kinds = {type(one) for race in outcomes for one in race}
    assert len(kinds) > 1, "they never crossed: this shows nothing"


@pytest.mark.parametrize("pair", PAIRS)
def test_the_look_finds_what_comes_of_reading_without_a_lock(
    pair: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: look whether it is possible, wait a moment, write."""
    for module in (assessing, recording, review, submission):
        monkeypatch.setattr(module, "locked_assessment", read_without_lock)
    outcomes = run(pair, CONTROLS)
    assert len(violations(outcomes)) > CONTROLS / 2


def read_without_lock(assessment: Assessment) -> Assessment:
    related = ("dyad__first", "dyad__second", "engagement", "framework", "on_behalf_of", "assessor")
    found = Assessment.objects.select_related(*related, "current_revision").get(pk=assessment.pk)
    time.sleep(0.02)
    return found
