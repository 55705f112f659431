"""Simulated assessments: what they are like, how they are scored, and that the method holds its promise."""

from dataclasses import replace

import numpy as np
import pytest

from assessments.scoring.calibration import LevelCalibration
from assessments.scoring.simulation.estimators import (
    MEAN,
    TIER_A,
    TIER_B,
    Adjust,
    dirichlet_multinomial,
    mean_with_bootstrap,
    unchanged,
)
from assessments.scoring.simulation.scenarios import (
    CONFLICT,
    SCENARIOS,
    TEN_THOUSAND_RATINGS,
    Scenario,
    Size,
    World,
    draw,
)
from assessments.scoring.simulation.study import (
    DIMENSION,
    INDICATOR,
    KINDS,
    LEVEL,
    Row,
    replications,
    summarise,
    summarise_bias,
)

BY_CODE = {scenario.code: scenario for scenario in SCENARIOS}
SHORT, SEED = 20, 1
MOST_OF_INDICATORS = 0.85


def rows_of(scenario: Scenario, adjust: Adjust = unchanged, count: int = SHORT) -> dict[tuple[str, str], Row]:
    done = list(replications(scenario, count, SEED, adjust=adjust))
    return {(row.estimator, row.kind): row for row in summarise(scenario, done)}


def broken(rows: dict[tuple[str, str], Row], most: dict[str, float]) -> set[str]:
    """What the method promises and a run does not keep: coverage, and errors as shares of the mean's."""
    faults = {
        f"coverage of {tier} {kind}"
        for tier in (TIER_A, TIER_B)
        for kind in KINDS
        if not 0.87 <= rows[tier, kind].coverage <= 0.95
    }
    return faults | {
        f"error of {tier} {kind}"
        for tier, share_of_level in most.items()
        for kind, share in ((LEVEL, share_of_level), (INDICATOR, MOST_OF_INDICATORS))
        if rows[tier, kind].rmse > share * rows[MEAN, kind].rmse
    }


SEVERITY, SEVERITY_MOST = BY_CODE["severity"], {TIER_A: 0.92, TIER_B: 0.82}


def without_shrinkage(calibration: LevelCalibration) -> LevelCalibration:
    wide = replace(calibration.components, dyad=1e4, dyad_indicator=1e4)
    return replace(calibration, components=wide)


def without_severity(calibration: LevelCalibration) -> LevelCalibration:
    return replace(calibration, components=replace(calibration.components, assessor=1e-9))


def test_where_severity_differs_intervals_hold_and_errors_are_smaller_than_the_means() -> None:
    assert broken(rows_of(SEVERITY), SEVERITY_MOST) == set()


def test_it_fails_without_shrinkage() -> None:
    faults = broken(rows_of(SEVERITY, without_shrinkage), SEVERITY_MOST)
    assert {"error of tier_a indicator", "error of tier_a level", "error of tier_b indicator"} <= faults


def test_it_fails_without_the_severity_term() -> None:
    faults = broken(rows_of(SEVERITY, without_severity), SEVERITY_MOST)
    assert {"coverage of tier_a level", "coverage of tier_b level", "error of tier_b level"} <= faults


def test_under_conflict_both_tiers_keep_their_promise() -> None:
    assert broken(rows_of(CONFLICT), {TIER_A: 0.78, TIER_B: 0.66}) == set()


def test_the_bias_of_conflict_is_found_within_a_tenth_at_ten_thousand_ratings() -> None:
    row = summarise_bias(CONFLICT, list(replications(CONFLICT, 3, SEED, TEN_THOUSAND_RATINGS)))
    assert 9_500 < row.ratings < 10_500
    assert row.within == 1
    assert row.shift < row.added == 0.8


def world(code: str, size: Size | None = None) -> World:
    return draw(BY_CODE[code], np.random.default_rng(SEED), size or Size(dyads=300))


def test_dyads_have_two_to_five_assessments_by_different_assessors() -> None:
    drawn = world("severity")
    assert set(np.bincount(drawn.dyad)) == {2, 3, 4, 5}
    assert drawn.scores.shape == (len(drawn.dyad), 14)
    assert set(drawn.scores.ravel().tolist()) == {1, 2, 3, 4, 5}
    pairs = set(zip(drawn.dyad.tolist(), drawn.assessor.tolist(), strict=True))
    assert len(pairs) == len(drawn.dyad)
    of_case = dict(zip(drawn.case.tolist(), drawn.dyad.tolist(), strict=True))
    assert all(of_case[case] == dyad for case, dyad in zip(drawn.case, drawn.dyad, strict=True))


