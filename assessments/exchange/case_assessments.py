"""The assessments of a file of cases: what each must contain so that it can be submitted."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from assessments.choices import (
    EARLIEST_PERIOD,
    EXCERPT_LIMIT,
    LATEST_YEAR,
    RATIONALE_LIMIT,
    Arrangement,
    Confidence,
    Credibility,
    Level,
    Marking,
    MissionPart,
    NonScore,
    Reliability,
    Stance,
    Wording,
)
from assessments.exchange.checking import Check, Place, quoted, shown
from assessments.exchange.documents import Node
from assessments.exchange.frameworks import FrameworkFile
from assessments.models import Evidence

OF_A_PLACE = ("locator", *Wording.values, "stance", "reliability", "reliability_reason", "credibility")
SCORE_EXPECTED = '1..5, "not_applicable" or "insufficient_evidence"'


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    source: str
    locator: str = ""
    excerpt: str = ""
    wording: str = ""
    stance: str = Stance.SUPPORTS.value
    reliability: str = ""
    reliability_reason: str = ""
    credibility: str = ""

    @property
    def place(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in Evidence.PLACE}


@dataclass(frozen=True, slots=True)
class RatingFile:
    indicator: str
    score: int | None
    non_score: str
    confidence: str
    rationale: str
    evidence: tuple[EvidenceFile, ...]


@dataclass(frozen=True, slots=True)
class EngagementFile:
    """``parts`` pairs each part with a mission's acronym, in the order of ``MissionPart``."""

    arrangement: str
    parts: tuple[tuple[str, str], ...]

    @property
    def name(self) -> str:
        return "-".join(acronym for _part, acronym in self.parts)


@dataclass(frozen=True, slots=True)
class AssessmentFile:
    reference: str
    dyad: tuple[str, str]
    engagement: EngagementFile | None
    period: tuple[int, int]
    basis: str
    assessor: str
    on_behalf_of: str
    marking: str
    ratings: tuple[RatingFile, ...]
    place: Place = field(compare=False)


@dataclass(slots=True)
class _Scope:
    """What the entries of one file may refer to, and what earlier entries have said."""

    framework: FrameworkFile | None
    organisations: Collection[str]
    missions: Collection[str]
    sources: Collection[str]
    references: dict[str, int] = field(default_factory=dict)
    engagements: dict[tuple[str, ...], tuple[EngagementFile, int]] = field(default_factory=dict)


def check_assessments(
    check: Check,
    node: Node | None,
    *,
    framework: FrameworkFile | None,
    organisations: Collection[str],
    missions: Collection[str],
    sources: Collection[str],
) -> tuple[AssessmentFile, ...]:
    scope = _Scope(framework, organisations, missions, sources)
    return tuple(_assessment(check, child, scope) for child in check.items(node))


def _assessment(check: Check, node: Node, scope: _Scope) -> AssessmentFile:
    fields = check.mapping(
        node,
        ("id", "dyad", "level", "period", "basis", "assessor", "on_behalf_of", "ratings"),
        ("missions", "arrangement", "marking"),
    )
    reference = check.text(fields.get("id"), 80)
    check.once(fields.get("id"), reference, scope.references)
    level = check.one_of(fields.get("level"), Level.values)
    dyad = check.dyad(fields.get("dyad"), scope.organisations)
    engagement = None
    if level == Level.FIELD:
        engagement = _engagement(check, node, fields.get("missions"), fields.get("arrangement"), scope)
        _same_as_before(check, node, dyad, engagement, scope)
    elif level:
        for name in ("missions", "arrangement"):
            if name in fields:
                check.report(fields[name], _("an engagement"), _("none at the political level"))
    arrangement = engagement.arrangement if engagement else None
    return AssessmentFile(
        reference=reference,
        dyad=dyad,
        engagement=engagement,
        period=_period(check, fields.get("period")),
        basis=check.text(fields.get("basis"), 300),
        assessor=_email(check, fields.get("assessor")),
        on_behalf_of=check.one_of(fields.get("on_behalf_of"), sorted(scope.organisations)),
        marking=check.one_of(fields.get("marking"), Marking.values) or Marking.AMBER.value,
        ratings=_ratings(check, fields.get("ratings"), level, arrangement, scope),
        place=Place.of(node),
    )


