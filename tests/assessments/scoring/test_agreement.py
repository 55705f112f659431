"""Coefficients of agreement against published examples, and against their definitions by pairs."""

from itertools import permutations, product
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.scoring.agreement import (
    Agreement,
    agreement,
    counts_of,
    gwet_ac,
    krippendorff_alpha,
    label,
)
from assessments.scoring.inputs import INSUFFICIENT_EVIDENCE, Answer

# Krippendorff (2011): four assessors, twelve units.
ASSESSORS = ("123321412...", "1233224125.3", ".3332342251.", "12332441251.")
UNITS = [[int(rank) for rank in unit if rank != "."] for unit in zip(*ASSESSORS, strict=True)]
# Gwet (raw_4raters): the rank that the last unit has comes from C, not from B.
GWET_ASSESSORS = ("123321412...", "1233224125..", ".33323422513", "12332441251.")
GWET_UNITS = [[int(rank) for rank in unit if rank != "."] for unit in zip(*GWET_ASSESSORS, strict=True)]


@pytest.mark.parametrize(
    ("metric", "expected"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)]
)
def test_krippendorffs_example(metric: str, expected: float) -> None:
    assert krippendorff_alpha(counts_of(UNITS), metric) == pytest.approx(expected, abs=5e-4)


@pytest.mark.parametrize(
    ("weights", "expected"),
    [("unweighted", 0.775), ("linear", 0.859), ("quadratic", 0.914), ("ordinal", 0.899)],
)
def test_gwets_example(weights: str, expected: float) -> None:
    result = gwet_ac(counts_of(GWET_UNITS), weights)
    assert result
    assert result.value == pytest.approx(expected, abs=5e-4)


def test_gwets_example_has_the_printed_parts() -> None:
    unweighted, ordinal = (
        gwet_ac(counts_of(GWET_UNITS), "unweighted"),
        gwet_ac(counts_of(GWET_UNITS), "ordinal"),
    )
    assert unweighted
    assert ordinal
    assert unweighted.standard_error == pytest.approx(0.143, abs=5e-4)
    assert (ordinal.observed, ordinal.expected) == pytest.approx((0.968, 0.685), abs=5e-4)


units = st.lists(st.lists(st.integers(1, 5), max_size=5), max_size=8)
several = st.lists(st.lists(st.integers(1, 5), min_size=2, max_size=5), min_size=2, max_size=8)


def distance(metric: str, low: int, high: int, used: list[int]) -> float:
    if metric == "nominal":
        return float(low != high)
    if metric == "interval":
        return float((low - high) ** 2)
    if metric == "ratio":
        return ((low - high) / (low + high)) ** 2
    low, high = sorted((low, high))
    between = sum(used.count(rank) for rank in range(low, high + 1))
    return (between - (used.count(low) + used.count(high)) / 2) ** 2


@given(units, st.sampled_from(["nominal", "ordinal", "interval", "ratio"]))
def test_alpha_is_one_minus_observed_to_expected_disagreement(table: list[list[int]], metric: str) -> None:
    pairable = [ranks for ranks in table if len(ranks) > 1]
    used = [rank for ranks in pairable for rank in ranks]
    result = krippendorff_alpha(counts_of(table), metric)
    if len(set(used)) < 2:
        assert result is None
        return
    observed = sum(
        distance(metric, a, b, used) / (len(ranks) - 1)
        for ranks in pairable
        for a, b in permutations(ranks, 2)
    )
    expected = sum(distance(metric, a, b, used) for a, b in permutations(used, 2))
    assert result == pytest.approx(1 - observed / len(used) * len(used) * (len(used) - 1) / expected)


def weight(kind: str, low: int, high: int) -> float:
    apart = abs(low - high)
    return {
        "unweighted": float(not apart),
        "linear": 1 - apart / 4,
        "quadratic": 1 - apart**2 / 16,
        "ordinal": 1 - comb(apart + 1, 2) / comb(5, 2),
    }[kind]


@given(units, st.sampled_from(["unweighted", "linear", "quadratic", "ordinal"]))
def test_ac_compares_pairs_of_assessors_with_chance(table: list[list[int]], kind: str) -> None:
    pairable = [ranks for ranks in table if len(ranks) > 1]
    result = gwet_ac(counts_of(table), kind)
    if len({rank for ranks in pairable for rank in ranks}) < 2:
        assert result is None
        return
    agreeing = [np.mean([weight(kind, a, b) for a, b in permutations(ranks, 2)]) for ranks in pairable]
    rated = [ranks for ranks in table if ranks]
    used = [np.mean([ranks.count(rank) / len(ranks) for ranks in rated]) for rank in range(1, 6)]
    total = sum(weight(kind, a, b) for a, b in product(range(1, 6), repeat=2))
    expected = total / 20 * sum(share * (1 - share) for share in used)
    assert result
    assert result.observed == pytest.approx(np.mean(agreeing))
    assert result.expected == pytest.approx(expected)
    assert result.value == pytest.approx((np.mean(agreeing) - expected) / (1 - expected))


