"""What an edition keeps: all that its page shows and that computing it anew needs, as plain JSON values.

Nothing in it is looked up again later: names, markings and findings stay as they were. It names no assessor.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assessments import snapshot
from assessments.choices import Level, Marking
from assessments.models import Anchor, Assessment, Calibration, Engagement, Framework, Revision
from assessments.scoring import METHOD_VERSION
from assessments.scoring.inputs import EngagementShape
from assessments.scoring.results import DESCRIPTIVE, ScorecardResult
from assessments.scoring.scorecard import digest
from organisations.models import Dyad

FORMAT = 1
HEAD = "edition"  # the part of the content that differs between editions of the same scorecard
Content = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """The scorecard to be frozen with what it was computed from.

    ``findings`` are in the form in which the content keeps them.
    """

    dyad: Dyad
    framework: Framework
    rules: Framework
    calibration: Calibration | None
    revisions: Sequence[Revision]
    engagements: Sequence[EngagementShape]
    result: ScorecardResult
    findings: Sequence[Mapping[str, Any]]


def content_of(basis: Basis) -> Content:
    """All but the head (number, date, title): equal for the same scorecard."""
    assessments = [revision.assessment for revision in basis.revisions]
    content = {
        "format": FORMAT,
        "marking": strictest(assessments),
        "organisations": [
            {"acronym": organisation.acronym, "name": organisation.name}
            for organisation in (basis.dyad.first, basis.dyad.second)
        ],
        "framework": {
            "name": basis.framework.name,
            "title": str(basis.framework),
            "rules": basis.rules.name,
        },
        "names": basis.framework.names(),
        "poles": _poles(basis.framework),
        "method_version": METHOD_VERSION,
        "calibration": _calibration(basis.calibration),
        "assessments": [_assessment(revision) for revision in basis.revisions],
        "engagements": _engagements(basis.engagements),
        "scorecard": basis.result.to_dict(),
        "scorecard_sha256": digest(basis.result),
        "findings": list(basis.findings),
    }
    return plain(content)


def plain(content: Mapping[str, Any]) -> Content:
    """The content as the database will give it back, so that its digest stays."""
    back: Content = _without_negative_zeros(json.loads(json.dumps(content)))
    return back


def _without_negative_zeros(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_negative_zeros(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_without_negative_zeros(part) for part in value]
    return value + 0.0 if isinstance(value, float) else value


def sha256(content: Mapping[str, Any]) -> str:
    return snapshot.digest(dict(content))


def same_scorecard(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two contents are equal but for their heads."""
    return _body(one) == _body(other)


def body_sha256(content: Mapping[str, Any]) -> str:
    """The digest of what is frozen, whatever number and title it gets."""
    return snapshot.digest(_body(content))


def _body(content: Mapping[str, Any]) -> Content:
    return {key: value for key, value in content.items() if key != HEAD}


def strictest(assessments: Iterable[Assessment]) -> str:
    return max((assessment.marking for assessment in assessments), key=Marking.values.index)


def _calibration(calibration: Calibration | None) -> Content | None:
    if calibration is None:
        return None
    return {"number": calibration.number, "sha256": calibration.sha256, "record": calibration.record}


def _assessment(revision: Revision) -> Content:
    assessment = revision.assessment
    return {
        "assessment": assessment.pk,
        "revision": revision.pk,
        "number": revision.number,
        "sha256": revision.sha256,
        "level": assessment.level,
        "subject": assessment.engagement.name if assessment.engagement else None,
        "period": [assessment.period_start, assessment.period_end],
        "on_behalf_of": assessment.on_behalf_of.acronym,
        "marking": assessment.marking,
    }


def _engagements(shapes: Sequence[EngagementShape]) -> list[Content]:
    names = dict(Engagement.objects.filter(pk__in=[shape.id for shape in shapes]).values_list("pk", "name"))
    return [{"id": shape.id, "name": names[shape.id], "arrangement": shape.arrangement} for shape in shapes]


def _poles(framework: Framework) -> dict[str, list[str]]:
    """What the two ends of each descriptive indicator are, by its code."""
    anchors = Anchor.objects.filter(
        indicator__dimension__framework=framework, indicator__kind=DESCRIPTIVE, score__in=(1, 5)
    )
    poles: dict[str, list[str]] = {}
    for code, score, text in anchors.values_list("indicator__code", "score", "text"):
        poles.setdefault(code, ["", ""])[score == 5] = text
    return poles


def label(content: Mapping[str, Any], code: str) -> str:
    """A level, dimension or indicator as it was named."""
    if code in Level.values:
        return str(Level(code).label)
    return f"{code} {content['names'].get(code, '')}".strip()


def figures(content: Mapping[str, Any]) -> dict[str, Content]:
    """Every level, then its dimensions with their indicators, by code, as they were kept."""
    found: dict[str, Content] = {}
    for level in content["scorecard"]["levels"]:
        found[level["code"]] = level
        for dimension in level["dimensions"]:
            found[dimension["code"]] = dimension
            found |= {indicator["code"]: indicator for indicator in dimension["indicators"]}
    return found
