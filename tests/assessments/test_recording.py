"""Answers and evidence in a draft."""

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.test import Client

from assessments.actions.assessments import describe
from assessments.actions.recording import AnswerInput, Conflict, add_evidence, remove_evidence, save_ratings
from assessments.choices import Marking
from assessments.models import Assessment, Dimension, Indicator, Rating, Source
from assessments.policy import Refused
from tests.factories import (
    AT,
    EngagementFactory,
    FrameworkFactory,
    SourceFactory,
    analyst,
    answer,
    make_assessment,
)

pytestmark = pytest.mark.django_db


def indicator(assessment: Assessment, code: str) -> Indicator:
    return Indicator.objects.get(code=code, dimension__framework=assessment.framework)


def save(assessment: Assessment, given: AnswerInput) -> list[Rating]:
    return save_ratings(assessment=assessment, answers=[given], by=assessment.assessor, at=AT)


def test_an_answer_is_kept() -> None:
    draft = make_assessment()
    save(draft, AnswerInput(indicator(draft, "P1.1"), score=4, rationale="Because.", confidence="high"))
    rating = draft.ratings.get()
    assert (rating.score, rating.non_score, rating.rationale, rating.confidence) == (
        4,
        "",
        "Because.",
        "high",
    )
    draft.refresh_from_db()
    assert draft.version == 2


def test_an_unchanged_answer_is_left_alone() -> None:
    draft = make_assessment(answers={"P1.1": 4})
    rating = draft.ratings.get()
    again = AnswerInput(rating.indicator, score=4, rationale=rating.rationale, confidence=rating.confidence)
    assert save(draft, again) == []
    rating.refresh_from_db()
    assert rating.version == 1


def test_a_stale_version_is_a_conflict_and_changes_nothing() -> None:
    draft = make_assessment(answers={"P1.1": 4})
    first = indicator(draft, "P1.1")
    save(draft, AnswerInput(first, score=5, version=1))
    with pytest.raises(Conflict) as conflict:
        save(draft, AnswerInput(first, score=2, version=1))
    assert [rating.score for rating in conflict.value.theirs] == [5]
    assert draft.ratings.get().score == 5


def test_a_second_first_answer_is_a_conflict_too() -> None:
    draft = make_assessment()
    first = indicator(draft, "P1.1")
    save(draft, AnswerInput(first, score=5, version=0))
    with pytest.raises(Conflict):
        save(draft, AnswerInput(first, score=2, version=0))


def test_only_the_assessor_answers() -> None:
    draft = make_assessment()
    colleague = analyst(draft.on_behalf_of)
    with pytest.raises(Refused, match="Only the assessor"):
        save_ratings(
            assessment=draft, answers=[AnswerInput(indicator(draft, "P1.1"), score=1)], by=colleague, at=AT
        )


def test_what_does_not_apply_is_not_asked() -> None:
    draft = make_assessment(engagement=EngagementFactory(arrangement="support"))
    assert "F5.1" not in {asked.code for asked in draft.applicable_indicators()}
    with pytest.raises(ValidationError, match=r"F5\.1 .* is not asked here"):
        save(draft, AnswerInput(indicator(draft, "F5.1"), score=3))


@pytest.mark.parametrize("score", [0, 6])
def test_a_score_off_the_scale_is_refused(score: int) -> None:
    draft = make_assessment()
    with pytest.raises(ValidationError, match="from 1 to 5"):
        save(draft, AnswerInput(indicator(draft, "P1.1"), score=score))


def test_a_score_and_a_non_score_exclude_each_other_in_the_database() -> None:
    draft = make_assessment(answers={"P1.1": 4})
    with pytest.raises(DatabaseError, match="rating_score_or_non_score"), transaction.atomic():
        draft.ratings.update(non_score="not_applicable")


