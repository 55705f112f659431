"""The index of the search: one entry for everything that can be found."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.choices import Level, SearchKind, SearchLanguage
from assessments.models.assessment import Assessment
from assessments.models.search_kinds import KINDS, seen_by
from organisations.models import Dyad, User


class SearchEntryQuerySet(models.QuerySet["SearchEntry"]):
    def visible_to(self, user: User) -> "SearchEntryQuerySet":
        """Entries of what ``user`` may see now, kind by kind as its own model says."""
        if not user.is_active:
            return self.none()
        return self.filter(seen_by(user))


class SearchEntry(models.Model):
    """Something that can be found, in the words and under the headings by which it is. Kept by triggers.

    ``words`` are the stems of ``language``, besides whole words for the search by beginnings; title, context
    and body with the weights A, B and D. ``place`` is the code of the indicator, where there is one. Nothing
    here says who may see it.
    """

    kind = models.CharField(_("kind"), max_length=20, choices=SearchKind.choices)
    object_id = models.BigIntegerField()
    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, null=True, related_name="+")
    dyad = models.ForeignKey(Dyad, on_delete=models.CASCADE, null=True, related_name="+")
    level = models.CharField(_("level"), max_length=20, choices=Level.choices, blank=True)
    dimension = models.CharField(_("dimension"), max_length=20, blank=True)
    year = models.PositiveSmallIntegerField(_("year"), null=True)
    state = models.CharField(_("state"), max_length=20, blank=True)
    place = models.CharField(max_length=20, blank=True)
    title = models.TextField(blank=True)
    context = models.TextField(blank=True)
    body = models.TextField(blank=True)
    language = models.CharField(max_length=10, choices=SearchLanguage.choices)
    words = SearchVectorField()

    objects = SearchEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry of the search")
        verbose_name_plural = _("entries of the search")
        ordering = ["pk"]
        indexes = [GinIndex(fields=["words"], name="search_words")]
        constraints = [models.UniqueConstraint(fields=["kind", "object_id"], name="search_entry_unique")]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"

    def get_absolute_url(self) -> str:
        return KINDS[SearchKind(self.kind)].address(self)