@given(several)
def test_the_standard_error_is_that_of_small_changes_in_how_often_a_unit_counts(
    table: list[list[int]],
) -> None:
    """With every unit rated by several: repeat the table often, one unit once more, and see what moves."""
    counts, often = counts_of(table), 100_000
    result = gwet_ac(counts)
    if result is None:
        return
    n = len(table)

    def with_weights(weights: np.ndarray) -> float:
        shares = counts / counts.sum(axis=1, keepdims=True)
        sizes = counts.sum(axis=1)
        matrix = np.array([[weight("ordinal", a, b) for b in range(5)] for a in range(5)])
        agreeing = ((counts * (counts @ matrix - 1)).sum(axis=1)) / (sizes * (sizes - 1))
        used = weights @ shares / weights.sum()
        expected = matrix.sum() / 20 * (used * (1 - used)).sum()
        return float(((weights @ agreeing) / weights.sum() - expected) / (1 - expected))

    even = np.full(n, float(often))
    moves = [
        (with_weights(even + np.eye(n)[i]) - with_weights(even - np.eye(n)[i])) * often * n / 2
        for i in range(n)
    ]
    assert result.standard_error == pytest.approx(np.sqrt(np.sum(np.square(moves)) / (n * (n - 1))), abs=1e-4)


@pytest.mark.parametrize(
    "table", [[], [[]], [[1], [5]], [[3, 3], [3, 3, 3]], [[3, 3], [5]], [[1], [], [2, 2]]]
)
def test_nothing_to_compare_is_not_computable(table: list[list[int]]) -> None:
    assert krippendorff_alpha(counts_of(table)) is None
    assert gwet_ac(counts_of(table)) is None


def test_one_unit_has_no_standard_error() -> None:
    result = gwet_ac(counts_of([[1, 2]]))
    assert result
    assert result.standard_error is None


def test_perfect_and_worst_agreement() -> None:
    assert krippendorff_alpha(counts_of([[1, 1], [5, 5]])) == 1
    worst = krippendorff_alpha(counts_of([[1, 5], [5, 1]]))
    assert worst is not None
    assert worst < 0


@pytest.mark.parametrize(
    ("alpha", "expected"),
    [
        (None, "not_computable"),
        (-0.2, "not_reliable"),
        (0.6669, "not_reliable"),
        (0.667, "tentative"),
        (0.7999, "tentative"),
        (0.8, "reliable"),
        (1.0, "reliable"),
    ],
)
def test_labels(alpha: float | None, expected: str) -> None:
    assert label(alpha) == expected


def test_unknown_metrics_and_weights_are_refused() -> None:
    with pytest.raises(ValueError, match="no metric"):
        krippendorff_alpha(counts_of(UNITS), "euclidean")
    with pytest.raises(ValueError, match="no weights"):
        gwet_ac(counts_of(UNITS), "heavy")


def answer(case: str, assessor: int, score: int | None) -> Answer:
    return Answer(
        rating_id=0,
        case=case,
        engagement_id=None,
        assessor_id=assessor,
        indicator="F1.1",
        score=score,
        non_score=None if score else INSUFFICIENT_EVIDENCE,
        conflict=False,
        confidence="moderate",
        has_evidence=True,
    )


def krippendorffs_answers() -> list[Answer]:
    return [
        answer(f"case {case}", assessor, int(rank) if rank != "." else None)
        for assessor, ranks in enumerate(ASSESSORS)
        for case, rank in enumerate(ranks)
    ]


def test_answers_of_an_indicator_are_compared_by_case() -> None:
    result = agreement(krippendorffs_answers())
    assert (result.n_units, result.n_assessors, result.n_scores) == (11, 4, 40)
    assert result.alpha == pytest.approx(0.815, abs=5e-4)
    assert result.ac2 is not None
    assert result.ac2_standard_error is not None
    assert result.label == "reliable"


def test_assessors_count_once_a_case() -> None:
    once = [answer("a", 1, 2), answer("a", 2, 4), answer("b", 1, 3), answer("b", 2, 3)]
    again = [answer("a", 1, 5), answer("a", 1, 1)]
    assert agreement(once + again) == agreement(once)
    alone = agreement([answer("a", 1, 2), answer("a", 1, 4)])
    assert alone == Agreement(0, 0, 0, None, None, None)
    assert alone.label == "not_computable"


@given(st.permutations(krippendorffs_answers()))
def test_the_order_of_answers_changes_nothing(answers: list[Answer]) -> None:
    assert agreement(answers) == agreement(krippendorffs_answers())