@pytest.mark.parametrize(
    "state", ["submitted", "in_review", "returned", "approved", "superseded", "withdrawn"]
)
def test_nothing_is_edited_after_submission(state: str) -> None:
    assessment = make_assessment(state, answers={"P1.1": 4})
    rating = assessment.ratings.get(indicator__code="P1.1")
    given = AnswerInput(rating.indicator, score=1)
    with pytest.raises(Refused):
        save(assessment, given)
    with pytest.raises(Refused):
        remove_evidence(evidence=rating.evidence.get(), by=assessment.assessor, at=AT)
    with pytest.raises(DatabaseError, match="only while the assessment is a draft"), transaction.atomic():
        Rating.objects.filter(pk=rating.pk).update(score=1)
    with pytest.raises(DatabaseError, match="only while the assessment is a draft"), transaction.atomic():
        rating.evidence.all().delete()


def test_evidence_may_come_before_the_answer() -> None:
    draft = make_assessment()
    add_evidence(
        assessment=draft, indicator=indicator(draft, "P1.1"), source=SourceFactory(), by=draft.assessor, at=AT
    )
    rating = draft.ratings.get()
    assert not rating.answered
    save(draft, AnswerInput(rating.indicator, score=2, version=rating.version))
    assert rating.evidence.count() == 1


def test_the_same_place_is_cited_once() -> None:
    draft = make_assessment()
    answer(draft, {"P1.1": 4})
    cited = draft.ratings.get().evidence.get()
    with pytest.raises(ValidationError, match="cited already"):
        add_evidence(
            assessment=draft,
            indicator=indicator(draft, "P1.1"),
            source=cited.source,
            locator=cited.locator,
            by=draft.assessor,
            at=AT,
        )


def test_a_source_of_another_organisation_cannot_be_cited() -> None:
    draft, other = make_assessment(), make_assessment()
    foreign = SourceFactory(organisation=other.on_behalf_of)
    with pytest.raises(ValidationError, match="another organisation"):
        add_evidence(
            assessment=draft, indicator=indicator(draft, "P1.1"), source=foreign, by=draft.assessor, at=AT
        )


def test_who_has_read_the_other_answer_may_save_over_it(client: Client) -> None:
    draft = make_assessment(answers={"P1.1": 4})
    client.force_login(draft.assessor)
    page = f"/assessments/{draft.pk}/edit/P1/"
    mine = {"P1.1-answer": "2", "P1.1-rationale": "Mine.", "P1.1-version": "1", "P1.2-version": "0"}
    save(draft, AnswerInput(indicator(draft, "P1.1"), score=5, rationale="Theirs.", version=1))
    refused = client.post(page, mine)
    assert refused.status_code == 409
    assert all(text in refused.content.decode() for text in ("Mine.", "Theirs."))
    sent_again = {f"{form.prefix}-version": form["version"].value() for form in refused.context["forms"]}
    assert client.post(page, mine | sent_again).status_code == 302
    assert draft.ratings.get().rationale == "Mine."


DESCRIPTION = {
    "version": "1",
    "period_start": "2004",
    "period_end": "2006",
    "basis": "Interviews",
    "reference": "A-7",
    "marking": Marking.GREEN,
}


def test_the_description_of_a_draft_can_be_mended(client: Client) -> None:
    draft = make_assessment()
    client.force_login(draft.assessor)
    assert client.post(f"/assessments/{draft.pk}/describe/", DESCRIPTION).status_code == 302
    draft.refresh_from_db()
    assert (draft.period_start, draft.period_end, draft.basis) == (2004, 2006, "Interviews")
    assert (draft.reference, draft.marking) == ("A-7", Marking.GREEN)


def test_a_reference_in_use_is_refused_and_the_text_kept(client: Client) -> None:
    draft = make_assessment()
    make_assessment(on_behalf_of=draft.on_behalf_of, reference="A-7")
    client.force_login(draft.assessor)
    response = client.post(f"/assessments/{draft.pk}/describe/", DESCRIPTION)
    assert response.status_code == 422
    assert "Interviews" in response.content.decode()
    draft.refresh_from_db()
    assert draft.reference == ""


