import pghistory
import pgtrigger
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assessments.choices import Level, NonScore
from assessments.models.framework import Framework, Indicator
from organisations.models import User
from organisations.roles import Permission, roles_with

FIXED = pgtrigger.Protect(name="fixed", operation=pgtrigger.Update | pgtrigger.Delete)


class VignetteQuerySet(models.QuerySet["Vignette"]):
    def visible_to(self, user: User) -> "VignetteQuerySet":
        """Everybody who records assessments anywhere may rate every vignette."""
        records = user.memberships.filter(role__in=roles_with(Permission.RECORD))
        return self.filter(models.Exists(records)) if user.is_active else self.none()

    def waiting_for(self, user: User, framework: Framework | None) -> "VignetteQuerySet":
        """The vignettes of a framework version, as long as ``user`` has completed none of them."""
        completed = VignetteAssessment.objects.completed().filter(
            assessor=user, vignette__framework=framework
        )
        return self.visible_to(user).filter(~models.Exists(completed), framework=framework)


@pghistory.track()
class Vignette(models.Model):
    """A short case that every assessor may rate once, so that their severities can be compared.

    It never changes: another text is another vignette.
    """

    framework = models.ForeignKey(
        Framework, on_delete=models.PROTECT, related_name="vignettes", verbose_name=_("framework")
    )
    level = models.CharField(_("level"), max_length=20, choices=Level.choices)
    code = models.SlugField(_("code"), max_length=80)
    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("text"))
    position = models.PositiveSmallIntegerField(_("position"))
    indicators = models.ManyToManyField(
        Indicator, through="VignetteIndicator", related_name="vignettes", verbose_name=_("indicators")
    )

    objects = VignetteQuerySet.as_manager()

    class Meta:
        verbose_name = _("vignette")
        verbose_name_plural = _("vignettes")
        ordering = ["-framework__published_at", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["framework", "code"], name="vignette_code_unique"),
            models.CheckConstraint(condition=models.Q(level__in=Level.values), name="vignette_level_known"),
        ]
        triggers = [FIXED]

    def __str__(self) -> str:
        return self.title

    @property
    def paragraphs(self) -> list[str]:
        """Its text, cut at empty lines; other line ends are those of the file."""
        return [" ".join(part.split()) for part in self.text.split("\n\n")]

    def asked(self) -> models.QuerySet[Indicator]:
        """The indicators that it asks, in the framework's order, with what their scores mean."""
        indicators = self.indicators.select_related("dimension__framework").prefetch_related("anchors")
        return indicators.order_by("dimension__position", "position")

    def get_absolute_url(self) -> str:
        return reverse("assessments:vignette", args=[self.pk])


@pghistory.track()
class VignetteIndicator(models.Model):
    """An indicator that a vignette asks."""

    vignette = models.ForeignKey(Vignette, on_delete=models.PROTECT, related_name="+")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("indicator of a vignette")
        verbose_name_plural = _("indicators of vignettes")
        constraints = [
            models.UniqueConstraint(fields=["vignette", "indicator"], name="vignette_indicator_unique")
        ]
        triggers = [FIXED]

    def __str__(self) -> str:
        return f"{self.vignette_id}: {self.indicator_id}"


class VignetteAssessmentQuerySet(models.QuerySet["VignetteAssessment"]):
    def visible_to(self, user: User) -> "VignetteAssessmentQuerySet":
        """One's own, and nobody else's."""
        return self.filter(assessor=user) if user.is_active else self.none()

    def completed(self) -> "VignetteAssessmentQuerySet":
        return self.filter(completed_at__isnull=False)


@pghistory.track()
class VignetteAssessment(models.Model):
    """One assessor's answers about a vignette: theirs alone to see, and fixed once completed (by trigger)."""

    vignette = models.ForeignKey(
        Vignette, on_delete=models.PROTECT, related_name="assessments", verbose_name=_("vignette")
    )
    assessor = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="vignette_assessments", verbose_name=_("assessor")
    )
    started_at = models.DateTimeField(_("started"))
    completed_at = models.DateTimeField(_("completed"), null=True, blank=True)

    objects = VignetteAssessmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assessment of a vignette")
        verbose_name_plural = _("assessments of vignettes")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["vignette", "assessor"], name="vignette_rated_once_by_each")
        ]
        triggers = [
            pgtrigger.Protect(
                name="completed_is_fixed",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__completed_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.vignette_id}: {self.assessor_id}"


@pghistory.track()
class VignetteRating(models.Model):
    """One answer about a vignette: a score or a non-score."""

    assessment = models.ForeignKey(VignetteAssessment, on_delete=models.PROTECT, related_name="ratings")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="+")
    score = models.PositiveSmallIntegerField(_("score"), null=True, blank=True)
    non_score = models.CharField(_("non-score"), max_length=30, choices=NonScore.choices, blank=True)

    class Meta:
        verbose_name = _("rating of a vignette")
        verbose_name_plural = _("ratings of vignettes")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "indicator"], name="vignette_rating_unique"),
            models.CheckConstraint(
                condition=models.Q(score__gte=1, score__lte=5, non_score="")
                | models.Q(score__isnull=True, non_score__in=NonScore.values),
                name="vignette_rating_is_an_answer",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="only_until_completed",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func="""
                    IF EXISTS (
                        SELECT 1 FROM assessments_vignetteassessment a
                        WHERE a.id IN (OLD.assessment_id, NEW.assessment_id) AND a.completed_at IS NOT NULL
                    ) THEN
                        RAISE EXCEPTION 'Answers about a vignette are fixed once they are completed.'
                            USING ERRCODE = 'restrict_violation';
                    END IF;
                    RETURN COALESCE(NEW, OLD);
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id}: {self.score or self.non_score}"

    @property
    def answer(self) -> str:
        """The score or the non-score, as forms name it."""
        return str(self.score) if self.score else self.non_score