def test_a_third_is_in_conflict_and_rates_higher_as_far_as_the_scale_goes() -> None:
    drawn = world("conflict")
    assert drawn.conflict.mean() == pytest.approx(1 / 3, abs=0.04)
    assert 0.6 < drawn.shift < 0.8
    assert world("severity").shift == 0
    assert not world("severity").conflict.any()


def test_missing_answers_are_as_the_scenario_says() -> None:
    assert np.isnan(world("missing_at_random").scores).mean() == pytest.approx(0.35, abs=0.01)
    low, full = world("low_missing").scores, world("severity").scores
    for score, kept in {1: 0.65, 2: 0.65, 3: 1, 4: 1, 5: 1}.items():
        assert (low == score).mean() / (full == score).mean() == pytest.approx(kept, abs=0.06)


def test_what_is_expected_is_what_many_average_assessors_rate() -> None:
    alone = Scenario("", replace(BY_CODE["equal_severity"].components, case=1e-9, case_indicator=1e-9))
    drawn = draw(alone, np.random.default_rng(SEED), Size(dyads=2, assessors=4000, fewest=4000, most=4000))
    for dyad in range(2):
        rated = drawn.scores[drawn.dyad == dyad].mean(axis=0)
        assert rated == pytest.approx(drawn.expected[dyad], abs=0.06)
    assert np.abs(drawn.expected - drawn.theta).max() > 0.06


def test_worlds_follow_from_seed_scenario_and_number_alone() -> None:
    def sums(scenario: Scenario, count: int, seed: int) -> list[list[float]]:
        return [r.sums.ravel().tolist() for r in replications(scenario, count, seed)]

    three = sums(SEVERITY, 3, 1)
    assert sums(SEVERITY, 2, 1) == three[:2]
    assert sums(SEVERITY, 1, 2) != three[:1]
    assert sums(BY_CODE["low_missing"], 1, 1) != three[:1]
    assert three[0] != three[1]


def test_answers_are_as_the_application_reads_them() -> None:
    drawn = world("missing_at_random", Size(dyads=3))
    answers = [answer for _, answer in drawn.answers()]
    given = [np.nan if answer.score is None else answer.score for answer in answers]
    assert np.array(given).reshape(-1, 14) == pytest.approx(drawn.scores, nan_ok=True)
    assert {answer.non_score for answer in answers if answer.score is None} == {"insufficient_evidence"}


def test_the_mean_and_its_bootstrap() -> None:
    table = np.array([[1.0, 3.0], [3.0, 3.0], [np.nan, 3.0]])
    score, lower, upper = mean_with_bootstrap(
        table, np.array([[1, 0], [0, 1], [0.5, 0.5]]), np.random.default_rng(SEED)
    )
    assert score.tolist() == [2, 3, 2.5]
    assert (lower[0], upper[0]) == (1, 3)
    assert (lower[1], upper[1]) == (3, 3)


def test_the_dirichlet_multinomial_by_hand() -> None:
    """Prior 2.5 x (.2, ..., .2) and one 5: alpha (.5, .5, .5, .5, 1.5), mean 12.5/3.5, spread by 4.5."""
    score, lower, upper = dirichlet_multinomial(np.array([[5.0]]), np.array([[1.0]]), np.full((1, 5), 0.2))
    mean = 12.5 / 3.5
    variance = ((0.5 * (1 + 4 + 9 + 16) + 1.5 * 25) / 3.5 - mean**2) / 4.5
    assert score == pytest.approx([mean])
    assert lower[0] < mean - variance**0.5 < mean + variance**0.5 < upper[0]


def test_summaries_add_up() -> None:
    done = list(replications(SEVERITY, 2, SEED))
    rows = {(row.estimator, row.kind): row for row in summarise(SEVERITY, done)}
    assert (rows[TIER_A, LEVEL].figures, rows[TIER_A, DIMENSION].figures) == (40, 160)
    assert rows[TIER_A, INDICATOR].figures == 560
    for row in rows.values():
        assert 0 <= row.coverage <= 1
        assert abs(row.bias) <= row.rmse