def _engagement(
    check: Check, node: Node, missions: Node | None, arrangement: Node | None, scope: _Scope
) -> EngagementFile:
    for name, child in (("missions", missions), ("arrangement", arrangement)):
        if child is None:
            check.report(
                Place(node.line, f"{node.path}.{name}"), _("nothing"), _("this key at the field level")
            )
    fields = check.mapping(missions, (), MissionPart.values)
    if missions and missions.value == {}:
        check.report(missions, _("an empty mapping"), _("at least one mission"))
    seen: dict[str, int] = {}
    parts = []
    for part in sorted(fields, key=MissionPart.values.index):
        acronym = check.one_of(fields[part], sorted(scope.missions))
        check.once(fields[part], acronym, seen)
        parts.append((part, acronym))
    arrangements = scope.framework.arrangements if scope.framework else Arrangement.values
    known = [name for name in Arrangement.values if name in arrangements]
    return EngagementFile(check.one_of(arrangement, known), tuple(parts))


def _same_as_before(
    check: Check, node: Node, dyad: tuple[str, str], engagement: EngagementFile, scope: _Scope
) -> None:
    key = (*sorted(dyad), engagement.name)
    first, line = scope.engagements.setdefault(key, (engagement, node.line))
    if first != engagement:
        values = {"name": engagement.name, "line": line}
        check.report(
            node,
            _("%(name)s with another arrangement or other parts of missions") % values,
            _("the same as on line %(line)d") % values,
        )


def _period(check: Check, node: Node | None) -> tuple[int, int]:
    if node is None:
        return 0, 0
    years = [_year(child) for child in check.items(node)]
    if len(years) != 2 or None in years:
        if isinstance(node.value, list):
            found = "[" + ", ".join(shown(child.value) for child in node.value) + "]"
            check.report(node, found, _("the first and the last year, such as [2002, 2003]"))
        return 0, 0
    start, end = years[0] or 0, years[1] or 0
    if start > end:
        check.report(node, f"{start}, {end}", _("a period that does not end before it starts"))
    return start, end


def _year(node: Node) -> int | None:
    text = str(node.value)
    return (
        int(text)
        if text.isascii() and text.isdigit() and EARLIEST_PERIOD <= int(text[:5]) <= LATEST_YEAR
        else None
    )


def _email(check: Check, node: Node | None) -> str:
    email = check.text(node, 254).lower()
    if node and email:
        try:
            validate_email(email)
        except ValidationError:
            check.wrong(node, _("an e-mail address"))
    return email


def _ratings(
    check: Check, node: Node | None, level: str, arrangement: str | None, scope: _Scope
) -> tuple[RatingFile, ...]:
    seen: dict[str, int] = {}
    ratings = tuple(_rating(check, child, level, arrangement, scope, seen) for child in check.items(node))
    if node and scope.framework and level and arrangement != "":
        for code in _asked(scope.framework, level, arrangement):
            if code not in seen:
                found = _("no rating of %(code)s") % {"code": code}
                check.report(node, found, _("an answer for every indicator that applies"))
    return ratings


def _asked(framework: FrameworkFile, level: str, arrangement: str | None) -> list[str]:
    return [
        indicator.code
        for dimension in framework.dimensions
        if dimension.level == level and dimension.applies_in(arrangement)
        for indicator in dimension.indicators
    ]


