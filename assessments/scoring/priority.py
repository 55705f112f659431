"""How urgent a lesson is: points for how far the subject is from good, how sure that is, and how often.

The points and their thresholds are judgement; they are shown with the priority they lead to.
"""

from dataclasses import dataclass

from assessments.scoring.results import Figure

GOOD = 4.0
MIDDLE = 3.0
HIGHEST, LOWEST = 1, 5
UNMEASURED = 3
# At least this far, and so many points.
DISTANCES = ((2.0, 3), (1.0, 2), (0.25, 1))
ENGAGEMENTS = ((3, 2), (2, 1))
# At least so many points, and this priority.
PRIORITIES = ((6, 1), (5, 2), (3, 3), (1, 4))


@dataclass(frozen=True, slots=True)
class Priority:
    """1 is the most urgent of 5. ``distance`` is none where there is no score, and the points with it."""

    priority: int
    distance: float | None
    distance_points: int
    assessors: int
    independent: bool
    evidence_points: int
    engagements: int
    engagement_points: int

    @property
    def points(self) -> int:
        return self.distance_points + self.evidence_points + self.engagement_points


def priority_of(figure: Figure | None, *, affected: int, worked: bool = False) -> Priority:
    """The priority of a lesson about what ``figure`` measures; of what ``worked`` by how far above 3 it is.

    Gap: how far the score is below 4. Evidence: one point for a second assessor, one for one who acts for
    neither organisation. ``affected``: in how many engagements (or periods) it was found so; the second and
    the third count. Without a score the priority is in the middle.
    """
    if figure is None or figure.score is None:
        return Priority(UNMEASURED, None, 0, 0, False, 0, 0, 0)
    distance = figure.score - MIDDLE if worked else GOOD - figure.score
    independent = "no_independent_rating" not in figure.badges
    gap = _points(distance, DISTANCES)
    evidence = int(figure.n_assessors >= 2) + int(independent)
    often = _points(affected, ENGAGEMENTS)
    points = gap + evidence + often if gap else 0
    return Priority(
        next((priority for least, priority in PRIORITIES if points >= least), LOWEST),
        distance,
        gap,
        figure.n_assessors,
        independent,
        evidence if gap else 0,
        affected,
        often if gap else 0,
    )


def _points(value: float, steps: tuple[tuple[float, int], ...]) -> int:
    return next((points for least, points in steps if value >= least), 0)
