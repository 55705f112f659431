"""What moves when one calibration follows another: means, variances, figures and findings of dyads."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from assessments.scoring.calibration import Calibration, LevelCalibration
from assessments.scoring.findings import FiredFinding
from assessments.scoring.inputs import LEVELS
from assessments.scoring.results import ScorecardResult

WORTH_SAYING = 0.01
TOLERANCE = 1e-9

Finding = tuple[FiredFinding, str]


@dataclass(frozen=True, slots=True)
class DyadMovement:
    """What moves of a dyad.

    ``figures``: ``{code, before, after, difference}`` of scores that move by more than .01, most first;
    ``statuses``: ``{code, before, after}``; ``started`` and ``stopped``: the texts of findings.
    """

    dyad: str
    figures: tuple[dict[str, Any], ...]
    statuses: tuple[dict[str, Any], ...]
    started: tuple[str, ...]
    stopped: tuple[str, ...]

    @property
    def anything(self) -> bool:
        return bool(self.figures or self.statuses or self.started or self.stopped)

    @property
    def largest(self) -> float:
        return max((abs(figure["difference"]) for figure in self.figures), default=0.0)


def of_dyad(
    dyad: str,
    before: tuple[ScorecardResult, Sequence[Finding]],
    after: tuple[ScorecardResult, Sequence[Finding]],
) -> DyadMovement:
    """Compare scorecards of one dyad on the same answers, each with its findings and their texts."""
    old, new = before[0].figures(), after[0].figures()
    moved: list[dict[str, Any]] = []
    statuses: list[dict[str, Any]] = []
    for code, figure in new.items():
        was = old[code]
        if figure.status != was.status:
            statuses.append({"code": code, "before": was.status, "after": figure.status})
        if figure.score is None or was.score is None:
            continue
        difference = figure.score - was.score
        if abs(difference) > WORTH_SAYING + TOLERANCE:
            moved.append({"code": code, "before": was.score, "after": figure.score, "difference": difference})
    moved.sort(key=lambda figure: -abs(figure["difference"]))
    return DyadMovement(
        dyad,
        tuple(moved),
        tuple(statuses),
        started=_texts_of_others(after[1], before[1]),
        stopped=_texts_of_others(before[1], after[1]),
    )


def _texts_of_others(findings: Sequence[Finding], others: Sequence[Finding]) -> tuple[str, ...]:
    known = {_identity(finding) for finding, _text in others}
    return tuple(text for finding, text in findings if _identity(finding) not in known)


def _identity(finding: FiredFinding) -> tuple[str, int | None, str]:
    return finding.rule, finding.engagement_id, finding.target


def report(
    number: int, before: Calibration, after: Calibration, dyads: Sequence[DyadMovement]
) -> dict[str, Any]:
    """Plain JSON values: ``number`` is that of the calibration before; dyads that move, most first."""
    moving = sorted((dyad for dyad in dyads if dyad.anything), key=lambda dyad: (-dyad.largest, dyad.dyad))
    return {
        "number": number,
        "levels": [_level(level, before.levels[level], after.levels[level]) for level in LEVELS],
        "dyads": [_plain(dyad) for dyad in moving],
        "n_dyads": len(dyads),
    }


def _plain(dyad: DyadMovement) -> dict[str, Any]:
    return {key: list(part) if isinstance(part, tuple) else part for key, part in asdict(dyad).items()}


def _level(level: str, before: LevelCalibration, after: LevelCalibration) -> dict[str, Any]:
    old, new = asdict(before.components), asdict(after.components)
    return {
        "level": level,
        "means": [_moved(code, before.mean_of(code), mean) for code, mean in after.mu.items()],
        "components": [_moved(name, old[name], new[name]) for name in new],
    }


def _moved(code: str, before: float, after: float) -> dict[str, Any]:
    return {"code": code, "before": before, "after": after, "difference": after - before}
