"""What requests about lessons and their actions carry."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from assessments.actions.lessons import LONGEST_TEXT, LessonTexts
from assessments.api.inputs import (
    AssessmentById,
    FrameworkNamed,
    InstrumentById,
    OfDyad,
    OrganisationNamed,
    ReasonInput,
    SourceById,
    text_of,
)
from assessments.api.writing import Input
from assessments.choices import LessonKind, Marking, ValidationBasis
from assessments.models import Framework

Choice = serializers.ChoiceField


class LessonTextsInput(Input):
    title = text_of(200, allow_blank=False, required=True)
    observation = text_of(LONGEST_TEXT, default="")
    discussion = text_of(LONGEST_TEXT, default="")
    conclusion = text_of(LONGEST_TEXT, default="")
    recommendation = text_of(LONGEST_TEXT, default="")
    kind: Any = Choice(choices=LessonKind.choices, default=LessonKind.LESSON)
    joint = serializers.BooleanField(default=False)
    instrument = InstrumentById(allow_null=True, default=None)
    clause = text_of(200, default="")
    marking: Any = Choice(choices=Marking.choices, default=Marking.AMBER)

    TEXTS = tuple(LessonTexts.__dataclass_fields__)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """With the texts as the actions take them."""
        texts = LessonTexts(**{name: attrs.pop(name) for name in self.TEXTS})
        return attrs | {"texts": texts}


class NewLessonInput(OfDyad, LessonTextsInput):
    """``subject`` is the code of an indicator, dimension or level of the framework."""

    organisation = OrganisationNamed()
    framework = FrameworkNamed()
    subject = text_of(20, allow_blank=False, required=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """With what the lesson is about in one."""
        given = super().validate(attrs)
        framework: Framework = given.pop("framework")
        about = {name: given.pop(name) for name in ("dyad", "engagement", "subject")}
        return given | {"about": about | {"framework": framework, "rule": None}}


class PriorityInput(ReasonInput):
    """Null takes the priority that the rule gives; another one needs a reason."""

    priority = serializers.IntegerField(min_value=1, max_value=5, allow_null=True, default=None)


class TaskInput(Input):
    organisation = OrganisationNamed()
    task = text_of(5000, allow_blank=False, required=True)
    body = text_of(200, default="")


class AcceptInput(Input):
    """The caller becomes the owner; on the page it can be somebody else, as people have no names here."""

    due = serializers.DateField()
    body = text_of(200, default="")


class ProgressInput(Input):
    text = text_of(5000, default="")


class ValidationInput(Input):
    """What shows that the action has worked; ``assessment`` or ``source`` as the basis asks."""

    basis: Any = Choice(choices=ValidationBasis.choices)
    text = text_of(5000, allow_blank=False, required=True)
    assessment = AssessmentById(allow_null=True, default=None)
    source: Any = SourceById(allow_null=True, default=None)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Only what belongs to the basis, which has to be there."""
        named = {ValidationBasis.ASSESSMENT: "assessment", ValidationBasis.DOCUMENT: "source"}
        needed = named.get(attrs["basis"])
        if needed and attrs[needed] is None:
            raise serializers.ValidationError({needed: _("Say which.")})
        return attrs | {name: None for name in named.values() if name != needed}
