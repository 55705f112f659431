"""Answers as arrays: what they hold, and that a calibration of them is that of the answers one by one."""

import numpy as np
import pytest

from assessments import scorecards
from assessments.actions.generation import generate_data
from assessments.choices import State
from assessments.models import ApprovedRating, Framework
from assessments.rating_arrays import released_ratings
from assessments.scoring.calibration import calibrate
from tests.factories import AT, DyadFactory, EngagementFactory, FrameworkFactory, make_assessment

pytestmark = pytest.mark.django_db


@pytest.fixture
def framework() -> Framework:
    framework: Framework = FrameworkFactory(version="1.0")
    return framework


def test_the_arrays_hold_every_answer(framework: Framework) -> None:
    assert len(released_ratings(framework)) == 0
    make_assessment(
        State.APPROVED,
        engagement=EngagementFactory(),
        framework=framework,
        answers={"F1.1": "insufficient_evidence", "F1.2": "not_applicable", "F5.1": 5},
        released_to_all=True,
    )
    make_assessment(State.APPROVED, dyad=DyadFactory(), framework=framework, released_to_all=True)
    found = released_ratings(framework)
    rows = ApprovedRating.objects.order_by("rating_id")
    assert found.rating.tolist() == [row.rating_id for row in rows]
    assert found.answer.tolist() == [0, -1, 5, 3, 3, 3]
    assert found.case.tolist() == [row.engagement_id or -20032007 for row in rows]
    assert found.indicator.tolist() == [row.indicator_id for row in rows]
    assert found.assessor.tolist() == [row.assessor_id for row in rows]
    assert found.conflict.tolist() == [False] * 6
    ids = found.indicator[[2, 0]].tolist()
    assert found.positions(ids).tolist() == [1, -1, 0, -1, -1, -1]
    assert found.positions([]).tolist() == [-1] * 6


def test_no_answer_is_left_out_or_added(framework: Framework) -> None:
    make_assessment(State.APPROVED, framework=framework, dyad=DyadFactory())
    generate_data(framework=framework, ratings=600, seed=5, at=AT, released=0.6)
    found = released_ratings(framework)
    rows = ApprovedRating.objects.filter(assessment__released_to_all=True)
    assert 0 < len(found) == rows.count() < ApprovedRating.objects.count()
    scored = dict(rows.filter(score__isnull=False).values_list("rating_id", "score"))
    pairs = zip(found.rating.tolist(), found.answer.tolist(), strict=True)
    assert {rating: answer for rating, answer in pairs if answer > 0} == scored
    assert np.all(np.diff(found.rating) > 0)


def test_a_calibration_of_arrays_is_that_of_answers(framework: Framework) -> None:
    generate_data(framework=framework, ratings=1500, seed=6, at=AT)
    rows = ApprovedRating.objects.select_related("indicator", "dyad")
    answers = [(row.dyad_id, scorecards.answer_of(row)) for row in rows]
    one_by_one = calibrate(scorecards.framework_shape(framework), answers)
    found = scorecards.calibrated(framework)
    assert found.digest() == one_by_one.digest()
    assert found.levels["field"].guard == ""  # estimated: not the defaults, whatever the ratings
