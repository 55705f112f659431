"""What the API shows of assessments and of what follows from them. People appear as codes."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from assessments.choices import State
from assessments.models import ApprovedRating, Assessment, Finding, Recommendation, Revision, Scorecard

Text = serializers.CharField


class RevisionSerializer(serializers.ModelSerializer[Revision]):
    class Meta:
        model = Revision
        fields = ["id", "number", "sha256", "submitted_at"]


class AssessmentSerializer(serializers.ModelSerializer[Assessment]):
    """``assessor`` is a code, the same within a dyad; ``reference`` is empty for other organisations."""

    dyad = Text(source="dyad.slug", read_only=True)
    engagement = Text(source="engagement.name", default=None, read_only=True, allow_null=True)
    framework = Text(source="framework.name", read_only=True)
    assessor = Text(source="assessor_code", read_only=True)
    on_behalf_of = Text(source="on_behalf_of.acronym", read_only=True)
    reference = Text(source="own_reference", read_only=True)
    revision = RevisionSerializer(source="current_revision", read_only=True, allow_null=True)

    class Meta:
        model = Assessment
        fields = [
            "id",
            "dyad",
            "level",
            "engagement",
            "framework",
            "period_start",
            "period_end",
            "assessor",
            "on_behalf_of",
            "basis",
            "reference",
            "marking",
            "released_to_all",
            "state",
            "version",
            "revision",
            "created_at",
            "updated_at",
        ]


class CitedSourceSerializer(serializers.Serializer[dict[str, Any]]):
    key = Text()
    author = Text()
    title = Text()
    year = serializers.IntegerField(allow_null=True)
    url = Text()
    reliability = Text(default="")


class CitedEvidenceSerializer(serializers.Serializer[dict[str, Any]]):
    source: Any = CitedSourceSerializer()
    locator = Text()
    excerpt = Text(default="")
    wording = Text(default="")
    stance = Text()
    reliability = Text()
    reliability_reason = Text(default="")
    credibility = Text()


class AnswerSerializer(serializers.Serializer[dict[str, Any]]):
    """An answer as :mod:`assessments.snapshot` wrote it into the revision."""

    rating = serializers.IntegerField()
    indicator = Text()
    score = serializers.IntegerField(allow_null=True)
    non_score = Text()
    confidence = Text()
    rationale = Text()
    evidence = CitedEvidenceSerializer(many=True)


class AssessmentDetailSerializer(AssessmentSerializer):
    """With the answers of the current revision; null while they are being written."""

    answers = serializers.SerializerMethodField()

    class Meta(AssessmentSerializer.Meta):
        fields = [*AssessmentSerializer.Meta.fields, "answers"]

    @extend_schema_field(AnswerSerializer(many=True, allow_null=True))
    def get_answers(self, assessment: Assessment) -> Any:
        revision = assessment.current_revision
        if revision is None or assessment.state == State.DRAFT:
            return None
        return AnswerSerializer(revision.content["ratings"], many=True).data


class RatingSerializer(serializers.ModelSerializer[ApprovedRating]):
    """One answer of an approved assessment, flat. ``case`` is shared by assessments of the same thing."""

    id = serializers.IntegerField(source="rating_id", read_only=True)
    dyad = Text(source="dyad.slug", read_only=True)
    engagement = Text(source="engagement.name", default=None, read_only=True, allow_null=True)
    framework = Text(source="framework.name", read_only=True)
    dimension = Text(source="indicator.dimension.code", read_only=True)
    indicator = Text(source="indicator.code", read_only=True)
    assessor = Text(source="assessor_code", read_only=True)
    on_behalf_of = Text(source="on_behalf_of.acronym", read_only=True)

    class Meta:
        model = ApprovedRating
        fields = [
            "id",
            "assessment",
            "revision",
            "dyad",
            "level",
            "engagement",
            "case",
            "framework",
            "dimension",
            "indicator",
            "year",
            "on_behalf_of",
            "assessor",
            "conflict",
            "score",
            "non_score",
            "confidence",
            "has_evidence",
            "rationale",
        ]


class ScorecardSerializer(serializers.ModelSerializer[Scorecard]):
    """``content`` is the scorecard as it was computed; it rests on ``revisions``."""

    dyad = Text(source="dyad.slug", read_only=True)
    framework = Text(source="framework.name", read_only=True)
    calibration = Text(source="calibration.sha256", default=None, read_only=True, allow_null=True)
    revisions: Any = serializers.ListField(
        source="revision_ids", child=serializers.IntegerField(), read_only=True
    )
    content: Any = serializers.DictField(read_only=True)

    class Meta:
        model = Scorecard
        fields = [
            "id",
            "dyad",
            "framework",
            "method_version",
            "calibration",
            "revisions",
            "sha256",
            "created_at",
            "content",
        ]


class FindingSerializer(serializers.ModelSerializer[Finding]):
    """``inputs`` are the measured values on which the rule fired, ``rating_ids`` the answers behind them."""

    dyad = Text(source="scorecard.dyad.slug", read_only=True)
    framework = Text(source="scorecard.framework.name", read_only=True)
    rule = Text(source="rule.code", read_only=True)
    engagement = Text(source="engagement.name", default=None, read_only=True, allow_null=True)

    class Meta:
        model = Finding
        fields = [
            "id",
            "scorecard",
            "dyad",
            "framework",
            "rule",
            "kind",
            "priority",
            "target",
            "engagement",
            "text",
            "inputs",
            "rating_ids",
            "recommendation",
        ]


class RecommendationSerializer(serializers.ModelSerializer[Recommendation]):
    dyad = Text(source="dyad.slug", read_only=True)
    framework = Text(source="rule.framework.name", read_only=True)
    rule = Text(source="rule.code", read_only=True)
    kind = Text(source="rule.kind", read_only=True)
    engagement = Text(source="engagement.name", default=None, read_only=True, allow_null=True)
    decided_for = Text(source="decided_for.acronym", default=None, read_only=True, allow_null=True)

    class Meta:
        model = Recommendation
        fields = [
            "id",
            "dyad",
            "framework",
            "rule",
            "kind",
            "priority",
            "target",
            "engagement",
            "text",
            "status",
            "decided_for",
            "decided_at",
            "reason",
            "created_at",
        ]
