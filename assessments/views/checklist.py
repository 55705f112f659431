"""A checklist for an engagement that is planned, from findings about comparable ones and about the dyad."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Q
from django.utils.translation import gettext as _

from assessments import wording
from assessments.choices import FindingKind, Level, Phase, RecommendationStatus
from assessments.models import Dimension, Finding, Framework
from assessments.scoring.findings import render
from organisations.http import SignedInRequest
from organisations.models import Organisation


@dataclass(slots=True)
class Item:
    """What to see to, with the findings that it comes from."""

    text: str
    priority: int
    subject: str
    sources: list[Finding] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Group:
    heading: str
    phase: str
    items: Sequence[Item]


@dataclass(frozen=True, slots=True)
class Planned:
    """What the texts of rules call the planned engagement and its two organisations."""

    one: Organisation
    other: Organisation
    name: str

    def values(self, target: str) -> dict[str, str]:
        return {
            "dyad": f"{self.one}-{self.other}",
            "first": self.one.acronym,
            "second": self.other.acronym,
            "engagement": self.name,
            "subject": self.name,
            "target": target,
        }


def lessons(
    request: SignedInRequest, framework: Framework, dyad: int | None, engagements: Iterable[int]
) -> list[Finding]:
    """Findings about the dyad as a whole and about these engagements, most urgent first: one query.

    Without strengths, and without what an organisation has declined to act on.
    """
    about = Q(engagement__isnull=True, scorecard__dyad=dyad) | Q(engagement__in=list(engagements))
    visible = Finding.objects.visible_to(request.user).filter(about, scorecard__framework=framework)
    found = visible.exclude(kind=FindingKind.STRENGTH).exclude(
        recommendation__status=RecommendationStatus.DECLINED
    )
    related = ("rule", "engagement", "recommendation", "scorecard__dyad__first", "scorecard__dyad__second")
    ordered = found.select_related(*related).defer("scorecard__content")
    return list(ordered.order_by("priority", "rule__position", "engagement__name", "target", "pk"))


def checklist(
    findings: Iterable[Finding], framework: Framework, planned: Planned, names: Mapping[str, str]
) -> list[Group]:
    """One item for each recommendation of a rule, said of the planned pair; two queries.

    Grouped by dimension: first what concerns the dyad as a whole, then the political level, then the field in
    the order of its phases.
    """
    items: dict[tuple[str, str], Item] = {}
    for finding in findings:
        template = finding.rule.definition.get("recommendation")
        if not template:
            continue
        subject = wording.subject_name(finding.target, names)
        text = render(template, planned.values(subject))
        item = items.setdefault((finding.target, text), Item(text, finding.priority, subject))
        item.priority = min(item.priority, finding.priority)
        item.sources.append(finding)
    return _grouped(items, framework)


def _grouped(items: Mapping[tuple[str, str], Item], framework: Framework) -> list[Group]:
    dimensions = list(framework.dimensions.order_by("position").prefetch_related("indicators"))
    place = {dimension.code: dimension for dimension in dimensions}
    place |= {indicator.code: d for d in dimensions for indicator in d.indicators.all()}
    grouped: dict[str, list[Item]] = {}
    for (target, _text), item in items.items():
        dimension = place.get(target)
        grouped.setdefault(dimension.code if dimension else "", []).append(item)
    by_code = {dimension.code: dimension for dimension in dimensions}
    ordered = sorted(grouped, key=lambda code: _order(by_code.get(code)))
    return [_group(by_code.get(code), sorted(grouped[code], key=lambda i: i.priority)) for code in ordered]


def _order(dimension: Dimension | None) -> tuple[int, int, int]:
    if dimension is None:
        return (0, 0, 0)
    phases = list(Phase.values)
    phase = phases.index(dimension.phase) if dimension.phase else -1
    return (1 + list(Level.values).index(dimension.level), phase, dimension.position)


def _group(dimension: Dimension | None, items: Sequence[Item]) -> Group:
    if dimension is None:
        return Group(_("The dyad as a whole"), "", items)
    phase = str(dimension.get_phase_display()) if dimension.phase else ""
    return Group(f"{dimension.code} {dimension.name}", phase or str(Level(dimension.level).label), items)
