"""What answers say about one case, before pooling: the lowest supported score, and disagreement."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from assessments.scoring.inputs import INSUFFICIENT_EVIDENCE, LEVELS, Answer, FrameworkShape
from assessments.scoring.tallies import Tally, by_indicator


@dataclass(frozen=True, slots=True)
class CaseIndicator:
    """One indicator in one case.

    ``lowest_supported``: the lowest score given with at least moderate confidence and evidence.
    ``spread``: the largest difference between scores of two assessors; none with fewer than two.
    ``scored_and_unscored``: one assessor scores where another answers insufficient evidence; none with
    fewer than two assessors. ``distribution``: how many answers there are of 1, 2, 3, 4 and 5.
    """

    code: str
    distribution: tuple[int, ...]
    lowest_supported: int | None
    spread: int | None
    scored_and_unscored: bool | None
    coverage: float | None
    n_ratings: int
    n_insufficient: int
    n_assessors: int
    rating_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One engagement (field), or the dyad in one period (political, without engagement)."""

    case: str
    level: str
    engagement_id: int | None
    indicators: tuple[CaseIndicator, ...]


def case_results(framework: FrameworkShape, answers: Sequence[Answer]) -> tuple[CaseResult, ...]:
    levels = framework.levels
    cases: dict[tuple[int, int, str], list[Answer]] = defaultdict(list)
    for answer in answers:
        key = (LEVELS.index(levels[answer.indicator]), answer.engagement_id or 0, answer.case)
        cases[key].append(answer)
    return tuple(
        CaseResult(
            case=case,
            level=LEVELS[level],
            engagement_id=engagement or None,
            indicators=tuple(
                _indicator(code, given) for code, given in sorted(by_indicator(cases[key]).items())
            ),
        )
        for key in sorted(cases)
        for level, engagement, case in [key]
    )


def _indicator(code: str, answers: Sequence[Answer]) -> CaseIndicator:
    tally = Tally.of(answers)
    return CaseIndicator(
        code=code,
        distribution=tally.distribution,
        lowest_supported=min((a.score for a in answers if a.supported and a.score is not None), default=None),
        spread=_spread(answers),
        scored_and_unscored=_scored_and_unscored(answers),
        coverage=tally.coverage,
        n_ratings=tally.n_ratings,
        n_insufficient=tally.n_insufficient,
        n_assessors=len({a.assessor_id for a in answers if _counts(a)}),
        rating_ids=tally.rating_ids,
    )


def _counts(answer: Answer) -> bool:
    return answer.score is not None or answer.non_score == INSUFFICIENT_EVIDENCE


def _spread(answers: Sequence[Answer]) -> int | None:
    scored = [(answer.assessor_id, answer.score) for answer in answers if answer.score is not None]
    return max((abs(s - t) for (a, s), (b, t) in combinations(scored, 2) if a != b), default=None)


def _scored_and_unscored(answers: Sequence[Answer]) -> bool | None:
    given = [(answer.assessor_id, answer.score is not None) for answer in answers if _counts(answer)]
    pairs = [(s, t) for (a, s), (b, t) in combinations(given, 2) if a != b]
    return any(s != t for s, t in pairs) if pairs else None
