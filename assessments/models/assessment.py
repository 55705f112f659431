from typing import TYPE_CHECKING, Any

import pghistory
import pgtrigger
from django.apps import apps
from django.db import models
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from assessments.choices import Level, Marking, PanelState, State
from assessments.models.engagement import Engagement
from assessments.models.framework import Framework, Indicator
from organisations.models import Dyad, Organisation, User
from organisations.roles import Permission, roles_with

if TYPE_CHECKING:
    from assessments.models.rating import Rating


ASSESSOR_SALT = "concord.assessor"


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    def visible_to(self, user: User) -> "AssessmentQuerySet":
        """Own organisations' work in every state; of others what is approved and released to the user.

        What waits for the partner's approval is seen by the partner's reviewers besides. What is written for
        a panel that still rates is the assessor's own, and nobody else's.
        """
        if not user.is_active:
            return self.none()
        released = models.Q(models.Q(state=State.APPROVED), _released_to(user))
        return self.filter(_own_work_of(user) | released | _for_partner(user))

    def withdrawn_before(self, user: User) -> "AssessmentQuerySet":
        """Those withdrawn while ``user`` saw them: of what was taken back before, nobody else learns more."""
        if not user.is_active:
            return self.none()
        return self.filter(_own_work_of(user) | _released_to(user), state=State.WITHDRAWN)

    def known_to_see(self, organisation: Organisation, by: User) -> "AssessmentQuerySet":
        """The approved ones of which ``by`` may know that members of ``organisation`` see them.

        To whom an assessment is released is known to those who work for the organisation that released it.
        """
        released = AssessmentRelease.objects.filter(
            assessment=models.OuterRef("pk"),
            organisation=organisation,
            assessment__on_behalf_of__in=_organisations_worked_for(by),
        )
        return self.approved().filter(
            models.Q(released_to_all=True) | models.Q(on_behalf_of=organisation) | models.Exists(released)
        )

    def written_by(self, user: User) -> "AssessmentQuerySet":
        """Those that ``user`` writes: as the assessor, or as a co-author."""
        return self.filter(
            models.Q(assessor=user) | models.Q(pk__in=user.co_authorships.values("assessment"))
        )

    def with_own_reference(self, user: User) -> "AssessmentQuerySet":
        """Adds ``own_reference``: the reference for those who read the organisation's work, else nothing.

        A reference is the organisation's own name for its work, and may name the assessor.
        """
        if not user.is_active:
            return self.annotate(own_reference=models.Value(""))
        own = models.When(on_behalf_of__in=_organisations_worked_for(user), then="reference")
        return self.annotate(own_reference=models.Case(own, default=models.Value("")))

    def approved(self) -> "AssessmentQuerySet":
        return self.filter(state=State.APPROVED)

    def awaiting_review(self) -> "AssessmentQuerySet":
        return self.filter(state__in=[State.SUBMITTED, State.IN_REVIEW])

    def for_list(self) -> "AssessmentQuerySet":
        """With everything that one line of a list names, in one query."""
        return self.select_related(
            "dyad__first", "dyad__second", "engagement", "framework", "assessor", "on_behalf_of"
        )


def _released_to(user: User) -> models.Q:
    """What is released to one of the user's organisations, in any state."""
    reached = user.memberships.filter(role__in=roles_with(Permission.READ_RELEASED))
    released = AssessmentRelease.objects.filter(
        assessment=models.OuterRef("pk"), organisation__in=reached.values("organisation")
    )
    return models.Q(models.Exists(reached), released_to_all=True) | models.Q(models.Exists(released))


def _own_work_of(user: User) -> models.Q:
    own = models.Q(on_behalf_of__in=_organisations_worked_for(user))
    return own & (~models.Q(panel_member__panel__state=PanelState.RATING) | models.Q(assessor=user))


def _for_partner(user: User) -> models.Q:
    """What is submitted under a framework that asks the other side, where the user reviews, to approve it."""
    asks = Framework.objects.filter(partner_approval=True).values("pk")
    reviewed = user.memberships.filter(role__in=roles_with(Permission.REVIEW)).values("organisation")
    sides = models.Q(
        models.Q(dyad__first__in=reviewed), ~models.Q(dyad__first=models.F("on_behalf_of"))
    ) | models.Q(models.Q(dyad__second__in=reviewed), ~models.Q(dyad__second=models.F("on_behalf_of")))
    return models.Q(
        sides,
        ~models.Q(panel_member__panel__state=PanelState.RATING),
        framework__in=asks,
        state__in=[State.SUBMITTED, State.IN_REVIEW],
    )


