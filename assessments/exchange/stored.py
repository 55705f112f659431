"""What is stored, in the terms of the files, so that the two can be compared."""

from typing import Any

from assessments import snapshot
from assessments.exchange.case_assessments import AssessmentFile, EvidenceFile, RatingFile
from assessments.exchange.cases import Known
from assessments.exchange.frameworks import DimensionFile, FrameworkFile, IndicatorFile
from assessments.models import Assessment, Dimension, Evidence, Framework, Indicator, Source
from organisations.models import Mission, Organisation


def known() -> Known:
    """Everything that a file of cases may refer to."""
    published = Framework.objects.asking().prefetch_related("rules", "dimensions__indicators__anchors")
    asking = {framework.pk: stored_framework(framework) for framework in published}
    versions = Framework.objects.filter(published_at__isnull=False)
    return Known(
        frameworks={one.name: asking[one.questions_of_id or one.pk] for one in versions},
        organisations=set(Organisation.objects.values_list("acronym", flat=True)),
        missions=set(Mission.objects.values_list("acronym", flat=True)),
        sources=set(Source.objects.filter(organisation=None).values_list("key", flat=True)),
    )


def stored_framework(framework: Framework) -> FrameworkFile:
    dimensions = sorted(framework.dimensions.all(), key=lambda dimension: dimension.position)
    rules = sorted(framework.rules.all(), key=lambda rule: rule.position)
    return FrameworkFile(
        code=framework.code,
        version=framework.version,
        title=framework.title,
        scale=framework.scale,
        arrangements=framework.arrangements,
        approvals_required=framework.approvals_required,
        partner_approval=framework.partner_approval,
        dimensions=tuple(_dimension(dimension) for dimension in dimensions),
        rules=tuple(rule.definition for rule in rules),
    )


def _dimension(dimension: Dimension) -> DimensionFile:
    indicators = sorted(dimension.indicators.all(), key=lambda indicator: indicator.position)
    return DimensionFile(
        level=dimension.level,
        code=dimension.code,
        name=dimension.name,
        phase=dimension.phase,
        applies_to=tuple(dimension.applies_to),
        weight=dimension.weight,
        indicators=tuple(_indicator(indicator) for indicator in indicators),
    )


def _indicator(indicator: Indicator) -> IndicatorFile:
    return IndicatorFile(
        code=indicator.code,
        name=indicator.name,
        kind=indicator.kind,
        question=indicator.question,
        weight=indicator.weight,
        anchors=tuple(sorted((anchor.score, anchor.text) for anchor in indicator.anchors.all())),
    )


def differences(assessment: Assessment, framework: str, given: AssessmentFile) -> list[str]:
    """Names of what ``given`` says otherwise than the stored assessment: header keys and indicators."""
    content = snapshot.content_of(assessment)
    header = {
        "framework": (content["framework"], framework),
        "dyad": (set(assessment.dyad.slug.split("-")), set(given.dyad)),
        "missions": (content["engagement"], given.engagement.name if given.engagement else None),
        "period": (content["period"], list(given.period)),
        "basis": (content["basis"], given.basis),
        "assessor": (assessment.assessor.email, given.assessor),
        "marking": (content["marking"], given.marking),
    }
    ours = {answer["indicator"]: _rating(answer) for answer in content["ratings"]}
    theirs = {rating.indicator: rating for rating in given.ratings}
    changed = [name for name, (stored, found) in header.items() if stored != found]
    codes = sorted(ours.keys() | theirs.keys())
    return changed + [code for code in codes if ours.get(code) != theirs.get(code)]


def _rating(answer: dict[str, Any]) -> RatingFile:
    return RatingFile(
        indicator=answer["indicator"],
        score=answer["score"],
        non_score=answer["non_score"],
        confidence=answer["confidence"],
        rationale=answer["rationale"],
        evidence=tuple(
            EvidenceFile(
                source=evidence["source"]["key"], **{name: evidence[name] for name in Evidence.PLACE}
            )
            for evidence in answer["evidence"]
        ),
    )
