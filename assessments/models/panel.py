"""Panels: several assessors rate the same thing blind; then their answers are compared and adjudicated."""

import pghistory
import pgtrigger
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assessments.choices import Level, Marking, NonScore, PanelState, State
from assessments.models.assessment import Assessment
from assessments.models.engagement import Engagement
from assessments.models.framework import Framework, Indicator
from assessments.models.revision import APPEND_ONLY, Revision
from organisations.models import Dyad, Organisation, User
from organisations.roles import Permission, roles_with


def _organisations_where(user: User, permission: Permission) -> models.QuerySet:  # type: ignore[type-arg]
    return user.memberships.filter(role__in=roles_with(permission)).values("organisation")


class PanelQuerySet(models.QuerySet["Panel"]):
    def visible_to(self, user: User) -> "PanelQuerySet":
        """Those of the organisations whose work the user reads; of their answers that says nothing."""
        if not user.is_active:
            return self.none()
        return self.filter(organisation__in=_organisations_where(user, Permission.READ_OWN_WORK))

    def concerning(self, user: User) -> "PanelQuerySet":
        """Those under way in which ``user`` rates, that they chair or that they coordinate."""
        sitting = PanelMember.objects.filter(panel=models.OuterRef("pk"), person=user, left_at__isnull=True)
        coordinated = models.Q(organisation__in=_organisations_where(user, Permission.ASSIGN))
        return self.filter(
            coordinated | models.Q(chair=user) | models.Q(models.Exists(sitting)),
            state__in=[PanelState.RATING, PanelState.COMPARING],
        )

    def for_list(self) -> "PanelQuerySet":
        return self.select_related(
            "organisation", "dyad__first", "dyad__second", "engagement", "framework", "chair"
        )

    def with_progress(self) -> "PanelQuerySet":
        """With ``seats``, how many sit in it, and ``filled``, how many of them have submitted."""
        sits = models.Q(members__left_at__isnull=True)
        has = models.Q(members__revision__isnull=False)
        has |= models.Q(state=PanelState.RATING, members__assessment__state=State.SUBMITTED)
        return self.annotate(
            seats=models.Count("members", filter=sits), filled=models.Count("members", filter=sits & has)
        )


@pghistory.track()
class Panel(models.Model):
    """What is rated and by when. The answers are opened when all members have submitted, or earlier.

    ``opening_reason`` says why the answers were opened without everybody, ``ending_reason`` why the panel
    was cancelled.
    """

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="panels", verbose_name=_("on behalf of")
    )
    dyad = models.ForeignKey(Dyad, on_delete=models.PROTECT, related_name="panels", verbose_name=_("dyad"))
    engagement = models.ForeignKey(
        Engagement,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="panels",
        verbose_name=_("engagement"),
    )
    framework = models.ForeignKey(
        Framework, on_delete=models.PROTECT, related_name="panels", verbose_name=_("framework")
    )
    level = models.CharField(_("level"), max_length=20, choices=Level.choices)
    period_start = models.PositiveSmallIntegerField(_("from year"))
    period_end = models.PositiveSmallIntegerField(_("to year"))
    basis = models.CharField(_("basis"), max_length=300)
    marking = models.CharField(
        _("handling marking"), max_length=20, choices=Marking.choices, default=Marking.AMBER
    )
    task = models.TextField(_("task"), blank=True)
    due = models.DateField(_("due"), null=True, blank=True)
    chair = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="chaired_panels",
        verbose_name=_("chair"),
    )
    state = models.CharField(_("state"), max_length=20, choices=PanelState.choices, default=PanelState.RATING)
    convened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    convened_at = models.DateTimeField(_("convened"))
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    opened_at = models.DateTimeField(_("answers opened"), null=True, blank=True)
    opening_reason = models.TextField(_("why without everybody"), blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ending_reason = models.TextField(_("why cancelled"), blank=True)

    objects = PanelQuerySet.as_manager()

    class Meta:
        verbose_name = _("panel")
        verbose_name_plural = _("panels")
        ordering = ["-convened_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(level=Level.POLITICAL, engagement__isnull=True)
                | models.Q(level=Level.FIELD, engagement__isnull=False),
                name="panel_engagement_fits_level",
            ),
            models.CheckConstraint(
                condition=models.Q(state=PanelState.RATING, opened_at__isnull=True)
                | models.Q(state=PanelState.CANCELLED, opened_at__isnull=True)
                | models.Q(state__in=[PanelState.COMPARING, PanelState.CONCLUDED], opened_at__isnull=False),
                name="panel_opened_fits_state",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dyad}, {self.subject}, {self.period}"

    @property
    def subject(self) -> str:
        return self.engagement.name if self.engagement else str(Level.POLITICAL.label)

    @property
    def period(self) -> str:
        start, end = self.period_start, self.period_end
        return str(start) if start == end else f"{start}–{end}"

    @property
    def is_blind(self) -> bool:
        return self.state == PanelState.RATING

    def get_absolute_url(self) -> str:
        return reverse("assessments:panel", args=[self.pk])


class PanelMemberQuerySet(models.QuerySet["PanelMember"]):
    def beside(self, assessment: Assessment) -> "PanelMemberQuerySet":
        """Everybody who rates, or has rated, for the panel that this assessment is written for."""
        return self.filter(panel__members__assessment=assessment)


@pghistory.track()
class PanelMember(models.Model):
    """Somebody who rates, or rated, for a panel, with the assessment that they write for it.

    ``revision`` is what they had submitted when the answers were opened; none where they had not, or have
    left. Whoever has been a member never adjudicates (by trigger).
    """

    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="members")
    person = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="panel_memberships", verbose_name=_("member")
    )
    assessment = models.OneToOneField(Assessment, on_delete=models.PROTECT, related_name="panel_member")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(_("added"))
    left_at = models.DateTimeField(_("left"), null=True, blank=True)
    left_reason = models.TextField(_("why they left"), blank=True)
    removed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = PanelMemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("panel member")
        verbose_name_plural = _("panel members")
        ordering = ["added_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["panel", "person"],
                condition=models.Q(left_at__isnull=True),
                name="panel_member_unique",
            ),
            models.CheckConstraint(
                condition=models.Q(revision__isnull=True) | models.Q(left_at__isnull=True),
                name="panel_member_who_left_counts_no_more",
            ),
        ]

    def __str__(self) -> str:
        return str(self.person)

    @property
    def is_late(self) -> bool:
        """Whether the current revision was submitted when the answers were open; needs it and the panel."""
        revision, opened = self.assessment.current_revision, self.panel.opened_at
        if revision is None or opened is None or revision.pk == self.revision_id:
            return False
        return bool(revision.submitted_at >= opened)


