from typing import TYPE_CHECKING

import pghistory
import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.choices import Confidence, NonScore
from assessments.models.assessment import Assessment
from assessments.models.framework import Indicator
from organisations.models import User

if TYPE_CHECKING:
    from assessments.models.source import Evidence


@pghistory.track()
class Rating(models.Model):
    """One answer. A draft's may be empty: neither scored nor declared a non-score.

    ``version`` counts how often the answer was written: 0 while there is only evidence for one.
    """

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="ratings")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="ratings")
    score = models.PositiveSmallIntegerField(_("score"), null=True, blank=True)
    non_score = models.CharField(_("non-score"), max_length=30, choices=NonScore.choices, blank=True)
    rationale = models.TextField(_("rationale"), blank=True)
    confidence = models.CharField(_("confidence"), max_length=20, choices=Confidence.choices, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)
    updated_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    updated_at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("rating")
        verbose_name_plural = _("ratings")
        ordering = ["assessment", "indicator__dimension__position", "indicator__position"]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "indicator"], name="rating_unique"),
            models.CheckConstraint(
                condition=models.Q(score__isnull=True) | models.Q(score__gte=1, score__lte=5),
                name="rating_score_on_the_scale",
                violation_error_message=_("A score is a whole number from 1 to 5."),
            ),
            models.CheckConstraint(
                condition=models.Q(score__isnull=True) | models.Q(non_score=""),
                name="rating_score_or_non_score",
                violation_error_message=_("An answer is a score or a non-score, not both."),
            ),
            models.CheckConstraint(
                condition=models.Q(non_score__in=["", *NonScore.values]), name="rating_non_score_known"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="only_in_draft",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func="""
                    IF EXISTS (
                        SELECT 1 FROM assessments_assessment a
                        WHERE a.id IN (OLD.assessment_id, NEW.assessment_id) AND a.state <> 'draft'
                    ) THEN
                        RAISE EXCEPTION 'Answers can be changed only while the assessment is a draft.'
                            USING ERRCODE = 'restrict_violation';
                    END IF;
                    RETURN COALESCE(NEW, OLD);
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.indicator}: {self.answer}"

    @property
    def answer(self) -> str:
        """The score, the non-score's words, or nothing."""
        return str(self.score) if self.score else str(self.get_non_score_display())

    def cites(self, evidence: "Evidence") -> bool:
        """Whether the same place in the same source is cited here; needs the evidence loaded."""
        place = (evidence.source_id, evidence.locator)
        return place in {(cited.source_id, cited.locator) for cited in self.evidence.all()}

    @property
    def answered(self) -> bool:
        return bool(self.score or self.non_score)
