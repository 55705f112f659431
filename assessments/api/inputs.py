"""What requests of the API carry. Things are named as the API shows them: acronyms, slugs, codes."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from assessments.api.filters import FrameworkField
from assessments.api.writing import Input
from assessments.choices import (
    EARLIEST_PERIOD,
    EARLIEST_PUBLICATION,
    EXCERPT_LIMIT,
    LATEST_YEAR,
    RATIONALE_LIMIT,
    Confidence,
    Credibility,
    Marking,
    NonScore,
    Reliability,
    Stance,
    Wording,
)
from assessments.models import Assessment, Engagement, Framework, Source
from organisations.models import Dyad, Instrument, Organisation

Text = serializers.CharField
Choice = serializers.ChoiceField


class _Named(serializers.CharField):
    """Something that the caller sees, by its name in the API: ``find`` returns it, or None."""

    find: Any

    def run_validation(self, data: Any = serializers.empty) -> Any:
        name = super().run_validation(data)
        if name is None:
            return None
        found = self.find(name)
        if found is None:
            raise serializers.ValidationError(_("There is no “%(name)s”.") % {"name": name})
        return found

    @property
    def caller(self) -> Any:
        return self.context["request"].user


class OrganisationNamed(_Named):
    def find(self, name: str) -> Organisation | None:
        return Organisation.objects.visible_to(self.caller).filter(acronym__iexact=name).first()


class DyadNamed(_Named):
    def find(self, name: str) -> Dyad | None:
        return Dyad.objects.visible_to(self.caller).with_organisations().named(name).first()


class FrameworkNamed(_Named):
    """``code@1.0``; a code alone is its newest version with questions of its own."""

    def find(self, name: str) -> Framework | None:
        visible = Framework.objects.visible_to(self.caller).filter(pk__in=FrameworkField.find(name))
        return visible.filter(questions_of=None).order_by("-published_at", "-pk").first()


class _ById(serializers.IntegerField):
    """Something that the caller sees, by its id in the API."""

    model: Any

    def __init__(self, **more: Any) -> None:
        super().__init__(min_value=1, max_value=2**63 - 1, **more)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        number = super().run_validation(data)
        if number is None:
            return None
        found = self.model.objects.visible_to(self.context["request"].user).filter(pk=number).first()
        if found is None:
            raise serializers.ValidationError(_("There is no %(number)d.") % {"number": number})
        return found


class SourceById(_ById):
    model = Source


class AssessmentById(_ById):
    model = Assessment


class InstrumentById(_ById):
    model = Instrument


def _year(**more: Any) -> serializers.IntegerField:
    return serializers.IntegerField(min_value=EARLIEST_PERIOD, max_value=LATEST_YEAR, **more)


def text_of(limit: int, **more: Any) -> Text:
    return Text(max_length=limit, **({"allow_blank": True, "required": False} | more))


class DescriptionInput(Input):
    period_start = _year()
    period_end = _year()
    basis = text_of(300, allow_blank=False, required=True)
    reference = text_of(80, default="")
    marking: Any = Choice(choices=Marking.choices, default=Marking.AMBER)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """With the period as the actions take it."""
        start, end = attrs.pop("period_start"), attrs.pop("period_end")
        if end < start:
            raise serializers.ValidationError({"period_end": _("The period cannot end before it starts.")})
        return attrs | {"period": (start, end)}


class OfDyad(Input):
    """What is about a dyad, or one of its engagements: each dyad has names of its own for these."""

    dyad = DyadNamed()
    engagement = text_of(200, allow_null=True, default=None)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """With the engagement itself."""
        attrs, name = super().validate(attrs), attrs["engagement"]
        if not name:
            return attrs | {"engagement": None}
        visible = Engagement.objects.visible_to(self.context["request"].user)
        found = visible.filter(dyad=attrs["dyad"], name=name).first()
        if found is None:
            message = _("There is no “%(name)s” of this dyad.") % {"name": name}
            raise serializers.ValidationError({"engagement": message})
        return attrs | {"engagement": found}


class OpeningInput(OfDyad, DescriptionInput):
    """``engagement`` is null at the political level."""

    on_behalf_of = OrganisationNamed()
    framework = FrameworkNamed()


class AnswerInput(Input):
    """One of ``score`` and ``non_score``, or neither while it is open."""

    score = serializers.IntegerField(min_value=1, max_value=5, allow_null=True, default=None)
    non_score: Any = Choice(choices=NonScore.choices, allow_blank=True, default="")
    rationale = text_of(RATIONALE_LIMIT, default="", trim_whitespace=False)
    confidence: Any = Choice(choices=Confidence.choices, allow_blank=True, default="")


class EvidenceInput(Input):
    source: Any = SourceById()
    locator = text_of(200, default="")
    excerpt = text_of(EXCERPT_LIMIT, default="")
    wording: Any = Choice(choices=Wording.choices, allow_blank=True, default="")
    stance: Any = Choice(choices=Stance.choices, default=Stance.SUPPORTS)
    reliability: Any = Choice(choices=Reliability.choices, allow_blank=True, default="")
    reliability_reason = text_of(300, default="")
    credibility: Any = Choice(choices=Credibility.choices, allow_blank=True, default="")


class ReasonInput(Input):
    reason = text_of(5000, default="")


class DecisionInput(ReasonInput):
    """``sha256`` is that of the revision which was read: no other is decided on."""

    sha256 = serializers.RegexField(r"^[0-9a-f]{64}$")


class ReleaseInput(Input):
    """Exactly these see it besides the organisation's own people."""

    released_to_all = serializers.BooleanField()
    released_to = serializers.ListField(child=OrganisationNamed(), max_length=200, default=list)


class CommentInput(Input):
    """On the answer to ``indicator``, or on the whole; a reply names the comment that begins its thread."""

    text = text_of(5000, allow_blank=False, required=True)
    indicator = text_of(20, default="")
    parent: Any = serializers.IntegerField(min_value=1, max_value=2**63 - 1, allow_null=True, default=None)


class SettlingInput(Input):
    resolved = serializers.BooleanField()


class SourceInput(Input):
    author = text_of(250, allow_blank=False, required=True)
    title = text_of(400, allow_blank=False, required=True)
    year = serializers.IntegerField(
        min_value=EARLIEST_PUBLICATION, max_value=LATEST_YEAR, allow_null=True, default=None
    )
    publication_date = text_of(10, default="")
    event_date = text_of(10, default="")
    kind = text_of(60, allow_blank=False, required=True)
    symbol = text_of(100, default="")
    url = serializers.URLField(max_length=500, allow_blank=True, default="")
    reliability: Any = Choice(choices=Reliability.choices, allow_blank=True, default="")


class NewSourceInput(SourceInput):
    organisation = OrganisationNamed()


class DecideInput(ReasonInput):
    """Declining needs a reason."""

    accept = serializers.BooleanField()
