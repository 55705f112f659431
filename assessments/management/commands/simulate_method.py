from argparse import ArgumentTypeError
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from assessments.charts.chart import Chart
from assessments.charts.drawing import Drawing
from assessments.charts.themes import LIGHT
from assessments.management.simulation_charts import coverage_chart, error_chart
from assessments.management.simulation_tables import csv_of, markdown_of
from assessments.scoring.simulation.scenarios import CONFLICT, SCENARIOS, TEN_THOUSAND_RATINGS, Scenario, Size
from assessments.scoring.simulation.study import (
    BiasRow,
    Replication,
    Row,
    replications,
    summarise,
    summarise_bias,
)

MOST = 10_000
NAMES = [scenario.code for scenario in SCENARIOS]


class Command(BaseCommand):
    help = _("Simulate assessments with a known truth and write how well scores and intervals find it.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--replications",
            type=between(1, MOST),
            default=200,
            help=_("how often each scenario is drawn (200)"),
        )
        parser.add_argument(
            "--seed", type=between(0, 2**32 - 1), default=1, help=_("equal seeds give equal files (1)")
        )
        parser.add_argument("--output", type=Path, required=True, help=_("folder for tables and pictures"))
        parser.add_argument(
            "--scenario",
            action="append",
            choices=NAMES,
            help=_("only this scenario; may be given several times (all)"),
        )

    def handle(self, *args: Any, **options: Any) -> None:
        folder = writable(options["output"])
        count, seed = options["replications"], options["seed"]
        chosen = [s for s in SCENARIOS if s.code in (options["scenario"] or NAMES)]
        rows: list[Row] = []
        bias: list[BiasRow] = []
        for scenario in chosen:
            done = list(self._counted(scenario, count, seed, Size()))
            rows += summarise(scenario, done)
            if scenario == CONFLICT:
                large = list(self._counted(scenario, count, seed, TEN_THOUSAND_RATINGS))
                bias = [summarise_bias(scenario, done), summarise_bias(scenario, large)]
        command = f"manage.py simulate_method --replications {count} --seed {seed}"
        command += "".join(f" --scenario {code}" for code in dict.fromkeys(options["scenario"] or []))
        files = {
            "figures.csv": csv_of(rows),
            "tables.md": markdown_of(rows, bias, command),
            "coverage.svg": svg(coverage_chart(rows)),
            "errors.svg": svg(error_chart(rows)),
        } | ({"bias.csv": csv_of(bias)} if bias else {})
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
        self.stdout.write(
            _("Written to %(folder)s: %(files)s") % {"folder": folder, "files": ", ".join(files)}
        )

    def _counted(self, scenario: Scenario, count: int, seed: int, size: Size) -> Iterator[Replication]:
        """The replications, with progress on the error stream at each tenth."""
        for number, replication in enumerate(replications(scenario, count, seed, size), 1):
            if number == count or number % max(1, count // 10) == 0:
                progress = _("%(scenario)s, %(dyads)d dyads: %(number)d of %(count)d") % {
                    "scenario": scenario.code,
                    "dyads": size.dyads,
                    "number": number,
                    "count": count,
                }
                self.stderr.write(progress, str)
            yield replication


def svg(chart: Chart) -> str:
    return Drawing.of(chart, LIGHT, "svg").draw().decode()


def between(least: int, most: int) -> Callable[[str], int]:
    """A type of option: a whole number from ``least`` to ``most``."""

    def number(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = least - 1
        if not least <= value <= most:
            raise ArgumentTypeError(
                _("%(text)s is not a whole number from %(least)d to %(most)d")
                % {"text": text, "least": least, "most": most}
            )
        return value

    return number


def writable(folder: Path) -> Path:
    """The folder, made if it is not there; CommandError says why if that cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise CommandError(
            _("Nothing can be written to %(folder)s: %(reason)s.")
            % {"folder": folder, "reason": error.strerror}
        ) from error
    return folder
