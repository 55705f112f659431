"""What is complete and may still not fit together: warnings need a reason, prompts only ask to look again."""

from collections.abc import Mapping
from datetime import timedelta

import pytest
from django.test import Client

from assessments.actions.imports import load_framework
from assessments.actions.recording import add_evidence
from assessments.actions.reference import FOLDER
from assessments.actions.submission import Unconfirmed, revise, submit
from assessments.choices import Stance
from assessments.consistency import PROMPT, WARNING, remarks_on
from assessments.models import Assessment, Engagement, Evidence, Framework
from organisations.models import Mission
from tests.factories import (
    AT,
    AdministratorFactory,
    EngagementFactory,
    MissionFactory,
    SourceFactory,
    make_assessment,
)

pytestmark = pytest.mark.django_db
ANSWERS: dict[str, int | str] = {"P1.1": 4, "P1.2": "not_applicable", "PX.1": 2}


def found(assessment: Assessment) -> list[tuple[str, str]]:
    return [(r.check, r.indicator.code if r.indicator else "") for r in remarks_on(assessment)]


def contradict(assessment: Assessment, code: str) -> None:
    Evidence.objects.filter(rating__assessment=assessment, rating__indicator__code=code).update(
        stance=Stance.CONTRADICTS
    )


def test_nothing_is_said_where_nothing_is_odd() -> None:
    assert found(make_assessment(answers=ANSWERS)) == []


def test_a_score_with_only_contrary_evidence() -> None:
    draft = make_assessment(answers=ANSWERS)
    contradict(draft, "P1.1")
    assert found(draft) == [("only-contrary-evidence", "P1.1")]
    indicator = draft.applicable_indicators().get(code="P1.1")
    add_evidence(
        assessment=draft,
        indicator=indicator,
        source=SourceFactory(),
        by=draft.assessor,
        at=AT,
        locator="p. 2",
    )
    assert found(draft) == []


@pytest.fixture
def full() -> Framework:
    load_framework(path=FOLDER / "framework.yaml", by=AdministratorFactory(), at=AT)
    return Framework.objects.get()


def of_field(framework: Framework, scores: Mapping[str, int | str]) -> Assessment:
    """A draft at the field level with these scores, all from one source."""
    return make_assessment(framework=framework, engagement=EngagementFactory(), answers=scores)


def of_missions(*parts: tuple[Mission, str]) -> Engagement:
    engagement: Engagement = EngagementFactory()
    engagement.parts.all().delete()
    for mission, part in parts:
        engagement.parts.create(mission=mission, part=part)
    return engagement


def test_evidence_from_one_source_and_scores_of_one_kind(full: Framework) -> None:
    codes = ("F1.1", "F1.2", "F1.3", "F2.1")
    few = of_field(full, dict.fromkeys(codes, 4))
    assert found(few) == []
    good = of_field(full, dict.fromkeys((*codes, "F2.2"), 4))
    bad = of_field(full, dict.fromkeys((*codes, "F2.2"), 2))
    mixed = of_field(full, dict.fromkeys(codes, 4) | {"F2.2": 2})
    assert [found(draft) for draft in (good, bad, mixed)] == [
        [("one-source", ""), ("one-sided", "")],
        [("one-source", ""), ("one-sided", "")],
        [("one-source", "")],
    ]
    assert [remark.severity for remark in remarks_on(good)] == [WARNING, PROMPT]
    Evidence.objects.filter(rating__assessment=mixed, rating__indicator__code="F2.2").update(
        source=SourceFactory()
    )
    assert found(mixed) == []


@pytest.mark.parametrize(
    ("end", "expected"), [("", [("transition-of-a-running-mission", "F5.3")]), ("2004-06", [])]
)
def test_a_transition_is_rated_when_the_mission_that_hands_over_has_ended(
    full: Framework, end: str, expected: list[tuple[str, str]]
) -> None:
    first, second = MissionFactory(start="2003-06", end=end), MissionFactory(start="2004-06", end="")
    engagement = of_missions((first, "predecessor"), (second, "successor"))
    draft = make_assessment(framework=full, engagement=engagement, answers={"F5.3": 2})
    assert found(draft) == expected


@pytest.mark.parametrize(
    ("end", "period", "outside"),
    [
        ("2004-06", (2003, 2007), False),
        ("2004-06", (2005, 2007), True),
        ("2004-06", (2001, 2002), True),
        ("", (2005, 2007), False),
        ("", (2001, 2002), True),
    ],
)
def test_the_period_touches_the_dates_of_the_missions(
    full: Framework, end: str, period: tuple[int, int], outside: bool
) -> None:
    mission = MissionFactory(start="2003-06", end=end)
    engagement = of_missions((mission, "predecessor"))
    draft = make_assessment(framework=full, engagement=engagement, period=period, answers={"F1.1": 3})
    assert found(draft) == [("period-outside-the-missions", "")] * outside


def test_warnings_need_a_reason_that_reviewers_read() -> None:
    draft = make_assessment(answers=ANSWERS)
    contradict(draft, "P1.1")
    with pytest.raises(Unconfirmed) as unconfirmed:
        submit(assessment=draft, by=draft.assessor, at=AT, reason="  ")
    assert [remark.check for remark in unconfirmed.value.remarks] == ["only-contrary-evidence"]
    draft.refresh_from_db()
    assert draft.state == "draft"
    revision = submit(assessment=draft, by=draft.assessor, at=AT, reason="Two witnesses say so.")
    assert [(remark["check"], remark["indicator"]) for remark in revision.remarks] == [
        ("only-contrary-evidence", "P1.1")
    ]
    assert revision.remarks_reason == "Two witnesses say so."


def test_what_was_found_is_no_part_of_the_digest() -> None:
    returned = make_assessment("returned")
    assert returned.current_revision
    revise(assessment=returned, by=returned.assessor, at=AT + timedelta(days=1))
    again = submit(assessment=returned, by=returned.assessor, at=AT + timedelta(days=1), reason="It stands.")
    assert again.sha256 == returned.current_revision.sha256


def test_the_page_asks_for_the_reason_and_keeps_what_was_typed() -> None:
    draft = make_assessment(answers=ANSWERS)
    contradict(draft, "P1.1")
    client, address = Client(), f"/assessments/{draft.pk}/check/"
    client.force_login(draft.assessor)
    page = client.get(address).content.decode()
    assert "All evidence cited speaks against the answer 4." in page
    assert "Why this can stand" in page
    refused = client.post(address, {"reason": ""})
    assert (refused.status_code, "Say why the warnings can stand." in refused.content.decode()) == (422, True)
    assert client.post(address, {"reason": "Two witnesses."}).status_code == 302
    assert draft.revisions.get().remarks_reason == "Two witnesses."


def test_a_draft_without_warnings_is_not_asked_for_a_reason() -> None:
    draft = make_assessment(answers=ANSWERS)
    client = Client()
    client.force_login(draft.assessor)
    assert "Why this can stand" not in client.get(f"/assessments/{draft.pk}/check/").content.decode()