@pghistory.track()
class PanelComment(models.Model):
    """What is said about the answers to one indicator when they are open. A reply names its ``parent``."""

    panel = models.ForeignKey(Panel, on_delete=models.CASCADE, related_name="comments")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="+")
    parent = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="replies"
    )
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("author"))
    text = models.TextField(_("comment"))
    created_at = models.DateTimeField(_("written"))

    class Meta:
        verbose_name = _("panel comment")
        verbose_name_plural = _("panel comments")
        ordering = ["created_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(text=""), name="panel_comment_says_something")
        ]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.author}: {self.text[:40]}"


class AdjudicationQuerySet(models.QuerySet["Adjudication"]):
    def visible_to(self, user: User) -> "AdjudicationQuerySet":
        """For the organisation's own people; for others once concluded, if they see all answers behind it."""
        if not user.is_active:
            return self.none()
        seen = Assessment.objects.visible_to(user).approved()
        unseen = PanelMember.objects.filter(panel=models.OuterRef("panel"), revision__isnull=False)
        unseen = unseen.exclude(assessment__in=seen.values("pk"))
        own = models.Q(panel__organisation__in=_organisations_where(user, Permission.READ_OWN_WORK))
        return self.filter(own | models.Q(~models.Exists(unseen), panel__state=PanelState.CONCLUDED))

    def standing(self) -> "AdjudicationQuerySet":
        """The latest of each indicator."""
        return self.filter(replaced_by__isnull=True)


@pghistory.track()
class Adjudication(models.Model):
    """The value that a panel's answers to one indicator come to, with the reason; the answers stay.

    It enters no score. A later one ``replaces`` an earlier one, once.
    """

    panel = models.ForeignKey(Panel, on_delete=models.CASCADE, related_name="adjudications")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="+")
    score = models.PositiveSmallIntegerField(_("score"), null=True, blank=True)
    non_score = models.CharField(_("non-score"), max_length=30, choices=NonScore.choices, blank=True)
    reason = models.TextField(_("reason"))
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(_("decided"))
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )

    objects = AdjudicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("adjudication")
        verbose_name_plural = _("adjudications")
        ordering = ["decided_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["panel", "indicator"],
                condition=models.Q(replaces__isnull=True),
                name="adjudication_first_unique",
            ),
            models.CheckConstraint(
                condition=models.Q(score__isnull=False, score__gte=1, score__lte=5, non_score="")
                | models.Q(score__isnull=True, non_score__in=NonScore.values),
                name="adjudication_is_an_answer",
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="adjudication_has_a_reason"),
        ]
        triggers = [
            APPEND_ONLY,
            pgtrigger.Trigger(
                name="four_eyes",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF EXISTS (
                        SELECT 1 FROM assessments_panelmember m
                        WHERE m.panel_id = NEW.panel_id AND m.person_id = NEW.decided_by_id
                    ) THEN
                        RAISE EXCEPTION 'Four eyes: whoever rated for a panel cannot adjudicate.'
                            USING ERRCODE = 'restrict_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id}: {self.score or self.non_score}"
