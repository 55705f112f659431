import pghistory
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.choices import JointFitStage, JointFitState, Level
from assessments.models.assessment import Assessment
from assessments.models.calibration import Calibration
from assessments.models.framework import Framework
from organisations.models import Dyad, User
from organisations.roles import Permission, roles_with

UNDER_WAY = [JointFitState.QUEUED, JointFitState.RUNNING]


class JointFitQuerySet(models.QuerySet["JointFit"]):
    def visible_to(self, user: User) -> "JointFitQuerySet":
        """That there are fits, and how they went, is open to everybody who is signed in."""
        return self if user.is_active else self.none()

    def in_use(self) -> "JointFit | None":
        """The last one that succeeded: a later failure does not touch it."""
        return self.filter(state=JointFitState.DONE).order_by("-finished_at", "-pk").first()


@pghistory.track()
class JointFit(models.Model):
    """One run of the joint model (tier B) over everything released to every organisation.

    ``record`` says for each level what is no single person's or dyad's: means, bias, counts. ``moved_at`` is
    the last sign of life of whoever runs it. ``inputs_sha256`` digests all answers that went in.
    """

    framework = models.ForeignKey(
        Framework, on_delete=models.CASCADE, related_name="joint_fits", verbose_name=_("framework")
    )
    calibration = models.ForeignKey(
        Calibration, on_delete=models.PROTECT, null=True, blank=True, related_name="joint_fits"
    )
    method_version = models.CharField(_("method version"), max_length=20)
    state = models.CharField(
        _("state"), max_length=20, choices=JointFitState.choices, default=JointFitState.QUEUED
    )
    stage = models.CharField(_("stage"), max_length=20, choices=JointFitStage.choices, blank=True)
    progress = models.PositiveSmallIntegerField(_("progress"), default=0)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    requested_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("asked for by"),
    )
    requested_at = models.DateTimeField(_("asked for"))
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    moved_at = models.DateTimeField(_("moved"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    error = models.TextField(_("error"), blank=True)
    record = models.JSONField(_("record"), default=dict, blank=True)
    inputs_sha256 = models.CharField(_("SHA-256 of what went in"), max_length=64, blank=True)

    objects = JointFitQuerySet.as_manager()

    class Meta:
        verbose_name = _("joint fit")
        verbose_name_plural = _("joint fits")
        ordering = ["-requested_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=JointFitState.values), name="joint_fit_state_known"
            ),
            models.CheckConstraint(condition=models.Q(progress__lte=100), name="joint_fit_progress_percent"),
            models.UniqueConstraint(
                fields=["framework"],
                condition=models.Q(state__in=UNDER_WAY),
                name="joint_fit_one_under_way",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.framework_id}: {self.get_state_display()}"

    @property
    def under_way(self) -> bool:
        return self.state in UNDER_WAY


class JointScoreQuerySet(models.QuerySet["JointScore"]):
    def visible_to(self, user: User) -> "JointScoreQuerySet":
        """Those of dyads of which exactly the same is released to everybody still, for all who read that."""
        if not user.is_active:
            return self.none()
        released = (
            Assessment.objects.approved()
            .filter(
                released_to_all=True, dyad=models.OuterRef("dyad"), framework=models.OuterRef("framework")
            )
            .order_by("current_revision_id")
        )
        reads = user.memberships.filter(role__in=roles_with(Permission.READ_RELEASED))
        return self.filter(
            models.Exists(reads), revision_ids=ArraySubquery(released.values("current_revision_id"))
        )


@pghistory.track()
class JointScore(models.Model):
    """A dyad's published figures, adjusted for who rated, by the joint fit in use.

    ``content`` holds :class:`assessments.scoring.joint.AdjustedFigure` by the code of the figure.
    """

    fit = models.ForeignKey(JointFit, on_delete=models.CASCADE, related_name="scores")
    framework = models.ForeignKey(Framework, on_delete=models.CASCADE, related_name="+")
    dyad = models.ForeignKey(Dyad, on_delete=models.CASCADE, related_name="+", verbose_name=_("dyad"))
    revision_ids = ArrayField(models.BigIntegerField(), verbose_name=_("revisions"))
    content = models.JSONField(_("content"))
    largest_difference = models.FloatField(
        _("largest difference"), default=0.0, help_text=_("From tier A, of any of its figures.")
    )

    objects = JointScoreQuerySet.as_manager()

    class Meta:
        verbose_name = _("adjusted score")
        verbose_name_plural = _("adjusted scores")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["fit", "dyad"], name="joint_score_unique")]

    def __str__(self) -> str:
        return f"{self.fit_id}: {self.dyad_id}"


class SeverityQuerySet(models.QuerySet["Severity"]):
    def visible_to(self, user: User) -> "SeverityQuerySet":
        """One's own; administrators see all."""
        if not user.is_active:
            return self.none()
        return self if user.is_superuser else self.filter(assessor=user)


@pghistory.track()
class Severity(models.Model):
    """How much higher (above 0) or lower an assessor rates than an average one, by the joint fit in use.

    ``value`` is none for those whom no rating connects to the others.
    """

    fit = models.ForeignKey(JointFit, on_delete=models.CASCADE, related_name="severities")
    framework = models.ForeignKey(Framework, on_delete=models.CASCADE, related_name="+")
    assessor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("assessor"))
    level = models.CharField(_("level"), max_length=20, choices=Level.choices)
    value = models.FloatField(_("severity"), null=True, blank=True)
    standard_error = models.FloatField(_("standard error"), null=True, blank=True)
    n_ratings = models.PositiveIntegerField(_("ratings"))
    n_dyads = models.PositiveIntegerField(_("dyads"))
    n_vignettes = models.PositiveIntegerField(_("vignettes"))

    objects = SeverityQuerySet.as_manager()

    class Meta:
        verbose_name = _("severity")
        verbose_name_plural = _("severities")
        ordering = ["level", "value", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["fit", "assessor", "level"], name="severity_unique"),
            models.CheckConstraint(
                condition=models.Q(value__isnull=True, standard_error__isnull=True)
                | models.Q(value__isnull=False, standard_error__isnull=False),
                name="severity_with_its_error",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assessor_id}: {self.value}"
