import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.choices import Confidence, Level, NonScore, State
from assessments.models.assessment import Assessment, assessor_code
from assessments.models.engagement import Engagement
from assessments.models.framework import Framework, Indicator
from assessments.models.revision import Revision
from organisations.models import Dyad, Organisation, User


class ApprovedRatingQuerySet(models.QuerySet["ApprovedRating"]):
    def visible_to(self, user: User) -> "ApprovedRatingQuerySet":
        return self.filter(assessment__in=Assessment.objects.visible_to(user).filter(state=State.APPROVED))


@pghistory.track()
class ApprovedRating(models.Model):
    """One answer of an approved revision, flat: what scoring reads and exports stream.

    Written by the approving transaction and removed when the assessment is superseded or withdrawn.
    ``rating_id`` is the id of the answer, the same that revisions and findings name.
    """

    rating_id = models.BigIntegerField(_("rating"))
    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="approved_ratings")
    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="approved_ratings")
    dyad = models.ForeignKey(Dyad, on_delete=models.PROTECT, related_name="approved_ratings")
    engagement = models.ForeignKey(
        Engagement, on_delete=models.PROTECT, null=True, blank=True, related_name="approved_ratings"
    )
    framework = models.ForeignKey(Framework, on_delete=models.PROTECT, related_name="approved_ratings")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="approved_ratings")
    level = models.CharField(_("level"), max_length=20, choices=Level.choices)
    case = models.CharField(_("case"), max_length=40)
    assessor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("assessor"))
    on_behalf_of = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    conflict = models.BooleanField(_("in conflict"))
    year = models.PositiveSmallIntegerField(_("year"))
    score = models.PositiveSmallIntegerField(_("score"), null=True, blank=True)
    non_score = models.CharField(_("non-score"), max_length=30, choices=NonScore.choices, blank=True)
    confidence = models.CharField(_("confidence"), max_length=20, choices=Confidence.choices, blank=True)
    rationale = models.TextField(_("rationale"), blank=True)
    has_evidence = models.BooleanField(_("has evidence"))

    objects = ApprovedRatingQuerySet.as_manager()

    class Meta:
        verbose_name = _("approved rating")
        verbose_name_plural = _("approved ratings")
        ordering = ["pk"]
        indexes = [models.Index(fields=["dyad", "framework"])]
        constraints = [
            models.UniqueConstraint(fields=["rating_id"], name="approved_rating_unique"),
            models.CheckConstraint(
                condition=models.Q(score__isnull=False, non_score="")
                | models.Q(score__isnull=True) & ~models.Q(non_score=""),
                name="approved_rating_is_an_answer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id}: {self.score or self.non_score}"

    @property
    def assessor_code(self) -> str:
        return assessor_code(self.dyad_id, self.on_behalf_of_id, self.assessor_id)
