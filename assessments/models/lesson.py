"""Lessons: what was observed, why, what follows, and how far it has come."""

from typing import Any

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assessments.choices import LessonKind, LessonOrigin, LessonState, Level, Marking
from assessments.models.engagement import Engagement
from assessments.models.framework import Framework, Rule
from assessments.models.lesson_triggers import FOUR_EYES, JOINT_IS_FIXED, ONLY_AS_FAR_AS_ITS_ACTIONS
from assessments.models.revision import APPEND_ONLY
from organisations.models import Dyad, Instrument, Organisation, User
from organisations.roles import Permission, roles_with

OPEN = [LessonState.OBSERVATION, LessonState.IDENTIFIED, LessonState.ENDORSED, LessonState.TASKED]
ENDORSED_STATES = [
    LessonState.ENDORSED,
    LessonState.TASKED,
    LessonState.IMPLEMENTED,
    LessonState.VALIDATED,
]
TEXTS = ("observation", "discussion", "conclusion", "recommendation")
THINGS = ("rating", "evidence", "mission", "recommended", "adjudication")


def _complete() -> models.Q:
    return models.Q(*(~models.Q(**{text: ""}) for text in TEXTS))


def _exactly_one(names: tuple[str, ...]) -> models.Q:
    condition = models.Q()
    for one in names:
        condition |= models.Q(**{f"{name}__isnull": name != one for name in names})
    return condition


def worked_for(user: User) -> models.QuerySet[Any, Any]:
    """The organisations whose work ``user`` reads."""
    return user.memberships.filter(role__in=roles_with(Permission.READ_OWN_WORK)).values("organisation")


class LessonQuerySet(models.QuerySet["Lesson"]):
    def visible_to(self, user: User) -> "LessonQuerySet":
        """One's own organisations' in every state; of others what stands endorsed and is released to one.

        While the texts are rewritten the endorsement is taken back, and others do not see the lesson.
        """
        if not user.is_active:
            return self.none()
        reached = user.memberships.filter(role__in=roles_with(Permission.READ_RELEASED))
        released = LessonRelease.objects.filter(
            lesson=models.OuterRef("pk"), organisation__in=reached.values("organisation")
        )
        shown = models.Q(models.Exists(reached), released_to_all=True) | models.Q(models.Exists(released))
        own = models.Q(organisation__in=worked_for(user))
        return self.filter(own | models.Q(shown, endorsed_at__isnull=False))

    def unfinished(self) -> "LessonQuerySet":
        return self.filter(state__in=OPEN)

    def recurring(self) -> "LessonQuerySet":
        """Those that have come up again, most often first."""
        return self.filter(recurrences__gt=0).order_by("-recurrences", "pk")

    def for_list(self) -> "LessonQuerySet":
        return self.select_related("organisation", "dyad__first", "dyad__second", "engagement", "framework")


