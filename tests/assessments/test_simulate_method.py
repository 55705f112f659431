"""The command that simulates: its files, its progress, and what it refuses."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from assessments.management.simulation_words import ESTIMATOR_NAMES, KIND_NAMES, SCENARIO_NAMES
from assessments.scoring.simulation.estimators import ESTIMATORS
from assessments.scoring.simulation.scenarios import SCENARIOS
from assessments.scoring.simulation.study import KINDS

FILES = {"figures.csv", "bias.csv", "tables.md", "coverage.svg", "errors.svg"}


def simulate(output: Path | str, *options: str) -> tuple[str, str]:
    out, progress = StringIO(), StringIO()
    call_command("simulate_method", f"--output={output}", *options, stdout=out, stderr=progress)
    return out.getvalue(), progress.getvalue()


def test_it_writes_tables_and_pictures_with_progress(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    out, progress = simulate(folder, "--replications=2", "--scenario=conflict", "--scenario=severity")
    assert {path.name for path in folder.iterdir()} == FILES
    assert str(folder) in out
    assert progress.splitlines() == [
        "severity, 20 dyads: 1 of 2",
        "severity, 20 dyads: 2 of 2",
        "conflict, 20 dyads: 1 of 2",
        "conflict, 20 dyads: 2 of 2",
        "conflict, 80 dyads: 1 of 2",
        "conflict, 80 dyads: 2 of 2",
    ]
    figures = (folder / "figures.csv").read_text().splitlines()
    assert figures[0].startswith("scenario,estimator,kind,figures,bias,rmse,coverage")
    assert len(figures) == 1 + 2 * 4 * 3
    assert len((folder / "bias.csv").read_text().splitlines()) == 3
    tables = (folder / "tables.md").read_text()
    assert "--replications 2 --seed 1 --scenario conflict --scenario severity" in tables
    assert tables.count("| severity differs (SD .5) |") == 2
    for name in ("coverage.svg", "errors.svg"):
        drawn = (folder / name).read_text()
        assert drawn.startswith("<svg")
        assert "Dirichlet-multinomial" in drawn
        assert "a third in conflict" in drawn


def test_equal_seeds_give_equal_files(tmp_path: Path) -> None:
    for name, seed in (("one", 3), ("same", 3), ("other", 4)):
        simulate(tmp_path / name, "--replications=1", "--scenario=severity", f"--seed={seed}")
    one, same, other = ((tmp_path / name / "figures.csv").read_bytes() for name in ("one", "same", "other"))
    assert one == same != other
    assert not (tmp_path / "one" / "bias.csv").exists()


@pytest.mark.parametrize(
    ("option", "reason"),
    [
        ("--replications=0", "not a whole number from 1"),
        ("--replications=many", "not a whole number from 1"),
        ("--replications=10001", "to 10000"),
        ("--seed=-1", "not a whole number from 0"),
        ("--scenario=sunshine", "invalid choice"),
    ],
)
def test_silly_options_are_refused(tmp_path: Path, option: str, reason: str) -> None:
    with pytest.raises(CommandError, match=reason):
        simulate(tmp_path, option)
    assert not list(tmp_path.iterdir())


def test_a_folder_is_needed(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("mine")
    with pytest.raises(CommandError, match="Nothing can be written"):
        simulate(file, "--replications=1")
    assert file.read_text() == "mine"
    with pytest.raises(CommandError, match="--output"):
        call_command("simulate_method")


def test_everything_that_is_simulated_has_a_name() -> None:
    assert list(SCENARIO_NAMES) == [scenario.code for scenario in SCENARIOS]
    assert list(ESTIMATOR_NAMES) == list(ESTIMATORS)
    assert list(KIND_NAMES) == list(KINDS)
