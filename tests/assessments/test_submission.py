"""From draft to revision."""

import pytest

from assessments.actions.recording import AnswerInput, save_ratings
from assessments.actions.submission import Incomplete, missing_from, revise, submit
from assessments.models import Revision
from assessments.policy import Refused
from assessments.snapshot import digest
from tests.factories import AT, analyst, answer, make_assessment

pytestmark = pytest.mark.django_db
COMPLETE: dict[str, int | str] = {"P1.1": 4, "P1.2": "not_applicable", "PX.1": 2}


def test_submission_freezes_the_answers() -> None:
    draft = make_assessment(answers=COMPLETE)
    revision = submit(assessment=draft, by=draft.assessor, at=AT)
    draft.refresh_from_db()
    assert (draft.state, draft.current_revision, revision.number) == ("submitted", revision, 1)
    assert [(answer["indicator"], answer["score"]) for answer in revision.content["ratings"]] == [
        ("P1.1", 4),
        ("P1.2", None),
        ("PX.1", 2),
    ]
    assert revision.content["ratings"][0]["evidence"][0]["locator"] == "p. 1"
    assert revision.sha256 == digest(revision.content)
    assert revision.author_ids == [draft.assessor_id]


def test_the_digest_depends_on_the_content_and_not_on_the_order_of_keys() -> None:
    draft = make_assessment(answers=COMPLETE)
    content = submit(assessment=draft, by=draft.assessor, at=AT).content
    assert digest(dict(reversed(content.items()))) == digest(content)
    assert digest({**content, "basis": "Another"}) != digest(content)


def test_all_that_is_missing_is_listed_at_once() -> None:
    draft = make_assessment(answers={"P1.1": 4})
    codes = {indicator.code: indicator for indicator in draft.applicable_indicators()}
    bare = [
        AnswerInput(codes["P1.2"], score=2),
        AnswerInput(codes["PX.1"], score=2, rationale="Known.", confidence="high"),
    ]
    save_ratings(assessment=draft, answers=bare, by=draft.assessor, at=AT)
    with pytest.raises(Incomplete) as incomplete:
        submit(assessment=draft, by=draft.assessor, at=AT)
    assert [(missing.indicator.code, missing.field) for missing in incomplete.value.missing] == [
        ("P1.2", "rationale"),
        ("P1.2", "confidence"),
        ("PX.1", "evidence"),
    ]
    draft.refresh_from_db()
    assert draft.state == "draft"
    assert not Revision.objects.exists()


def test_an_empty_draft_lacks_every_answer() -> None:
    missing = missing_from(make_assessment())
    assert [(item.indicator.code, item.field) for item in missing] == [
        ("P1.1", "answer"),
        ("P1.2", "answer"),
        ("PX.1", "answer"),
    ]


def test_low_confidence_needs_no_evidence() -> None:
    draft = make_assessment()
    indicators = draft.applicable_indicators()
    unsure = [AnswerInput(one, score=2, rationale="Heard.", confidence="low") for one in indicators]
    save_ratings(assessment=draft, answers=unsure, by=draft.assessor, at=AT)
    assert missing_from(draft) == []


def test_a_colleague_cannot_submit() -> None:
    draft = make_assessment(answers=COMPLETE)
    with pytest.raises(Refused, match="Only the assessor"):
        submit(assessment=draft, by=analyst(draft.on_behalf_of), at=AT)


def test_a_returned_assessment_is_revised_and_submitted_as_a_new_revision() -> None:
    returned = make_assessment("returned")
    revise(assessment=returned, by=returned.assessor, at=AT)
    returned.refresh_from_db()
    answer(returned, {"P1.1": 5})
    revision = submit(assessment=returned, by=returned.assessor, at=AT)
    assert revision.number == 2
    first, second = returned.revisions.order_by("number")
    assert [first.content["ratings"][0]["score"], second.content["ratings"][0]["score"]] == [3, 5]
