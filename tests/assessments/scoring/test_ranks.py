"""Rank bands: what they say, whom they leave out, and what must not move them."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.scoring.inputs import FIELD
from assessments.scoring.ranks import RankBand, rank_bands
from assessments.scoring.results import INSUFFICIENT, PUBLISHED, DimensionResult, LevelResult

COUNTS: dict[str, Any] = {
    "coverage": 1.0,
    "n_ratings": 9,
    "n_insufficient": 0,
    "n_not_applicable": 0,
    "n_engagements": 3,
    "n_assessors": 3,
    "badges": (),
    "rating_ids": (),
    "p_below_3": None,
    "p_above_3_5": None,
    "lower": None,
    "upper": None,
    "missing": (),
}


def dimension(code: str, score: float, variance: float, weight: float) -> DimensionResult:
    return DimensionResult(
        code=code, status=PUBLISHED, weight=weight, score=score, variance=variance, indicators=(), **COUNTS
    )


def level(*scores: float, variance: float = 0.02, total: float | None = None) -> LevelResult:
    """Dimensions A, B, ... of equal weight; independent of each other unless ``total`` says more."""
    share = 1 / len(scores)
    return LevelResult(
        code=FIELD,
        status=PUBLISHED,
        weight=1.0,
        score=sum(scores) / len(scores),
        variance=variance * share if total is None else total,
        geometric_mean=None,
        weakest=None,
        dimensions=tuple(
            dimension(code, score, variance, share) for code, score in zip("ABCDE", scores, strict=False)
        ),
        **COUNTS,
    )


def test_clear_differences_have_one_rank_and_close_dyads_share_theirs() -> None:
    levels = {"low": level(2, 2), "middle": level(3.1, 3), "near": level(3, 3), "high": level(4.5, 4.4)}
    bands = rank_bands(levels, seed=1)
    assert bands["high"] == RankBand(1, 1, 1, of=4)
    assert bands["low"] == RankBand(4, 4, 4, of=4)
    assert (bands["middle"].best, bands["middle"].worst) == (2, 3)
    assert (bands["near"].best, bands["near"].worst) == (2, 3)


def test_uncertain_scores_widen_bands() -> None:
    sure = rank_bands({n: level(2 + n / 4, 2 + n / 4, variance=0.001) for n in range(8)}, seed=1)
    unsure = rank_bands({n: level(2 + n / 4, 2 + n / 4, variance=0.5) for n in range(8)}, seed=1)
    assert all(band.best == band.worst for band in sure.values())
    assert all(band.worst - band.best >= 2 for band in unsure.values())


def test_weights_and_the_kind_of_mean_alone_can_change_ranks() -> None:
    """An even profile against an uneven one that lies a little above it by the plain mean."""
    bands = rank_bands(
        {"even": level(3, 3, variance=1e-6), "uneven": level(4.5, 1.55, variance=1e-6)}, seed=1
    )
    assert bands["even"] == RankBand(1, 1, 2, of=2)
    assert (bands["uneven"].best, bands["uneven"].worst) == (1, 2)


def test_dimensions_that_err_together_widen_bands() -> None:
    def widths(total: float | None) -> int:
        levels = {
            n: level(*[2 + n / 8] * 5, variance=0.2, total=0.2 if total is None else total) for n in range(12)
        }
        return sum(band.worst - band.best for band in rank_bands(levels, seed=1).values())

    assert widths(None) > 1.3 * widths(0.04)


@pytest.mark.parametrize(
    "change", [{"status": INSUFFICIENT, "score": None, "variance": None}, {"badges": ("single_assessment",)}]
)
def test_what_is_withheld_or_of_one_assessment_has_no_rank(change: dict[str, Any]) -> None:
    levels = {"a": level(2, 2), "b": level(4, 4), "c": level(3, 3)}
    assert set(rank_bands(levels, seed=1)) == {"a", "b", "c"}
    levels["c"] = replace(levels["c"], **change)
    bands = rank_bands(levels, seed=1)
    assert bands == {"a": RankBand(2, 2, 2, of=2), "b": RankBand(1, 1, 1, of=2)}
    del levels["b"]
    assert rank_bands(levels, seed=1) == {}


profiles = st.lists(
    st.lists(st.sampled_from([2.0, 2.5, 3.0, 3.2, 3.4, 4.0]), min_size=2, max_size=4), min_size=2, max_size=7
)


@settings(max_examples=25, deadline=None)
@given(profiles, st.randoms(use_true_random=False), st.integers(0, 2**32))
def test_order_and_keys_move_nothing_and_twins_share_their_band(
    scores: list[list[float]], random: Any, seed: int
) -> None:
    levels = {index: level(*of_dyad, variance=0.1) for index, of_dyad in enumerate(scores)}
    bands = rank_bands(levels, seed=seed, draws=200)
    shuffled = list(levels.items())
    random.shuffle(shuffled)
    assert rank_bands(dict(shuffled), seed=seed, draws=200) == bands
    names = {index: f"dyad {len(levels) - index}" for index in levels}
    renamed = rank_bands({names[index]: of_dyad for index, of_dyad in shuffled}, seed=seed, draws=200)
    assert {index: renamed[names[index]] for index in levels} == bands
    for one, other in zip(levels, list(levels)[1:], strict=False):
        assert scores[one] != scores[other] or bands[one] == bands[other]


def test_another_seed_gives_other_draws() -> None:
    levels = {n: level(3 + n / 20, 3 + n / 20, variance=0.2) for n in range(15)}
    assert rank_bands(levels, seed=1, draws=100) == rank_bands(levels, seed=1, draws=100)
    assert rank_bands(levels, seed=1, draws=100) != rank_bands(levels, seed=2, draws=100)


def test_two_dyads_change_places_as_often_as_their_distributions_say() -> None:
    """One dimension, so that neither weights nor the kind of mean matter: P(above) of two normals."""
    apart = 1.6449 * np.sqrt(2 * 0.01)
    for distance, places in ((0.9 * apart, (1, 2)), (1.15 * apart, (1, 1))):
        levels = {"upper": level(3 + distance, variance=0.01), "lower": level(3, variance=0.01)}
        band = rank_bands(levels, seed=1, draws=4000)["upper"]
        assert (band.best, band.worst) == places
