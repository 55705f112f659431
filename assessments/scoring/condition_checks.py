"""Checking the conditions of a rule against the framework, whatever values a file may hold."""

from collections.abc import Mapping
from dataclasses import dataclass

from assessments.scoring.conditions import COMPARISONS
from assessments.scoring.faults import Faults
from assessments.scoring.inputs import FIELD
from assessments.scoring.measures import EACH, ENGAGEMENT, FLAGS, GAP, MEASURES

DEEPEST = 8
MOST_CONDITIONS = 200
LARGEST = 1e9
KINDS_OF_CONDITION = "all, any, not, of, arrangement or rule"


@dataclass(slots=True)
class ConditionChecker:
    """Checks one rule's conditions.

    ``kinds`` and ``levels`` are those of subjects by code, ``for_each`` is what ``each`` means. ``asked``
    collects the codes of other rules by the path where they are named.
    """

    faults: Faults
    kinds: Mapping[str, str]
    levels: Mapping[str, str]
    arrangements: frozenset[str]
    scopes: frozenset[str]
    for_each: str | None
    asked: dict[str, str]
    seen: int = 0

    def check(self, path: str, raw: object, depth: int = 0) -> None:
        self.seen += 1
        if depth > DEEPEST or self.seen > MOST_CONDITIONS:
            if self.seen <= MOST_CONDITIONS + 1:
                self.faults.add(path, "more", f"at most {MOST_CONDITIONS} conditions, {DEEPEST} deep")
            return
        if not isinstance(raw, Mapping) or not raw:
            self.faults.add(path, raw, f"a condition with {KINDS_OF_CONDITION}")
            return
        kinds = [key for key in ("all", "any", "not", "of", "arrangement", "rule") if key in raw]
        if len(kinds) != 1 or (kinds != ["of"] and len(raw) != 1):
            self.faults.add(path, list(raw), f"exactly one of {KINDS_OF_CONDITION}")
            return
        self._check_kind(kinds[0], path, raw, depth)

    def _check_kind(self, kind: str, path: str, raw: Mapping[object, object], depth: int) -> None:
        inner = f"{path}.{kind}"
        if kind in ("all", "any"):
            self._parts(inner, raw[kind], depth)
        elif kind == "not":
            self.check(inner, raw[kind], depth + 1)
        elif kind == "rule":
            self._rule(inner, raw[kind])
        elif kind == "arrangement":
            self._arrangement(inner, raw[kind])
        else:
            self._measured(path, raw)

    def _parts(self, path: str, parts: object, depth: int) -> None:
        if not isinstance(parts, list) or not parts:
            self.faults.add(path, parts, "a list of at least one condition")
            return
        for index, part in enumerate(parts):
            self.check(f"{path}[{index}]", part, depth + 1)
            if self.seen > MOST_CONDITIONS:
                return

    def _rule(self, path: str, code: object) -> None:
        if isinstance(code, str):
            self.asked[path] = code
        else:
            self.faults.add(path, code, "the code of a rule")

    def _arrangement(self, path: str, wanted: object) -> None:
        if not isinstance(wanted, list) or not wanted:
            self.faults.add(path, wanted, "a list of at least one arrangement")
            return
        for index, arrangement in enumerate(wanted):
            self.faults.choice(f"{path}[{index}]", arrangement, self.arrangements)

    def _measured(self, path: str, raw: Mapping[object, object]) -> None:
        comparisons = [name for name in COMPARISONS if name in raw]
        for key in raw:
            if key not in ("of", "measure", *COMPARISONS):
                self.faults.add(f"{path}.{key}", key, "of, measure and a comparison")
        if len(comparisons) != 1:
            self.faults.add(path, comparisons, "exactly one of " + ", ".join(COMPARISONS))
        kind = self._subject(f"{path}.of", raw["of"])
        if kind is None:
            return
        available = [MEASURES[scope, kind] for scope in self._scopes(raw["of"]) if (scope, kind) in MEASURES]
        measure = raw.get("measure")
        if self.faults.choice(f"{path}.measure", measure, frozenset().union(*available)):
            for name in comparisons:
                self._threshold(f"{path}.{name}", name, measure in FLAGS, raw[name])

    def _subject(self, path: str, subject: object) -> str | None:
        if subject == EACH:
            if self.for_each is None:
                self.faults.add(path, subject, "a code, as the rule has no for_each")
            return self.for_each
        if not isinstance(subject, str) or subject not in self.kinds:
            self.faults.add(path, subject, f"the code of an indicator or dimension, a level, {GAP} or {EACH}")
            return None
        if not self._scopes(subject):
            self.faults.add(path, subject, "a subject of the field level, as the rule is about engagements")
            return None
        return self.kinds[subject]

    def _scopes(self, subject: object) -> list[str]:
        """The scopes of the rule in which a subject can be measured: in engagements, only of the field."""
        level = self.levels.get(subject, FIELD) if isinstance(subject, str) else FIELD
        return [scope for scope in sorted(self.scopes) if scope != ENGAGEMENT or level == FIELD]

    def _threshold(self, path: str, comparison: str, flag: bool, value: object) -> None:
        if flag and (comparison != "equals" or not isinstance(value, bool)):
            self.faults.add(path, value, "equals: true or equals: false, as the measure is a yes or no")
        if not flag and not _is_number(value):
            self.faults.add(path, value, "a number")


def _is_number(value: object) -> bool:
    """Whether it is a number of a size that scores, counts and probabilities can be compared with."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST
