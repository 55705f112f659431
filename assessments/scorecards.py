"""Approved ratings into scoring and back: what a set of approved revisions says about a dyad."""

from collections.abc import Iterable, Sequence

import numpy as np
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Prefetch, QuerySet

from assessments.choices import IndicatorKind
from assessments.models import (
    ApprovedRating,
    Assessment,
    Calibration,
    Dimension,
    Engagement,
    Framework,
    Indicator,
)
from assessments.rating_arrays import released_ratings
from assessments.scoring.calibration import Calibration as CalibrationRecord
from assessments.scoring.calibration import Sample, calibrate_level, evaluative_codes
from assessments.scoring.details import with_details
from assessments.scoring.inputs import (
    FIRST,
    LEVELS,
    SECOND,
    Answer,
    DimensionShape,
    EngagementShape,
    FrameworkShape,
    IndicatorShape,
)
from assessments.scoring.scorecard import ScorecardResult, score_dyad
from organisations.models import Dyad, Membership, Organisation
from organisations.roles import Permission, roles_with


def framework_shape(framework: Framework) -> FrameworkShape:
    """The part of a framework that scoring needs: two queries."""
    indicators = Prefetch("indicators", queryset=Indicator.objects.order_by("position"))
    dimensions: Iterable[Dimension] = framework.dimensions.order_by("position").prefetch_related(indicators)
    return FrameworkShape(
        dimensions=tuple(
            DimensionShape(
                code=dimension.code,
                level=dimension.level,
                weight=dimension.weight,
                applies_to=frozenset(dimension.applies_to),
                indicators=tuple(
                    IndicatorShape(
                        code=indicator.code,
                        weight=indicator.weight,
                        evaluative=indicator.kind == IndicatorKind.EVALUATIVE,
                    )
                    for indicator in dimension.indicators.all()
                ),
            )
            for dimension in dimensions
        )
    )


def answers_of(revision_ids: Sequence[int]) -> list[Answer]:
    """The answers of these approved revisions: one query."""
    return [answer for _dyad, answer in answers_with_dyads(revision_ids)]


def answers_with_dyads(revision_ids: Sequence[int], level: str = "") -> list[tuple[int, Answer]]:
    """The answers of these approved revisions (at one level), each with the id of its dyad: one query."""
    ratings = ApprovedRating.objects.filter(revision__in=revision_ids)
    return _read(ratings.filter(level=level) if level else ratings)


def answers_in(ratings: QuerySet[ApprovedRating]) -> list[Answer]:
    """The answers that these are: one query."""
    return [answer for _dyad, answer in _read(ratings)]


def _read(ratings: QuerySet[ApprovedRating]) -> list[tuple[int, Answer]]:
    loaded = ratings.select_related("indicator", "dyad").order_by("rating_id")
    return [(rating.dyad_id, answer_of(rating)) for rating in loaded]


def answer_of(rating: ApprovedRating) -> Answer:
    """Of a rating with its indicator; of one in conflict the dyad is needed too."""
    return Answer(
        rating_id=rating.rating_id,
        case=rating.case,
        engagement_id=rating.engagement_id,
        assessor_id=rating.assessor_id,
        indicator=rating.indicator.code,
        score=rating.score,
        non_score=rating.non_score or None,
        conflict=rating.conflict,
        confidence=rating.confidence,
        has_evidence=rating.has_evidence,
        side=_side(rating) if rating.conflict else "",
        year=rating.year,
    )


def _side(rating: ApprovedRating) -> str:
    return FIRST if rating.on_behalf_of_id == rating.dyad.first_id else SECOND


def engagement_shapes(answers: Iterable[Answer]) -> list[EngagementShape]:
    """The engagements that the answers are about: one query."""
    ids = {answer.engagement_id for answer in answers if answer.engagement_id}
    engagements = Engagement.objects.filter(pk__in=ids).order_by("pk")
    return [
        EngagementShape(id=engagement.pk, arrangement=engagement.arrangement) for engagement in engagements
    ]


