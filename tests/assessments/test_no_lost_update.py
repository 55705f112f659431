"""Eight people save 1,600 times into a handful of answers, all at once, and no word is lost.

Each save reads an answer, adds a word of its own to the rationale and writes it back, as an author does who
goes on with the text that stands there. Whoever is told of a conflict reads again and saves again.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from django.db import connection

from assessments.actions import recording
from assessments.actions.authorship import add_co_author
from assessments.actions.recording import AnswerInput, Conflict, save_ratings
from assessments.models import Assessment, Rating
from organisations.models import Organisation, User
from tests.factories import AT, FrameworkFactory, OrganisationFactory, analyst, answer, make_assessment

pytestmark = pytest.mark.django_db(transaction=True)

CLIENTS, SAVES, DRAFTS = 8, 200, 4
BOUND = 300.0  # seconds, so that nothing hangs for good; on a busy machine it takes more than one minute


@dataclass
class Load:
    """What became of it: the words that each client wrote, conflicts met on the way, and what went wrong."""

    written: list[str]
    conflicts: int
    faults: list[BaseException]
    seconds: float


def drafts_of(own: Organisation, people: Sequence[User]) -> list[Assessment]:
    """Drafts with three answers each that all ``people`` write."""
    framework, drafts = FrameworkFactory(), []
    for _ in range(DRAFTS):
        draft = make_assessment(framework=framework, on_behalf_of=own, assessor=people[0])
        answer(draft, {"P1.1": 3, "P1.2": 3, "PX.1": 3})
        for person in people[1:]:
            add_co_author(assessment=draft, person=person, by=people[0], at=AT)
        drafts.append(draft)
    return drafts


def save_all_at_once(drafts: Sequence[Assessment], people: Sequence[User]) -> Load:
    """Every person saves ``SAVES`` times, in a thread and on a connection of their own."""
    ratings = [rating for draft in drafts for rating in draft.ratings.order_by("pk")]
    load, barrier, counting = Load([], 0, [], 0.0), threading.Barrier(len(people)), threading.Lock()

    def client(person: User, number: int) -> None:
        choice, written, conflicts = random.Random(number), [], 0  # noqa: S311 - the same load every time
        barrier.wait(timeout=10)
        try:
            for count in range(SAVES):
                word = f"w{number}-{count}"
                conflicts += append(choice.choice(ratings), word, person)
                written.append(word)
        except BaseException as error:  # noqa: BLE001 - the test looks at what happened
            load.faults.append(error)
        finally:
            connection.close()
        with counting:
            load.written += written
            load.conflicts += conflicts

    started = time.monotonic()
    threads = [threading.Thread(target=client, args=(p, n)) for n, p in enumerate(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=BOUND)
    load.seconds = time.monotonic() - started
    return load


def append(rating: Rating, word: str, person: User) -> int:
    """Add a word to the rationale, and again while somebody came in between; returns how often one did."""
    for conflicts in range(1_000):
        now = Rating.objects.select_related("assessment", "indicator").get(pk=rating.pk)
        text = f"{now.rationale} {word}"
        given = AnswerInput(now.indicator, now.score, now.non_score, text, now.confidence, now.version)
        try:
            save_ratings(assessment=now.assessment, answers=[given], by=person, at=AT)
        except Conflict:
            continue
        return conflicts
    raise AssertionError("One save met a thousand conflicts.")


def lost_words(drafts: Sequence[Assessment], load: Load) -> set[str]:
    """Words whose save was accepted and that stand nowhere."""
    texts = Rating.objects.filter(assessment__in=drafts).values_list("rationale", flat=True)
    kept = Counter(word for text in texts for word in text.split() if word.startswith("w"))
    assert max(kept.values()) == 1
    return set(load.written) - set(kept)


@pytest.fixture
def people(transactional_db: None) -> list[User]:
    own = OrganisationFactory()
    return [analyst(own) for _ in range(CLIENTS)]


def test_no_word_is_lost(people: list[User]) -> None:
    drafts = drafts_of(people[0].memberships.get().organisation, people)
    load = save_all_at_once(drafts, people)
    assert load.faults == []
    assert len(load.written) == CLIENTS * SAVES == 1_600
    assert load.conflicts > 100, "they hardly met: this shows nothing"
    assert lost_words(drafts, load) == set()
    versions = Rating.objects.filter(assessment__in=drafts).values_list("version", flat=True)
    assert sum(versions) == 1_600 + len(versions)
    assert load.seconds < BOUND


def test_words_are_lost_without_the_check_of_versions(
    people: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the same load, with the check taken out, loses what the test above looks for."""
    monkeypatch.setattr(recording, "_is_stale", lambda rating, answer: False)
    drafts = drafts_of(people[0].memberships.get().organisation, people)
    load = save_all_at_once(drafts, people)
    assert load.faults == []
    assert len(load.written) == 1_600
    assert load.conflicts == 0
    assert lost_words(drafts, load)
