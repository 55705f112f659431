"""Where members of a panel disagree, the discussion, and adjudicated values with their four eyes."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.test import Client

from assessments.actions.adjudication import AdjudicatedMeanwhile, adjudicate, conclude, discuss
from assessments.actions.assessments import release
from assessments.actions.panels import (
    leave,
)
from assessments.actions.review import approve, return_for_changes, start_review
from assessments.actions.submission import revise, submit
from assessments.disagreement import items_of
from assessments.models import Adjudication, Assessment, Panel, PanelMember
from assessments.policy import Refused
from organisations.models import User
from tests.factories import (
    AT,
    OrganisationFactory,
    analyst,
    answer,
    coordinator,
    reviewer,
)
from tests.panel_world import Setting, assessment_of, rate

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(hours=1)


@pytest.fixture
def setting() -> Setting:
    return Setting()


def test_a_changed_answer_stands_beside_the_first_one(setting: Setting, client: Client) -> None:
    panel = setting.opened({"P1.1": 5}, {"P1.1": 2})
    mine = assessment_of(panel, setting.people[0])
    revision = start_review(assessment=mine, by=setting.chair, at=LATER)
    return_for_changes(revision=revision, by=setting.chair, reason="Look again.", at=LATER)
    revise(assessment=mine, by=setting.people[0], at=LATER)
    answer(mine, {"P1.1": 3})
    submit(assessment=mine, by=setting.people[0], at=LATER)
    [item] = [item for item in items_of(panel) if item.disagrees]
    first, second = item.answers
    assert (first.answer["score"], first.later["score"], second.later) == (5, 3, None)  # type: ignore[index]
    client.force_login(setting.by)
    page = client.get(f"{panel.get_absolute_url()}P1.1/").content.decode()
    assert "Changed after the opening" in page
    assert "revision 2 after the opening" in client.get(panel.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        (({"P1.1": 4}, {"P1.1": 5}), []),
        (({"P1.1": 3}, {"P1.1": 5}), [("P1.1", 2, False)]),
        (({"P1.1": 1}, {"P1.1": 2}, {"P1.1": 3}), [("P1.1", 2, False)]),
        (({"P1.1": 3}, {"P1.1": "insufficient_evidence"}), [("P1.1", 0, True)]),
        (({"PX.1": 3}, {"PX.1": "not_applicable"}), [("PX.1", 0, True)]),
        (({"P1.1": "not_applicable"}, {"P1.1": "insufficient_evidence"}), []),
        (({"P1.1": 5}, {"P1.1": 1}, {"P1.1": "not_applicable"}), [("P1.1", 4, True)]),
    ],
)
def test_what_counts_as_disagreement(setting: Setting, scores: Any, expected: Any) -> None:
    panel = setting.opened(*scores)
    found = [(i.indicator.code, i.spread, i.scored_and_unscored) for i in items_of(panel) if i.disagrees]
    assert found == expected


def test_a_value_is_adjudicated_beside_the_answers(setting: Setting) -> None:
    panel = setting.opened({"P1.1": 5}, {"P1.1": 2})
    before = list(Assessment.objects.order_by("pk").values_list("state", "version", "current_revision"))
    decided = setting.adjudicate(panel, by=setting.chair)
    assert (decided.score, decided.decided_by) == (3, setting.chair)
    assert (
        list(Assessment.objects.order_by("pk").values_list("state", "version", "current_revision")) == before
    )
    with pytest.raises(AdjudicatedMeanwhile):
        setting.adjudicate(panel, score=4)
    second = setting.adjudicate(panel, score=None, non_score="insufficient_evidence", read=decided.pk)
    assert list(panel.adjudications.standing()) == [second]
    assert panel.adjudications.count() == 2


def test_who_adjudicates(setting: Setting) -> None:
    panel = setting.opened({"P1.1": 5}, {"P1.1": 2})
    for by in (*setting.people, reviewer(setting.own), coordinator(OrganisationFactory())):
        with pytest.raises(Refused):
            setting.adjudicate(panel, by=by)
    with pytest.raises(ValidationError, match="nothing to adjudicate"):
        setting.adjudicate(panel, code="P1.2")
    for wrong in ({"reason": " "}, {"score": 6}, {"score": None}):
        with pytest.raises(ValidationError):
            setting.adjudicate(panel, **wrong)


def test_who_has_rated_never_adjudicates_whatever_their_roles(setting: Setting) -> None:
    """Also who has left, and in the database as well."""
    setting.people[0].memberships.create(organisation=setting.own, role="coordinator")
    panel = setting.panel(3)
    leave(panel=panel, reason="Moved on.", by=setting.people[0], at=AT)
    for person, score in zip(setting.people[1:], (5, 1), strict=True):
        rate(panel, person, {"P1.1": score})
    indicator = assessment_of(panel, setting.people[1]).applicable_indicators()[0]
    values: dict[str, Any] = {"score": 3, "non_score": "", "reason": "R", "read": 0, "at": AT}
    with pytest.raises(Refused, match="four eyes"):
        adjudicate(panel=panel, indicator=indicator, by=setting.people[0], **values)
    with pytest.raises(DatabaseError, match="cannot adjudicate"), transaction.atomic():
        Adjudication.objects.create(
            panel=panel,
            indicator=indicator,
            score=3,
            reason="R",
            decided_by=setting.people[0],
            decided_at=AT,
        )
    kept = adjudicate(panel=panel, indicator=indicator, by=setting.by, **values)
    with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
        Adjudication.objects.filter(pk=kept.pk).update(score=5)


def test_members_do_not_review_one_another(setting: Setting) -> None:
    setting.people[0].memberships.create(organisation=setting.own, role="reviewer")
    panel = setting.opened({"P1.1": 5}, {"P1.1": 2})
    with pytest.raises(Refused, match="rated for the same panel"):
        start_review(assessment=assessment_of(panel, setting.people[1]), by=setting.people[0], at=AT)


def test_discussion_in_threads(setting: Setting) -> None:
    panel = setting.opened({"P1.1": 5}, {"P1.1": 2})
    indicator = assessment_of(panel, setting.people[0]).applicable_indicators()[0]
    place: dict[str, Any] = {"panel": panel, "indicator": indicator, "at": AT}
    first = discuss(text="Which year?", by=setting.people[0], **place)
    reply = discuss(text="2006.", by=setting.chair, parent=first, **place)
    assert discuss(text="Thanks.", by=setting.by, parent=reply, **place).parent == first
    with pytest.raises(Refused, match="Members, the chair"):
        discuss(text="Me too.", by=reviewer(setting.own), **place)
    with pytest.raises(Refused, match="Your role"):
        discuss(text="Me too.", by=analyst(OrganisationFactory()), **place)
    with pytest.raises(ValidationError, match="Write something"):
        discuss(text=" ", by=setting.by, **place)


def test_concluding_needs_every_disagreement_adjudicated(setting: Setting) -> None:
    panel = setting.opened({"P1.1": 5, "P1.2": 5}, {"P1.1": 2, "P1.2": 1})
    setting.adjudicate(panel)
    with pytest.raises(ValidationError, match=r"Still to adjudicate: P1\.2"):
        conclude(panel=panel, by=setting.by, at=AT)
    setting.adjudicate(panel, code="P1.2")
    conclude(panel=panel, by=setting.chair, at=LATER)
    panel.refresh_from_db()
    assert (panel.state, panel.ended_by) == ("concluded", setting.chair)
    with pytest.raises(Refused, match="not possible while"):
        setting.adjudicate(panel, read=panel.adjudications.latest("pk").pk)


def approve_all(setting: Setting, panel: Panel) -> None:
    for member in PanelMember.objects.filter(panel=panel):
        revision = start_review(assessment=member.assessment, by=setting.chair, at=LATER)
        approve(revision=revision, by=setting.chair, at=LATER)


def test_the_value_is_shown_on_the_drill_down_to_who_may_know_it(setting: Setting, client: Client) -> None:
    """The organisation's people; others once concluded, when all answers behind it are released to them."""
    panel = setting.opened({"P1.1": 5}, {"P1.1": 2})
    setting.adjudicate(panel)
    approve_all(setting, panel)
    stranger = analyst(OrganisationFactory())

    def shown(person: User) -> bool:
        client.force_login(person)
        page = client.get(f"{setting.dyad.get_absolute_url()}political/")
        return "Adjudicated beside the answers" in page.content.decode()

    first, second = Assessment.objects.filter(panel_member__panel=panel).order_by("pk")
    release(assessment=first, to=[], to_all=True, by=setting.by, at=LATER)
    assert (shown(setting.chair), shown(stranger)) == (True, False)
    conclude(panel=panel, by=setting.by, at=LATER)
    assert not shown(stranger)
    release(assessment=second, to=[], to_all=True, by=setting.by, at=LATER)
    assert shown(stranger)


def test_scores_rest_on_the_answers_and_not_on_the_value(setting: Setting) -> None:
    panel = setting.opened({"P1.1": 5}, {"P1.1": 1})
    setting.adjudicate(panel, score=4)
    approve_all(setting, panel)
    scores = [
        rating.score
        for member in PanelMember.objects.filter(panel=panel)
        for rating in member.assessment.approved_ratings.filter(indicator__code="P1.1")
    ]
    assert scores == [5, 1]