def calibration_in_force(framework: Framework) -> Calibration | None:
    return framework.calibrations.in_force().first()


def calibrated(framework: Framework) -> CalibrationRecord:
    """What the ratings say that are released to every organisation, conflicts left out: four queries."""
    released = released_ratings(framework)
    used = released.only((released.answer > 0) & ~released.conflict)
    shape, ids = framework_shape(framework), indicator_ids(framework)
    levels = {}
    for level in LEVELS:
        codes = evaluative_codes(shape.of_level(level))
        position = used.positions([ids[code] for code in codes])
        own = used.only(position >= 0)
        score = own.answer.astype(np.int64)
        sample = Sample(own.dyad, own.case, own.assessor, position[position >= 0], score)
        levels[level] = calibrate_level(codes, sample)
    return CalibrationRecord(levels)


def indicator_ids(framework: Framework) -> dict[str, int]:
    """Ids of a framework's indicators by code: one query."""
    return dict(Indicator.objects.filter(dimension__framework=framework).values_list("code", "pk"))


def sets_released_to_all(framework: Framework) -> dict[int, list[int]]:
    """The approved revisions of each dyad, by its id, that every organisation sees: one query."""
    released = Assessment.objects.approved().filter(framework=framework, released_to_all=True)
    rows = (
        released.order_by("dyad_id")
        .values_list("dyad_id")
        .annotate(revision_ids=ArrayAgg("current_revision_id", order_by="current_revision_id"))
    )
    return dict(rows)


def calibration_record(calibration: Calibration | None) -> CalibrationRecord:
    """The record that scoring uses; the method's defaults before anything was calibrated."""
    return calibration.values if calibration else CalibrationRecord.default()


def score(
    shape: FrameworkShape, answers: Sequence[Answer], calibration: Calibration | None
) -> tuple[ScorecardResult, list[EngagementShape]]:
    engagements = engagement_shapes(answers)
    return score_under(shape, answers, calibration_record(calibration), engagements), engagements


def score_under(
    shape: FrameworkShape,
    answers: Sequence[Answer],
    record: CalibrationRecord,
    engagements: Sequence[EngagementShape],
) -> ScorecardResult:
    """The whole scorecard: a pure function of what it is given."""
    result = score_dyad(shape, answers, record, engagements)
    return with_details(result, shape, answers, record, engagements)


def visible_set(dyad: Dyad, framework: Framework, organisation: Organisation | None) -> list[int]:
    """The approved revisions that who works in an organisation sees; without one, what everybody sees."""
    approved = _approved(dyad, framework)
    return _revisions(approved, organisation.pk if organisation else None, reads_own=True)


def visible_sets(dyad: Dyad, framework: Framework) -> list[list[int]]:
    """The distinct sets of approved revisions of a dyad that members of any one organisation may see.

    Members who work on assessments see their organisation's own besides what is released to it; readers
    see what is released. People with roles in several organisations see unions of these, which are
    calculated when they first look.
    """
    approved = _approved(dyad, framework)
    sets = {tuple(_revisions(approved, organisation, reads_own)) for organisation, reads_own in _audiences()}
    return [list(revisions) for revisions in sorted(sets) if revisions]


def _approved(dyad: Dyad, framework: Framework) -> list[Assessment]:
    approved = Assessment.objects.approved().filter(dyad=dyad, framework=framework)
    return list(approved.order_by("current_revision_id").prefetch_related("releases"))


def _audiences() -> set[tuple[int, bool]]:
    working = {role.value for role in roles_with(Permission.READ_OWN_WORK)}
    return {
        (organisation, role in working)
        for organisation, role in Membership.objects.values_list("organisation_id", "role").distinct()
    }


def _revisions(approved: list[Assessment], organisation: int | None, reads_own: bool) -> list[int]:
    return [
        assessment.current_revision_id
        for assessment in approved
        if assessment.current_revision_id is not None
        and (
            assessment.released_to_all
            or (reads_own and assessment.on_behalf_of_id == organisation)
            or any(release.organisation_id == organisation for release in assessment.releases.all())
        )
    ]
