"""Citing evidence."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.choices import (
    EARLIEST_PUBLICATION,
    EXCERPT_LIMIT,
    LATEST_YEAR,
    Credibility,
    Reliability,
    Stance,
    Wording,
)
from assessments.forms.answers import TextWithLines
from assessments.forms.layout import side_by_side
from assessments.models import Assessment, Evidence, Source
from organisations.models import User


class EvidenceForm(forms.Form):
    """A place in a source that exists already, or in a new one, added to the organisation's library."""

    source = forms.ModelChoiceField(Source.objects.none(), label=_("Source"), required=False)
    author = forms.CharField(label=_("Author"), max_length=250, required=False)
    title = forms.CharField(label=_("Title"), max_length=400, required=False)
    year = forms.IntegerField(
        label=_("Year of publication"), required=False, min_value=EARLIEST_PUBLICATION, max_value=LATEST_YEAR
    )
    kind = forms.CharField(label=_("Kind"), max_length=60, required=False, help_text=_("Such as a report."))
    url = forms.URLField(label=_("Address"), max_length=500, required=False, assume_scheme="https")
    locator = forms.CharField(
        label=_("Place"), max_length=200, required=False, help_text=_("Page, paragraph or section.")
    )
    excerpt = TextWithLines(
        label=_("What it says there"),
        max_length=EXCERPT_LIMIT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The sentence or two that matter. Optional, up to 1,000 characters."),
    )
    wording = forms.ChoiceField(
        label=_("These words are"),
        choices=Wording.choices,
        initial=Wording.QUOTATION,
        required=False,
        widget=forms.RadioSelect,
    )
    stance = forms.ChoiceField(label=_("Stance"), choices=Stance.choices, initial=Stance.SUPPORTS)
    reliability = forms.ChoiceField(
        label=_("Reliability of the source"),
        choices=[("", _("As the source is graded in general")), *Reliability.choices],
        required=False,
    )
    reliability_reason = forms.CharField(
        label=_("Why it is another here"),
        max_length=300,
        required=False,
        help_text=_("Needed where the source is graded otherwise in general."),
    )
    credibility = forms.ChoiceField(
        label=_("Credibility of the information"),
        choices=[("", _("Not graded")), *Credibility.choices],
        required=False,
    )

    NEW_SOURCE = ("author", "title", "year", "kind", "url")

    def __init__(self, *args: Any, user: User, assessment: Assessment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].queryset = Source.objects.visible_to(user).citable_for(  # type: ignore[attr-defined]
            assessment.on_behalf_of
        )
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout(
            Fieldset(_("A source of the library"), "source"),
            Fieldset(_("Or a new source"), side_by_side("author", "title", "kind", "year"), "url"),
            Fieldset(
                _("What it says"),
                side_by_side("locator", "stance"),
                "excerpt",
                "wording",
                side_by_side("reliability", "reliability_reason", "credibility"),
            ),
        )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        described = [name for name in self.NEW_SOURCE if data.get(name)]
        if data.get("source") and described:
            self.add_error("source", _("Choose a source or describe a new one, not both."))
        if not data.get("source") and "source" not in self.errors:
            for name in ("author", "title", "kind"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, _("A new source needs this; or choose a source above."))
        return data

    def new_source(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.NEW_SOURCE}

    def place(self) -> dict[str, Any]:
        given = {name: self.cleaned_data[name] for name in Evidence.PLACE}
        return given | {"wording": given["wording"] if given["excerpt"] else ""}
