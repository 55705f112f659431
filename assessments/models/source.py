import pghistory
import pgtrigger
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assessments.choices import Credibility, Reliability, Stance
from organisations.models import Organisation, User
from organisations.roles import Permission, roles_with


class SourceQuerySet(models.QuerySet["Source"]):
    def visible_to(self, user: User) -> "SourceQuerySet":
        """The shared library, and what the user's own organisations have added."""
        if not user.is_active:
            return self.none()
        own = user.memberships.filter(role__in=roles_with(Permission.READ_OWN_WORK)).values("organisation")
        return self.filter(models.Q(organisation__isnull=True) | models.Q(organisation__in=own))

    def citable_for(self, organisation: Organisation) -> "SourceQuerySet":
        """The shared library, and what this organisation has added."""
        return self.filter(models.Q(organisation__isnull=True) | models.Q(organisation=organisation))


@pghistory.track()
class Source(models.Model):
    """A document that evidence cites. Without an organisation it belongs to the library that all share."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="sources"
    )
    key = models.SlugField(_("key"), max_length=80)
    author = models.CharField(_("author"), max_length=250)
    title = models.CharField(_("title"), max_length=400)
    year = models.PositiveSmallIntegerField(_("year of publication"), null=True, blank=True)
    kind = models.CharField(_("kind"), max_length=60, help_text=_("Such as report, resolution or interview."))
    symbol = models.CharField(_("document symbol"), max_length=100, blank=True)
    url = models.URLField(_("address"), max_length=500, blank=True)
    reliability = models.CharField(_("reliability"), max_length=1, choices=Reliability.choices, blank=True)

    objects = SourceQuerySet.as_manager()

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["author", "year", "title"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "key"],
                nulls_distinct=False,
                name="source_key_unique",
                violation_error_message=_("A source with this key exists."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.author} ({self.year or _('undated')}): {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("assessments:source", args=[self.pk])


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    def at_least(self, reliability: str) -> "EvidenceQuerySet":
        """Of sources at least that reliable, as judged at the place cited, else in general; F is none."""
        enough = Reliability.values[: Reliability.values.index(reliability) + 1]
        return self.filter(
            models.Q(reliability__in=enough) | models.Q(reliability="", source__reliability__in=enough)
        )


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Evidence(models.Model):
    """A place in a source that speaks for or against the answer of a rating."""

    rating = models.ForeignKey("assessments.Rating", on_delete=models.CASCADE, related_name="evidence")
    source = models.ForeignKey(
        Source, on_delete=models.PROTECT, related_name="evidence", verbose_name=_("source")
    )
    locator = models.CharField(
        _("place"), max_length=200, blank=True, help_text=_("Page, paragraph or section.")
    )
    stance = models.CharField(_("stance"), max_length=20, choices=Stance.choices, default=Stance.SUPPORTS)
    reliability = models.CharField(_("reliability"), max_length=1, choices=Reliability.choices, blank=True)
    credibility = models.CharField(_("credibility"), max_length=1, choices=Credibility.choices, blank=True)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["rating", "source", "locator"],
                name="evidence_unique",
                violation_error_message=_("This place is cited already."),
            )
        ]
        triggers = [
            pgtrigger.Trigger(
                name="only_in_draft",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func="""
                    IF EXISTS (
                        SELECT 1 FROM assessments_rating r
                        JOIN assessments_assessment a ON a.id = r.assessment_id
                        WHERE r.id IN (OLD.rating_id, NEW.rating_id) AND a.state <> 'draft'
                    ) THEN
                        RAISE EXCEPTION 'Evidence can be changed only while the assessment is a draft.'
                            USING ERRCODE = 'restrict_violation';
                    END IF;
                    RETURN COALESCE(NEW, OLD);
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.source}, {self.locator}" if self.locator else str(self.source)
