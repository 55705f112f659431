"""Vignettes: rated once by each analyst, theirs alone, fixed once completed."""

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.test import Client

from assessments.actions.vignettes import complete_vignette, save_vignette_ratings
from assessments.choices import NonScore
from assessments.models import (
    Indicator,
    Vignette,
    VignetteAssessment,
    VignetteIndicator,
    VignetteRating,
)
from assessments.policy import Refused
from organisations.models import User
from tests.factories import (
    AT,
    FrameworkFactory,
    OrganisationFactory,
    VignetteFactory,
    analyst,
    coordinator,
    rate_vignette,
    reader,
)

pytestmark = pytest.mark.django_db

CHOSEN = 'value="5" id="id_F1.1-answer_4" checked'


@pytest.fixture
def vignette() -> Vignette:
    vignette: Vignette = VignetteFactory(framework=FrameworkFactory())
    return vignette


@pytest.fixture
def person() -> User:
    return analyst(OrganisationFactory())


def answers_of(person: User) -> dict[str, int | str]:
    ratings = VignetteRating.objects.filter(assessment__assessor=person).select_related("indicator")
    return {rating.indicator.code: rating.score or rating.non_score for rating in ratings}


def test_answers_are_saved_changed_and_taken_back(client: Client, vignette: Vignette, person: User) -> None:
    client.force_login(person)
    address = vignette.get_absolute_url()
    for data, expected in (
        (
            {"F1.1-answer": "2", "F1.2-answer": "insufficient_evidence"},
            {"F1.1": 2, "F1.2": NonScore.INSUFFICIENT_EVIDENCE},
        ),
        ({"F1.1-answer": "4", "F1.2-answer": "5"}, {"F1.1": 4, "F1.2": 5}),
        ({"F1.1-answer": "4"}, {"F1.1": 4}),
    ):
        response = client.post(address, {**data, "then": "stay"}, follow=True)
        assert "Your answers are saved." in response.text
        assert answers_of(person) == expected
    assert 'value="4" id="id_F1.1-answer_3" checked' in response.text
    assert "1 of 3 answered" in client.get("/vignettes/").text


def test_an_answer_that_is_none_is_not_saved(client: Client, vignette: Vignette, person: User) -> None:
    client.force_login(person)
    response = client.post(vignette.get_absolute_url(), {"F1.1-answer": "6", "F1.2-answer": "5"})
    assert (response.status_code, answers_of(person)) == (422, {})
    assert "Please mend this first" in response.text


def test_completing_says_what_is_missing_and_then_fixes_the_answers(
    client: Client, vignette: Vignette, person: User
) -> None:
    client.force_login(person)
    address, complete = vignette.get_absolute_url(), f"{vignette.get_absolute_url()}complete/"
    response = client.post(address, {"F1.1-answer": "2", "F5.1-answer": "3"}, follow=True)
    assert response.redirect_chain == [(complete, 302)]
    assert "Incomplete:" in response.text
    refused = client.post(complete, follow=True)
    assert "Answer these as well: F1.2 Indicator F1.2." in refused.text
    assert not VignetteAssessment.objects.completed().exists()
    client.post(address, {"F1.1-answer": "2", "F1.2-answer": "1", "F5.1-answer": "3"})
    last_look = client.get(complete).text
    assert "Complete the vignette" in last_look
    assert "F1.2 at 1" in last_look
    assert "Completed." in client.post(complete, follow=True).text
    assert "Your answers are fixed." in client.get(address).text
    late = client.post(address, {"F1.1-answer": "5"}, follow=True)
    assert "your answers are fixed" in late.text
    assert answers_of(person) == {"F1.1": 2, "F1.2": 1, "F5.1": 3}


def test_nobody_sees_anothers_answers(client: Client, vignette: Vignette, person: User) -> None:
    rate_vignette(vignette, person, 5)
    page = f"{vignette.get_absolute_url()}"
    client.force_login(person)
    assert CHOSEN in client.get(page).text
    client.force_login(analyst(OrganisationFactory()))
    assert CHOSEN not in client.get(page).text
    assert "0 of 3 answered" in client.get("/vignettes/").text


def test_only_analysts_rate(vignette: Vignette) -> None:
    suspended = analyst(OrganisationFactory(), is_active=False)
    for nobody in (reader(OrganisationFactory()), coordinator(OrganisationFactory()), suspended):
        with pytest.raises(Refused):
            rate_vignette(vignette, nobody)
        assert not Vignette.objects.visible_to(nobody).exists()
    assert not VignetteAssessment.objects.exists()


def test_only_what_is_asked_is_answered_with_what_is_an_answer(vignette: Vignette, person: User) -> None:
    political = Indicator.objects.get(code="P1.1")
    asked = vignette.indicators.get(code="F1.1")
    wrong: list[tuple[Indicator, int | str]] = [(political, 3), (asked, 0), (asked, 6), (asked, "perhaps")]
    for indicator, answer in wrong:
        with pytest.raises(ValidationError):
            save_vignette_ratings(vignette=vignette, answers={indicator: answer}, by=person, at=AT)
    assert answers_of(person) == {}


def test_the_database_keeps_what_is_completed(vignette: Vignette, person: User) -> None:
    rate_vignette(vignette, person)
    for change in (
        lambda: VignetteRating.objects.update(score=1),
        lambda: VignetteRating.objects.all().delete(),
        lambda: VignetteAssessment.objects.update(completed_at=None),
        lambda: Vignette.objects.update(text="Another case."),
        lambda: VignetteIndicator.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert answers_of(person) == {"F1.1": 3, "F1.2": 3, "F5.1": 3}


def test_completing_twice_is_refused(vignette: Vignette, person: User) -> None:
    rate_vignette(vignette, person)
    with pytest.raises(Refused):
        complete_vignette(vignette=vignette, by=person, at=AT)


def test_home_asks_an_analyst_until_one_is_completed(
    client: Client, vignette: Vignette, person: User
) -> None:
    asks = "Rate a vignette once"
    client.force_login(reader(OrganisationFactory()))
    assert asks not in client.get("/").text
    client.force_login(person)
    assert asks in client.get("/").text
    rate_vignette(vignette, person, complete=False)
    assert asks in client.get("/").text
    complete_vignette(vignette=vignette, by=person, at=AT)
    VignetteFactory(framework=vignette.framework)
    assert asks not in client.get("/").text


def test_the_list_says_why_there_is_nothing(client: Client, person: User) -> None:
    client.force_login(reader(OrganisationFactory()))
    assert "you are not one in any organisation" in client.get("/vignettes/").text
    client.force_login(person)
    assert "There are no vignettes yet." in client.get("/vignettes/").text


def test_two_vignettes_come_with_the_reference(reference: None) -> None:
    asked = {vignette.code: vignette.asked().count() for vignette in Vignette.objects.all()}
    assert asked == {"bridging-force": 8, "police-handover": 8}
    names = ("UN", "EU", "Bosnia", "Congo", "Bunia", "Artemis", "Sarajevo", "IPTF", "EUPM", "MONUC")
    words = {word.strip(".,;:") for vignette in Vignette.objects.all() for word in vignette.text.split()}
    assert words.isdisjoint(names)
