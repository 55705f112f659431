"""The flat rows that scoring reads, written from approved revisions."""

from assessments.choices import State
from assessments.models import ApprovedRating, Assessment, Framework


def write_approved_ratings(assessment: Assessment) -> None:
    """Write the rows of an approved assessment from its current revision."""
    revision = assessment.current_revision
    if revision is None:
        raise ValueError(f"Assessment {assessment.pk} has no revision.")
    indicators = {indicator.code: indicator for indicator in assessment.applicable_indicators()}
    ApprovedRating.objects.bulk_create(
        ApprovedRating(
            rating_id=answer["rating"],
            revision=revision,
            assessment=assessment,
            dyad=assessment.dyad,
            engagement=assessment.engagement,
            framework=assessment.framework,
            indicator=indicators[answer["indicator"]],
            level=assessment.level,
            case=assessment.case,
            assessor=assessment.assessor,
            on_behalf_of=assessment.on_behalf_of,
            conflict=assessment.in_conflict,
            year=assessment.period_end,
            score=answer["score"],
            non_score=answer["non_score"],
            confidence=answer["confidence"],
            rationale=answer["rationale"],
            has_evidence=bool(answer["evidence"]),
        )
        for answer in revision.content["ratings"]
    )


def rewrite_approved_ratings(framework: Framework) -> None:
    """Write the rows of every approved assessment of a framework anew.

    These assessments are locked first, as every decision does, so that none is withdrawn meanwhile; one
    that is being approved brings its rows itself.
    """
    approved = Assessment.objects.approved().filter(framework=framework).order_by("pk")
    locked = list(approved.select_for_update(of=("self",)).values_list("pk", flat=True))
    rows = ApprovedRating.objects.filter(framework=framework)
    rows.filter(assessment__in=locked).delete()
    rows.exclude(assessment__state=State.APPROVED).delete()
    approved = approved.filter(pk__in=locked)
    related = ("current_revision", "dyad", "engagement", "framework", "assessor", "on_behalf_of")
    for assessment in approved.select_related(*related).iterator(chunk_size=100):
        write_approved_ratings(assessment)
