"""Three-valued conditions of rules: true, false, or unknown where something measured does not exist."""

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from assessments.scoring.measures import EACH, Scene, Value

COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "at_least": operator.ge,
    "at_most": operator.le,
    "above": operator.gt,
    "below": operator.lt,
    "equals": operator.eq,
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whether a condition holds, the known values it was decided on, and the ratings behind them."""

    holds: bool | None = None
    inputs: tuple[dict[str, Any], ...] = ()
    rating_ids: frozenset[int] = frozenset()


Ask = Callable[[str], Outcome]


def evaluate(condition: Mapping[str, Any], scene: Scene, target: str | None, ask: Ask) -> Outcome:
    """Decide a condition that :func:`check_rules` accepts.

    ``target`` is what ``each`` stands for; ``ask`` answers for another rule in the same scope.
    """
    if "all" in condition or "any" in condition:
        key = "all" if "all" in condition else "any"
        parts = [evaluate(part, scene, target, ask) for part in condition[key]]
        return _joined(_every(parts) if key == "all" else _some(parts), parts)
    if "not" in condition:
        inner = evaluate(condition["not"], scene, target, ask)
        return _joined(None if inner.holds is None else not inner.holds, [inner])
    if "rule" in condition:
        other = ask(condition["rule"])
        return _joined(other.holds, [other])
    if "arrangement" in condition:
        return _arrangement(condition["arrangement"], scene)
    return _measured(condition, scene, target)


def _every(parts: Iterable[Outcome]) -> bool | None:
    found = {part.holds for part in parts}
    return False if False in found else None if None in found else True


def _some(parts: Iterable[Outcome]) -> bool | None:
    found = {part.holds for part in parts}
    return True if True in found else None if None in found else False


def _joined(holds: bool | None, parts: Iterable[Outcome]) -> Outcome:
    parts = list(parts)
    inputs: list[dict[str, Any]] = []
    for entry in (entry for part in parts for entry in part.inputs):
        if entry not in inputs:
            inputs.append(entry)
    return Outcome(holds, tuple(inputs), frozenset().union(*(part.rating_ids for part in parts)))


def _arrangement(wanted: list[str], scene: Scene) -> Outcome:
    if not scene.arrangements:
        return Outcome()
    holds = not set(wanted).isdisjoint(scene.arrangements)
    return Outcome(holds, ({"arrangement": list(wanted), "value": list(scene.arrangements), "holds": holds},))


def _measured(condition: Mapping[str, Any], scene: Scene, target: str | None) -> Outcome:
    subject = target if condition["of"] == EACH and target else condition["of"]
    value: Value | None = scene.value(subject, condition["measure"])
    if value is None:
        return Outcome()
    comparison = next(name for name in COMPARISONS if name in condition)
    threshold = condition[comparison]
    holds = COMPARISONS[comparison](value, threshold)
    entry = {
        "of": subject,
        "measure": condition["measure"],
        "value": value,
        "comparison": comparison,
        "threshold": threshold,
        "holds": holds,
    }
    return Outcome(holds, (entry,), frozenset(scene.rating_ids(subject)))
