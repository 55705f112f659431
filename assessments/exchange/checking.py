"""Checking the nodes of a file one by one, so that every problem is found and placed."""

import math
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from assessments.exchange.documents import Node, Problem

SLUG = r"[A-Za-z0-9_-]+"


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file something stands."""

    line: int
    path: str

    @classmethod
    def of(cls, node: Node) -> "Place":
        return cls(node.line, node.path)


@dataclass(slots=True)
class Check:
    """Collects problems. Each method returns a usable value also where it has found one.

    None as a node is a key that is missing; ``mapping`` has reported it if it was required.
    """

    problems: list[Problem] = field(default_factory=list)

    def report(self, node: Node | Place, found: str, expected: str) -> None:
        values = {"found": found, "expected": expected}
        message = _("found %(found)s, expected %(expected)s") % values
        self.problems.append(Problem(node.line, node.path, message))

    def wrong(self, node: Node, expected: str) -> None:
        self.report(node, shown(node.value), expected)

    def mapping(
        self, node: Node | None, required: Collection[str], optional: Collection[str] = ()
    ) -> Mapping[str, Node]:
        if node is None:
            return {}
        if not isinstance(node.value, dict):
            self.wrong(node, _("a mapping with %(keys)s") % {"keys": quoted(required)})
            return {}
        prefix = f"{node.path}." if node.path else ""
        for key in required:
            if key not in node.value:
                self.report(Place(node.line, f"{prefix}{key}"), _("nothing"), _("this key"))
        allowed = [*required, *optional]
        for key, child in node.value.items():
            if key not in allowed:
                self.report(child, _("an unknown key"), _("one of %(keys)s") % {"keys": quoted(allowed)})
        return {key: child for key, child in node.value.items() if key in allowed}

    def items(self, node: Node | None, *, least: int = 0) -> list[Node]:
        if node is None:
            return []
        if not isinstance(node.value, list):
            self.wrong(node, _("a list"))
            return []
        if len(node.value) < least:
            self.report(node, _("an empty list"), _("at least %(least)d entry") % {"least": least})
        return node.value

    def text(
        self, node: Node | None, longest: int, *, pattern: str = "", expected: str = "", empty: bool = False
    ) -> str:
        if node is None or (empty and node.value is None):
            return ""
        if not isinstance(node.value, str) or not (node.value.strip() or empty):
            self.wrong(node, expected or _("text"))
            return ""
        text = node.value.strip()
        if len(text) > longest:
            values = {"length": len(text), "longest": longest}
            self.report(
                node, _("%(length)d characters") % values, _("at most %(longest)d characters") % values
            )
        elif pattern and not re.fullmatch(pattern, text):
            self.wrong(node, expected)
        return text

    def one_of(self, node: Node | None, choices: Iterable[str], *, empty: bool = False) -> str:
        if node is None or (empty and node.value in (None, "")):
            return ""
        choices = list(choices)
        if node.value not in choices:
            self.wrong(node, _("one of %(choices)s") % {"choices": quoted(choices)})
            return ""
        return str(node.value)

    def whole(self, node: Node | None, low: int, high: int, *, empty: bool = False) -> int | None:
        if node is None or (empty and node.value is None):
            return None
        value = node.value
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            self.wrong(node, _("a whole number from %(low)d to %(high)d") % {"low": low, "high": high})
            return None
        return value

    def truth(self, node: Node | None) -> bool:
        if node is not None and not isinstance(node.value, bool):
            self.wrong(node, _("true or false"))
        return node is not None and node.value is True

    def weight(self, node: Node | None) -> float:
        if node is None:
            return 1.0
        value = node.value
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not 0 < value <= 1000 or not math.isfinite(value):
            self.wrong(node, _("a number above 0, at most 1000"))
            return 1.0
        return float(value)

    def dyad(self, node: Node | None, acronyms: Collection[str]) -> tuple[str, str]:
        """Two different known organisations; empty names where they are not."""
        children = self.items(node)
        names = [self.one_of(child, sorted(acronyms)) for child in children]
        if node is None or not isinstance(node.value, list):
            return "", ""
        if len(names) != 2 or (names[0] and names[0] == names[1]):
            found = "[" + ", ".join(shown(child.value) for child in children) + "]"
            self.report(node, found, _("two different organisations"))
            return "", ""
        return names[0], names[1]

    def source(self, node: Node | None, keys: Collection[str]) -> str:
        key = self.text(node, 80)
        if node and key and key not in keys:
            self.report(node, shown(key), _("the key of a source of this file or of the shared library"))
        return key

    def once(self, node: Node | None, key: str, seen: dict[str, int]) -> None:
        """Report ``key`` at its second appearance; ``seen`` maps keys to their first lines."""
        if node is None or not key:
            return
        if key in seen:
            found = _("%(key)s again (first on line %(line)d)") % {"key": shown(key), "line": seen[key]}
            self.report(node, found, _("each only once"))
        seen.setdefault(key, node.line)


def shown(value: Any) -> str:
    """How a message shows a value that was found."""
    if value is None or value == "":
        return str(_("nothing"))
    if isinstance(value, dict):
        return str(_("a mapping") if value else _("an empty mapping"))
    if isinstance(value, list):
        return str(_("a list"))
    if isinstance(value, bool):
        return "true" if value else "false"
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 80 else f"{text[:79]}…"


def quoted(values: Iterable[str]) -> str:
    return ", ".join(f'"{value}"' for value in values)
