"""The next cycle: earlier answers are shown to be reconfirmed, and count only once somebody has done so."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from assessments.actions.assessments import withdraw
from assessments.actions.cycles import cite_again, reconfirm, start_next_cycle
from assessments.actions.recording import AnswerInput, save_ratings
from assessments.actions.submission import Incomplete, missing_from, submit
from assessments.choices import State
from assessments.consistency import remarks_on
from assessments.models import Assessment, Indicator, Rating, Source
from assessments.policy import Refused
from assessments.views.sections import sections_of
from organisations.models import User
from tests.assessments.test_page_queries import queries_of
from tests.factories import (
    AT,
    DyadFactory,
    EngagementFactory,
    OrganisationFactory,
    advance,
    analyst,
    answer,
    coordinator,
    make_assessment,
    reviewer,
)

pytestmark = pytest.mark.django_db
ANSWERS: dict[str, int | str] = {"P1.1": 4, "P1.2": "not_applicable", "PX.1": 2}


def next_of(approved: Assessment, by: User | None = None) -> Assessment:
    return start_next_cycle(
        assessment=approved,
        by=by or approved.assessor,
        period=(2008, 2010),
        basis="Interviews in 2010",
        at=AT,
    )


def holds(draft: Assessment, code: str) -> Rating:
    return reconfirm(assessment=draft, indicator=indicator(draft, code), by=draft.assessor, at=AT)


def indicator(draft: Assessment, code: str) -> Indicator:
    return draft.applicable_indicators().get(code=code)


def counted(draft: Assessment) -> tuple[int, int, int]:
    """Asked, complete and to reconfirm."""
    sections = sections_of(draft)
    return (
        sum(section.asked for section in sections),
        sum(section.complete for section in sections),
        sum(section.to_reconfirm for section in sections),
    )


def test_nothing_that_is_carried_over_counts() -> None:
    draft = next_of(make_assessment(State.APPROVED, answers=ANSWERS))
    assert counted(draft) == (3, 0, 3)
    assert draft.ratings.count() == 0
    assert [item.message for item in missing_from(draft)] == [
        "Carried over from 2003–2007: say that it still holds, or change it."
    ] * 3
    with pytest.raises(Incomplete):
        submit(assessment=draft, by=draft.assessor, at=AT)


def test_an_answer_that_still_holds_brings_everything_with_it() -> None:
    draft = next_of(make_assessment(State.APPROVED, answers=ANSWERS))
    rating = holds(draft, "P1.1")
    assert (rating.score, rating.rationale, rating.confidence) == (4, "Why P1.1 is 4.", "moderate")
    assert [evidence.locator for evidence in rating.evidence.all()] == ["p. 1"]
    assert counted(draft) == (3, 1, 2)
    assert holds(draft, "P1.2").non_score == "not_applicable"


def test_a_fresh_rationale_stays() -> None:
    draft = next_of(make_assessment(State.APPROVED, answers=ANSWERS))
    fresh = AnswerInput(indicator(draft, "P1.1"), rationale="Seen again in 2010.", confidence="high")
    save_ratings(assessment=draft, answers=[fresh], by=draft.assessor, at=AT)
    assert counted(draft) == (3, 0, 3)
    rating = holds(draft, "P1.1")
    assert (rating.score, rating.rationale, rating.confidence) == (4, "Seen again in 2010.", "high")


def test_what_is_answered_is_not_overwritten() -> None:
    draft = next_of(make_assessment(State.APPROVED, answers=ANSWERS))
    answer(draft, {"P1.1": 2})
    with pytest.raises(ValidationError, match="answered already"):
        holds(draft, "P1.1")
    assert draft.ratings.get().score == 2
    assert counted(draft) == (3, 1, 2)


def test_evidence_is_cited_again_once_for_another_answer() -> None:
    draft = next_of(make_assessment(State.APPROVED, answers=ANSWERS))
    place: dict[str, Any] = {
        "assessment": draft,
        "indicator": indicator(draft, "P1.1"),
        "by": draft.assessor,
        "at": AT,
    }
    assert [cite_again(**place), cite_again(**place)] == [1, 0]
    assert counted(draft) == (3, 0, 3)
    answer(draft, {"P1.1": 5})
    assert draft.ratings.get().evidence.count() == 2


def test_the_whole_cycle_is_submitted_and_the_earlier_one_stays() -> None:
    approved = make_assessment(State.APPROVED, answers=ANSWERS)
    draft = next_of(approved)
    for code in ANSWERS:
        holds(draft, code)
    advance(draft, State.APPROVED)
    draft.refresh_from_db()
    approved.refresh_from_db()
    assert (draft.state, draft.period, approved.state) == ("approved", "2008–2010", "approved")
    assert draft.approved_ratings.count() == approved.approved_ratings.count() == 3


def test_reviewers_are_told_of_old_evidence_and_of_old_words() -> None:
    draft = next_of(make_assessment(State.APPROVED, answers=ANSWERS))
    holds(draft, "P1.1")
    assert [(r.check, r.message) for r in remarks_on(draft)] == [
        ("only-older-evidence", "All evidence for it is older than the period 2008–2010."),
        ("in-the-same-words", "1 of 1 scores are those of 2003–2007 in the same words."),
    ]
    answer(draft, {"PX.1": 2})
    assert remarks_on(draft)[-1].message == "2 of 2 scores are those of 2003–2007 in the same words."
    Source.objects.update(year=2009)
    assert [r.check for r in remarks_on(draft)] == ["in-the-same-words"]
    Source.objects.update(year=None)
    assert [r.indicator and r.indicator.code for r in remarks_on(draft)] == ["P1.1", None]


def test_who_wrote_the_earlier_answers_cannot_review_them() -> None:
    approved = make_assessment(State.APPROVED, answers=ANSWERS)
    draft = next_of(approved, by=analyst(approved.on_behalf_of))
    assert approved.assessor_id not in draft.contributions.values_list("person", flat=True)
    holds(draft, "P1.1")
    assert approved.assessor_id in draft.contributions.values_list("person", flat=True)


def test_only_analysts_of_the_organisation_start_it() -> None:
    approved = make_assessment(State.APPROVED, released_to_all=True)
    own = approved.on_behalf_of
    for person in (reviewer(own), coordinator(own), analyst(OrganisationFactory())):
        with pytest.raises(Refused, match="Your role"):
            next_of(approved, by=person)
    assert next_of(approved, by=analyst(own)).continues == approved


@pytest.mark.parametrize("state", [state for state in State.values if state != "approved"])
def test_only_what_is_approved_is_continued(state: str) -> None:
    assessment = make_assessment(state)
    with pytest.raises(Refused, match="not possible while"):
        next_of(assessment)


@pytest.mark.parametrize("period", [(2003, 2010), (2004, 2007), (2008, 2007), (2000, 2001)])
def test_the_period_is_a_later_one(period: tuple[int, int]) -> None:
    approved = make_assessment(State.APPROVED)
    with pytest.raises(ValidationError):
        start_next_cycle(assessment=approved, by=approved.assessor, period=period, basis="B", at=AT)


def test_one_at_a_time_for_each_analyst() -> None:
    approved = make_assessment(State.APPROVED)
    draft = next_of(approved)
    with pytest.raises(ValidationError, match="already"):
        next_of(approved)
    next_of(approved, by=analyst(approved.on_behalf_of))
    withdraw(assessment=draft, by=draft.assessor, at=AT)
    next_of(approved)


def test_an_indicator_without_an_earlier_answer() -> None:
    draft = make_assessment()
    with pytest.raises(ValidationError, match="no earlier answer"):
        holds(draft, "P1.1")


def test_the_pages(client: Client) -> None:
    approved = make_assessment(State.APPROVED, engagement=EngagementFactory(), answers={"F1.1": 4})
    client.force_login(approved.assessor)
    assert "Start the next cycle" in client.get(approved.get_absolute_url()).content.decode()
    dyad = client.get(approved.dyad.get_absolute_url()).content.decode()
    address = f"{approved.get_absolute_url()}next-cycle/"
    assert f'href="{address}"' in dyad
    assert client.post(address, {"period_start": "x"}).status_code == 422
    data = {"period_start": "2003", "period_end": "2010", "basis": "Interviews", "marking": "AMBER"}
    refused = client.post(address, data)
    assert refused.status_code == 422
    assert "begins and ends later than 2003–2007" in refused.content.decode()
    edit = client.post(address, data | {"period_start": "2008"}, follow=True).content.decode()
    assert "3 answers of 2003–2007 wait to be reconfirmed" in edit
    assert "2 to reconfirm" in edit
    draft = Assessment.objects.get(continues=approved)
    page = f"{draft.get_absolute_url()}edit/F1/"
    assert "Answer of 2003–2007" in client.get(page).content.decode()
    response = client.post(page, {"F1.1-version": "0", "F1.2-version": "0", "then": "holds:F1.1"})
    assert response["Location"] == f"{page}#indicator-F1.1"
    shown = client.get(page).content.decode()
    assert "older than the period" in shown
    assert "holds:F1.1" not in shown
    client.post(page, {"F1.1-version": "1", "F1.2-version": "0", "then": "cite_again:F1.2"})
    assert draft.ratings.get(indicator__code="F1.2").evidence.count() == 1
    assert "Continued by" in client.get(approved.get_absolute_url()).content.decode()
    assert "Continues" in client.get(draft.get_absolute_url()).content.decode()


def test_others_are_not_offered_it(client: Client) -> None:
    approved = make_assessment(State.APPROVED, released_to_all=True)
    next_of(approved)
    client.force_login(analyst(OrganisationFactory()))
    page = client.get(approved.get_absolute_url()).content.decode()
    assert "next cycle" not in page
    assert "Continued by" not in page
    assert "next-cycle" not in client.get(approved.dyad.get_absolute_url()).content.decode()


def test_its_pages_take_their_queries_whatever_is_reconfirmed(client: Client) -> None:
    approved = make_assessment(State.APPROVED, answers=ANSWERS)
    draft = next_of(approved)
    client.force_login(draft.assessor)
    here = draft.get_absolute_url()
    pages = {
        "start": f"{approved.get_absolute_url()}next-cycle/",
        "edit": f"{here}edit/",
        "dimension": f"{here}edit/P1/",
        "check": f"{here}check/",
    }
    expected = {"start": 4, "edit": 24, "dimension": 40, "check": 16}
    holds(draft, "P1.1")
    assert queries_of(client, pages) == expected
    holds(draft, "PX.1")
    holds(draft, "P1.2")
    assert queries_of(client, pages) == expected


class AnySequence(TestCase):
    """Whatever is reconfirmed, answered or cleared in whatever order: what is untouched never counts."""

    @settings(max_examples=25, deadline=None)
    @given(
        st.lists(
            st.tuples(st.sampled_from(["P1.1", "P1.2", "PX.1"]), st.sampled_from(["hold", "write", "clear"])),
            max_size=8,
        )
    )
    def test_what_is_untouched_never_counts(self, steps: list[tuple[str, str]]) -> None:
        draft = next_of(make_assessment(State.APPROVED, dyad=DyadFactory(), answers=ANSWERS))
        answered: set[str] = set()
        for code, step in steps:
            version = dict(draft.ratings.values_list("indicator__code", "version")).get(code, 0)
            given_input = AnswerInput(
                indicator(draft, code), score=5 if step == "write" else None, version=version
            )
            if step == "hold" and code not in answered:
                holds(draft, code)
            elif step != "hold":
                save_ratings(assessment=draft, answers=[given_input], by=draft.assessor, at=AT)
            answered = answered - {code} if step == "clear" else answered | {code}
        ratings = {r.indicator.code for r in draft.ratings.select_related("indicator") if r.answered}
        assert ratings == answered
        assert counted(draft)[2] == 3 - len(answered)
