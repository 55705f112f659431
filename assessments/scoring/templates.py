"""Texts of rules: words with named placeholders, filled in without evaluating anything."""

import re
from collections.abc import Mapping

PLACEHOLDERS = frozenset({"dyad", "first", "second", "engagement", "subject", "target"})

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


def placeholders(template: str) -> set[str]:
    return set(_PLACEHOLDER.findall(template))


def has_stray_brace(template: str) -> bool:
    """Whether a brace remains that does not belong to a placeholder."""
    rest = _PLACEHOLDER.sub("", template)
    return "{" in rest or "}" in rest


def render(template: str, values: Mapping[str, str]) -> str:
    """Fill in the placeholders; ValueError names one that has no value."""
    missing = sorted(placeholders(template) - values.keys())
    if missing:
        raise ValueError(f"No value for {', '.join(missing)} in: {template}")
    return _PLACEHOLDER.sub(lambda match: values[match.group(1)], template)
