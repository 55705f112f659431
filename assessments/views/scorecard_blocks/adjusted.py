"""Both levels of a dyad adjusted for who rated (tier B), beside tier A of the same released answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assessments.choices import Level
from assessments.joint_wording import Difference, bias_words
from assessments.models import Framework, JointScore
from organisations.models import Dyad, User


@dataclass(frozen=True, slots=True)
class AdjustedLevel:
    """``figure`` is an :class:`assessments.scoring.joint.AdjustedFigure` as it is stored."""

    label: str
    figure: Mapping[str, Any]
    bias_in_words: str


@dataclass(frozen=True, slots=True)
class Adjusted:
    levels: tuple[AdjustedLevel, ...]
    at: datetime | None

    @property
    def differs(self) -> bool:
        return any(level.figure["differs"] for level in self.levels)


def adjusted(viewer: User, dyad: Dyad, framework: Framework) -> Adjusted | None:
    """What the joint fit in use says about the dyad, where the viewer may know it: one query."""
    scores = JointScore.objects.visible_to(viewer).filter(dyad=dyad, framework=framework)
    score = scores.select_related("fit").first()
    if score is None:
        return None
    levels = tuple(
        AdjustedLevel(str(level.label), score.content[level.value], _bias(score.fit.record[level.value]))
        for level in Level
        if level.value in score.content
    )
    return Adjusted(levels, score.fit.finished_at) if levels else None


def _bias(record: Mapping[str, Any]) -> str:
    known = record["bias"] is not None
    return bias_words(Difference(record["bias"], record["bias_error"]) if known else None)
