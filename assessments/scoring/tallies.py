"""Counting answers: how many there are of each kind, and from how many cases and assessors."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assessments.scoring.inputs import INSUFFICIENT_EVIDENCE, NOT_APPLICABLE, Answer

PROVISIONAL_UP_TO = 3
FULL_FROM = 5
SCALE = range(1, 6)


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts over answers; cases, assessors and assessments are counted over those with a score.

    ``distribution``: how many answers there are of 1, 2, 3, 4 and 5.
    """

    n_ratings: int
    n_insufficient: int
    n_not_applicable: int
    n_engagements: int
    n_assessors: int
    n_assessments: int
    total: int
    distribution: tuple[int, ...]
    independent: bool
    rating_ids: tuple[int, ...]

    @classmethod
    def of(cls, answers: Sequence[Answer]) -> "Tally":
        scored = [answer for answer in answers if answer.score is not None]
        return cls(
            n_ratings=len(scored),
            n_insufficient=sum(answer.non_score == INSUFFICIENT_EVIDENCE for answer in answers),
            n_not_applicable=sum(answer.non_score == NOT_APPLICABLE for answer in answers),
            n_engagements=len({answer.case for answer in scored}),
            n_assessors=len({answer.assessor_id for answer in scored}),
            n_assessments=len({(answer.case, answer.assessor_id) for answer in scored}),
            total=sum(answer.score or 0 for answer in scored),
            distribution=tuple(sum(answer.score == score for answer in scored) for score in SCALE),
            independent=any(not answer.conflict for answer in scored),
            rating_ids=tuple(sorted(a.rating_id for a in answers if a.non_score != NOT_APPLICABLE)),
        )

    @property
    def answered(self) -> int:
        return self.n_ratings + self.n_insufficient

    @property
    def only_not_applicable(self) -> bool:
        return not self.answered and self.n_not_applicable > 0

    @property
    def coverage(self) -> float | None:
        return self.n_ratings / self.answered if self.answered else None

    @property
    def mean(self) -> float | None:
        return self.total / self.n_ratings if self.n_ratings else None

    @property
    def bounds(self) -> tuple[float, float] | None:
        """The mean had every answer of insufficient evidence been 1, and had it been 5."""
        if not (self.n_insufficient and self.n_ratings):
            return None
        low = self.total + self.n_insufficient
        return low / self.answered, (self.total + 5 * self.n_insufficient) / self.answered

    @property
    def badges(self) -> tuple[str, ...]:
        """How much the figure rests on; a single assessment is provisional without saying so."""
        if not self.n_ratings:
            return ()
        badges = []
        if self.n_assessments == 1:
            badges.append("single_assessment")
        elif self.n_assessors <= PROVISIONAL_UP_TO:
            badges.append("provisional")
        elif self.n_assessors >= FULL_FROM:
            badges.append("full")
        if not self.independent:
            badges.append("no_independent_rating")
        return tuple(badges)


def by_indicator(answers: Iterable[Answer]) -> dict[str, list[Answer]]:
    grouped: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        grouped[answer.indicator].append(answer)
    return grouped
