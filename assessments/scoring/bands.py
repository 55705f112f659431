"""Bands instead of ranks: what cannot be told apart on the evidence there is shares one."""

from collections.abc import Sequence

from assessments.scoring.intervals import share_band
from assessments.scoring.results import Figure
from assessments.scoring.scorecard import p_above

SINGLE_ASSESSMENT = "single_assessment"
ENOUGH_TO_COMPARE = 2


def bands(figures: Sequence[Figure | None]) -> list[int | None]:
    """The band of each figure, from 1 for the highest: a new one begins where one is clearly below its first.

    None for what is not published, and for a figure of a single assessment: there is nobody to compare its
    assessor with. None at all with fewer than two others.
    """
    ranked = sorted(
        (
            (index, figure)
            for index, figure in enumerate(figures)
            if figure and figure.published and SINGLE_ASSESSMENT not in figure.badges
        ),
        key=lambda pair: -(pair[1].score or 0),
    )
    found: list[int | None] = [None] * len(figures)
    if len(ranked) < ENOUGH_TO_COMPARE:
        return found
    band, first = 0, None
    for index, figure in ranked:
        if first is None or not share_band(p_above(first, figure) or 0.0):
            band, first = band + 1, figure
        found[index] = band
    return found
