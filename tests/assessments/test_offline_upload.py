"""Bringing an offline form back: what it would change, saving it, and settling what two people changed."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from django.utils import timezone

from assessments.actions import offline as actions
from assessments.actions.authorship import add_co_author
from assessments.choices import State
from assessments.exchange.offline.mark import InvalidForm, Mark
from assessments.exchange.offline.plan import plan_of
from assessments.models import Assessment, OfflineUpload, Rating, Source
from assessments.policy import Refused
from assessments.tasks import forget_offline_uploads
from organisations.models import User
from tests.assessments.workbooks import downloaded, fields, filled_in, opened, packed, say
from tests.factories import (
    AT,
    EngagementFactory,
    FrameworkFactory,
    OrganisationFactory,
    SourceFactory,
    advance,
    analyst,
    answer,
    make_assessment,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft() -> Assessment:
    return make_assessment(engagement=EngagementFactory(), answers={"F1.1": 4})


@pytest.fixture
def colleague(draft: Assessment) -> User:
    person = analyst(draft.on_behalf_of)
    add_co_author(assessment=draft, person=person, by=draft.assessor, at=AT)
    return person


def taken(draft: Assessment, content: bytes, person: User | None = None) -> OfflineUpload:
    upload = actions.take_upload(assessment=draft, content=content, by=person or draft.assessor, at=AT)
    assert upload is not None
    return upload


def says_nothing(draft: Assessment, content: bytes) -> bool:
    return actions.take_upload(assessment=draft, content=content, by=draft.assessor, at=AT) is None


def uploaded(draft: Assessment, cells: Mapping[str, Any], form: bytes | None = None) -> OfflineUpload:
    return taken(draft, filled_in(form or downloaded(draft), cells))


def save(upload: OfflineUpload) -> None:
    actions.save_upload(upload=upload, seen=plan_of(upload).digest(), by=upload.by, at=AT)


def faults(upload: OfflineUpload) -> list[str]:
    return [str(fault) for fault in plan_of(upload).faults]


def test_a_form_that_comes_back_as_it_went_changes_nothing(draft: Assessment) -> None:
    before = list(Rating.objects.values())
    form = downloaded(draft)
    assert says_nothing(draft, form)
    assert says_nothing(draft, packed(opened(form)))
    assert list(Rating.objects.values()) == before
    assert not OfflineUpload.objects.exists()


def test_what_is_new_and_what_is_changed_is_saved_and_the_upload_forgotten(draft: Assessment) -> None:
    upload = uploaded(
        draft,
        {
            "F1!D6": 2,
            "F1!D7": "NA",
            "F1!E7": "high",
            "F1!F7": "Nothing was handed over.\n- neither here",
            "F5!D6": "ie",
        },
    )
    assert plan_of(upload).counts | {"same": 0} == {
        "new": 2,
        "changed": 1,
        "same": 0,
        "evidence": 0,
        "conflicts": 0,
        "faults": 0,
    }
    save(upload)
    assert fields(draft, "F1.1") == (2, "", "Why F1.1 is 4.", "moderate")
    assert fields(draft, "F1.2") == (
        None,
        "not_applicable",
        "Nothing was handed over.\n- neither here",
        "high",
    )
    assert fields(draft, "F5.1") == (None, "insufficient_evidence", "", "")
    assert not OfflineUpload.objects.exists()


@pytest.mark.parametrize(
    ("value", "score", "non_score"),
    [
        (5, 5, ""),
        (5.0, 5, ""),
        ("5", 5, ""),
        (" 3 ", 3, ""),
        ("N/A", None, "not_applicable"),
        ("Insufficient evidence", None, "insufficient_evidence"),
        (None, None, ""),
    ],
)
def test_answers_are_understood_as_people_write_them(
    draft: Assessment, value: Any, score: int | None, non_score: str
) -> None:
    save(uploaded(draft, {"F1!D6": value}))
    assert fields(draft, "F1.1")[:2] == (score, non_score)


def test_faults_are_reported_by_cell_all_at_once_and_the_rest_is_saved(draft: Assessment) -> None:
    upload = uploaded(
        draft,
        {
            "F1!D6": 6,
            "F1!E6": "Middling",
            "F1!F6": "=1+1",
            "F1!D7": 4.5,
            "F1!F7": "Sound.",
            "F5!D6": True,
            "F5!F6": "x" * 20_001,
        },
    )
    assert faults(upload) == [
        "Sheet F1, cell D6: 6 is not an answer; 1 to 5, NA or IE.",
        "Sheet F1, cell E6: Middling is not a confidence; Low, Moderate or High.",
        "Sheet F1, cell F6: this is a formula: write its value as text.",
        "Sheet F1, cell D7: 4.5 is not an answer; 1 to 5, NA or IE.",
        "Sheet F5, cell D6: this is neither text nor a number.",
        "Sheet F5, cell F6: this rationale has 20001 characters; at most 20000.",
    ]
    save(upload)
    assert fields(draft, "F1.1") == (4, "", "Why F1.1 is 4.", "moderate")
    assert fields(draft, "F1.2") == (None, "", "Sound.", "")
    upload.refresh_from_db()
    assert len(faults(upload)) == 6


def test_the_same_form_again_replaces_its_upload(draft: Assessment) -> None:
    form = downloaded(draft)
    first = uploaded(draft, {"F1!D6": 6}, form)
    second = uploaded(draft, {"F1!D6": 5}, form)
    assert list(OfflineUpload.objects.all()) == [second]
    assert first.pk != second.pk
    save(second)
    assert says_nothing(draft, filled_in(form, {"F1!D6": 5}))


def test_evidence_is_cited_from_sources_by_key_by_line_and_by_name(draft: Assessment) -> None:
    one, two, three = (SourceFactory(key=f"s-{n}", title=f"Title: {n}") for n in range(3))
    rows = [
        ("F1.1", "s-0", "p. 4", "Speaks against the answer"),
        ("F1.2", f"s-1: {two}", "", None),
        ("F1.2", str(three), "para. 7", "supports"),
        ("F1.2", "Secretariat (2008): Report of the Joint Review", "p. 1", None),
        ("F5.1", "Secretariat (2008): Report of the Joint Review", "p. 9", None),
        ("F5.1", "Minister (undated): Letter", "", None),
    ]
    cells = {
        f"New evidence!{column}{row}": value
        for row, values in enumerate(rows, start=6)
        for column, value in zip("ABCD", values, strict=True)
    }
    form = downloaded(draft)
    upload = uploaded(draft, cells, form)
    assert plan_of(upload).counts["evidence"] == 6
    save(upload)
    cited = draft.ratings.filter(indicator__code__in=["F1.2", "F5.1"]).values_list(
        "indicator__code", "evidence__source__title", "evidence__locator", "evidence__stance"
    )
    assert sorted(cited) == [
        ("F1.2", "Report of the Joint Review", "p. 1", "supports"),
        ("F1.2", "Title: 1", "", "supports"),
        ("F1.2", "Title: 2", "para. 7", "supports"),
        ("F5.1", "Letter", "", "supports"),
        ("F5.1", "Report of the Joint Review", "p. 9", "supports"),
    ]
    new = Source.objects.get(title="Report of the Joint Review")
    assert (new.organisation, new.year) == (draft.on_behalf_of, 2008)
    assert draft.ratings.get(indicator__code="F1.1").evidence.get(source=one).stance == "contradicts"
    assert Source.objects.get(title="Letter").year is None
    assert says_nothing(draft, filled_in(form, cells))


def test_evidence_that_cannot_be_cited_is_reported(draft: Assessment) -> None:
    SourceFactory(organisation=OrganisationFactory(), key="foreign", title="Theirs")
    SourceFactory(key="known")
    rows = [
        ("F9.9", "known", "", None),
        ("F1.1", "foreign", "", None),
        ("F1.1", None, "p. 3", None),
        (None, "known", "", None),
        ("F1.1", "known", "x" * 201, None),
        ("F1.1", "known", "", "maybe"),
        ("F1.1", "known", "p. 1", "supports"),
        ("F1.1", "known", "p. 1", "contradicts"),
        ("F1.1", "Author (9999): Title", "", None),
        (None, None, None, "supports"),
    ]
    cells = {
        f"New evidence!{column}{row}": value
        for row, values in enumerate(rows, start=6)
        for column, value in zip("ABCD", values, strict=True)
    }
    upload = uploaded(draft, cells)
    stances = "Supports the answer or Speaks against the answer"
    otherwise = "this place is cited already, with another stance: change that on the page."
    unknown = "write a new one as Author (year): title, or Author (undated): title."
    assert faults(upload) == [
        "Sheet New evidence, cell A6: F9.9 is no indicator of this form.",
        "Sheet New evidence, cell B8: the source is missing.",
        "Sheet New evidence, cell A9: the indicator is missing.",
        "Sheet New evidence, cell C10: this is too long: at most 200 characters.",
        f"Sheet New evidence, cell D11: maybe is not a stance; {stances}.",
        f"Sheet New evidence, cell B7: this is no source of the sheet Sources; {unknown}",
        f"Sheet New evidence, cell D13: {otherwise}",
        "Sheet New evidence, cell B14: 9999 is no year of publication.",
    ]
    save(upload)
    assert draft.ratings.get(indicator__code="F1.1").evidence.filter(source__key="known").count() == 1


def test_fields_that_different_people_changed_are_merged(draft: Assessment, colleague: User) -> None:
    form = downloaded(draft)
    say(draft, colleague, rationale="Better said.", confidence="high")
    upload = uploaded(draft, {"F1!D6": 5}, form)
    [line] = plan_of(upload).to_save
    assert (line.changed, line.kept, line.disputed) == (["answer"], ["confidence", "rationale"], [])
    save(upload)
    assert fields(draft, "F1.1") == (5, "", "Better said.", "high")


def test_a_field_that_both_changed_alike_is_no_conflict(draft: Assessment, colleague: User) -> None:
    form = downloaded(draft)
    say(draft, colleague, score=1)
    assert says_nothing(draft, filled_in(form, {"F1!D6": 1}))


def test_a_field_that_both_changed_is_kept_until_somebody_chooses(draft: Assessment, colleague: User) -> None:
    form = downloaded(draft)
    say(draft, colleague, rationale="Theirs.")
    upload = uploaded(draft, {"F1!F6": "Mine.", "F1!D6": 5, "F1!D7": 3}, form)
    plan = plan_of(upload)
    assert [line.indicator.code for line in plan.conflicts] == ["F1.1"]
    assert [line.indicator.code for line in plan.to_save] == ["F1.2"]
    save(upload)
    assert fields(draft, "F1.1")[2] == "Theirs."
    upload.refresh_from_db()
    [line] = plan_of(upload).conflicts
    chosen = actions.answer_of(line)
    assert (chosen.score, chosen.rationale, chosen.version) == (5, "Mine.", 2)
    actions.settle_upload(upload=upload, answer=chosen, by=draft.assessor, at=AT)
    assert fields(draft, "F1.1") == (5, "", "Mine.", "moderate")
    assert not OfflineUpload.objects.exists()


def test_an_answer_of_which_the_history_knows_nothing_is_never_overwritten(draft: Assessment) -> None:
    form = downloaded(draft)
    upload = uploaded(draft, {"F1!D6": 5}, form)
    upload.mark["versions"]["F1.1"] = 77
    assert [line.indicator.code for line in plan_of(upload).conflicts] == ["F1.1"]


def test_nothing_is_saved_that_was_not_looked_at(draft: Assessment, colleague: User) -> None:
    upload = uploaded(draft, {"F1!D6": 5})
    seen = plan_of(upload).digest()
    say(draft, colleague, confidence="low")
    with pytest.raises(actions.PlanChanged):
        actions.save_upload(upload=upload, seen=seen, by=draft.assessor, at=AT)
    assert fields(draft, "F1.1") == (4, "", "Why F1.1 is 4.", "low")


def test_texts_survive_the_way_there_and_back(draft: Assessment) -> None:
    for text in (
        "=1+1",
        "-1",
        "a\nb\n\nc",
        "\x0bvertical",
        "_x0041_",
        "ends with spaces  ",
        "é漢🕊",
        "'quoted",
    ):
        say(draft, draft.assessor, rationale=text)
        assert says_nothing(draft, downloaded(draft)), text
        assert says_nothing(draft, packed(opened(downloaded(draft)))), text


def test_a_rationale_that_was_left_out_is_left_alone(draft: Assessment) -> None:
    say(draft, draft.assessor, rationale="\U0001f54a" * 20_000)
    assert says_nothing(draft, downloaded(draft))
    save(uploaded(draft, {"F1!D6": 1}))
    assert fields(draft, "F1.1")[2] == "\U0001f54a" * 20_000


def test_forms_of_other_assessments_and_frameworks_are_refused(draft: Assessment) -> None:
    own = make_assessment(
        dyad=draft.dyad, framework=draft.framework, assessor=draft.assessor, answers={"P1.1": 3}
    )
    with pytest.raises(InvalidForm, match=f"another assessment \\({re.escape(str(own))}\\)"):
        taken(draft, downloaded(own))
    hidden = make_assessment(framework=draft.framework)
    with pytest.raises(InvalidForm, match=f"another assessment \\(number {hidden.pk}\\)"):
        taken(draft, downloaded(hidden))
    later = make_assessment(framework=FrameworkFactory(version="2.0"), assessor=draft.assessor)
    with pytest.raises(InvalidForm, match=r"asks the framework small@2\.0; this assessment is made under"):
        taken(draft, downloaded(later))
    assert not OfflineUpload.objects.exists()


def test_a_framework_of_the_same_name_and_other_content_is_refused(draft: Assessment) -> None:
    book = opened(downloaded(draft))
    mark = Mark(draft.pk, draft.framework.name, "0" * 64, {"F1.1": 1, "F1.2": 0, "F5.1": 0}, [])
    book["_mark"]["A2"] = mark.signed()
    with pytest.raises(InvalidForm, match="asks the framework"):
        taken(draft, packed(book))


def test_what_is_not_asked_any_more_is_told(draft: Assessment) -> None:
    form = downloaded(draft)
    assert draft.engagement is not None
    draft.engagement.arrangement = "parallel"
    draft.engagement.save()
    upload = uploaded(Assessment.objects.get(pk=draft.pk), {"F5!D6": 3, "F1!D7": 3}, form)
    assert faults(upload) == ["F5.1 is not asked in this assessment any more: it is not read."]
    assert [line.indicator.code for line in plan_of(upload).to_save] == ["F1.2"]


def test_only_who_writes_the_draft_uploads_and_only_their_own(draft: Assessment, colleague: User) -> None:
    form = filled_in(downloaded(draft), {"F1!D6": 5})
    with pytest.raises(Refused):
        taken(draft, form, analyst(draft.on_behalf_of))
    upload = taken(draft, form)
    seen = plan_of(upload).digest()
    with pytest.raises(Refused):
        actions.save_upload(upload=upload, seen=seen, by=colleague, at=AT)
    actions.discard_upload(upload=upload, by=colleague)
    assert OfflineUpload.objects.get() == upload
    assert not OfflineUpload.objects.visible_to(colleague).exists()
    advance_with_answers(draft)
    with pytest.raises(Refused):
        actions.save_upload(upload=upload, seen=seen, by=draft.assessor, at=AT)
    actions.discard_upload(upload=upload, by=draft.assessor)
    assert not OfflineUpload.objects.exists()


def advance_with_answers(draft: Assessment) -> None:
    answer(draft, {"F1.2": 3, "F5.1": 3})
    advance(draft, State.SUBMITTED)


def test_uploads_are_bounded_in_number_and_in_time(draft: Assessment) -> None:
    for score in range(1, 6):
        uploaded(draft, {"F1!D7": 6})
        say(draft, draft.assessor, score=score)
    with pytest.raises(InvalidForm, match="5 uploads"):
        uploaded(draft, {"F1!D7": 6})
    assert actions.forget_uploads(at=AT + actions.KEPT_FOR) == 0
    OfflineUpload.objects.update(at=timezone.now() - actions.KEPT_FOR)
    forget_offline_uploads(timestamp=0)
    assert not OfflineUpload.objects.exists()
