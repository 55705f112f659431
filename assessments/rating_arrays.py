"""All answers released to every organisation, as NumPy arrays: a million in seconds, by binary ``COPY``."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from assessments.choices import NonScore, State
from assessments.models import Framework, VignetteRating

Integers = NDArray[np.int64]
Small = NDArray[np.int16]
Booleans = NDArray[np.bool_]

INSUFFICIENT, NOT_APPLICABLE = 0, -1
COLUMNS = (
    ("rating", ">i8"),
    ("dyad", ">i8"),
    ("case", ">i8"),
    ("assessor", ">i8"),
    ("indicator", ">i8"),
    ("answer", ">i2"),
    ("conflict", "?"),
)
# The binary format of COPY: a head, then for each row the number of columns and each column after its
# length, then a foot. Without nulls every row is equally long.
HEAD, FOOT = 19, 2
ROW = np.dtype(
    [("columns", ">i2")]
    + [part for name, kind in COLUMNS for part in ((f"length of {name}", ">i4"), (name, kind))]
)
STATEMENT = """
    COPY (
        SELECT r.rating_id, r.dyad_id,
            coalesce(r.engagement_id, -(a.period_start * 10000::bigint + a.period_end)),
            r.assessor_id, r.indicator_id,
            coalesce(r.score::int2, CASE r.non_score WHEN %s THEN 0::int2 ELSE -1::int2 END),
            r.conflict
        FROM assessments_approvedrating r
        JOIN assessments_assessment a ON a.id = r.assessment_id
        WHERE r.framework_id = %s AND a.released_to_all AND a.state = %s
    ) TO STDOUT (FORMAT binary)
"""


@dataclass(frozen=True, slots=True)
class RatingArrays:
    """Answers as parallel arrays, ascending by ``rating``; all but ``answer`` and ``conflict`` are ids.

    ``case`` is the engagement's id, or below 0 a dyad's period; it means something only with its dyad.
    ``answer`` is the score, 0 (insufficient evidence) or -1 (not applicable).
    """

    rating: Integers
    dyad: Integers
    case: Integers
    assessor: Integers
    indicator: Integers
    answer: Small
    conflict: Booleans

    def __len__(self) -> int:
        return len(self.rating)

    def only(self, rows: Booleans) -> "RatingArrays":
        return RatingArrays(*(getattr(self, field.name)[rows] for field in fields(self)))

    def followed_by(self, other: "RatingArrays") -> "RatingArrays":
        """Both, one after the other."""
        names = [field.name for field in fields(self)]
        return RatingArrays(
            *(np.concatenate([getattr(part, name) for part in (self, other)]) for name in names)
        )

    def positions(self, indicators: Sequence[int]) -> Integers:
        """The position of each answer's indicator among these ids, -1 if it is none of them."""
        found = np.full(len(self), -1, dtype=np.int64)
        if indicators:
            order = np.argsort(indicators)
            known = np.asarray(indicators, dtype=np.int64)[order]
            place = np.minimum(np.searchsorted(known, self.indicator), len(known) - 1)
            found = np.where(known[place] == self.indicator, order[place], found)
        return found

    def digest(self) -> str:
        """SHA-256 of all of it, in hexadecimal."""
        columns = (np.ascontiguousarray(getattr(self, field.name)) for field in fields(self))
        return hashlib.sha256(b"".join(column.data for column in columns)).hexdigest()


def released_ratings(framework: Framework) -> RatingArrays:
    """Everything approved and released to every organisation under a framework version: one query."""
    content = bytearray()
    with (
        connection.cursor() as cursor,
        cursor.copy(STATEMENT, (NonScore.INSUFFICIENT_EVIDENCE, framework.pk, State.APPROVED)) as copy,
    ):
        for chunk in copy:
            content += chunk
    rows = np.frombuffer(content, ROW, count=(len(content) - HEAD - FOOT) // ROW.itemsize, offset=HEAD)
    order = np.argsort(rows["rating"], kind="stable")
    columns = (rows[name][order] for name, _kind in COLUMNS)
    return RatingArrays(*(column.astype(column.dtype.newbyteorder("=")) for column in columns))


def vignette_ratings(framework: Framework) -> RatingArrays:
    """The answers of all completed vignettes of a framework version, with vignettes as dyads, ids below 0."""
    ratings = VignetteRating.objects.filter(
        assessment__vignette__framework=framework, assessment__completed_at__isnull=False
    ).order_by("pk")
    rows = [
        (-pk, -vignette, 0, assessor, indicator, _answer(score, non_score))
        for pk, vignette, assessor, indicator, score, non_score in ratings.values_list(
            "pk", "assessment__vignette", "assessment__assessor", "indicator", "score", "non_score"
        )
    ]
    rating, dyad, case, assessor, indicator, answer = np.array(rows, dtype=np.int64).reshape(-1, 6).T
    no_conflict = np.zeros(len(rows), dtype=np.bool_)
    return RatingArrays(rating, dyad, case, assessor, indicator, answer.astype(np.int16), no_conflict)


def _answer(score: int | None, non_score: str) -> int:
    return score or (INSUFFICIENT if non_score == NonScore.INSUFFICIENT_EVIDENCE else NOT_APPLICABLE)
