"""What a report says of two scorecards of one dyad."""

from dataclasses import replace

import pytest

from assessments.scoring.calibration import Calibration, Components, LevelCalibration
from assessments.scoring.findings import FiredFinding
from assessments.scoring.movement import of_dyad, report
from assessments.scoring.results import ScorecardResult
from tests.assessments.scoring import reference

CARD = reference.scorecard("UN-NATO")


def changed(code: str, difference: float = 0.0, **changes: object) -> ScorecardResult:
    """The reference scorecard with another score, or another status, of one level."""
    levels = tuple(
        replace(level, score=(level.score or 0) + difference, **changes) if level.code == code else level  # type: ignore[arg-type]
        for level in CARD.levels
    )
    return replace(CARD, levels=levels)


def finding(rule: str, engagement: int | None = None, target: str = "F1") -> FiredFinding:
    return FiredFinding(rule, "dyad", engagement, target, [], [1])


def test_the_same_moves_nothing() -> None:
    moved = of_dyad("UN-NATO", (CARD, [(finding("a"), "A.")]), (CARD, [(finding("a"), "A.")]))
    assert not moved.anything
    assert moved.largest == 0


@pytest.mark.parametrize(
    ("difference", "told"), [(0.0099, False), (0.01, False), (0.0101, True), (-0.0101, True), (-0.01, False)]
)
def test_what_moves_by_more_than_a_hundredth_is_told(difference: float, told: bool) -> None:
    moved = of_dyad("UN-NATO", (CARD, []), (changed("field", difference), []))
    assert [row["code"] for row in moved.figures] == (["field"] if told else [])
    assert moved.largest == pytest.approx(abs(difference) if told else 0)


def test_a_figure_that_is_no_longer_published_changes_its_status() -> None:
    levels = tuple(
        replace(level, score=None, status="insufficient_evidence") if level.code == "field" else level
        for level in CARD.levels
    )
    moved = of_dyad("UN-NATO", (CARD, []), (replace(CARD, levels=levels), []))
    assert moved.figures == ()
    assert moved.statuses == ({"code": "field", "before": "published", "after": "insufficient_evidence"},)
    assert moved.anything


def test_findings_are_told_by_rule_engagement_and_target() -> None:
    before = [(finding("a"), "Stays."), (finding("b"), "Stops."), (finding("c", 1), "Stops in 1.")]
    after = [(finding("a"), "Stays, in other words."), (finding("c", 2), "Starts in 2.")]
    after.append((finding("a", None, "F2"), "Starts."))
    moved = of_dyad("UN-NATO", (CARD, before), (CARD, after))
    assert moved.started == ("Starts in 2.", "Starts.")
    assert moved.stopped == ("Stops.", "Stops in 1.")


def test_the_largest_movements_come_first() -> None:
    card = changed("field", 0.2)
    card = replace(
        card, levels=(replace(card.levels[0], score=(card.levels[0].score or 0) - 0.5), card.levels[1])
    )
    both = of_dyad("A-B", (CARD, []), (card, []))
    assert [row["code"] for row in both.figures] == ["political", "field"]
    small = of_dyad("C-D", (CARD, []), (changed("field", 0.1), []))
    none = of_dyad("E-F", (CARD, []), (CARD, []))
    told = report(3, Calibration.default(), Calibration.default(), [small, none, both])
    assert [dyad["dyad"] for dyad in told["dyads"]] == ["A-B", "C-D"]
    assert (told["number"], told["n_dyads"]) == (3, 3)


def test_means_and_components_stand_beside_each_other() -> None:
    level = LevelCalibration(mu={"F1.1": 3.4}, components=Components(assessor=0.5))
    after = Calibration({"political": LevelCalibration(), "field": level})
    field = report(1, Calibration.default(), after, [])["levels"][1]
    assert field["means"] == [{"code": "F1.1", "before": 3.0, "after": 3.4, "difference": pytest.approx(0.4)}]
    assessor = next(row for row in field["components"] if row["code"] == "assessor")
    assert assessor == {"code": "assessor", "before": 0.2, "after": 0.5, "difference": pytest.approx(0.3)}
