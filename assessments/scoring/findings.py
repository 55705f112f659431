"""Firing the rules of a framework over a scorecard."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from assessments.scoring.conditions import Outcome, evaluate
from assessments.scoring.inputs import EngagementShape, FrameworkShape
from assessments.scoring.measures import Scene
from assessments.scoring.results import ScorecardResult
from assessments.scoring.templates import render

__all__ = ["FiredFinding", "fire_rules", "render"]

Rule = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FiredFinding:
    """A rule that fired: about ``target``, on ``inputs`` (known values only), from these ratings.

    An input is ``{of, measure, value, comparison, threshold, holds}`` or ``{arrangement, value, holds}``.
    """

    rule: str
    scope: str
    engagement_id: int | None
    target: str
    inputs: list[dict[str, Any]]
    rating_ids: list[int]


def fire_rules(
    rules: Sequence[Rule],
    framework: FrameworkShape,
    result: ScorecardResult,
    engagements: Sequence[EngagementShape],
) -> list[FiredFinding]:
    """Fire rules that ``check_rules`` accepts: in their order, over the dyad and then each engagement."""
    by_id = sorted(engagements, key=lambda engagement: engagement.id)
    scenes = [Scene.of(result, by_id)] + [Scene.of(result, by_id, engagement) for engagement in by_id]
    hearings = [_Hearing({rule["code"]: rule for rule in rules}, scene) for scene in scenes]
    return [
        finding
        for rule in rules
        for hearing in hearings
        if hearing.scene.scope in rule["scope"]
        for finding in hearing.findings(rule, framework)
    ]


def targets(rule: Rule, framework: FrameworkShape) -> list[str]:
    """The codes that ``each`` stands for in turn: evaluative indicators, or dimensions that have some."""
    dimensions = [
        dimension
        for dimension in framework.dimensions
        if rule.get("level") in (None, dimension.level) and any(i.evaluative for i in dimension.indicators)
    ]
    if rule["for_each"] == "dimension":
        return [dimension.code for dimension in dimensions]
    return [i.code for dimension in dimensions for i in dimension.indicators if i.evaluative]


@dataclass(frozen=True, slots=True)
class _Hearing:
    """The rules asked in one scene, each at most once about a target."""

    rules: Mapping[str, Rule]
    scene: Scene
    decided: dict[tuple[str, str | None], Outcome] = field(default_factory=dict)

    def findings(self, rule: Rule, framework: FrameworkShape) -> Iterator[FiredFinding]:
        for target in targets(rule, framework) if "for_each" in rule else [None]:
            outcome = self.ask(rule["code"], target)
            if outcome.holds:
                yield FiredFinding(
                    rule=rule["code"],
                    scope=self.scene.scope,
                    engagement_id=self.scene.engagement_id,
                    target=target or rule["addresses"],
                    inputs=list(outcome.inputs),
                    rating_ids=sorted(outcome.rating_ids),
                )

    def ask(self, code: str, target: str | None) -> Outcome:
        rule = self.rules[code]
        key = (code, target if "for_each" in rule else None)
        if self.scene.scope not in rule["scope"]:
            return Outcome()
        if key not in self.decided:
            self.decided[key] = evaluate(
                rule["when"], self.scene, key[1], lambda other: self.ask(other, target)
            )
        return self.decided[key]