def _organisations_worked_for(user: User) -> models.QuerySet[Any, Any]:
    return user.memberships.filter(role__in=roles_with(Permission.READ_OWN_WORK)).values("organisation")


def assessor_code(dyad_id: int, on_behalf_of_id: int, assessor_id: int) -> str:
    """What an assessor is called in files: the same for one organisation and dyad, telling nothing elsewhere.

    Twelve hexadecimal digits that only the installation's secret key leads to.
    """
    value = f"{dyad_id}:{on_behalf_of_id}:{assessor_id}"
    return salted_hmac(ASSESSOR_SALT, value, algorithm="sha256").hexdigest()[:12]


@pghistory.track()
class Assessment(models.Model):
    """One assessor's answers about a dyad (political level) or an engagement (field level).

    ``version`` counts the changes of its answers and state, ``description_version`` those of period, basis,
    reference and marking: whoever writes says which one they have read.
    """

    dyad = models.ForeignKey(
        Dyad, on_delete=models.PROTECT, related_name="assessments", verbose_name=_("dyad")
    )
    engagement = models.ForeignKey(
        Engagement,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="assessments",
        verbose_name=_("engagement"),
    )
    framework = models.ForeignKey(
        Framework, on_delete=models.PROTECT, related_name="assessments", verbose_name=_("framework")
    )
    level = models.CharField(_("level"), max_length=20, choices=Level.choices)
    period_start = models.PositiveSmallIntegerField(_("from year"))
    period_end = models.PositiveSmallIntegerField(_("to year"))
    assessor = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="assessments", verbose_name=_("assessor")
    )
    on_behalf_of = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="assessments", verbose_name=_("on behalf of")
    )
    basis = models.CharField(
        _("basis"), max_length=300, help_text=_("What the answers rest on, such as an after-action review.")
    )
    reference = models.CharField(
        _("reference"),
        max_length=80,
        blank=True,
        help_text=_("Your own name for it; files are matched by it."),
    )
    marking = models.CharField(
        _("handling marking"), max_length=20, choices=Marking.choices, default=Marking.AMBER
    )
    released_to_all = models.BooleanField(_("released to every organisation"), default=False)
    released_to = models.ManyToManyField(
        Organisation,
        through="AssessmentRelease",
        related_name="released_assessments",
        verbose_name=_("released to"),
    )
    state = models.CharField(_("state"), max_length=20, choices=State.choices, default=State.DRAFT)
    version = models.PositiveIntegerField(_("version"), default=1)
    description_version = models.PositiveIntegerField(_("version of the description"), default=1)
    current_revision = models.ForeignKey(
        "assessments.Revision", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    amends = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="amendments",
        verbose_name=_("amends"),
    )
    continues = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="continuations",
        verbose_name=_("continues"),
    )
    created_at = models.DateTimeField(_("opened"))
    updated_at = models.DateTimeField(_("changed"))

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assessment")
        verbose_name_plural = _("assessments")
        ordering = ["-updated_at", "-pk"]
        indexes = [
            models.Index(fields=["dyad", "framework", "state"]),
            models.Index(fields=["-updated_at", "-id"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(level=Level.POLITICAL, engagement__isnull=True)
                | models.Q(level=Level.FIELD, engagement__isnull=False),
                name="assessment_engagement_fits_level",
                violation_error_message=_(
                    "At the field level an assessment is about an engagement, at the political level not."
                ),
            ),
            models.CheckConstraint(
                condition=models.Q(period_start__lte=models.F("period_end")),
                name="assessment_period_in_order",
                violation_error_message=_("The period cannot end before it starts."),
            ),
            models.CheckConstraint(condition=models.Q(state__in=State.values), name="assessment_state_known"),
            models.UniqueConstraint(
                fields=["on_behalf_of", "reference"],
                condition=~models.Q(reference="") & ~models.Q(state__in=[State.SUPERSEDED, State.WITHDRAWN]),
                name="assessment_reference_unique",
                violation_error_message=_("The organisation has an assessment with this reference."),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="approved_only_after_review",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                condition=pgtrigger.Q(new__state=State.APPROVED),
                func="""
                    IF EXISTS (
                        SELECT 1 FROM assessments_framework f
                        WHERE f.id = NEW.framework_id AND f.partner_approval AND NOT EXISTS (
                            SELECT 1 FROM assessments_review r
                            WHERE r.revision_id = NEW.current_revision_id
                                AND r.decision = 'approved' AND r.partner_id IS NOT NULL
                        )
                    ) THEN
                        RAISE EXCEPTION 'The current revision lacks the approval of the partner.'
                            USING ERRCODE = 'restrict_violation';
                    END IF;
                    IF (
                        SELECT count(*) FROM assessments_review r
                        JOIN assessments_revision v ON v.id = r.revision_id
                        WHERE v.id = NEW.current_revision_id AND v.assessment_id = NEW.id
                            AND r.decision = 'approved'
                    ) < (
                        SELECT f.approvals_required FROM assessments_framework f WHERE f.id = NEW.framework_id
                    ) THEN
                        RAISE EXCEPTION 'The current revision of this assessment lacks approvals.'
                            USING ERRCODE = 'restrict_violation';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.dyad}, {self.subject}, {self.period}"

    @property
    def subject(self) -> str:
        """The engagement's name, or the words for the political level."""
        return self.engagement.name if self.engagement else str(Level.POLITICAL.label)

    @property
    def period(self) -> str:
        start, end = self.period_start, self.period_end
        return str(start) if start == end else f"{start}–{end}"

    @property
    def case(self) -> str:
        """What ratings of several assessors share: the engagement, or the dyad in a period."""
        if self.engagement_id:
            return f"engagement:{self.engagement_id}"
        return f"period:{self.period_start}-{self.period_end}"

    @property
    def in_conflict(self) -> bool:
        """Whether the assessor acts for one of the two organisations assessed; needs the dyad loaded."""
        return self.on_behalf_of_id in self.dyad.organisation_ids

    @property
    def partner_ids(self) -> set[int]:
        """Organisations of which one has to approve it too; needs dyad and framework loaded."""
        if not self.framework.partner_approval:
            return set()
        return {*self.dyad.organisation_ids} - {self.on_behalf_of_id}

    @property
    def partners(self) -> list[Organisation]:
        sides = (self.dyad.first, self.dyad.second)
        return [organisation for organisation in sides if organisation.pk in self.partner_ids]

    @property
    def assessor_code(self) -> str:
        return assessor_code(self.dyad_id, self.on_behalf_of_id, self.assessor_id)

    @property
    def arrangement(self) -> str | None:
        return self.engagement.arrangement if self.engagement else None

    def applicable_indicators(self) -> models.QuerySet[Indicator]:
        """Indicators that this assessment is asked, in the framework's order."""
        indicators = Indicator.objects.filter(
            dimension__framework_id=self.framework_id, dimension__level=self.level
        ).select_related("dimension__framework")
        if self.engagement:
            applies = models.Q(dimension__applies_to__len=0)
            applies |= models.Q(dimension__applies_to__contains=[self.engagement.arrangement])
            indicators = indicators.filter(applies)
        return indicators.order_by("dimension__position", "position")

    def earlier_ratings(self) -> dict[int, "Rating"]:
        """Answers of the assessment that this one continues, with evidence, by indicator: three queries.

        None where it continues none. They are still to be reconfirmed, and no answers of this assessment.
        """
        if not self.continues_id:
            return {}
        rating = apps.get_model("assessments", "Rating")
        ratings = rating._default_manager.filter(assessment=self.continues_id).select_related("assessment")
        ratings = ratings.prefetch_related("evidence__source")
        return {rating.indicator_id: rating for rating in ratings if rating.answered}

    def get_absolute_url(self) -> str:
        return reverse("assessments:assessment", args=[self.pk])


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class AssessmentRelease(models.Model):
    """The release of an approved assessment to one organisation."""

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="releases")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)

    class Meta:
        verbose_name = _("release")
        verbose_name_plural = _("releases")
        constraints = [
            models.UniqueConstraint(fields=["assessment", "organisation"], name="assessment_release_unique")
        ]

    def __str__(self) -> str:
        return str(self.organisation)
