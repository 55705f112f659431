"""The life of calibrations: proposed with what they would move, put in force, rejected, replaced."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, ProgrammingError, transaction
from procrastinate.contrib.django import app

from assessments.actions.assessments import release
from assessments.actions.calibrations import calibrate, propose_calibration, put_in_force, reject
from assessments.choices import CalibrationStatus, State
from assessments.models import Assessment, Calibration, Framework, Scorecard
from assessments.policy import Refused
from assessments.scoring.results import ScorecardResult
from organisations.models import Dyad, User
from organisations.roles import Role
from tests.factories import (
    AT,
    AdministratorFactory,
    DyadFactory,
    FrameworkFactory,
    UserFactory,
    coordinator,
    make_assessment,
    member,
    reader,
)
from tests.world import RULE

pytestmark = pytest.mark.django_db

LATER = AT + timedelta(days=1)
HIGH = {**RULE, "code": "high", "when": {"of": "P1.1", "measure": "score", "at_least": 3.2}}
LOW = {**RULE, "code": "low", "when": {"of": "P1.1", "measure": "score", "at_most": 3.2}}
LOW["finding"] = "{dyad}: {target} is low."


@pytest.fixture
def framework() -> Framework:
    framework: Framework = FrameworkFactory(version="1.0", rules=[HIGH, LOW])
    return framework


def rated(framework: Framework, score: int, dyad: Dyad | None = None, **fields: Any) -> Assessment:
    """An approved assessment of a new dyad at the political level, released to all unless said otherwise."""
    fields.setdefault("released_to_all", True)
    answers = {"P1.1": score, "P1.2": score}
    return make_assessment(
        State.APPROVED, framework=framework, dyad=dyad or DyadFactory(), answers=answers, **fields
    )


def proposed(framework: Framework) -> Calibration:
    """A proposal that follows a first calibration, as a second dyad was rated higher."""
    rated(framework, 3)
    propose_calibration(framework=framework, at=AT)
    rated(framework, 5)
    return propose_calibration(framework=framework, at=LATER)


def statuses(framework: Framework) -> list[tuple[int, str]]:
    return list(framework.calibrations.order_by("number").values_list("number", "status"))


def test_the_first_goes_into_force_at_once(framework: Framework) -> None:
    rated(framework, 4)
    calibration = propose_calibration(framework=framework, at=AT)
    assert (calibration.number, calibration.status, calibration.report) == (1, "in_force", {})
    assert (calibration.decided_at, calibration.decided_by, calibration.proposed_by) == (AT, None, None)
    assert calibration.values.levels["political"].mean_of("P1.1") == 4
    assert calibration.sha256 == calibration.values.digest()
    assert Scorecard.objects.under_calibration_in_force().get().calibration == calibration


def test_a_proposal_changes_nothing_until_it_is_put_in_force(framework: Framework) -> None:
    proposal = proposed(framework)
    assert statuses(framework) == [(1, "in_force"), (2, "proposed")]
    before = Scorecard.objects.under_calibration_in_force()
    assert {card.calibration.number for card in before if card.calibration} == {1}
    assert before.count() == 2
    put_in_force(calibration=proposal, at=LATER)
    assert statuses(framework) == [(1, "replaced"), (2, "in_force")]
    after = Scorecard.objects.under_calibration_in_force()
    assert {card.calibration_id for card in after} == {proposal.pk}
    assert after.count() == 2
    first = framework.calibrations.get(number=1)
    assert (first.decided_at, first.replaced_at) == (AT, LATER)


def test_what_says_the_same_is_not_proposed_again(framework: Framework) -> None:
    rated(framework, 3)
    first = propose_calibration(framework=framework, at=AT)
    assert propose_calibration(framework=framework, at=LATER) == first
    rated(framework, 5)
    second = propose_calibration(framework=framework, at=LATER)
    assert propose_calibration(framework=framework, at=LATER) == second
    assert statuses(framework) == [(1, "in_force"), (2, "proposed")]


def test_a_new_proposal_replaces_an_undecided_one(framework: Framework) -> None:
    proposed(framework)
    rated(framework, 1)
    third = propose_calibration(framework=framework, at=LATER)
    assert statuses(framework) == [(1, "in_force"), (2, "replaced"), (3, "proposed")]
    assert third.report["number"] == 1
    second = framework.calibrations.get(number=2)
    assert not second.was_in_force
    assert second.replaced_at == LATER


def test_a_proposal_ends_when_what_it_rests_on_is_taken_back(framework: Framework) -> None:
    rated(framework, 3)
    first = propose_calibration(framework=framework, at=AT)
    assessment = rated(framework, 5)
    propose_calibration(framework=framework, at=LATER)
    release(assessment=assessment, to=[], to_all=False, by=coordinator(assessment.on_behalf_of), at=LATER)
    assert propose_calibration(framework=framework, at=LATER) == first
    assert statuses(framework) == [(1, "in_force"), (2, "replaced")]


def test_what_was_rejected_is_not_proposed_again_by_itself(framework: Framework) -> None:
    proposal, administrator = proposed(framework), AdministratorFactory()
    rejected = reject(calibration=proposal, reason=" One dyad only. ", by=administrator, at=LATER)
    assert (rejected.status, rejected.reason, rejected.decided_by) == (
        "rejected",
        "One dyad only.",
        administrator,
    )
    assert propose_calibration(framework=framework, at=LATER) == proposal
    assert statuses(framework) == [(1, "in_force"), (2, "rejected")]
    again = calibrate(framework=framework, at=LATER)
    assert statuses(framework) == [(1, "replaced"), (2, "rejected"), (3, "in_force")]
    assert again.sha256 == proposal.sha256


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_rejecting_needs_a_reason(framework: Framework, reason: str) -> None:
    proposal = proposed(framework)
    with pytest.raises(ValidationError, match="Say why"):
        reject(calibration=proposal, reason=reason, at=LATER)
    assert statuses(framework)[-1] == (2, "proposed")


def test_frameworks_count_for_themselves(framework: Framework) -> None:
    proposed(framework)
    other = FrameworkFactory(version="2.0")
    rated(other, 2)
    assert propose_calibration(framework=other, at=AT).number == 1
    assert statuses(framework) == [(1, "in_force"), (2, "proposed")]


DECISIONS: dict[str, Callable[..., Calibration]] = {
    "put in force": put_in_force,
    "reject": lambda **given: reject(reason="No.", **given),
}


def in_state(framework: Framework, status: str) -> Calibration:
    proposal = proposed(framework)
    if status == CalibrationStatus.REJECTED:
        return reject(calibration=proposal, reason="No.", at=LATER)
    if status == CalibrationStatus.IN_FORCE:
        return put_in_force(calibration=proposal, at=LATER)
    if status == CalibrationStatus.REPLACED:
        put_in_force(calibration=proposal, at=LATER)
        return framework.calibrations.get(number=1)
    return proposal


@pytest.mark.parametrize("status", CalibrationStatus.values)
@pytest.mark.parametrize("decision", DECISIONS)
def test_only_proposals_are_decided_on(framework: Framework, status: str, decision: str) -> None:
    calibration = in_state(framework, status)
    assert calibration.status == status
    before = statuses(framework)
    if status == CalibrationStatus.PROPOSED:
        DECISIONS[decision](calibration=calibration, by=AdministratorFactory(), at=LATER)
        assert statuses(framework) != before
        return
    with pytest.raises(Refused, match="Only a proposed calibration"):
        DECISIONS[decision](calibration=calibration, by=AdministratorFactory(), at=LATER)
    assert statuses(framework) == before


def people(dyad: Dyad) -> dict[str, User]:
    by_role = {role.value: member(dyad.first, role) for role in Role}
    return by_role | {
        "nobody": UserFactory(),
        "administrator": AdministratorFactory(),
        "suspended administrator": AdministratorFactory(is_active=False),
    }


def test_only_administrators_decide_and_propose(framework: Framework) -> None:
    proposal = proposed(framework)
    seen = people(DyadFactory())
    for name, person in seen.items():
        if name == "administrator":
            continue
        for decide in DECISIONS.values():
            with pytest.raises(Refused, match="Only administrators decide"):
                decide(calibration=proposal, by=person, at=LATER)
        with pytest.raises(Refused, match="Only administrators propose"):
            propose_calibration(framework=framework, by=person, at=LATER)
    assert statuses(framework) == [(1, "in_force"), (2, "proposed")]
    assert propose_calibration(framework=framework, by=seen["administrator"], at=LATER) == proposal
    done = put_in_force(calibration=proposal, by=seen["administrator"], at=LATER)
    assert (done.decided_by, done.decided_at) == (seen["administrator"], LATER)


def test_who_reads_what_is_released_reads_calibrations(framework: Framework) -> None:
    proposed(framework)
    sees = {
        name: Calibration.objects.visible_to(person).count() for name, person in people(DyadFactory()).items()
    }
    assert sees.pop("nobody") == 0
    assert sees.pop("suspended administrator") == 0
    assert set(sees.values()) == {2}


def test_the_database_allows_one_in_force_and_keeps_records(framework: Framework) -> None:
    put_in_force(calibration=proposed(framework), at=LATER)
    fields = {"framework": framework, "record": {}, "sha256": "", "created_at": AT}
    with pytest.raises(IntegrityError, match="calibration_one_in_force"), transaction.atomic():
        Calibration.objects.create(number=3, status="in_force", decided_at=AT, **fields)
    with pytest.raises(IntegrityError, match="calibration_number_unique"), transaction.atomic():
        Calibration.objects.create(number=2, **fields)
    with pytest.raises(IntegrityError, match="calibration_status_has_its_dates"), transaction.atomic():
        Calibration.objects.create(number=3, status="rejected", decided_at=AT, **fields)
    with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
        framework.calibrations.filter(number=1).update(record={})
    with pytest.raises(ProgrammingError, match="transition"), transaction.atomic():
        framework.calibrations.filter(number=2).update(status="proposed")


def cards(framework: Framework, viewer: User) -> dict[str, ScorecardResult]:
    found = Scorecard.objects.visible_to(viewer).filter(framework=framework).select_related("dyad__first")
    return {card.dyad.slug: ScorecardResult.from_dict(card.content) for card in found}


def test_the_report_says_what_moved_when_it_is_put_in_force(framework: Framework) -> None:
    viewer = reader(DyadFactory().first)
    proposal = proposed(framework)
    before = cards(framework, viewer)
    put_in_force(calibration=proposal, at=LATER)
    after = cards(framework, viewer)
    assert len(before) == len(after) == proposal.report["n_dyads"] == 2
    expected = {
        (dyad, code): (old.score, new.score, new.score - old.score)
        for dyad, result in after.items()
        for code, new in result.figures().items()
        for old in [before[dyad].figures()[code]]
        if new.score is not None and old.score is not None and abs(new.score - old.score) > 0.01
    }
    assert len(expected) == 8
    told = {
        (dyad["dyad"], row["code"]): (row["before"], row["after"], row["difference"])
        for dyad in proposal.report["dyads"]
        for row in dyad["figures"]
    }
    assert told == {key: pytest.approx(values) for key, values in expected.items()}


def test_the_report_has_means_variances_and_findings(framework: Framework) -> None:
    report = proposed(framework).report
    political, field = report["levels"]
    mean = political["means"][0]
    assert (mean.pop("code"), mean) == ("P1.1", pytest.approx({"before": 3, "after": 4, "difference": 1}))
    assert {row["difference"] for row in political["components"]} == {0}
    assert (field["level"], {row["difference"] for row in field["means"]}) == ("field", {0})
    dyad = next(dyad for dyad in report["dyads"] if dyad["started"])
    assert dyad["stopped"] == [f"{dyad['dyad']}: P1.1 Indicator P1.1 is low."]
    assert dyad["started"] == [f"{dyad['dyad']}: P1.1 Indicator P1.1 was assessed."]
    assert all(dyad["statuses"] == [] for dyad in report["dyads"])


def test_the_report_rests_on_what_everybody_sees(framework: Framework) -> None:
    """Private assessments change neither figures nor dyads in it; conflicts change figures, not means."""
    dyad = DyadFactory()
    rated(framework, 3, dyad)
    propose_calibration(framework=framework, at=AT)
    rated(framework, 5)
    without = propose_calibration(framework=framework, at=LATER)
    hidden, partly = DyadFactory(), DyadFactory()
    rated(framework, 1, dyad, released_to_all=False)
    rated(framework, 1, hidden, released_to_all=False)
    rated(framework, 1, partly, released_to_all=False, released_to=[dyad.first])
    reject(calibration=without, reason="To compare.", at=LATER)
    again = propose_calibration(framework=framework, at=LATER, even_if_rejected=True)
    assert again != without
    assert (again.sha256, again.report) == (without.sha256, without.report)
    told = str(again.report)
    assert dyad.slug in told
    assert hidden.slug not in told
    assert partly.slug not in told


def test_the_command_proposes_and_says_what_would_move(framework: Framework) -> None:
    rated(framework, 3)
    call_command("calibrate", stdout=StringIO())
    rated(framework, 5)
    out = StringIO()
    call_command("calibrate", stdout=out)
    assert statuses(framework) == [(1, "in_force"), (2, "proposed")]
    text = out.getvalue()
    assert "Calibration 2 is proposed since" in text
    assert "Compared with calibration 1, 2 of 2 dyads move." in text
    assert "P1.1 Indicator P1.1: 3.00 → 4.00 (+1.00)" in text
    assert "The variances stay." in text
    assert "No longer a finding:" in text
    out = StringIO()
    call_command("calibrate", "--put-in-force", stdout=out)
    assert "Calibration 2 has been in force since" in out.getvalue()
    assert statuses(framework) == [(1, "replaced"), (2, "in_force")]
    call_command("calibrate", "--put-in-force", stdout=StringIO())
    assert len(statuses(framework)) == 2


def test_the_clock_proposes_every_night(framework: Framework) -> None:
    rated(framework, 3)
    task = app.tasks["propose_calibrations"]
    task.func(timestamp=0)
    assert statuses(framework) == [(1, "in_force")]
    rated(framework, 5)
    task.func(timestamp=0)
    task.func(timestamp=0)
    assert statuses(framework) == [(1, "in_force"), (2, "proposed")]
    assert ("propose_calibrations", "41 2 * * *") in {
        (periodic.task.name, periodic.cron) for periodic in app.periodic_registry.periodic_tasks.values()
    }
