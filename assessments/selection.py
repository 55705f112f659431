"""A part of the answers behind a scorecard, as somebody narrows it down."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from assessments.choices import Marking
from assessments.models import ApprovedRating, Evidence
from assessments.scoring.inputs import FIRST, SECOND, SUPPORTING_CONFIDENCE
from organisations.models import Dyad

CITED, SUPPORTED = "cited", "supported"


@dataclass(frozen=True, slots=True)
class Selection:
    """A part of the answers behind a scorecard; empty values leave everything in.

    ``year_from`` and ``year_to`` bound the last year of the period assessed, ``marking`` is the strictest one
    let in, ``side`` is first | second | independent. ``evidence`` is cited | supported (moderate confidence
    or more) | the lowest Admiralty reliability that a source behind the answer must have; it narrows scored
    answers only, so that what could not be answered goes on being said. An arrangement narrows the field
    level only.
    """

    year_from: int | None = None
    year_to: int | None = None
    arrangement: str = ""
    marking: str = ""
    evidence: str = ""
    side: str = ""

    @property
    def narrows(self) -> bool:
        return self != Selection()

    def of(self, ratings: QuerySet[ApprovedRating], dyad: Dyad) -> QuerySet[ApprovedRating]:
        wanted = Q()
        if self.year_from:
            wanted &= Q(year__gte=self.year_from)
        if self.year_to:
            wanted &= Q(year__lte=self.year_to)
        if self.arrangement:
            wanted &= Q(engagement__isnull=True) | Q(engagement__arrangement=self.arrangement)
        if self.marking:
            let_in = Marking.values[: Marking.values.index(self.marking) + 1]
            wanted &= Q(assessment__marking__in=let_in)
        return ratings.filter(wanted & self._of_side(dyad) & self._of_evidence())

    def _of_side(self, dyad: Dyad) -> Q:
        if not self.side:
            return Q()
        own = {FIRST: dyad.first_id, SECOND: dyad.second_id}.get(self.side)
        return Q(on_behalf_of=own) if own else Q(conflict=False)

    def _of_evidence(self) -> Q:
        if not self.evidence:
            return Q()
        if self.evidence == CITED:
            enough = Q(has_evidence=True)
        elif self.evidence == SUPPORTED:
            enough = Q(has_evidence=True, confidence__in=SUPPORTING_CONFIDENCE)
        else:
            enough = Q(Exists(Evidence.objects.at_least(self.evidence).filter(rating=OuterRef("rating_id"))))
        return Q(score__isnull=True) | enough