def _rating(
    check: Check, node: Node, level: str, arrangement: str | None, scope: _Scope, seen: dict[str, int]
) -> RatingFile:
    fields = check.mapping(node, ("indicator", "score", "rationale"), ("confidence", "evidence"))
    code = check.text(fields.get("indicator"), 20)
    check.once(fields.get("indicator"), code, seen)
    if scope.framework and code:
        _check_applies(check, fields["indicator"], code, level, arrangement, scope.framework)
    score, non_score = _answer(check, fields.get("score"))
    rating = RatingFile(
        indicator=code,
        score=score,
        non_score=non_score,
        confidence=check.one_of(fields.get("confidence"), Confidence.values, empty=True),
        rationale=check.text(fields.get("rationale"), RATIONALE_LIMIT),
        evidence=_evidence(check, fields.get("evidence"), scope.sources),
    )
    if score and not fields.get("confidence"):
        check.report(
            Place(node.line, f"{node.path}.confidence"), _("nothing"), _("a confidence beside a score")
        )
    if score and rating.confidence in {Confidence.MODERATE, Confidence.HIGH} and not rating.evidence:
        expected = _("evidence for a score of %(confidence)s confidence") % {"confidence": rating.confidence}
        check.report(Place(node.line, f"{node.path}.evidence"), _("nothing"), expected)
    return rating


def _check_applies(
    check: Check, node: Node, code: str, level: str, arrangement: str | None, framework: FrameworkFile
) -> None:
    dimensions = {
        indicator.code: dimension for dimension in framework.dimensions for indicator in dimension.indicators
    }
    dimension = dimensions.get(code)
    if dimension is None:
        check.report(node, shown(code), _("an indicator of %(framework)s") % {"framework": framework.name})
    elif level and dimension.level != level:
        found = _('"%(code)s", an indicator of the %(level)s level') % {
            "code": code,
            "level": dimension.level,
        }
        check.report(node, found, _("one of the %(level)s level") % {"level": level})
    elif arrangement and not dimension.applies_in(arrangement):
        values = {"code": code, "arrangement": arrangement, "applies": quoted(dimension.applies_to)}
        check.report(
            node,
            _('"%(code)s" in the arrangement "%(arrangement)s"') % values,
            _("only indicators that apply to it (this one applies to %(applies)s)") % values,
        )


def _answer(check: Check, node: Node | None) -> tuple[int | None, str]:
    if node is None:
        return None, ""
    value = node.value
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 5:
        return value, ""
    if value in NonScore.values:
        return None, str(value)
    check.wrong(node, SCORE_EXPECTED)
    return None, ""


def _evidence(check: Check, node: Node | None, sources: Collection[str]) -> tuple[EvidenceFile, ...]:
    seen: dict[str, int] = {}
    found = []
    for child in check.items(node):
        evidence = _citation(check, child, sources)
        check.once(child, f"{evidence.source} {evidence.locator}".strip(), seen)
        found.append(evidence)
    return tuple(found)


def _citation(check: Check, node: Node, sources: Collection[str]) -> EvidenceFile:
    if not isinstance(node.value, dict):
        return EvidenceFile(check.source(node, sources))
    fields = check.mapping(node, ("source",), OF_A_PLACE)
    excerpt, wording = _excerpt(check, fields)
    credibility = fields.get("credibility")
    if credibility and isinstance(credibility.value, int):
        credibility = Node(str(credibility.value), credibility.line, credibility.path)
    return EvidenceFile(
        source=check.source(fields.get("source"), sources),
        locator=check.text(fields.get("locator"), 200, empty=True),
        excerpt=excerpt,
        wording=wording,
        stance=check.one_of(fields.get("stance"), Stance.values, empty=True) or Stance.SUPPORTS.value,
        reliability=check.one_of(fields.get("reliability"), Reliability.values, empty=True),
        reliability_reason=check.text(fields.get("reliability_reason"), 300, empty=True),
        credibility=check.one_of(credibility, Credibility.values, empty=True),
    )


def _excerpt(check: Check, fields: Mapping[str, Node]) -> tuple[str, str]:
    """What stands at the place, and whether it is quoted: the file has one key for each."""
    given = {
        wording: text
        for wording in Wording.values
        if (text := check.text(fields.get(wording), EXCERPT_LIMIT, empty=True))
    }
    if len(given) > 1:
        check.report(fields[Wording.PARAPHRASE], _("a quotation and a paraphrase"), _("one of the two"))
    return next(((text, wording) for wording, text in given.items()), ("", ""))
