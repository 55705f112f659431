"""Tables of a simulation, as CSV with everything and as Markdown with what the method page shows."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, fields

from django.utils.translation import gettext as _

from assessments.management.simulation_words import ESTIMATOR_NAMES, SCENARIO_NAMES
from assessments.scoring.simulation.estimators import ESTIMATORS, TIER_A, TIER_B
from assessments.scoring.simulation.study import KINDS, LEVEL, BiasRow, Row

TIERS = (TIER_A, TIER_B)
Cells = Sequence[str]


def csv_of(rows: Sequence[Row] | Sequence[BiasRow]) -> str:
    """One line a row, headed by the names of its fields; numbers with six decimals."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    if rows:
        writer.writerow(field.name for field in fields(rows[0]))
    for row in rows:
        writer.writerow(f"{v:.6f}" if isinstance(v, float) else v for v in astuple(row))
    return lines.getvalue()


def markdown_of(rows: Sequence[Row], bias: Sequence[BiasRow], command: str) -> str:
    parts = [
        "`" + command + "`",
        _("Scores of the level: root mean square error / coverage of the 90% interval in %"),
        _level_table(rows),
        _("Coverage in % at indicator / dimension / level; beside it against what was meant before rounding"),
        _coverage_table(rows),
    ]
    if bias:
        parts += [_("Bias of assessors in conflict, as tier B finds it"), _bias_table(bias)]
    return "\n\n".join(parts) + "\n"


def _level_table(rows: Sequence[Row]) -> str:
    found = {(row.scenario, row.estimator): row for row in rows if row.kind == LEVEL}
    heading = [_("scenario"), *(str(ESTIMATOR_NAMES[estimator]) for estimator in ESTIMATORS)]
    body = [
        [str(SCENARIO_NAMES[scenario])]
        + [f"{_short(row.rmse)} / {100 * row.coverage:.1f}" for row in _of(found, scenario, ESTIMATORS)]
        for scenario in _scenarios(rows)
    ]
    return _table(heading, body)


def _coverage_table(rows: Sequence[Row]) -> str:
    found = {(row.scenario, f"{row.estimator}/{row.kind}"): row for row in rows}
    heading = [_("scenario")]
    for tier in TIERS:
        name = str(ESTIMATOR_NAMES[tier])
        heading += [name, _("%(tier)s, before rounding") % {"tier": name}]
    body = []
    for scenario in _scenarios(rows):
        cells = [str(SCENARIO_NAMES[scenario])]
        for tier in TIERS:
            of_tier = _of(found, scenario, [f"{tier}/{kind}" for kind in KINDS])
            cells.append(" / ".join(f"{100 * row.coverage:.1f}" for row in of_tier))
            cells.append(" / ".join(f"{100 * row.coverage_of_latent:.1f}" for row in of_tier))
        body.append(cells)
    return _table(heading, body)


def _bias_table(bias: Sequence[BiasRow]) -> str:
    heading = [
        _("ratings"),
        _("added"),
        _("left in the ratings"),
        _("found"),
        _("root mean square error"),
        _("within .1, in %"),
        _("coverage of the 90% interval, in %"),
    ]
    body = [
        [
            f"{row.ratings:.0f}",
            *(_short(value) for value in (row.added, row.shift, row.found, row.rmse)),
            f"{100 * row.within:.1f}",
            f"{100 * row.coverage:.1f}",
        ]
        for row in bias
    ]
    return _table(heading, body)


def _of(found: Mapping[tuple[str, str], Row], scenario: str, keys: Iterable[str]) -> list[Row]:
    return [found[scenario, key] for key in keys]


def _scenarios(rows: Sequence[Row]) -> list[str]:
    return list(dict.fromkeys(row.scenario for row in rows))


def _table(heading: Cells, body: Sequence[Cells]) -> str:
    lines = [heading, ["---"] * len(heading), *body]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _short(value: float) -> str:
    """Three decimals without the zero in front, as .295."""
    return f"{value:.3f}".replace("0.", ".", 1)
