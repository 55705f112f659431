from typing import Any

import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assessments.choices import Arrangement, FindingKind, IndicatorKind, Level, Phase
from organisations.models import User


def _fixed_once_published(framework_of: str) -> pgtrigger.Trigger:
    """Refuse any change of a part of a published framework, selected for ``{row}`` by ``framework_of``."""
    return pgtrigger.Trigger(
        name="fixed_once_published",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=f"""
            IF EXISTS (
                SELECT 1 FROM assessments_framework f
                WHERE f.id IN (({framework_of.format(row="OLD")}), ({framework_of.format(row="NEW")}))
                    AND f.published_at IS NOT NULL
            ) THEN
                RAISE EXCEPTION 'This framework version is published and fixed: make a new version.'
                    USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN COALESCE(NEW, OLD);
        """,  # noqa: S608 - the two statements are constants of this module
    )


class FrameworkQuerySet(models.QuerySet["Framework"]):
    def visible_to(self, user: User) -> "FrameworkQuerySet":
        """Published frameworks are open to everybody who is signed in."""
        return self.filter(published_at__isnull=False) if user.is_active else self.none()

    def asking(self) -> "FrameworkQuerySet":
        """Published versions with questions of their own: those that assessments answer."""
        return self.filter(published_at__isnull=False, questions_of=None)

    def latest(self, code: str | None = None) -> "Framework | None":  # type: ignore[override]
        """The version with questions of its own that was published last (of ``code``, or of all)."""
        asking = self.asking().filter(code=code) if code else self.asking()
        return asking.order_by("-published_at", "-pk").first()

    def with_rules_for(self, framework: Any) -> "FrameworkQuerySet":
        """The published versions whose rules apply to answers to its questions, newest first.

        The first is the one in force. ``framework`` is a version, its id, or refers to an outer query.
        """
        applying = models.Q(pk=framework) | models.Q(questions_of=framework)
        return self.filter(applying, published_at__isnull=False).order_by("-published_at", "-pk")

    def drafts(self) -> "FrameworkQuerySet":
        """Versions with other rules that are being written."""
        return self.filter(published_at=None, questions_of__isnull=False)


@pghistory.track()
class Framework(models.Model):
    """One version of a framework. Once published neither it nor its parts can change (by trigger).

    ``questions_of``: the version whose questions it asks unchanged, where it differs in its rules only. Such
    a version has rules and nothing else; assessments answer the version that has the questions.
    """

    code = models.SlugField(_("code"), max_length=80)
    version = models.CharField(_("version"), max_length=20)
    title = models.CharField(_("title"), max_length=200)
    scale = models.JSONField(_("scale"), help_text=_("What each score from 1 to 5 means."))
    arrangements = models.JSONField(_("arrangements"), help_text=_("What each arrangement means."))
    approvals_required = models.PositiveSmallIntegerField(_("approvals required"), default=1)
    partner_approval = models.BooleanField(
        _("partner’s approval required"),
        default=False,
        help_text=_("Whether one approval comes from the other side of the dyad."),
    )
    questions_of = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="rule_versions",
        verbose_name=_("asks the questions of"),
    )
    note = models.TextField(_("what is different"), blank=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    published_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("published by"),
    )

    objects = FrameworkQuerySet.as_manager()

    class Meta:
        verbose_name = _("framework")
        verbose_name_plural = _("frameworks")
        ordering = ["code", "-published_at"]
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="framework_version_unique"),
            models.CheckConstraint(
                condition=models.Q(approvals_required__gte=1), name="framework_needs_at_least_one_approval"
            ),
            models.UniqueConstraint(
                fields=["questions_of"],
                condition=models.Q(published_at__isnull=True),
                name="framework_one_draft_of_rules",
            ),
            models.CheckConstraint(
                condition=models.Q(questions_of__isnull=True) | ~models.Q(questions_of=models.F("pk")),
                name="framework_questions_are_anothers",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="published_is_fixed",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__published_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.version}"

    @property
    def name(self) -> str:
        """The version's unique name, such as ``inter-organisational-cooperation@1.0``."""
        return f"{self.code}@{self.version}"

    @property
    def questions(self) -> "Framework":
        """The version with the questions that this one asks: itself, or another."""
        return self.questions_of or self

    def rules_in_force(self) -> "Framework":
        """The version whose rules apply to answers to these questions: the one published last. One query."""
        return Framework.objects.with_rules_for(self.questions_of_id or self.pk).first() or self

    def names(self) -> dict[str, str]:
        """Names of the dimensions and indicators that it asks about, by code: two queries."""
        asked = self.questions_of_id or self.pk
        dimensions = Dimension.objects.filter(framework=asked).values_list("code", "name")
        indicators = Indicator.objects.filter(dimension__framework=asked).values_list("code", "name")
        return dict(dimensions) | dict(indicators)

    def get_absolute_url(self) -> str:
        return reverse("assessments:framework", args=[self.code, self.version])


