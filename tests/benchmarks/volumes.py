"""Two installations, one small and one large, timed in turn: what volume costs."""

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Self

from tests.benchmarks.timing import Pair

GOALS = {"tier A": (5, 1024), "components and tier B": (10, 1024)}
JOBS = ("tier A", "components and tier B", "joint fit as job")
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "CONCORD_DEVELOPMENT": "true"}


class Installation:
    """A child process with generated data that answers one line with one line."""

    def __init__(self, ratings: int) -> None:
        command = [sys.executable, "-m", "tests.benchmarks.volume", str(ratings)]
        environment = {**os.environ, **ONE_THREAD}
        for name in ("DATABASE_URL", "CONCORD_DATA_FOLDER"):
            environment.pop(name, None)
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()

    def wait(self) -> None:
        assert self._line() == "ready"

    def ask(self, what: str) -> Any:
        assert self.process.stdin is not None
        print(what, file=self.process.stdin, flush=True)
        return json.loads(self._line())

    def _line(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"The installation ended with {self.process.wait()}.")
        return line.strip()


@contextmanager
def installations(small: int, large: int) -> Iterator[tuple[Installation, Installation]]:
    with Installation(small) as few, Installation(large) as many:
        few.wait()
        many.wait()
        yield few, many


def compare(small: int, large: int, repeats: int, runs: int) -> tuple[Pair, list[str]]:
    """The pair of a dyad's page at both sizes, and lines about jobs over all ratings at the large one."""
    with installations(small, large) as (few, many):
        sizes = few.ask("size"), many.ask("size")
        many.ask("page"), few.ask("page")  # the first look draws pictures and does not count
        pages = [(many.ask("page"), few.ask("page")) for _ in range(repeats)]
        jobs = {job: [many.ask(job) for _ in range(runs)] for job in JOBS}
    described = [", ".join(f"{count} {what}" for what, count in size.items()) for size in sizes]
    lines = [f"Generated: {described[0]}; against {described[1]}. One BLAS thread.", ""]
    lines.append(f"{'over all ratings':<24} {'s (lowest-highest)':<22} {'peak MB':<9} goal")
    lines += [_line(job, taken) for job, taken in jobs.items()]
    pair = Pair("page of a dyad", [p for p, _ in pages], [p for _, p in pages], f"at {small} ratings in all")
    return pair, lines


def _line(job: str, taken: Sequence[dict[str, float]]) -> str:
    times = [one["seconds"] for one in taken]
    shown = f"{statistics.median(times):.2f} ({min(times):.2f}-{max(times):.2f})"
    peak = max(one["peak"] for one in taken)
    goal = GOALS.get(job)
    wanted = f"at 1e6 under {goal[0]} s, {goal[1]} MB" if goal else "none"
    return f"{job:<24} {shown:<22} {peak:<9.0f} {wanted}"
