from rest_framework import serializers

from assessments.models import Anchor, Dimension, Framework, Indicator, Rule


class AnchorSerializer(serializers.ModelSerializer[Anchor]):
    class Meta:
        model = Anchor
        fields = ["score", "text"]


class IndicatorSerializer(serializers.ModelSerializer[Indicator]):
    anchors = AnchorSerializer(many=True, read_only=True)

    class Meta:
        model = Indicator
        fields = ["code", "name", "kind", "question", "weight", "anchors"]


class DimensionSerializer(serializers.ModelSerializer[Dimension]):
    """``applies_to`` lists the arrangements in which the dimension is asked; empty means all."""

    indicators = IndicatorSerializer(many=True, read_only=True)

    class Meta:
        model = Dimension
        fields = ["code", "name", "level", "phase", "applies_to", "weight", "indicators"]


class RuleSerializer(serializers.ModelSerializer[Rule]):
    class Meta:
        model = Rule
        fields = ["code", "kind", "priority", "definition"]


class FrameworkSerializer(serializers.ModelSerializer[Framework]):
    """``name`` is the version's unique name, such as ``code@1.0``, which filters take.

    ``questions_of`` names the version whose questions it asks, where it differs in its rules only.
    """

    name = serializers.CharField(read_only=True)
    questions_of = serializers.CharField(
        source="questions_of.name", read_only=True, default=None, allow_null=True
    )

    class Meta:
        model = Framework
        fields = [
            "id",
            "name",
            "code",
            "version",
            "title",
            "questions_of",
            "note",
            "approvals_required",
            "partner_approval",
            "published_at",
        ]


class FrameworkDetailSerializer(FrameworkSerializer):
    dimensions = DimensionSerializer(many=True, read_only=True, source="questions.dimensions")
    rules = RuleSerializer(many=True, read_only=True)

    class Meta(FrameworkSerializer.Meta):
        fields = [*FrameworkSerializer.Meta.fields, "scale", "arrangements", "dimensions", "rules"]
