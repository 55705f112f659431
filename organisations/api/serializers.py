from rest_framework import serializers

from organisations.models import Dyad, Mission, Organisation


class OrganisationSerializer(serializers.ModelSerializer[Organisation]):
    class Meta:
        model = Organisation
        fields = ["id", "acronym", "name", "scope", "founded"]


class DyadSerializer(serializers.ModelSerializer[Dyad]):
    """``slug`` names the dyad in addresses and filters, such as ``UN-EU``."""

    slug = serializers.CharField(read_only=True)
    first = OrganisationSerializer(read_only=True)
    second = OrganisationSerializer(read_only=True)

    class Meta:
        model = Dyad
        fields = ["id", "slug", "first", "second"]


class MissionSerializer(serializers.ModelSerializer[Mission]):
    """``start`` and ``end`` are as exact as the sources: a year, a month or a day."""

    leads: serializers.SlugRelatedField[Organisation] = serializers.SlugRelatedField(
        slug_field="acronym", many=True, read_only=True
    )

    class Meta:
        model = Mission
        fields = ["id", "acronym", "name", "leads", "theatre", "start", "end", "strength", "mandates"]
