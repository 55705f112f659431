"""Checking the rules of a framework: every fault with its place, never an exception, whatever the file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from assessments.scoring.condition_checks import ConditionChecker
from assessments.scoring.faults import Faults, Problem
from assessments.scoring.inputs import LEVELS, FrameworkShape
from assessments.scoring.measures import ENGAGEMENT, GAP, SCOPES, subjects
from assessments.scoring.templates import PLACEHOLDERS, has_stray_brace, placeholders

__all__ = ["ARRANGEMENTS", "KINDS", "Problem", "check_rules"]

KINDS = frozenset({"weakness", "strength", "gap", "disagreement", "evidence", "opportunity"})
ARRANGEMENTS = frozenset({"sequential", "bridging", "parallel", "support", "hybrid"})
PRIORITIES = range(1, 6)
REQUIRED = {"code", "scope", "when", "priority", "kind", "finding", "because"}
OPTIONAL = {"for_each", "level", "addresses", "recommendation", "source"}


@dataclass(frozen=True, slots=True)
class _Read:
    """What later checks need of a rule: who it is and which other rules it asks, by path."""

    path: str
    code: str
    scopes: frozenset[str]
    for_each: str | None
    asked: dict[str, str] = field(default_factory=dict)


def check_rules(framework: FrameworkShape, raw: object) -> list[Problem]:
    """All faults of the value under ``rules:`` in a framework's file; none if its rules can be fired."""
    faults = Faults()
    if not isinstance(raw, list):
        faults.add("rules", raw, "a list of rules")
        return faults.problems
    checker = _RuleChecker(faults, subjects(framework), framework.levels)
    read = [checker.check(f"rules[{index}]", rule) for index, rule in enumerate(raw)]
    rules = [rule for rule in read if rule is not None]
    _check_codes(faults, rules)
    _check_asked(faults, rules)
    _check_cycles(faults, rules)
    return faults.problems


@dataclass(frozen=True, slots=True)
class _RuleChecker:
    faults: Faults
    kinds: Mapping[str, str]
    levels: Mapping[str, str]

    def check(self, path: str, raw: object) -> _Read | None:
        if not isinstance(raw, Mapping) or not raw:
            self.faults.add(path, raw, "a rule with " + ", ".join(sorted(REQUIRED)))
            return None
        self.faults.keys(path, raw, REQUIRED, OPTIONAL)
        scopes = self._scopes(f"{path}.scope", raw["scope"]) if "scope" in raw else frozenset(SCOPES)
        for_each = self._for_each(path, raw)
        self._particulars(path, raw)
        self._texts(path, raw, scopes)
        checker = ConditionChecker(
            self.faults, self.kinds, self.levels, ARRANGEMENTS, scopes, for_each, asked={}
        )
        if "when" in raw:
            checker.check(f"{path}.when", raw["when"])
        code = raw.get("code")
        return _Read(path, code, scopes, for_each, checker.asked) if isinstance(code, str) else None

    def _scopes(self, path: str, raw: object) -> frozenset[str]:
        if not isinstance(raw, list) or not raw:
            self.faults.add(path, raw, "a list of dyad, engagement or both")
            return frozenset(SCOPES)
        good = [
            scope for index, scope in enumerate(raw) if self.faults.choice(f"{path}[{index}]", scope, SCOPES)
        ]
        return frozenset(good) or frozenset(SCOPES)

    def _for_each(self, path: str, raw: Mapping[object, object]) -> str | None:
        if "level" in raw and "for_each" not in raw:
            self.faults.add(f"{path}.level", raw["level"], "no level without for_each")
        elif "level" in raw:
            self.faults.choice(f"{path}.level", raw["level"], LEVELS)
        if "for_each" not in raw:
            return None
        given = raw["for_each"]
        self.faults.choice(f"{path}.for_each", given, ("indicator", "dimension"))
        return given if given in ("indicator", "dimension") else None

    def _particulars(self, path: str, raw: Mapping[object, object]) -> None:
        code, priority = raw.get("code", ""), raw.get("priority", 1)
        if "code" in raw and not (isinstance(code, str) and 0 < len(code.strip()) <= 80):
            self.faults.add(f"{path}.code", code, "a code of 1 to 80 characters")
        if isinstance(priority, bool) or not isinstance(priority, int) or priority not in PRIORITIES:
            self.faults.add(f"{path}.priority", priority, "a whole number from 1 (first) to 5")
        if "kind" in raw:
            self.faults.choice(f"{path}.kind", raw["kind"], KINDS)
        self._addresses(f"{path}.addresses", raw)

    def _addresses(self, path: str, raw: Mapping[object, object]) -> None:
        if "for_each" in raw:
            if "addresses" in raw:
                self.faults.add(path, raw["addresses"], "nothing, as for_each says what the rule addresses")
            return
        self.faults.choice(path, raw.get("addresses"), self.kinds.keys() - {GAP})

    def _texts(self, path: str, raw: Mapping[object, object], scopes: frozenset[str]) -> None:
        for name in ("finding", "recommendation", "because", "source"):
            if name in raw and not (isinstance(raw[name], str) and str(raw[name]).strip()):
                self.faults.add(f"{path}.{name}", raw[name], "a text")
            elif name in raw and name in ("finding", "recommendation"):
                self._template(f"{path}.{name}", str(raw[name]), scopes)

    def _template(self, path: str, template: str, scopes: frozenset[str]) -> None:
        allowed = PLACEHOLDERS if scopes == {ENGAGEMENT} else PLACEHOLDERS - {"engagement"}
        names = ", ".join(f"{{{name}}}" for name in sorted(allowed))
        for name in sorted(placeholders(template) - allowed):
            self.faults.add(path, f"{{{name}}}", f"only the placeholders {names}")
        if has_stray_brace(template):
            self.faults.add(path, template, f"braces only around the placeholders {names}")


def _check_codes(faults: Faults, rules: Sequence[_Read]) -> None:
    first: dict[str, str] = {}
    for rule in rules:
        if rule.code in first:
            faults.add(f"{rule.path}.code", rule.code, f"a code other than that of {first[rule.code]}")
        first.setdefault(rule.code, rule.path)


def _check_asked(faults: Faults, rules: Sequence[_Read]) -> None:
    by_code = {rule.code: rule for rule in rules}
    for rule in rules:
        for path, code in rule.asked.items():
            other = by_code.get(code)
            if other is None:
                faults.add(path, code, "the code of a rule in this file")
            elif other.scopes.isdisjoint(rule.scopes):
                faults.add(path, code, "a rule of the same scope")
            elif other.for_each not in (None, rule.for_each):
                faults.add(
                    path, code, f"a rule without for_each: {other.for_each}, or the same for_each here"
                )


def _check_cycles(faults: Faults, rules: Sequence[_Read]) -> None:
    """Name each cycle once; its edges are then cut to look for the next."""
    paths = {rule.code: rule.path for rule in rules}
    graph = {rule.code: set(rule.asked.values()) for rule in rules}
    for _ in range(sum(map(len, graph.values()))):
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            members = error.args[1][::-1]
            start = min(members, key=list(paths).index)
            ordered = members[members.index(start) :] + members[1 : members.index(start) + 1]
            faults.problems.append(
                Problem(
                    f"{paths[start]}.when",
                    " -> ".join(ordered),
                    "rules that do not ask each other in a circle",
                )
            )
            for code, other in pairwise(ordered):
                graph[code].discard(other)
        else:
            return
