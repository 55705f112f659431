"""Scorecards made anew are those that grew with each decision, whatever was decided, in any process."""

import io
import os
import random
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from assessments.actions import assessments as opening
from assessments.actions import recording, review, submission
from assessments.actions import reference as reference_cases
from assessments.actions.calibrations import calibrate
from assessments.actions.recommendations import decide
from assessments.actions.scorecards import bring_up_to_date
from assessments.models import ApprovedRating, Assessment, Finding, Recommendation, Scorecard
from assessments.workflow import Action, next_state
from organisations.models import User
from organisations.roles import Role
from tests.factories import (
    AT,
    DyadFactory,
    EngagementFactory,
    FrameworkFactory,
    MembershipFactory,
    OrganisationFactory,
    analyst,
    answer,
    coordinator,
    make_assessment,
    reader,
    reviewer,
)
from tests.world import RULES

pytestmark = pytest.mark.django_db
IN_THE_FIELD = {
    **RULES[0],
    "code": "field",
    "scope": ["engagement"],
    "addresses": "F1.1",
    "when": {"of": "F1.1", "measure": "n_assessors", "at_least": 1},
}
ACTIONS = {"open", "submit", "start_review", "return_", "revise", "approve", "amend", "withdraw"}
ACTIONS |= {"release", "calibrate"}
DECIDED = {"approve", "withdraw", "amend"}
AT_ONCE = 25
Seen = dict[tuple[str, str], tuple[Any, ...]]


def rebuild() -> None:
    call_command("rebuild_scorecards", stdout=io.StringIO())


def seen() -> Seen:
    """What each person sees of each dyad: the scorecard and its findings, but for the ids of their rows."""
    found: Seen = {}
    for person in User.objects.order_by("pk"):
        if person.memberships.count() > 1:  # what only they see together is calculated when they look
            bring_up_to_date(viewer=person, at=AT)
        for card in Scorecard.objects.visible_to(person).select_related("dyad__first", "dyad__second"):
            found[person.email, card.dyad.slug] = (
                card.revision_ids,
                card.calibration_id,
                card.sha256,
                card.content,
                findings(card),
            )
    return found


def findings(card: Scorecard) -> list[tuple[Any, ...]]:
    fields = ("rule__code", "engagement", "target", "kind", "priority", "text", "inputs", "rating_ids")
    return list(card.findings.order_by("pk").values_list(*fields, "recommendation"))


def recommendations() -> list[dict[str, Any]]:
    return list(Recommendation.objects.order_by("pk").values())


def of_rebuilt() -> Seen:
    """What is seen after a rebuild that is taken back: the rows stay those that grew."""
    with transaction.atomic():
        rebuild()
        found = seen()
        transaction.set_rollback(True)
    return found


