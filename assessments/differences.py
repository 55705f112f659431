"""What differs between two revisions of an assessment, field by field, from their contents alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

DESCRIPTION = ("level", "engagement", "framework", "period", "basis", "on_behalf_of", "marking")
ANSWER = ("score", "non_score", "confidence", "rationale")


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that differs; ``indicator`` is its code, empty for what describes the assessment.

    ``before`` and ``after`` are text, empty where there was or is nothing.
    """

    indicator: str
    field: str
    before: str
    after: str


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """All fields that differ between two contents of :mod:`assessments.snapshot`: description, then answers.

    Evidence cited in one only is one difference each: without a text before, or without one after.
    """
    old = {answer["indicator"]: answer for answer in before["ratings"]}
    new = {answer["indicator"]: answer for answer in after["ratings"]}
    codes = [*new, *(code for code in old if code not in new)]
    found = [_field("", name, before, after) for name in DESCRIPTION]
    for code in codes:
        one, other = old.get(code, {}), new.get(code, {})
        found += [_field(code, name, one, other) for name in ANSWER]
        found += _evidence(code, one, other)
    return [difference for difference in found if difference.before != difference.after]


def _field(code: str, name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Difference:
    return Difference(code, name, _text(before.get(name)), _text(after.get(name)))


def _text(value: Any) -> str:
    if isinstance(value, list):
        start, end = value
        return str(start) if start == end else f"{start}–{end}"
    return "" if value is None else str(value)


def _evidence(code: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    old = [_cited(item) for item in before.get("evidence", ())]
    new = [_cited(item) for item in after.get("evidence", ())]
    gone = [Difference(code, "evidence", text, "") for text in old if old.count(text) > new.count(text)]
    come = [Difference(code, "evidence", "", text) for text in new if new.count(text) > old.count(text)]
    return list(dict.fromkeys(gone + come))


def _cited(evidence: Mapping[str, Any]) -> str:
    """A source with its place and all that was said about it: whatever differs there is shown."""
    source = evidence["source"]
    parts = [source.get(name) for name in ("author", "title", "year", "url")]
    parts += [value for name, value in sorted(evidence.items()) if name != "source"]
    return ", ".join(str(part) for part in parts if part not in (None, ""))
