"""How far a draft is, dimension by dimension."""

from dataclasses import dataclass, field

from django.db.models import QuerySet

from assessments.actions import submission
from assessments.models import Assessment, Dimension, Rating, SectionMark


@dataclass(slots=True)
class Section:
    """One dimension of an assessment. ``complete`` counts answers that lack nothing that submission needs.

    ``to_reconfirm`` counts answers of an earlier assessment that are neither reconfirmed nor changed,
    ``begun`` indicators of which anything is written or cited, ``changed`` those that were written
    after an author called the section complete (``mark``).
    """

    dimension: Dimension
    mark: SectionMark | None = None
    asked: int = 0
    begun: int = 0
    complete: int = 0
    to_reconfirm: int = 0
    changed: list[str] = field(default_factory=list)

    @property
    def status(self) -> str:
        if self.mark:
            return "complete"
        return "in_progress" if self.begun else "not_started"


def sections_of(assessment: Assessment) -> list[Section]:
    """The dimensions that are asked, in the framework's order: six queries, twelve in a next cycle."""
    lacking = {item.indicator.pk for item in submission.missing_from(assessment)}
    begun = {rating.indicator_id: rating for rating in _begun(assessment)}
    carried = assessment.earlier_ratings()
    marks = {mark.dimension_id: mark for mark in assessment.section_marks.select_related("marked_by")}
    sections: dict[int, Section] = {}
    for indicator in assessment.applicable_indicators():
        mark = marks.get(indicator.dimension_id)
        section = sections.setdefault(indicator.dimension_id, Section(indicator.dimension, mark))
        rating = begun.get(indicator.pk)
        section.asked += 1
        section.begun += rating is not None
        section.complete += indicator.pk not in lacking
        section.to_reconfirm += indicator.pk in carried and not (rating and rating.answered)
        if mark and rating and rating.updated_at > mark.marked_at:
            section.changed.append(indicator.code)
    return list(sections.values())


def _begun(assessment: Assessment) -> QuerySet[Rating]:
    nothing = {"score": None, "non_score": "", "rationale": "", "confidence": "", "evidence": None}
    return assessment.ratings.exclude(**nothing)
