import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.choices import Decision
from assessments.models.assessment import Assessment
from organisations.models import Organisation, User

APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
NEVER_EMPTIED = pgtrigger.Trigger(
    name="never_emptied",
    when=pgtrigger.Before,
    operation=pgtrigger.Truncate,
    level=pgtrigger.Statement,
    func="RAISE EXCEPTION 'pgtrigger: Cannot truncate rows from % table', TG_TABLE_NAME;",
)


@pghistory.track()
class Revision(models.Model):
    """An immutable copy of all answers and evidence, made at submission; reviews point at it.

    ``content`` is what :mod:`assessments.snapshot` writes and ``sha256`` the digest of its canonical form.
    ``author_ids`` are the people who wrote any of it, whatever was left of their text: none of them may
    review it (by trigger). ``remarks`` are those of :mod:`assessments.consistency`, with the author's reason.
    """

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField(_("number"))
    content = models.JSONField(_("content"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    author_ids = ArrayField(models.BigIntegerField(), verbose_name=_("authors"))
    submitted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("submitted by")
    )
    submitted_at = models.DateTimeField(_("submitted"))
    remarks = models.JSONField(_("what the checks found"), default=list, blank=True)
    remarks_reason = models.TextField(_("why it can stand"), blank=True)

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        ordering = ["assessment", "number"]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "number"], name="revision_number_unique")
        ]
        triggers = [APPEND_ONLY, NEVER_EMPTIED]

    def __str__(self) -> str:
        return f"{self.assessment_id}/{self.number}"


@pghistory.track()
class Reading(models.Model):
    """A reviewer has opened a revision; without it they cannot decide on it."""

    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="readings")
    reviewer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("reviewer"))
    opened_at = models.DateTimeField(_("opened"))

    class Meta:
        verbose_name = _("reading")
        verbose_name_plural = _("readings")
        ordering = ["opened_at"]
        constraints = [models.UniqueConstraint(fields=["revision", "reviewer"], name="reading_unique")]
        triggers = [APPEND_ONLY, NEVER_EMPTIED]

    def __str__(self) -> str:
        return f"{self.reviewer}: {self.revision_id}"


@pghistory.track()
class Review(models.Model):
    """A reviewer's decision on one revision. The database refuses one by an author of the revision.

    ``partner`` is the organisation for which they decided if that is not the one that assesses.
    """

    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="reviews")
    reviewer = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="reviews", verbose_name=_("reviewer")
    )
    decision = models.CharField(_("decision"), max_length=20, choices=Decision.choices)
    partner = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("for the partner"),
    )
    reason = models.TextField(_("reason"), blank=True)
    decided_at = models.DateTimeField(_("decided"))

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        ordering = ["decided_at"]
        constraints = [
            models.UniqueConstraint(fields=["revision", "reviewer"], name="review_unique"),
            models.CheckConstraint(
                condition=models.Q(decision=Decision.APPROVED)
                | (models.Q(decision=Decision.RETURNED) & ~models.Q(reason="")),
                name="review_return_has_a_reason",
                violation_error_message=_("Say why it is returned."),
            ),
        ]
        triggers = [
            APPEND_ONLY,
            NEVER_EMPTIED,
            pgtrigger.Trigger(
                name="four_eyes",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF EXISTS (
                        SELECT 1 FROM assessments_revision r
                        JOIN assessments_assessment a ON a.id = r.assessment_id
                        WHERE r.id = NEW.revision_id AND (
                            NEW.reviewer_id = ANY (r.author_ids || r.submitted_by_id || a.assessor_id)
                            OR EXISTS (
                                SELECT 1 FROM assessments_contribution c
                                WHERE c.assessment_id = a.id AND c.person_id = NEW.reviewer_id
                            )
                        )
                    ) THEN
                        RAISE EXCEPTION 'Four eyes: an author of a revision cannot review it.'
                            USING ERRCODE = 'restrict_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reviewer}: {self.get_decision_display()}"
