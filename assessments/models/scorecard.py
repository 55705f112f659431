import pghistory
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assessments.choices import CalibrationStatus, FindingKind
from assessments.models.assessment import Assessment
from assessments.models.calibration import Calibration
from assessments.models.engagement import Engagement
from assessments.models.framework import Framework
from assessments.scoring import METHOD_VERSION
from organisations.models import Dyad, User


class ScorecardQuerySet(models.QuerySet["Scorecard"]):
    def visible_to(self, user: User) -> "ScorecardQuerySet":
        """The scorecards that rest on exactly the approved assessments that ``user`` may see now.

        One for each dyad and framework version, by the current method, the calibration and the rules in
        force; none for another set, so that totals cannot tell what rows would not.
        """
        may_see = (
            Assessment.objects.visible_to(user)
            .approved()
            .filter(dyad=models.OuterRef("dyad"), framework=models.OuterRef("framework"))
            .order_by("current_revision_id")
        )
        return (
            self.under_calibration_in_force()
            .under_rules_in_force()
            .filter(
                method_version=METHOD_VERSION,
                revision_ids=ArraySubquery(may_see.values("current_revision_id")),
            )
        )

    def under_calibration_in_force(self) -> "ScorecardQuerySet":
        """With the calibration in force of their framework; without any before there is one."""
        in_force = Calibration.objects.in_force().filter(framework=models.OuterRef("framework"))
        return self.filter(
            models.Q(calibration__status=CalibrationStatus.IN_FORCE)
            | models.Q(models.Q(calibration__isnull=True), ~models.Exists(in_force))
        )

    def under_rules_in_force(self) -> "ScorecardQuerySet":
        """With the findings of the rules in force for their framework."""
        in_force = Framework.objects.with_rules_for(models.OuterRef("framework"))
        return self.filter(rules=models.Subquery(in_force.values("pk")[:1]))


@pghistory.track()
class Scorecard(models.Model):
    """What a set of approved revisions says about a dyad; a pure function of that set and the versions named.

    ``framework`` is the version that was answered, ``rules`` the one whose rules made the findings.
    ``content`` is :meth:`ScorecardResult.to_dict`; ``sha256`` digests it at six decimals.
    """

    dyad = models.ForeignKey(
        Dyad, on_delete=models.CASCADE, related_name="scorecards", verbose_name=_("dyad")
    )
    framework = models.ForeignKey(
        Framework, on_delete=models.PROTECT, related_name="scorecards", verbose_name=_("framework")
    )
    rules = models.ForeignKey(
        Framework, on_delete=models.PROTECT, related_name="+", verbose_name=_("rules of")
    )
    method_version = models.CharField(_("method version"), max_length=20)
    calibration = models.ForeignKey(
        Calibration, on_delete=models.PROTECT, null=True, blank=True, related_name="scorecards"
    )
    revision_ids = ArrayField(models.BigIntegerField(), verbose_name=_("revisions"))
    content = models.JSONField(_("content"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    created_at = models.DateTimeField(_("calculated"))

    objects = ScorecardQuerySet.as_manager()

    class Meta:
        verbose_name = _("scorecard")
        verbose_name_plural = _("scorecards")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["dyad", "framework", "rules", "method_version", "calibration", "revision_ids"],
                nulls_distinct=False,
                name="scorecard_unique",
            )
        ]

    def __str__(self) -> str:
        return f"{self.dyad_id}: {self.sha256[:12]}"


class FindingQuerySet(models.QuerySet["Finding"]):
    def visible_to(self, user: User) -> "FindingQuerySet":
        """The findings of the scorecards that ``user`` sees now."""
        return self.filter(scorecard__in=Scorecard.objects.visible_to(user).values("pk"))


@pghistory.track()
class Finding(models.Model):
    """A rule that fired, with the measured values it fired on and the ratings behind them."""

    scorecard = models.ForeignKey(Scorecard, on_delete=models.CASCADE, related_name="findings")
    rule = models.ForeignKey("assessments.Rule", on_delete=models.PROTECT, related_name="findings")
    engagement = models.ForeignKey(
        Engagement, on_delete=models.PROTECT, null=True, blank=True, related_name="findings"
    )
    recommendation = models.ForeignKey(
        "assessments.Recommendation", on_delete=models.PROTECT, null=True, blank=True, related_name="findings"
    )
    kind = models.CharField(_("kind"), max_length=20, choices=FindingKind.choices)
    priority = models.PositiveSmallIntegerField(_("priority"))
    target = models.CharField(
        _("about"), max_length=20, help_text=_("Code of an indicator, dimension or level.")
    )
    text = models.TextField(_("text"))
    inputs = models.JSONField(_("inputs"))
    rating_ids = ArrayField(models.BigIntegerField(), verbose_name=_("ratings"))

    objects = FindingQuerySet.as_manager()

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        ordering = ["priority", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["scorecard", "rule", "engagement", "target"],
                nulls_distinct=False,
                name="finding_unique",
            )
        ]

    def __str__(self) -> str:
        return self.text

    def get_absolute_url(self) -> str:
        return reverse("assessments:finding", args=[self.pk])
