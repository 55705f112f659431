"""Differences between revisions in the words of the framework, for pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from assessments.choices import Confidence, NonScore
from assessments.differences import Difference, differences
from assessments.models import Assessment, Indicator
from assessments.text_differences import Piece, sides

FIELDS = {
    "score": _("Score"),
    "non_score": _("Non-score"),
    "confidence": _("Confidence"),
    "rationale": _("Rationale"),
    "evidence": _("Evidence"),
    "level": _("Level"),
    "engagement": _("Engagement"),
    "framework": _("Framework"),
    "period": _("Period"),
    "basis": _("Basis"),
    "on_behalf_of": _("On behalf of"),
    "marking": _("Handling marking"),
}
WORDS = {"confidence": dict(Confidence.choices), "non_score": dict(NonScore.choices)}


@dataclass(frozen=True, slots=True)
class Change:
    """One field that differs; ``indicator`` is none for what describes the assessment."""

    indicator: Indicator | None
    field: str
    before: str
    after: str

    @property
    def sides(self) -> tuple[list[Piece], list[Piece]]:
        """Both texts, the first with the words that were removed marked, the second with those added."""
        return sides(self.before, self.after)


def changes_between(
    assessment: Assessment, before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[Change]:
    """What differs between the contents of two revisions of the assessment: one query."""
    found = differences(before, after)
    indicators = {one.code: one for one in assessment.applicable_indicators()} if found else {}
    return [_change(difference, indicators) for difference in found]


def _change(difference: Difference, indicators: Mapping[str, Indicator]) -> Change:
    words = WORDS.get(difference.field, {})
    return Change(
        indicators.get(difference.indicator),
        str(FIELDS[difference.field]),
        str(words.get(difference.before, difference.before)),
        str(words.get(difference.after, difference.after)),
    )