@pghistory.track()
class Lesson(models.Model):
    """A lesson in the form observation, discussion, conclusion, recommendation; or a best practice.

    ``author_ids`` are all who wrote any of its texts: none of them endorses it (by trigger). ``round`` counts
    how often it was begun: each reopening begins one, and the actions of earlier ones stay as they were.
    ``joint`` lessons are learned only when both organisations of the dyad have validated their actions.
    ``measured`` is what was known of the subject when it was endorsed, as ``lesson_effects`` writes it;
    ``confirmed_year`` the last year of what was known when it was validated.
    """

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="lessons", verbose_name=_("written by")
    )
    dyad = models.ForeignKey(Dyad, on_delete=models.PROTECT, related_name="lessons", verbose_name=_("dyad"))
    engagement = models.ForeignKey(
        Engagement,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="lessons",
        verbose_name=_("engagement"),
    )
    framework = models.ForeignKey(
        Framework, on_delete=models.PROTECT, related_name="lessons", verbose_name=_("framework")
    )
    level = models.CharField(_("level"), max_length=20, choices=Level.choices)
    subject = models.CharField(
        _("subject"), max_length=20, help_text=_("Code of an indicator, dimension or level.")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=LessonKind.choices, default=LessonKind.LESSON)
    title = models.CharField(_("title"), max_length=200)
    observation = models.TextField(_("observation"), blank=True)
    discussion = models.TextField(_("discussion"), blank=True)
    conclusion = models.TextField(_("conclusion"), blank=True)
    recommendation = models.TextField(_("recommendation"), blank=True)
    joint = models.BooleanField(_("needs both organisations"), default=False)
    origin = models.CharField(
        _("begun from"), max_length=20, choices=LessonOrigin.choices, default=LessonOrigin.OWN
    )
    rule = models.ForeignKey(
        Rule, on_delete=models.PROTECT, null=True, blank=True, related_name="lessons", verbose_name=_("rule")
    )
    instrument = models.ForeignKey(
        Instrument,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="lessons",
        verbose_name=_("commitment it serves"),
    )
    clause = models.CharField(_("clause"), max_length=200, blank=True)
    marking = models.CharField(
        _("handling marking"), max_length=20, choices=Marking.choices, default=Marking.AMBER
    )
    released_to_all = models.BooleanField(_("released to every organisation"), default=False)
    released_to = models.ManyToManyField(
        Organisation,
        through="LessonRelease",
        related_name="released_lessons",
        verbose_name=_("released to"),
    )
    state = models.CharField(
        _("state"), max_length=20, choices=LessonState.choices, default=LessonState.OBSERVATION
    )
    version = models.PositiveIntegerField(_("version"), default=1)
    round = models.PositiveSmallIntegerField(_("round"), default=1)
    author_ids = ArrayField(models.BigIntegerField(), verbose_name=_("authors"), default=list, blank=True)
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    endorsed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    endorsed_at = models.DateTimeField(_("endorsed"), null=True, blank=True)
    priority = models.PositiveSmallIntegerField(_("priority"), null=True, blank=True)
    proposed_priority = models.PositiveSmallIntegerField(_("priority by the rule"), null=True, blank=True)
    priority_reason = models.TextField(_("why another priority"), blank=True)
    closing_reason = models.TextField(_("why closed"), blank=True)
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="merged",
        verbose_name=_("merged into"),
    )
    measured = models.JSONField(_("known when endorsed"), null=True, blank=True)
    confirmed_year = models.PositiveSmallIntegerField(_("known until when validated"), null=True, blank=True)
    recurrences = models.PositiveSmallIntegerField(_("times it came up again"), default=0)
    created_at = models.DateTimeField(_("begun"))
    updated_at = models.DateTimeField(_("changed"))

    objects = LessonQuerySet.as_manager()

    class Meta:
        verbose_name = _("lesson")
        verbose_name_plural = _("lessons")
        ordering = ["-updated_at", "-pk"]
        indexes = [
            models.Index(fields=["dyad", "subject"]),
            models.Index(fields=["state", "-updated_at"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=LessonState.values), name="lesson_state_known"
            ),
            models.CheckConstraint(condition=~models.Q(title=""), name="lesson_has_a_title"),
            models.CheckConstraint(
                condition=models.Q(level=Level.FIELD) | models.Q(engagement__isnull=True),
                name="lesson_engagement_fits_level",
                violation_error_message=_("At the political level a lesson is about no engagement."),
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=[LessonState.OBSERVATION, LessonState.CLOSED]) | _complete(),
                name="lesson_identified_says_all_four",
                violation_error_message=_(
                    "Observation, discussion, conclusion and recommendation are needed."
                ),
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=ENDORSED_STATES) | models.Q(endorsed_at__isnull=False),
                name="lesson_endorsed_by_somebody",
            ),
            models.CheckConstraint(
                condition=models.Q(endorsed_at__isnull=True, endorsed_by__isnull=True)
                | models.Q(endorsed_at__isnull=False, endorsed_by__isnull=False),
                name="lesson_endorsement_is_somebodys",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=LessonState.OBSERVATION) | models.Q(endorsed_at__isnull=True),
                name="lesson_observation_is_not_endorsed",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=LessonState.CLOSED) | ~models.Q(closing_reason=""),
                name="lesson_closed_with_reason",
                violation_error_message=_("Say why it is closed without action."),
            ),
            models.CheckConstraint(
                condition=models.Q(merged_into__isnull=True)
                | models.Q(~models.Q(merged_into=models.F("pk")), state=LessonState.CLOSED),
                name="lesson_merged_is_closed",
            ),
            models.CheckConstraint(
                condition=models.Q(priority__isnull=True)
                | models.Q(priority__gte=1, priority__lte=5, priority=models.F("proposed_priority"))
                | models.Q(models.Q(priority__gte=1, priority__lte=5), ~models.Q(priority_reason="")),
                name="lesson_priority_by_rule_or_reason",
                violation_error_message=_("Say why the priority is another than the rule proposes."),
            ),
        ]
        triggers = [FOUR_EYES, JOINT_IS_FIXED, ONLY_AS_FAR_AS_ITS_ACTIONS]

    def __str__(self) -> str:
        return self.title

    @property
    def about(self) -> str:
        """The engagement, or the dyad; needs both loaded."""
        return str(self.engagement or self.dyad)

    def get_absolute_url(self) -> str:
        return reverse("assessments:lesson", args=[self.pk])


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class LessonRelease(models.Model):
    """The release of an endorsed lesson to one organisation."""

    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="releases")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)

    class Meta:
        verbose_name = _("release of a lesson")
        verbose_name_plural = _("releases of lessons")
        constraints = [
            models.UniqueConstraint(fields=["lesson", "organisation"], name="lesson_release_unique")
        ]

    def __str__(self) -> str:
        return str(self.organisation)


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class LessonLink(models.Model):
    """One thing that a lesson rests on. Who sees the lesson sees of these what they may see anyway."""

    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="links")
    rating = models.ForeignKey(
        "assessments.Rating", on_delete=models.CASCADE, null=True, blank=True, related_name="lesson_links"
    )
    evidence = models.ForeignKey(
        "assessments.Evidence", on_delete=models.CASCADE, null=True, blank=True, related_name="lesson_links"
    )
    mission = models.ForeignKey(
        "organisations.Mission", on_delete=models.PROTECT, null=True, blank=True, related_name="lesson_links"
    )
    recommended = models.ForeignKey(
        "assessments.Recommendation",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="lesson_links",
    )
    adjudication = models.ForeignKey(
        "assessments.Adjudication",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="lesson_links",
    )

    class Meta:
        verbose_name = _("link of a lesson")
        verbose_name_plural = _("links of lessons")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["lesson", "rating", "evidence", "mission", "recommended", "adjudication"],
                nulls_distinct=False,
                name="lesson_link_unique",
            ),
            models.CheckConstraint(condition=_exactly_one(THINGS), name="lesson_link_to_one_thing"),
        ]

    def __str__(self) -> str:
        return f"{self.lesson_id}: {next(name for name in THINGS if getattr(self, f'{name}_id'))}"


@pghistory.track()
class LessonStep(models.Model):
    """That a lesson was moved, never changed afterwards. Without ``by`` it followed from something else.

    ``state`` is the one it came into, ``recurrence`` why it came up again.
    """

    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="steps")
    round = models.PositiveSmallIntegerField(_("round"))
    move = models.CharField(_("move"), max_length=20)
    state = models.CharField(_("state"), max_length=20, choices=LessonState.choices)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(_("at"))
    reason = models.TextField(_("reason"), blank=True)
    recurrence = models.CharField(_("came up again because"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("step of a lesson")
        verbose_name_plural = _("steps of lessons")
        ordering = ["pk"]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.lesson_id}: {self.move}, {self.state}"