def load_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reference cases, scored by their approvals and the calibration alone."""
    with monkeypatch.context() as patch:
        patch.setattr(reference_cases, "rebuild", lambda **_kwargs: 0)
        reference_cases.load_reference(at=AT)


def answer_without_evidence(assessment: Assessment, answers: Mapping[str, int | str]) -> None:
    indicators = {indicator.code: indicator for indicator in assessment.applicable_indicators()}
    given = [
        recording.AnswerInput(
            indicator=indicators[code],
            score=value if isinstance(value, int) else None,
            non_score=value if isinstance(value, str) else "",
            rationale="As far as is known.",
            confidence="low",
        )
        for code, value in answers.items()
    ]
    recording.save_ratings(assessment=assessment, answers=given, by=assessment.assessor, at=AT)


class Work:
    """People of three organisations and all they may do, in an order that ``chance`` decides.

    ``calibrations`` is their share in what is done; more than ``most`` approved ones are rather withdrawn;
    ``unsupported`` is the share of assessments without evidence.
    """

    def __init__(
        self, seed: int, calibrations: float = 0.04, most: int = 100, unsupported: float = 0
    ) -> None:
        self.calibrations, self.most, self.unsupported = calibrations, most, unsupported
        self.chance = random.Random(seed)  # noqa: S311 - a sequence that can be repeated
        self.framework = FrameworkFactory(rules=[*RULES, IN_THE_FIELD])
        self.organisations = [OrganisationFactory() for _ in range(3)]
        one, two, three = self.organisations
        self.engagement = EngagementFactory(dyad=DyadFactory(first=one, second=two))
        self.dyads = [self.engagement.dyad, DyadFactory(first=two, second=three)]
        self.analysts = {o.pk: [analyst(o), analyst(o)] for o in self.organisations}
        self.reviewers = {o.pk: reviewer(o) for o in self.organisations}
        self.coordinators = {o.pk: coordinator(o) for o in self.organisations}
        reader(three)
        in_both = reader(one)
        MembershipFactory(user=in_both, organisation=two, role=Role.ANALYST)
        self.done: list[str] = []

    def step(self) -> None:
        """One thing that is possible now. What sets work back is rarer, so that enough gets approved."""
        often = {"withdraw": 0.1, "return_": 0.3, "amend": 0.4}
        assessments = list(Assessment.objects.exclude(state__in=["superseded", "withdrawn"]).order_by("pk"))
        if sum(assessment.state == "approved" for assessment in assessments) > self.most:
            often["withdraw"] = 1
        amended = {assessment.amends_id for assessment in assessments}
        possible: list[tuple[str, Callable[[], object]]] = [
            (action, partial(getattr(self, action), assessment))
            for assessment in self.chance.sample(assessments, min(len(assessments), AT_ONCE))
            for action in sorted(ACTIONS - {"open", "calibrate"})
            if self.chance.random() < often.get(action, 1)
            and next_state(assessment.state, Action(action.strip("_")))
            and not (action == "amend" and assessment.pk in amended)
            and not (action == "approve" and assessment.state != "in_review")
        ]
        if len(possible) < 5 or self.chance.random() < 0.2:
            possible = [("open", self.open)]
        if self.chance.random() < self.calibrations:
            possible = [("calibrate", partial(calibrate, framework=self.framework, at=AT))]
        name, act = self.chance.choice(possible)
        act()
        self.done.append(name)

    def open(self) -> None:
        organisation = self.chance.choice(self.organisations)
        engagement = self.chance.choice([None, self.engagement])
        assessment = opening.open_assessment(
            by=self.chance.choice(self.analysts[organisation.pk]),
            on_behalf_of=organisation,
            dyad=engagement.dyad if engagement else self.chance.choice(self.dyads),
            engagement=engagement,
            framework=self.framework,
            period=(2003, 2007),
            basis="After-action review",
            at=AT,
        )
        answers: list[int | str] = [1, 2, 3, 4, 5, "insufficient_evidence"]
        codes = [indicator.code for indicator in assessment.applicable_indicators()]
        given = {code: self.chance.choice(answers) for code in codes}
        if self.unsupported and self.chance.random() < self.unsupported:
            answer_without_evidence(assessment, given)
        else:
            answer(assessment, given)

    def submit(self, assessment: Assessment) -> None:
        submission.submit(assessment=assessment, by=assessment.assessor, at=AT, reason="It stands.")

    def start_review(self, assessment: Assessment) -> None:
        review.start_review(assessment=assessment, by=self.reviewers[assessment.on_behalf_of_id], at=AT)

    def return_(self, assessment: Assessment) -> None:
        assert assessment.current_revision
        by = self.reviewers[assessment.on_behalf_of_id]
        review.return_for_changes(revision=assessment.current_revision, by=by, reason="Why?", at=AT)

    def approve(self, assessment: Assessment) -> None:
        assert assessment.current_revision
        by = self.reviewers[assessment.on_behalf_of_id]
        review.approve(revision=assessment.current_revision, by=by, at=AT)

    def revise(self, assessment: Assessment) -> None:
        submission.revise(assessment=assessment, by=assessment.assessor, at=AT)

    def amend(self, assessment: Assessment) -> None:
        amendment = opening.amend(assessment=assessment, by=assessment.assessor, at=AT)
        answer(amendment, {amendment.applicable_indicators()[0].code: self.chance.randint(1, 5)})

    def withdraw(self, assessment: Assessment) -> None:
        opening.withdraw(assessment=assessment, by=assessment.assessor, at=AT)

    def release(self, assessment: Assessment) -> None:
        opening.release(
            assessment=assessment,
            to=self.chance.sample(self.organisations, self.chance.randint(0, 2)),
            to_all=self.chance.random() < 0.3,
            by=self.coordinators[assessment.on_behalf_of_id],
            at=AT,
        )


def test_the_reference_cases_are_scored_by_their_approvals(monkeypatch: pytest.MonkeyPatch) -> None:
    load_reference(monkeypatch)
    grown, proposed = seen(), recommendations()
    assert {dyad for _person, dyad in grown} == {"UN-EU", "UN-NATO", "UN-AU"}
    rebuild()
    assert seen() == grown
    assert recommendations() == proposed


@pytest.mark.parametrize("seed", [1, 5])
def test_any_sequence_of_decisions_leads_to_the_scorecards_of_a_rebuild(seed: int) -> None:
    work = Work(seed)
    for _part in range(4):
        for _step in range(25):
            work.step()
        grown = seen()
        assert of_rebuilt() == grown, work.done
    assert set(work.done) == ACTIONS, "the sequence does too little to show anything"
    assert len({sha256 for _revisions, _calibration, sha256, *_rest in grown.values()}) > 3
    assert Finding.objects.filter(rule__code="field").exists()


# In one transaction rows that were replaced would stay and be read again and again.
@pytest.mark.django_db(transaction=True)
def test_500_decisions_lead_to_the_scorecards_of_a_rebuild() -> None:
    work = Work(3, calibrations=0.01, most=12, unsupported=0.8)
    while sum(name in DECIDED for name in work.done) < 500:
        work.step()
    grown, calculated = seen(), Scorecard.objects.count()
    assert calculated > 300
    assert {name: work.done.count(name) > 50 for name in DECIDED} == dict.fromkeys(DECIDED, True)
    rebuild()
    assert seen() == grown


def test_a_rebuild_again_changes_nothing() -> None:
    work = Work(1)
    for _step in range(60):
        work.step()
    rebuild()
    once, counted = seen(), (Scorecard.objects.count(), Finding.objects.count(), recommendations())
    assert once
    rebuild()
    assert seen() == once
    assert (Scorecard.objects.count(), Finding.objects.count(), recommendations()) == counted


def test_decisions_on_recommendations_survive() -> None:
    framework = FrameworkFactory(rules=RULES)
    organisation = make_assessment("approved", framework=framework, released_to_all=True).on_behalf_of
    recommendation = Recommendation.objects.get()
    person = coordinator(recommendation.dyad.first)
    decide(recommendation=recommendation, accept=False, by=person, at=AT, reason="It is done already.")
    before = recommendations()
    rebuild()
    assert recommendations() == before
    assert [row["status"] for row in before] == ["declined"]
    finding = Finding.objects.visible_to(reader(organisation)).get()
    assert finding.recommendation == recommendation


def test_a_corrupted_scorecard_is_repaired() -> None:
    make_assessment("approved", framework=FrameworkFactory(rules=RULES), released_to_all=True)
    right = seen()
    assert right
    Finding.objects.all().delete()
    Scorecard.objects.update(content={"levels": []}, sha256="0" * 64)
    assert seen() != right
    rebuild()
    assert seen() == right


def test_approved_ratings_are_written_anew_from_their_revisions() -> None:
    make_assessment("approved", framework=FrameworkFactory(rules=RULES), released_to_all=True)
    make_assessment("submitted")
    fields = [field.attname for field in ApprovedRating._meta.concrete_fields if not field.primary_key]
    rows = ApprovedRating.objects.order_by("rating_id").values_list(*fields)
    right, cards = list(rows), seen()
    assert right
    ApprovedRating.objects.filter(indicator__code="P1.1").delete()
    ApprovedRating.objects.update(score=1)
    rebuild()
    assert (list(rows.all()), seen()) == (right, cards)


def test_what_nobody_may_see_any_longer_goes() -> None:
    assessment = make_assessment("approved", framework=FrameworkFactory(rules=RULES))
    opening.withdraw(assessment=assessment, by=assessment.assessor, at=AT)
    rebuild()
    assert not Scorecard.objects.exists()
    assert not Finding.objects.exists()


def test_the_command_says_what_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    framework = FrameworkFactory()
    make_assessment("approved", framework=framework)
    call_command("rebuild_scorecards")
    assert capsys.readouterr().out == f"{framework.name}: 1 scorecards\n"


@pytest.mark.django_db(transaction=True)
def test_another_process_finds_the_same() -> None:
    """Hashes of texts differ there, and so the order of every set."""
    reference_cases.load_reference(at=AT)
    here, ids = seen(), set(Scorecard.objects.values_list("pk", flat=True))
    address = os.environ["DATABASE_URL"].rpartition("/")[0]
    subprocess.run(
        [sys.executable, "manage.py", "rebuild_scorecards"],
        env={
            **os.environ,
            "DATABASE_URL": f"{address}/{connection.settings_dict['NAME']}",
            "PYTHONHASHSEED": "1" if os.environ.get("PYTHONHASHSEED") == "2" else "2",
        },
        cwd=settings.BASE_DIR, capture_output=True, timeout=120, check=True,
    )  # fmt: skip
    assert ids.isdisjoint(Scorecard.objects.values_list("pk", flat=True))
    assert seen() == here