def test_a_submitted_assessment_keeps_its_description() -> None:
    assessment = make_assessment("submitted")
    with pytest.raises(Refused):
        describe(
            assessment=assessment,
            version=assessment.description_version,
            by=assessment.assessor,
            period=(2004, 2006),
            basis="Interviews",
            reference="",
            marking=Marking.GREEN,
            at=AT,
        )


def test_answers_do_not_move_out_of_a_locked_assessment() -> None:
    locked, draft = make_assessment("approved"), make_assessment()
    rating = locked.ratings.all()[0]
    with pytest.raises(DatabaseError, match="only while the assessment is a draft"), transaction.atomic():
        Rating.objects.filter(pk=rating.pk).update(assessment=draft)
    with pytest.raises(DatabaseError, match="only while the assessment is a draft"), transaction.atomic():
        rating.evidence.update(rating=make_assessment(answers={"P1.1": 1}).ratings.get())


def test_parts_do_not_move_out_of_a_published_framework() -> None:
    published, free = FrameworkFactory(), FrameworkFactory(published_at=None)
    with pytest.raises(DatabaseError, match="published and fixed"), transaction.atomic():
        Dimension.objects.filter(framework=published, code="P1").update(framework=free)


def test_an_answer_with_evidence_alone_is_no_conflict() -> None:
    draft = make_assessment()
    first = indicator(draft, "P1.1")
    add_evidence(assessment=draft, indicator=first, source=SourceFactory(), by=draft.assessor, at=AT)
    save(draft, AnswerInput(first, score=4, version=0))
    assert draft.ratings.get().score == 4


def test_a_new_source_is_added_only_with_its_citation(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = make_assessment()

    def submitted_meanwhile(**_kwargs: object) -> None:
        raise Refused("Too late.")

    monkeypatch.setattr("assessments.actions.recording.add_evidence", submitted_meanwhile)
    client.force_login(draft.assessor)
    new = {"author": "A", "title": "T", "kind": "report", "stance": "supports"}
    response = client.post(f"/assessments/{draft.pk}/cite/P1.1/", new, follow=True)
    assert "Too late." in response.content.decode()
    assert not Source.objects.exists()


def test_a_period_does_not_end_in_the_future() -> None:
    with pytest.raises(ValidationError, match="future"):
        make_assessment(period=(2003, AT.year + 1))


def test_removing_evidence_saves_what_was_typed_and_takes_only_its_own(client: Client) -> None:
    draft, foreign = make_assessment(answers={"P1.1": 4}), make_assessment(answers={"P1.1": 4})
    client.force_login(draft.assessor)
    rating, others = draft.ratings.get(), foreign.ratings.get().evidence.get()
    sent = {"P1.1-answer": "4", "P1.1-confidence": "low", "P1.1-version": "1", "P1.1-rationale": "Typed."}
    sent |= {"P1.2-version": "0"}
    page = f"/assessments/{draft.pk}/edit/P1/"
    assert client.post(page, sent | {"then": f"remove:{rating.evidence.get().pk}"}).status_code == 302
    rating.refresh_from_db()
    assert (rating.rationale, rating.evidence.count()) == ("Typed.", 0)
    for other in (others.pk, "x", 10**30):
        answer = client.post(page, sent | {"P1.1-version": "2", "then": f"remove:{other}"})
        assert answer.status_code == 404
    assert foreign.ratings.get().evidence.count() == 1


def test_the_page_of_a_draft_shows_what_is_kept_without_an_answer(client: Client) -> None:
    draft = make_assessment()
    save(draft, AnswerInput(indicator(draft, "P1.1"), rationale="Half a thought."))
    client.force_login(draft.assessor)
    text = client.get(draft.get_absolute_url()).content.decode()
    assert "Half a thought." in text
    assert "Insufficient evidence" not in text
