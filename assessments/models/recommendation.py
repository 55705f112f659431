import pghistory
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assessments.choices import RecommendationStatus
from assessments.models.engagement import Engagement
from assessments.models.framework import Rule
from assessments.models.scorecard import Finding
from organisations.models import Dyad, Organisation, User
from organisations.roles import Permission, roles_with


class RecommendationQuerySet(models.QuerySet["Recommendation"]):
    def visible_to(self, user: User) -> "RecommendationQuerySet":
        """What follows from findings that ``user`` sees now; the rest would tell what is hidden.

        What an organisation has decided stays visible to its working members when it no longer follows.
        """
        if not user.is_active:
            return self.none()
        findings = Finding.objects.visible_to(user).filter(recommendation=models.OuterRef("pk"))
        deciders = user.memberships.filter(
            organisation=models.OuterRef("decided_for"), role__in=roles_with(Permission.READ_OWN_WORK)
        )
        return self.filter(models.Exists(findings) | models.Exists(deciders))

    def for_list(self) -> "RecommendationQuerySet":
        return self.select_related(
            "dyad__first", "dyad__second", "engagement", "rule__framework", "decided_for", "decided_by"
        )


@pghistory.track()
class Recommendation(models.Model):
    """What a rule recommends to a dyad; coordinators of its two organisations accept or decline it."""

    dyad = models.ForeignKey(
        Dyad, on_delete=models.PROTECT, related_name="recommendations", verbose_name=_("dyad")
    )
    rule = models.ForeignKey(
        Rule, on_delete=models.PROTECT, related_name="recommendations", verbose_name=_("rule")
    )
    engagement = models.ForeignKey(
        Engagement,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="recommendations",
        verbose_name=_("engagement"),
    )
    target = models.CharField(
        _("about"), max_length=20, help_text=_("Code of an indicator, dimension or level.")
    )
    text = models.TextField(_("text"))
    priority = models.PositiveSmallIntegerField(_("priority"))
    status = models.CharField(
        _("status"),
        max_length=20,
        choices=RecommendationStatus.choices,
        default=RecommendationStatus.PROPOSED,
    )
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decided_for = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided for"),
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    created_at = models.DateTimeField(_("proposed"))

    objects = RecommendationQuerySet.as_manager()

    class Meta:
        verbose_name = _("recommendation")
        verbose_name_plural = _("recommendations")
        ordering = ["priority", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["dyad", "rule", "engagement", "target"],
                nulls_distinct=False,
                name="recommendation_unique",
            ),
            models.CheckConstraint(
                condition=~models.Q(status=RecommendationStatus.DECLINED) | ~models.Q(reason=""),
                name="recommendation_declined_with_reason",
                violation_error_message=_("Say why it is declined."),
            ),
            models.CheckConstraint(
                condition=models.Q(status=RecommendationStatus.PROPOSED, decided_by__isnull=True)
                | models.Q(decided_by__isnull=False, decided_for__isnull=False, decided_at__isnull=False),
                name="recommendation_decision_is_somebodys",
            ),
        ]

    def __str__(self) -> str:
        return self.text

    def get_absolute_url(self) -> str:
        return reverse("assessments:recommendation", args=[self.pk])
