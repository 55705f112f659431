"""Timing in turn, and a table of medians with their ratios."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Do = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Pair:
    """Seconds that something took, run by run, beside those of what it is measured against."""

    name: str
    taken: Sequence[float]
    baseline: Sequence[float]
    against: str = "the same at first"

    @property
    def ratio(self) -> float:
        return statistics.median(self.taken) / statistics.median(self.baseline)


def seconds(do: Do) -> float:
    start = time.perf_counter()
    do()
    return time.perf_counter() - start


def in_turn(name: str, do: Do, against: str, baseline: Do, repeats: int) -> Pair:
    """Time the two alternately, after one run of each that does not count."""
    do()
    baseline()
    times = [(seconds(do), seconds(baseline)) for _ in range(repeats)]
    return Pair(name, [one for one, _ in times], [other for _, other in times], against)


def report(pairs: Sequence[Pair]) -> str:
    """One line a pair: medians in milliseconds with the range, and the ratio of the medians."""
    lines = [f"{'what':<28} {'ms (lowest-highest)':<26} {'against':<38} {'ms':<26} ratio"]
    for pair in pairs:
        lines.append(
            f"{pair.name:<28} {_range(pair.taken):<26} {pair.against:<38} {_range(pair.baseline):<26} "
            f"{pair.ratio:.2f}"
        )
    return "\n".join(lines)


def _range(times: Sequence[float]) -> str:
    middle, low, high = (1000 * value for value in (statistics.median(times), min(times), max(times)))
    return f"{middle:.2f} ({low:.2f}-{high:.2f})"
