"""An edition computed anew from the revisions that it names, by the method of the code that runs now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assessments import scorecards, snapshot
from assessments.editions import content as contents
from assessments.models import Edition, Revision
from assessments.scoring import METHOD_VERSION
from assessments.scoring.calibration import Calibration as CalibrationRecord
from assessments.scoring.inputs import FIRST, SECOND, Answer, EngagementShape
from assessments.scoring.results import DECIMALS
from assessments.scoring.scorecard import digest

COMPARED = (
    "status",
    "score",
    "lower",
    "upper",
    "p_below_3",
    "p_above_3_5",
    "coverage",
    "position",
    "n_ratings",
    "n_insufficient",
    "n_engagements",
    "n_assessors",
    "badges",
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One value of a figure as it was frozen and as it is computed now."""

    code: str
    measure: str
    frozen: Any
    now: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Recomputation:
    """``intact``: the stored content has the digest that it was frozen with.

    ``altered``: ids of included revisions whose stored content has not. ``equal``: the digest of the
    figures is the frozen one. ``differences``: of figures, to six decimals. ``other_parts``: names of
    further parts of the scorecard that differ, such as agreement.
    """

    intact: bool
    altered: Sequence[str]
    equal: bool
    differences: Sequence[Difference]
    other_parts: Sequence[str]
    sha256: str
    method_frozen: str
    method_now: str

    @property
    def method_moved_on(self) -> bool:
        return self.method_frozen != self.method_now


def recompute(edition: Edition) -> Recomputation:
    """Compute the scorecard of an edition from its revisions' own content: today's ratings are not read."""
    content = edition.content
    revisions = revisions_of(edition.revision_ids)
    answers = [answer for revision in revisions for answer in answers_of(revision)]
    record = content["calibration"]
    result = scorecards.score_under(
        scorecards.framework_shape(edition.framework),
        sorted(answers, key=lambda answer: answer.rating_id),
        CalibrationRecord.from_dict(record["record"]) if record else CalibrationRecord.default(),
        [EngagementShape(id=e["id"], arrangement=e["arrangement"]) for e in content["engagements"]],
    )
    now = contents.plain({"scorecard": result.to_dict()})
    return Recomputation(
        intact=contents.sha256(content) == edition.sha256,
        altered=_altered(content, revisions),
        equal=digest(result) == edition.scorecard_sha256,
        differences=_differences(contents.figures(content), contents.figures(now)),
        other_parts=_other_parts(content["scorecard"], now["scorecard"]),
        sha256=digest(result),
        method_frozen=edition.method_version,
        method_now=METHOD_VERSION,
    )


def revisions_of(revision_ids: Sequence[int]) -> list[Revision]:
    related = ("assessment__dyad", "assessment__engagement", "assessment__on_behalf_of")
    return list(Revision.objects.filter(pk__in=revision_ids).select_related(*related).order_by("pk"))


def answers_of(revision: Revision) -> list[Answer]:
    """The answers that a revision holds, as scoring reads them."""
    assessment = revision.assessment
    conflict = assessment.in_conflict
    side = FIRST if assessment.on_behalf_of_id == assessment.dyad.first_id else SECOND
    return [
        Answer(
            rating_id=answer["rating"],
            case=assessment.case,
            engagement_id=assessment.engagement_id,
            assessor_id=assessment.assessor_id,
            indicator=answer["indicator"],
            score=answer["score"],
            non_score=answer["non_score"] or None,
            conflict=conflict,
            confidence=answer["confidence"],
            has_evidence=bool(answer["evidence"]),
            side=side if conflict else "",
            year=assessment.period_end,
        )
        for answer in revision.content["ratings"]
    ]


def _altered(content: Mapping[str, Any], revisions: Sequence[Revision]) -> list[str]:
    frozen = {entry["revision"]: entry["sha256"] for entry in content["assessments"]}
    found = {revision.pk: snapshot.digest(revision.content) for revision in revisions}
    return [str(pk) for pk, sha256 in frozen.items() if found.get(pk) != sha256]


def _differences(
    frozen: Mapping[str, Mapping[str, Any]], now: Mapping[str, Mapping[str, Any]]
) -> list[Difference]:
    return [
        Difference(code, measure, one, other)
        for code in [*frozen, *(code for code in now if code not in frozen)]
        for measure in COMPARED
        for one in [_rounded(frozen.get(code, {}).get(measure))]
        for other in [_rounded(now.get(code, {}).get(measure))]
        if one != other
    ]


def _rounded(value: Any) -> Any:
    if isinstance(value, list):
        return [_rounded(part) for part in value]
    if isinstance(value, dict):
        return {key: _rounded(part) for key, part in value.items()}
    return round(value, DECIMALS) if isinstance(value, float) else value


def _other_parts(frozen: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    return [key for key in now if key != "levels" and _rounded(frozen.get(key)) != _rounded(now[key])]
