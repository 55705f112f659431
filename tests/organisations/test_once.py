"""A request with an Idempotency-Key happens once."""

from datetime import timedelta

import pytest
from django.db import connection, connections

from organisations.actions.once import LOCK, Given, InProgress, KeyReused, change, forget_answers
from organisations.models import KeptAnswer, Organisation, User
from tests.factories import AT, OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> User:
    found: User = UserFactory()
    return found


def found_one() -> Given:
    made = OrganisationFactory()
    return Given(201, {"Location": "/x/"}, made.acronym.encode())


def ask(person: User, key: str = "k", request: bytes = b"POST /x/ {}", days: float = 0) -> Given:
    return change(run=found_one, by=person, key=key, request=request, at=AT + timedelta(days=days))


def test_the_second_time_gives_the_first_answer(person: User) -> None:
    first = ask(person)
    second = ask(person)
    assert (second.status, second.headers, second.body) == (first.status, first.headers, first.body)
    assert (first.again, second.again) == (False, True)
    assert Organisation.objects.count() == 1


def test_without_a_key_it_happens_again(person: User) -> None:
    ask(person, key="")
    ask(person, key="")
    assert (Organisation.objects.count(), KeptAnswer.objects.count()) == (2, 0)


def test_the_key_of_another_request_is_refused(person: User) -> None:
    ask(person)
    with pytest.raises(KeyReused):
        ask(person, request=b"POST /x/ {1}")
    assert Organisation.objects.count() == 1


def test_keys_are_each_persons_own(person: User) -> None:
    ask(person)
    assert not ask(UserFactory()).again


def test_what_fails_is_not_kept(person: User) -> None:
    def fails() -> Given:
        OrganisationFactory()
        raise ValueError("it fails")

    with pytest.raises(ValueError, match="it fails"):
        change(run=fails, by=person, key="k", request=b"", at=AT)
    assert (Organisation.objects.count(), KeptAnswer.objects.count()) == (0, 0)
    assert ask(person).status == 201


def test_after_a_day_the_key_is_free(person: User) -> None:
    ask(person)
    assert not ask(person, request=b"other", days=1.1).again
    forget_answers(at=AT + timedelta(days=3))
    assert not KeptAnswer.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_while_the_first_is_worked_on_the_second_is_told() -> None:
    person: User = UserFactory()
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute(LOCK, [f"{person.pk}:k"])
            with pytest.raises(InProgress):
                ask(person)
            cursor.execute("COMMIT")
        assert ask(person).status == 201
    finally:
        other.close()
        connection.close()
