"""What the application costs beside the least that the same work could: ``make bench``.

Pairs are timed in turn in one process on one throwaway database, through Django's test client, so there
is no network. Times are medians; the ratios are what can be compared between machines.
"""

import argparse
import platform

from tests.benchmarks.timing import Pair, report
from tests.benchmarks.volumes import compare
from tests.installation import throwaway_installation


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--few", type=int, default=4, help="assessments of a dyad at first (default 4)")
    parser.add_argument("--many", type=int, default=24, help="assessments of that dyad later (default 24)")
    parser.add_argument(
        "--repeats", type=int, default=9, help="times that each is timed, 5 or more (default 9)"
    )
    parser.add_argument("--small", type=int, default=2_000, help="generated ratings at first (default 2000)")
    parser.add_argument("--large", type=int, default=20_000, help="and then (default 20000; goals: 1000000)")
    parser.add_argument("--runs", type=int, default=3, help="runs of what reads all ratings (default 3)")
    parser.add_argument(
        "--texts", type=int, default=10_000, help="texts searched (default 10000; goal: 100000)"
    )
    parser.add_argument("--only-volume", action="store_true", help="leave out what needs no volume")
    parser.add_argument("--only-search", action="store_true", help="leave out all but the search")
    options = parser.parse_args()
    if not 1 <= options.few < options.many <= 500:
        parser.error("--few and --many: 1 or more, few below many, and 500 at most")
    if not 5 <= options.repeats <= 100:
        parser.error("--repeats: from 5 to 100")
    if not 2_000 <= options.small < options.large <= 10_000_000 or options.runs < 1:
        parser.error("--small and --large: from 2000 to 10000000, small below large; --runs: 1 or more")
    if not 1_000 <= options.texts <= 1_000_000:
        parser.error("--texts: from 1000 to 1000000")
    if not options.only_volume:
        of_the_search(options)
    if options.only_search:
        return
    if not options.only_volume:
        of_one_dyad(options)
    pair, lines = compare(options.small, options.large, options.repeats, options.runs)
    print()
    print(report([pair]))
    print()
    print("\n".join(lines))


def of_the_search(options: argparse.Namespace) -> None:
    with throwaway_installation():
        from tests.benchmarks.searching import Searching

        work = Searching(options.texts)
        sizes = ", ".join(f"{n} of the kind {kind}" for kind, n in work.size().items())
        print(f"Search in {sizes}: the first page with its counts.")
        print()
        print(report(work.pairs(options.repeats)))
        print()


def of_one_dyad(options: argparse.Namespace) -> None:
    with throwaway_installation():
        from tests.benchmarks.work import Work

        work = Work()
        work.grow(options.few)
        few = {name: work.measure(name, options.repeats) for name in ("scorecard page", "approval")}
        size_at_first = work.ratings()
        work.grow(options.many)
        pairs = [
            Pair("scorecard page", work.measure("scorecard page", options.repeats), few["scorecard page"]),
            Pair("approval", work.measure("approval", options.repeats), few["approval"]),
            *work.pairs(options.repeats),
        ]
        print(
            f"Python {platform.python_version()}, PostgreSQL {work.postgresql()}, {options.repeats} repeats."
        )
        print(
            f"One dyad, {work.indicators()} indicators of the field level: at first {options.few} "
            f"assessments ({size_at_first} ratings), then {options.many} ({work.ratings()} ratings)."
        )
        print()
        print(report(pairs))


if __name__ == "__main__":
    main()
