"""Faults in rules as they are found: where, what stands there, and what should."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """``path`` is like ``rules[3].when.all[1].of``; ``found`` is the value there, none if it is missing."""

    path: str
    found: object
    expected: str


@dataclass(frozen=True, slots=True)
class Faults:
    problems: list[Problem] = field(default_factory=list)

    def add(self, path: str, found: object, expected: str) -> None:
        self.problems.append(Problem(path, found, expected))

    def choice(self, path: str, found: object, allowed: Iterable[str]) -> bool:
        options = sorted(allowed)
        if isinstance(found, str) and found in options:
            return True
        self.add(path, found, "one of " + ", ".join(options))
        return False

    def keys(self, path: str, found: Mapping[Any, Any], required: set[str], optional: set[str]) -> None:
        for key in sorted(required - found.keys()):
            self.problems.append(Problem(f"{path}.{key}", None, "a value"))
        for key in found:
            if key not in required | optional:
                self.add(f"{path}.{key}", key, "one of " + ", ".join(sorted(required | optional)))
