"""Writing a lesson, and what coordinators decide about it."""

import json
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Fieldset, Layout, Submit
from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assessments.actions.lessons import LONGEST_TEXT, LessonTexts
from assessments.choices import LessonKind, Level, Marking
from assessments.forms.decisions import TEXTAREA
from assessments.forms.layout import side_by_side
from assessments.forms.opening import engagement_label
from assessments.lesson_policy import writing_for
from assessments.models import Engagement, Framework, Lesson
from organisations.models import Dyad, Instrument, Mission, Organisation, User

LARGE = {"rows": 6, "class": "form-control"}


def _text(label: Any, help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs=LARGE),
        help_text=help_text,
    )


class LessonTextsForm(forms.Form):
    """What can change while the lesson is an observation; ``version`` is the one that was read."""

    title = forms.CharField(
        label=_("Title"), max_length=200, help_text=_("The lesson in one line, as you would tell it.")
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=LessonKind.choices, initial=LessonKind.LESSON)
    observation = _text(_("Observation"), _("What happened, where and when: facts, without judgement."))
    discussion = _text(_("Discussion"), _("Why it happened: the root cause, and what shows it."))
    conclusion = _text(_("Conclusion"), _("What follows, for the next operation too."))
    recommendation = _text(_("Recommendation"), _("Who should do what differently."))
    joint = forms.BooleanField(
        label=_("It takes both organisations of the dyad"),
        required=False,
        help_text=_("Then it is learned only when both have validated what they did."),
    )
    missions = forms.ModelMultipleChoiceField(Mission.objects.none(), label=_("Missions"), required=False)
    instrument = forms.ModelChoiceField(
        Instrument.objects.none(), label=_("Commitment it serves"), required=False, empty_label=_("None")
    )
    clause = forms.CharField(
        label=_("Clause"), max_length=200, required=False, help_text=_("Such as paragraph 4 (b).")
    )
    marking = forms.ChoiceField(label=_("Handling marking"), choices=Marking.choices, initial=Marking.AMBER)
    version = forms.IntegerField(min_value=0, initial=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, lesson: Lesson | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dyad = lesson.dyad if lesson else None
        self.known: dict[str, Any] = (
            {"dyad": lesson.dyad_id, "subject": lesson.subject, "besides": lesson.pk} if lesson else {}
        )
        instruments = Instrument.objects.visible_to(user).select_related("dyad")
        self.offer("instrument", instruments.filter(dyad=dyad) if dyad else instruments)
        self.offer("missions", Mission.objects.visible_to(user))
        self.helper = FormHelper()
        self.helper.layout = Layout(*self.parts(), Submit("save", _("Save")))

    def parts(self) -> list[Any]:
        return [
            Fieldset(
                _("What was learned"),
                "title",
                self.alike(),
                "observation",
                "discussion",
                "conclusion",
                "recommendation",
            ),
            Fieldset(
                _("What it takes and serves"),
                side_by_side("kind", "marking"),
                "joint",
                side_by_side("instrument", "clause"),
                "missions",
            ),
            "version",
        ]

    def alike(self) -> Div:
        """Where lessons that look alike appear while the title is written."""
        return Div(
            css_id="alike",
            aria_live="polite",
            hx_get=reverse("assessments:alike-lessons"),
            hx_trigger="load, input changed delay:600ms from:#id_title, change from:#id_dyad, "
            "change from:#id_subject",
            hx_include="#id_title, #id_dyad, #id_subject",
            hx_vals=json.dumps(self.known),
        )

    def offer(self, name: str, queryset: Any) -> None:
        self.fields[name].queryset = queryset  # type: ignore[attr-defined]

    def texts(self) -> LessonTexts:
        data = self.cleaned_data
        return LessonTexts(**{name: data[name] for name in LessonTexts.__slots__})

    @classmethod
    def initial_of(cls, lesson: Lesson) -> dict[str, Any]:
        initial = {name: getattr(lesson, name) for name in LessonTexts.__slots__}
        missions = lesson.links.filter(mission__isnull=False).values_list("mission", flat=True)
        return initial | {"version": lesson.version, "missions": list(missions)}


class BeginLessonForm(LessonTextsForm):
    """A new lesson: for which organisation, and what it is about, which stays."""

    organisation = forms.ModelChoiceField(Organisation.objects.none(), label=_("Written by"))
    dyad = forms.ModelChoiceField(Dyad.objects.none(), label=_("Dyad"))
    subject = forms.ChoiceField(label=_("Subject"), help_text=_("What of the framework it is about."))
    engagement = forms.ModelChoiceField(
        Engagement.objects.none(),
        label=_("Engagement"),
        required=False,
        empty_label=_("The dyad as a whole"),
    )

    def __init__(self, *args: Any, user: User, framework: Framework, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        own = Organisation.objects.filter(pk__in=[one.pk for one in writing_for(user)])
        self.offer("organisation", own)
        self.offer("dyad", Dyad.objects.visible_to(user).with_organisations())
        self.offer(
            "engagement", Engagement.objects.visible_to(user).select_related("dyad__first", "dyad__second")
        )
        self.fields["engagement"].label_from_instance = engagement_label  # type: ignore[attr-defined]
        self.fields["subject"].choices = subject_choices(framework)  # type: ignore[attr-defined]
        if len(own) == 1:
            self.fields["organisation"].initial = own[0]

    def parts(self) -> list[Any]:
        about = Fieldset(
            _("What it is about"),
            side_by_side("organisation", "dyad"),
            side_by_side("subject", "engagement"),
        )
        return [about, *super().parts()]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        dyad, engagement = data.get("dyad"), data.get("engagement")
        if engagement and dyad and engagement.dyad_id != dyad.pk:
            self.add_error("engagement", _("This engagement is one of another dyad than the one chosen."))
        instrument = data.get("instrument")
        if instrument and dyad and instrument.dyad_id != dyad.pk:
            self.add_error("instrument", _("This commitment is one of another dyad than the one chosen."))
        return data


def subject_choices(framework: Framework) -> list[tuple[Any, Any]]:
    """Levels, dimensions and indicators, grouped by dimension: two queries."""
    dimensions = framework.dimensions.order_by("position").prefetch_related("indicators")
    groups: list[tuple[Any, Any]] = [(_("Levels"), list(Level.choices))]
    for dimension in dimensions:
        indicators = sorted(dimension.indicators.all(), key=lambda one: one.position)
        rows = [(dimension.code, f"{dimension.code} {dimension.name}")]
        rows += [(one.code, f"{one.code} {one.name}") for one in indicators]
        groups.append((f"{dimension.code} {dimension.name}", rows))
    return groups


class LessonReasonForm(forms.Form):
    """A reason, which everybody who sees the lesson reads."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=5000,
        widget=forms.Textarea(attrs=TEXTAREA),
        help_text=_("Everybody who sees the lesson reads it."),
    )


class PriorityForm(forms.Form):
    """The priority; ``reason`` is needed where it is not the one that the rule proposes."""

    priority = forms.TypedChoiceField(
        label=_("Priority"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", _("As the rule proposes")), *((n, str(n)) for n in range(1, 6))],
    )
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs=TEXTAREA),
        help_text=_("Needed for another priority than the rule proposes."),
    )


class EndorseForm(PriorityForm):
    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class IdentifyForm(forms.Form):
    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class TaskForm(forms.Form):
    """What one organisation of the dyad is asked to do."""

    organisation = forms.ModelChoiceField(Organisation.objects.none(), label=_("Organisation"))
    task = forms.CharField(
        label=_("What is to be done"), max_length=5000, widget=forms.Textarea(attrs=TEXTAREA)
    )
    body = forms.CharField(
        label=_("Action body"),
        max_length=200,
        required=False,
        help_text=_("The unit inside the organisation that is to act, if you know it."),
    )

    def __init__(self, *args: Any, organisations: list[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = Organisation.objects.filter(pk__in=[organisation.pk for organisation in organisations])
        self.fields["organisation"].queryset = found  # type: ignore[attr-defined]
        if len(organisations) == 1:
            self.fields["organisation"].initial = organisations[0]
