import pghistory
import pgtrigger
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assessments.choices import EXCERPT_LIMIT, Credibility, Reliability, Stance, Wording
from organisations.models import Organisation, User
from organisations.models.mission import PARTIAL_DATE, validate_partial_date
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
    """A document that evidence cites. Without an organisation it belongs to the library that all share.

    ``publication_date`` says more exactly than ``year`` when it was published, ``event_date`` when that
    happened which it reports on: both a year, a month or a day.
    """

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="sources"
    )
    key = models.SlugField(_("key"), max_length=80)
    author = models.CharField(_("author"), max_length=250)
    title = models.CharField(_("title"), max_length=400)
    year = models.PositiveSmallIntegerField(_("year of publication"), null=True, blank=True)
    publication_date = models.CharField(
        _("publication date"), max_length=10, blank=True, validators=[validate_partial_date]
    )
    event_date = models.CharField(
        _("date of what it reports on"), max_length=10, blank=True, validators=[validate_partial_date]
    )
    kind = models.CharField(_("kind"), max_length=60, help_text=_("Such as report, resolution or interview."))
    symbol = models.CharField(_("document symbol"), max_length=100, blank=True)
    url = models.URLField(_("address"), max_length=500, blank=True)
    reliability = models.CharField(_("reliability"), max_length=1, choices=Reliability.choices, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    DESCRIPTION = (
        "author",
        "title",
        "year",
        "publication_date",
        "event_date",
        "kind",
        "symbol",
        "url",
        "reliability",
    )

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
            *(
                models.CheckConstraint(
                    condition=models.Q(**{name: ""}) | models.Q(**{f"{name}__regex": PARTIAL_DATE}),
                    name=f"source_{name}_is_a_partial_date",
                )
                for name in ("publication_date", "event_date")
            ),
            models.CheckConstraint(
                condition=models.Q(publication_date="")
                | models.Q(publication_date__startswith=Cast("year", models.CharField())),
                name="source_publication_date_is_in_its_year",
                violation_error_message=_("The publication date lies in another year than the year given."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.author} ({self.year or _('undated')}): {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("assessments:source", args=[self.pk])

    def clean(self) -> None:
        """Take the year from the publication date where only that is given."""
        if self.publication_date and self.year is None:
            self.year = int(self.publication_date[:4])

    @property
    def published(self) -> str:
        """When it was published, as exactly as is known; empty where nothing is."""
        return self.publication_date or str(self.year or "")


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    def at_least(self, reliability: str) -> "EvidenceQuerySet":
        """Of sources at least that reliable, as judged at the place cited, else in general; F is none."""
        enough = Reliability.values[: Reliability.values.index(reliability) + 1]
        return self.filter(
            models.Q(reliability__in=enough) | models.Q(reliability="", source__reliability__in=enough)
        )


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Evidence(models.Model):
    """A place in a source that speaks for or against the answer of a rating.

    ``excerpt`` is what stands there, in the words of ``wording``. ``reliability`` is that of the source at
    this place: where it differs from the source's own, ``reliability_reason`` says why.
    """

    PLACE = (
        "locator",
        "excerpt",
        "wording",
        "stance",
        "reliability",
        "reliability_reason",
        "credibility",
    )

    rating = models.ForeignKey("assessments.Rating", on_delete=models.CASCADE, related_name="evidence")
    source = models.ForeignKey(
        Source, on_delete=models.PROTECT, related_name="evidence", verbose_name=_("source")
    )
    locator = models.CharField(
        _("place"), max_length=200, blank=True, help_text=_("Page, paragraph or section.")
    )
    excerpt = models.TextField(
        _("what it says"),
        max_length=EXCERPT_LIMIT,
        validators=[MaxLengthValidator(EXCERPT_LIMIT)],
        blank=True,
        help_text=_("The sentence or two that matter, quoted or in your words."),
    )
    wording = models.CharField(_("wording"), max_length=20, choices=Wording.choices, blank=True)
    stance = models.CharField(_("stance"), max_length=20, choices=Stance.choices, default=Stance.SUPPORTS)
    reliability = models.CharField(_("reliability"), max_length=1, choices=Reliability.choices, blank=True)
    reliability_reason = models.CharField(_("reason for another reliability"), max_length=300, blank=True)
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
            ),
            models.CheckConstraint(
                condition=models.Q(excerpt="", wording="") | ~models.Q(excerpt="") & ~models.Q(wording=""),
                name="evidence_excerpt_has_a_wording",
                violation_error_message=_("Say whether it is a quotation or a paraphrase."),
            ),
            models.CheckConstraint(
                condition=models.Q(reliability_reason="") | ~models.Q(reliability=""),
                name="evidence_reason_has_a_reliability",
                violation_error_message=_("Say which reliability the reason is for."),
            ),
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

    def clean(self) -> None:
        """Refuse another reliability than the source's own without a reason."""
        usual = self.source.reliability
        if self.reliability and usual and self.reliability != usual and not self.reliability_reason.strip():
            message = _("The source is graded %(usual)s: say why it is %(here)s here.")
            raise ValidationError(
                {"reliability_reason": message % {"usual": usual, "here": self.reliability}}
            )

    @property
    def admiralty_code(self) -> str:
        """Reliability, here or else in general, and credibility; a dash for what is not graded."""
        reliability = self.reliability or self.source.reliability
        return f"{reliability or '–'}{self.credibility or '–'}" if reliability or self.credibility else ""

    @property
    def place(self) -> dict[str, str]:
        """Everything said about the place, as :func:`assessments.actions.recording.add_evidence` takes it."""
        return {name: getattr(self, name) for name in self.PLACE}
