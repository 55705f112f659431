"""What an organisation undertakes so that a lesson is learned."""

import pghistory
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assessments.choices import ActionState, ValidationBasis
from assessments.models.assessment import Assessment
from assessments.models.lesson import Lesson
from assessments.models.lesson_triggers import (
    OF_THE_DYAD,
    VALIDATED_BY_SOMEBODY_ELSE,
    VALIDATED_IS_FIXED,
)
from assessments.models.revision import APPEND_ONLY
from assessments.models.source import Source
from organisations.models import Organisation, User

OPEN_ACTIONS = [ActionState.ACCEPTED, ActionState.UNDER_WAY]


class LessonActionQuerySet(models.QuerySet["LessonAction"]):
    def visible_to(self, user: User) -> "LessonActionQuerySet":
        """Those of the lessons that ``user`` sees."""
        return self.filter(lesson__in=Lesson.objects.visible_to(user))

    def current(self) -> "LessonActionQuerySet":
        """Those of the round in which their lesson is."""
        return self.filter(round=models.F("lesson__round"))

    def standing(self) -> "LessonActionQuerySet":
        return self.current().exclude(state=ActionState.DECLINED)

    def open(self) -> "LessonActionQuerySet":
        """Accepted, and not yet implemented."""
        return self.current().filter(state__in=OPEN_ACTIONS)

    def for_list(self) -> "LessonActionQuerySet":
        return self.select_related(
            "organisation", "owner", "lesson__organisation", "lesson__dyad__first", "lesson__dyad__second"
        )


@pghistory.track()
class LessonAction(models.Model):
    """What one organisation of the dyad is to do about a lesson, which it accepts or declines itself.

    ``round`` is that of the lesson when it was proposed. Whoever owns it, reports it as implemented or notes
    progress does not validate it (by trigger).
    """

    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="actions")
    round = models.PositiveSmallIntegerField(_("round"))
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="lesson_actions", verbose_name=_("organisation")
    )
    task = models.TextField(_("what is to be done"))
    body = models.CharField(_("action body"), max_length=200, blank=True)
    state = models.CharField(
        _("state"), max_length=20, choices=ActionState.choices, default=ActionState.PROPOSED
    )
    version = models.PositiveIntegerField(_("version"), default=1)
    owner = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="owned_actions",
        verbose_name=_("owner"),
    )
    due = models.DateField(_("due"), null=True, blank=True)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(_("proposed"))
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(_("accepted or declined"), null=True, blank=True)
    decline_reason = models.TextField(_("why declined"), blank=True)
    implemented_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    implemented_at = models.DateTimeField(_("implemented"), null=True, blank=True)
    validated_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    validated_at = models.DateTimeField(_("validated"), null=True, blank=True)
    validation_basis = models.CharField(
        _("validated by"), max_length=20, choices=ValidationBasis.choices, blank=True
    )
    validation_text = models.TextField(_("what it shows"), blank=True)
    validating_assessment = models.ForeignKey(
        Assessment, on_delete=models.PROTECT, null=True, blank=True, related_name="validated_actions"
    )
    validating_source = models.ForeignKey(
        Source, on_delete=models.PROTECT, null=True, blank=True, related_name="validated_actions"
    )

    objects = LessonActionQuerySet.as_manager()

    class Meta:
        verbose_name = _("action")
        verbose_name_plural = _("actions")
        ordering = ["lesson", "pk"]
        indexes = [models.Index(fields=["organisation", "state", "due"])]
        constraints = [
            models.UniqueConstraint(
                fields=["lesson", "round", "organisation"],
                condition=~models.Q(state=ActionState.DECLINED),
                name="lesson_action_one_stands",
                violation_error_message=_("This organisation has an action already."),
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=ActionState.values), name="lesson_action_state_known"
            ),
            models.CheckConstraint(condition=~models.Q(task=""), name="lesson_action_says_what"),
            models.CheckConstraint(
                condition=models.Q(state__in=[ActionState.PROPOSED, ActionState.DECLINED])
                | models.Q(
                    owner__isnull=False, due__isnull=False, decided_by__isnull=False, decided_at__isnull=False
                ),
                name="lesson_action_accepted_has_owner_and_day",
                violation_error_message=_("An accepted action has an owner and a due day."),
            ),
            models.CheckConstraint(
                condition=~models.Q(state=ActionState.DECLINED)
                | models.Q(~models.Q(decline_reason=""), decided_by__isnull=False, decided_at__isnull=False),
                name="lesson_action_declined_with_reason",
                violation_error_message=_("Say why it is declined."),
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=[ActionState.IMPLEMENTED, ActionState.VALIDATED])
                | models.Q(implemented_by__isnull=False, implemented_at__isnull=False),
                name="lesson_action_implemented_by_somebody",
            ),
            models.CheckConstraint(
                condition=models.Q(state=ActionState.VALIDATED, validated_by__isnull=False)
                | models.Q(~models.Q(state=ActionState.VALIDATED), validated_by__isnull=True),
                name="lesson_action_validated_by_somebody",
            ),
            models.CheckConstraint(
                condition=models.Q(validated_by__isnull=True)
                | (
                    ~models.Q(validated_by=models.F("owner"))
                    & ~models.Q(validated_by=models.F("implemented_by"))
                ),
                name="lesson_action_validated_by_another",
                violation_error_message=_("Whoever implements an action cannot validate it (four eyes)."),
            ),
            models.CheckConstraint(
                condition=models.Q(validated_by__isnull=True)
                | models.Q(
                    ~models.Q(validation_text=""),
                    models.Q(validation_basis=ValidationBasis.EXERCISE)
                    | models.Q(
                        validation_basis=ValidationBasis.ASSESSMENT, validating_assessment__isnull=False
                    )
                    | models.Q(validation_basis=ValidationBasis.DOCUMENT, validating_source__isnull=False),
                    validated_at__isnull=False,
                ),
                name="lesson_action_validation_names_evidence",
                violation_error_message=_("Name what shows that it has worked."),
            ),
        ]
        triggers = [OF_THE_DYAD, VALIDATED_BY_SOMEBODY_ELSE, VALIDATED_IS_FIXED]

    def __str__(self) -> str:
        return f"{self.organisation}: {self.lesson}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_ACTIONS

    def get_absolute_url(self) -> str:
        return reverse("assessments:action", args=[self.pk])


@pghistory.track()
class ActionNote(models.Model):
    """What was done for an action, or why it was sent back to its owner; never changed afterwards."""

    action = models.ForeignKey(LessonAction, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("author"))
    text = models.TextField(_("progress"))
    sends_back = models.BooleanField(_("sends it back"), default=False)
    at = models.DateTimeField(_("written"))

    class Meta:
        verbose_name = _("progress note")
        verbose_name_plural = _("progress notes")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(text=""), name="action_note_says_something")
        ]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.author}: {self.text[:40]}"
