"""How probable it is that one of two lies above the other, in numbers and words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from assessments.scoring.intervals import share_band

ENOUGH = 2


@dataclass(frozen=True, slots=True)
class Likelihood:
    """P(one lies above another), as a share of 1, and what can be said of it."""

    share: float

    @property
    def words(self) -> str:
        if share_band(self.share):
            return _("not told apart")
        return _("above") if self.share > 1 / 2 else _("below")


def likelihood(share: float | None) -> Likelihood | None:
    return None if share is None else Likelihood(share)


def pairs(
    row: dict[str, Any], keys: Sequence[str], above: Callable[[str, str], float | None]
) -> dict[str, Any] | None:
    """Each of a row's columns (a line) against each other one; none with fewer than two."""
    if len(keys) < ENOUGH:
        return None
    lines = [
        (one, [None if one == other else likelihood(above(one, other)) for other in keys]) for one in keys
    ]
    return {"row": row, "keys": keys, "lines": lines}
