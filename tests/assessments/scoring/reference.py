"""The reference framework and cases as scoring inputs, read from their files without a database."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from assessments.scoring.calibration import Calibration, calibrate
from assessments.scoring.inputs import Answer, DimensionShape, EngagementShape, FrameworkShape, IndicatorShape
from assessments.scoring.scorecard import ScorecardResult, score_dyad

FILES = Path(__file__).resolve().parents[3] / "assessments" / "reference"
DYADS = ("UN-EU", "UN-NATO", "UN-AU")


@cache
def read(name: str) -> Any:
    return yaml.safe_load((FILES / name).read_text(encoding="utf-8"))


def shape(content: dict[str, Any]) -> FrameworkShape:
    return FrameworkShape(
        tuple(
            DimensionShape(
                code=dimension["code"],
                level=level,
                weight=1.0,
                applies_to=frozenset(dimension.get("applies_to", [])),
                indicators=tuple(
                    IndicatorShape(i["code"], 1.0, i["kind"] == "evaluative") for i in dimension["indicators"]
                ),
            )
            for level, part in content["levels"].items()
            for dimension in part["dimensions"]
        )
    )


@cache
def framework() -> FrameworkShape:
    return shape(read("framework.yaml"))


def rules() -> list[dict[str, Any]]:
    return list(read("framework.yaml")["rules"])


@cache
def engagement_ids() -> dict[str, int]:
    names = [_case(a) for a in read("cases.yaml")["assessments"] if a["level"] == "field"]
    return {name: number for number, name in enumerate(dict.fromkeys(names), 1)}


def engagement(*missions: str) -> int:
    return engagement_ids()["/".join(missions)]


def _case(assessment: dict[str, Any]) -> str:
    if assessment["level"] == "political":
        return "-".join(assessment["dyad"]) + " " + "-".join(assessment["period"])
    return "/".join(assessment["missions"].values())


def answers(dyad: str) -> list[Answer]:
    return [answer for pair, answer in _all_answers() if pair == dyad]


@cache
def _all_answers() -> list[tuple[str, Answer]]:
    found: list[tuple[str, Answer]] = []
    for assessment in read("cases.yaml")["assessments"]:
        case = _case(assessment)
        for rating in assessment["ratings"]:
            score = rating["score"]
            answer = Answer(
                rating_id=len(found) + 1,
                case=case,
                engagement_id=engagement_ids().get(case),
                assessor_id=int(assessment["assessor"].split("@")[0].split("-")[1]),
                indicator=rating["indicator"],
                score=score if isinstance(score, int) else None,
                non_score=None if isinstance(score, int) else score,
                conflict=False,
                confidence=rating["confidence"],
                has_evidence=bool(rating["evidence"]),
            )
            found.append(("-".join(assessment["dyad"]), answer))
    return found


def engagements(dyad: str) -> list[EngagementShape]:
    found = {
        engagement_ids()[_case(a)]: a["arrangement"]
        for a in read("cases.yaml")["assessments"]
        if a["level"] == "field" and "-".join(a["dyad"]) == dyad
    }
    return [EngagementShape(number, arrangement) for number, arrangement in found.items()]


@cache
def calibration() -> Calibration:
    return calibrate(framework(), [(DYADS.index(dyad), answer) for dyad, answer in _all_answers()])


def scorecard(dyad: str) -> ScorecardResult:
    return score_dyad(framework(), answers(dyad), calibration(), engagements(dyad))


def rounded(values: Iterable[float | None], digits: int = 2) -> list[float | None]:
    return [None if value is None else round(value, digits) for value in values]
