"""How probable it is that one of two lies above the other, in numbers and words."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from assessments.scoring.intervals import share_band
from assessments.scoring.results import Figure
from assessments.scoring.scorecard import p_above


@dataclass(frozen=True, slots=True)
class Likelihood:
    """P(one lies above another), as a share of 1, and what can be said of it."""

    share: float

    @property
    def words(self) -> str:
        if share_band(self.share):
            return _("not told apart")
        return _("above") if self.share > 1 / 2 else _("below")


def likelihood(figure: Figure, other: Figure) -> Likelihood | None:
    share = p_above(figure, other)
    return None if share is None else Likelihood(share)


def matrix(figures: Sequence[Figure]) -> list[list[Likelihood | None]]:
    """Of each figure (a line) against each other one; none against itself and where one is withheld."""
    return [[None if one is other else likelihood(one, other) for other in figures] for one in figures]