@pghistory.track()
class Dimension(models.Model):
    framework = models.ForeignKey(Framework, on_delete=models.CASCADE, related_name="dimensions")
    level = models.CharField(_("level"), max_length=20, choices=Level.choices)
    code = models.CharField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=120)
    phase = models.CharField(_("phase"), max_length=20, choices=Phase.choices, blank=True)
    applies_to = ArrayField(
        models.CharField(max_length=20, choices=Arrangement.choices),
        verbose_name=_("applies to"),
        default=list,
        blank=True,
        help_text=_("Arrangements in which it is asked; empty means all."),
    )
    weight = models.FloatField(_("weight"), default=1.0)
    position = models.PositiveSmallIntegerField(_("position"))

    class Meta:
        verbose_name = _("dimension")
        verbose_name_plural = _("dimensions")
        ordering = ["framework", "position"]
        constraints = [
            models.UniqueConstraint(fields=["framework", "code"], name="dimension_code_unique"),
            models.CheckConstraint(condition=models.Q(weight__gt=0), name="dimension_weight_positive"),
            models.CheckConstraint(condition=models.Q(level__in=Level.values), name="dimension_level_known"),
        ]
        triggers = [_fixed_once_published("{row}.framework_id")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    def applies_in(self, arrangement: str | None) -> bool:
        """Whether its indicators are asked in ``arrangement`` (None at the political level: always)."""
        return not self.applies_to or arrangement in self.applies_to


@pghistory.track()
class Indicator(models.Model):
    dimension = models.ForeignKey(Dimension, on_delete=models.CASCADE, related_name="indicators")
    code = models.CharField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=20, choices=IndicatorKind.choices)
    question = models.TextField(_("question"))
    weight = models.FloatField(_("weight"), default=1.0)
    position = models.PositiveSmallIntegerField(_("position"))

    class Meta:
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")
        ordering = ["dimension__position", "position"]
        constraints = [
            models.UniqueConstraint(fields=["dimension", "code"], name="indicator_code_unique"),
            models.CheckConstraint(condition=models.Q(weight__gt=0), name="indicator_weight_positive"),
        ]
        triggers = [
            _fixed_once_published(
                "SELECT d.framework_id FROM assessments_dimension d WHERE d.id = {row}.dimension_id"
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def scale(self) -> dict[int, str]:
        """What each score means: its anchor, or the framework's word for a score between anchors."""
        words = {int(score): word for score, word in self.dimension.framework.scale.items()}
        return words | {anchor.score: anchor.text for anchor in self.anchors.all()}


@pghistory.track()
class Anchor(models.Model):
    """What a score of an indicator means in plain words; 2 and 4 lie between their neighbours."""

    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="anchors")
    score = models.PositiveSmallIntegerField(_("score"))
    text = models.CharField(_("text"), max_length=300)

    class Meta:
        verbose_name = _("anchor")
        verbose_name_plural = _("anchors")
        ordering = ["score"]
        constraints = [
            models.UniqueConstraint(fields=["indicator", "score"], name="anchor_unique"),
            models.CheckConstraint(
                condition=models.Q(score__gte=1, score__lte=5), name="anchor_score_on_the_scale"
            ),
        ]
        triggers = [
            _fixed_once_published(
                "SELECT d.framework_id FROM assessments_dimension d JOIN assessments_indicator i"
                " ON i.dimension_id = d.id WHERE i.id = {row}.indicator_id"
            )
        ]

    def __str__(self) -> str:
        return f"{self.score}: {self.text}"


@pghistory.track()
class Rule(models.Model):
    """A rule of a framework version. ``definition`` is the rule as written in the framework's file.

    ``version`` counts the changes of a draft: whoever writes says which one they have read.
    """

    framework = models.ForeignKey(Framework, on_delete=models.CASCADE, related_name="rules")
    code = models.CharField(_("code"), max_length=80)
    kind = models.CharField(_("kind"), max_length=20, choices=FindingKind.choices)
    priority = models.PositiveSmallIntegerField(_("priority"))
    definition = models.JSONField(_("definition"))
    position = models.PositiveSmallIntegerField(_("position"))
    version = models.PositiveIntegerField(_("version"), default=1)

    class Meta:
        verbose_name = _("rule")
        verbose_name_plural = _("rules")
        ordering = ["framework", "position"]
        constraints = [
            models.UniqueConstraint(fields=["framework", "code"], name="rule_code_unique"),
            models.CheckConstraint(
                condition=models.Q(priority__gte=1, priority__lte=5), name="rule_priority_one_to_five"
            ),
        ]
        triggers = [_fixed_once_published("{row}.framework_id")]

    def __str__(self) -> str:
        return self.code
