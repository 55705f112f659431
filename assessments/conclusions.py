"""What rules conclude from a scorecard, in words.

Scorecards, editions, previews, reports on calibrations and tests of rules that are not published yet all come
here: so what a test shows is what publishing brings.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assessments.models import Engagement, Rule
from assessments.scoring.findings import FiredFinding, fire_rules, render
from assessments.scoring.inputs import EngagementShape, FrameworkShape
from assessments.scoring.results import ScorecardResult
from organisations.models import Dyad


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """A rule that fired: about ``target``, on ``inputs``, from these ratings, with its texts filled in."""

    rule: Rule
    engagement: Engagement | None
    target: str
    text: str
    recommendation: str
    inputs: list[dict[str, Any]]
    rating_ids: list[int]

    @property
    def identity(self) -> tuple[str, int | None, str]:
        """What it is about, whatever version its rule is of."""
        return self.rule.code, self.engagement.pk if self.engagement else None, self.target


def fire(
    rules: Sequence[Rule],
    shape: FrameworkShape,
    result: ScorecardResult,
    engagements: Sequence[EngagementShape],
) -> list[FiredFinding]:
    """What the rules find, without words and without a query."""
    return fire_rules([rule.definition for rule in rules], shape, result, engagements)


def conclude(
    dyad: Dyad,
    rules: Sequence[Rule],
    fired: Sequence[FiredFinding],
    names: Mapping[str, str],
    engagements: Mapping[int | None, Engagement] | None = None,
) -> list[Conclusion]:
    """What was found in words, in the order of the rules; a query for engagements unless they are given."""
    by_code = {rule.code: rule for rule in rules}
    by_id = engagements_of(fired) if engagements is None else engagements
    return [_conclusion(dyad, by_code[one.rule], by_id.get(one.engagement_id), one, names) for one in fired]


def _conclusion(
    dyad: Dyad, rule: Rule, engagement: Engagement | None, fired: FiredFinding, names: Mapping[str, str]
) -> Conclusion:
    values = placeholders(dyad, engagement, fired, names)
    template = rule.definition.get("recommendation")
    return Conclusion(
        rule=rule,
        engagement=engagement,
        target=fired.target,
        text=render(rule.definition["finding"], values),
        recommendation=render(template, values) if template else "",
        inputs=fired.inputs,
        rating_ids=fired.rating_ids,
    )


def engagements_of(findings: Iterable[FiredFinding]) -> dict[int | None, Engagement]:
    """The engagements that findings are about, by id: one query if any."""
    return {**Engagement.objects.in_bulk([f.engagement_id for f in findings if f.engagement_id])}


def placeholders(
    dyad: Dyad, engagement: Engagement | None, finding: FiredFinding, names: Mapping[str, str]
) -> dict[str, str]:
    """What the texts of a finding's rule may name."""
    name = names.get(finding.target)
    return {
        "dyad": dyad.slug,
        "first": dyad.first.acronym,
        "second": dyad.second.acronym,
        "engagement": engagement.name if engagement else "",
        "subject": engagement.name if engagement else dyad.slug,
        "target": f"{finding.target} {name}" if name else finding.target,
    }
