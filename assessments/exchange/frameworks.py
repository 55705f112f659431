"""The file format of frameworks: what a file must contain, and what it says."""

import json
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from assessments.choices import Arrangement, IndicatorKind, Level, Phase
from assessments.exchange.checking import SLUG, Check, shown
from assessments.exchange.documents import Document, InvalidFile, Node, Problem
from assessments.scoring.inputs import DimensionShape, FrameworkShape, IndicatorShape
from assessments.scoring.rules import check_rules

CODE = r"[A-Za-z0-9][A-Za-z0-9._-]*"
SCORES = (1, 2, 3, 4, 5)
ANCHORED = (1, 3, 5)


@dataclass(frozen=True, slots=True)
class IndicatorFile:
    code: str
    name: str
    kind: str
    question: str
    weight: float
    anchors: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class DimensionFile:
    level: str
    code: str
    name: str
    phase: str
    applies_to: tuple[str, ...]
    weight: float
    indicators: tuple[IndicatorFile, ...]

    def applies_in(self, arrangement: str | None) -> bool:
        return not self.applies_to or arrangement in self.applies_to


@dataclass(frozen=True, slots=True)
class FrameworkFile:
    """A framework version; equal to another exactly when all that it says is the same."""

    code: str
    version: str
    title: str
    scale: dict[str, str]
    arrangements: dict[str, str]
    approvals_required: int
    partner_approval: bool
    dimensions: tuple[DimensionFile, ...]
    rules: tuple[dict[str, Any], ...]

    @property
    def name(self) -> str:
        return f"{self.code}@{self.version}"


def check_framework(document: Document) -> FrameworkFile:
    """Return what the file says. Raises :class:`InvalidFile` with every problem in it."""
    check = Check()
    fields = check.mapping(
        document.root,
        ("code", "version", "title", "scale", "arrangements", "levels"),
        ("rules", "approvals_required", "partner_approval"),
    )
    arrangements = _arrangements(check, fields.get("arrangements"))
    framework = FrameworkFile(
        code=check.text(fields.get("code"), 80, pattern=SLUG, expected=_("letters, digits and hyphens")),
        version=check.text(
            fields.get("version"), 20, pattern=CODE, expected=_('a version in quotes, such as "1.0"')
        ),
        title=check.text(fields.get("title"), 200),
        scale={str(score): text for score, text in _by_score(check, fields.get("scale"), SCORES, 100)},
        arrangements=arrangements,
        approvals_required=check.whole(fields.get("approvals_required"), 1, 10) or 1,
        partner_approval=check.truth(fields.get("partner_approval")),
        dimensions=_dimensions(check, fields.get("levels"), arrangements),
        rules=rules_in(fields.get("rules")),
    )
    check.problems.extend(rule_problems(document, shape_of(framework), fields.get("rules")))
    if check.problems:
        raise InvalidFile(check.problems)
    return framework


def _arrangements(check: Check, node: Node | None) -> dict[str, str]:
    fields = check.mapping(node, (), Arrangement.values)
    return {key: check.text(child, 200) for key, child in fields.items()}


def _by_score(
    check: Check, node: Node | None, required: tuple[int, ...], longest: int
) -> tuple[tuple[int, str], ...]:
    """Texts by score, in the order of the scale; those of ``required`` have to be there."""
    if node is None:
        return ()
    if not isinstance(node.value, dict):
        check.wrong(node, _("a text for each of %(scores)s") % {"scores": _listed(required)})
        return ()
    for score in required:
        if score not in node.value:
            found = _("nothing for %(score)d") % {"score": score}
            check.report(node, found, _("a text for each of %(scores)s") % {"scores": _listed(required)})
    for key, child in node.value.items():
        if key not in SCORES or isinstance(key, bool):
            check.report(child, shown(key), _("a score from 1 to 5"))
    texts = {key: check.text(child, longest) for key, child in node.value.items()}
    return tuple((score, texts[score]) for score in SCORES if score in texts)


def _listed(scores: tuple[int, ...]) -> str:
    return ", ".join(str(score) for score in scores)


def _dimensions(check: Check, node: Node | None, arrangements: dict[str, str]) -> tuple[DimensionFile, ...]:
    seen: dict[str, int] = {}
    levels = check.mapping(node, Level.values)
    dimensions: list[DimensionFile] = []
    for level in Level.values:
        fields = check.mapping(levels.get(level), ("dimensions",), ("title",))
        check.text(fields.get("title"), 200)
        children = check.items(fields.get("dimensions"), least=1)
        dimensions.extend(_dimension(check, child, level, arrangements, seen) for child in children)
    return tuple(dimensions)


def _code(check: Check, node: Node | None, seen: dict[str, int]) -> str:
    expected = _("a code of letters, digits, dots and hyphens")
    code = check.text(node, 20, pattern=CODE, expected=expected)
    check.once(node, code, seen)
    return code


def _dimension(
    check: Check, node: Node, level: str, arrangements: dict[str, str], seen: dict[str, int]
) -> DimensionFile:
    fields = check.mapping(node, ("code", "name", "indicators"), ("phase", "applies_to", "weight"))
    return DimensionFile(
        level=level,
        code=_code(check, fields.get("code"), seen),
        name=check.text(fields.get("name"), 120),
        phase=check.one_of(fields.get("phase"), Phase.values, empty=True),
        applies_to=tuple(
            check.one_of(child, arrangements) for child in check.items(fields.get("applies_to"))
        ),
        weight=check.weight(fields.get("weight")),
        indicators=tuple(
            _indicator(check, child, seen) for child in check.items(fields.get("indicators"), least=1)
        ),
    )


def _indicator(check: Check, node: Node, seen: dict[str, int]) -> IndicatorFile:
    fields = check.mapping(node, ("code", "name", "kind", "question", "anchors"), ("weight",))
    return IndicatorFile(
        code=_code(check, fields.get("code"), seen),
        name=check.text(fields.get("name"), 120),
        kind=check.one_of(fields.get("kind"), IndicatorKind.values),
        question=check.text(fields.get("question"), 2000),
        weight=check.weight(fields.get("weight")),
        anchors=_by_score(check, fields.get("anchors"), ANCHORED, 300),
    )


def rules_in(node: Node | None) -> tuple[dict[str, Any], ...]:
    """The rules as JSON keeps them; rules that are no mappings are reported elsewhere."""
    plain = node.plain() if node else []
    rules = plain if isinstance(plain, list) else []
    return tuple(json.loads(json.dumps(rule)) for rule in rules if isinstance(rule, dict))


def rule_problems(document: Document, shape: FrameworkShape, node: Node | None) -> list[Problem]:
    if node is None:
        return []
    return [
        Problem(
            document.line_of(problem.path),
            problem.path,
            _("found %(found)s, expected %(expected)s")
            % {"found": shown(problem.found), "expected": problem.expected},
        )
        for problem in check_rules(shape, node.plain())
    ]


def shape_of(framework: FrameworkFile) -> FrameworkShape:
    """The part of a framework that scoring and rules need."""
    return FrameworkShape(
        dimensions=tuple(
            DimensionShape(
                code=dimension.code,
                level=dimension.level,
                weight=dimension.weight,
                applies_to=frozenset(dimension.applies_to),
                indicators=tuple(
                    IndicatorShape(
                        code=indicator.code,
                        weight=indicator.weight,
                        evaluative=indicator.kind == IndicatorKind.EVALUATIVE,
                    )
                    for indicator in dimension.indicators
                ),
            )
            for dimension in framework.dimensions
        )
    )
