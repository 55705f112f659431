"""Answering the indicators of one dimension, and citing evidence."""

from collections.abc import Iterable
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from assessments.actions.recording import AnswerInput
from assessments.choices import (
    EARLIEST_PUBLICATION,
    LATEST_YEAR,
    RATIONALE_LIMIT,
    Confidence,
    Credibility,
    NonScore,
    Reliability,
    Stance,
)
from assessments.forms.layout import side_by_side
from assessments.models import Assessment, Indicator, Rating, Source
from organisations.models import User


class AnswerForm(forms.Form):
    """One indicator's answer. Everything may stay open in a draft; ``version`` is the one that was read."""

    answer = forms.ChoiceField(label=_("Answer"), required=False, widget=forms.RadioSelect)
    rationale = forms.CharField(
        label=_("Rationale"),
        required=False,
        max_length=RATIONALE_LIMIT,
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
        help_text=_("What the answer rests on, in a sentence or two."),
    )
    confidence = forms.ChoiceField(
        label=_("Confidence"), required=False, widget=forms.RadioSelect, choices=Confidence.choices
    )
    version = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, indicator: Indicator, rating: Rating | None):
        self.indicator, self.rating = indicator, rating
        super().__init__(data, prefix=indicator.code, initial=_initial(rating))
        self.fields["answer"].choices = answer_choices(indicator)  # type: ignore[attr-defined]
        self.fields["rationale"].widget.attrs["aria-describedby"] = f"id_{self.prefix}-rationale_helptext"

    def answer_input(self) -> AnswerInput:
        """The validated answer as the recording action takes it."""
        answer = self.cleaned_data["answer"]
        return AnswerInput(
            indicator=self.indicator,
            score=int(answer) if answer.isdigit() else None,
            non_score="" if answer.isdigit() else answer,
            rationale=self.cleaned_data["rationale"],
            confidence=self.cleaned_data["confidence"],
            version=self.cleaned_data["version"] or 0,
        )


def answer_choices(indicator: Indicator) -> list[tuple[str, str]]:
    """The scores, each with what it means, then the non-scores."""
    return [(str(score), words) for score, words in sorted(indicator.scale.items())] + [
        (value, str(label)) for value, label in NonScore.choices
    ]


def _initial(rating: Rating | None) -> dict[str, Any]:
    if rating is None:
        return {"version": 0}
    return {
        "answer": str(rating.score) if rating.score else rating.non_score,
        "rationale": rating.rationale,
        "confidence": rating.confidence,
        "version": rating.version,
    }


def answer_forms(assessment: Assessment, indicators: list[Indicator], data: Any = None) -> list[AnswerForm]:
    ratings = {
        rating.indicator_id: rating for rating in assessment.ratings.prefetch_related("evidence__source")
    }
    return [
        AnswerForm(data, indicator=indicator, rating=ratings.get(indicator.pk)) for indicator in indicators
    ]


def having_read(ratings: Iterable[Rating], data: QueryDict) -> QueryDict:
    """``data`` as sent by somebody who has now read ``ratings``: saved again, it replaces them."""
    known = data.copy()
    for rating in ratings:
        known[f"{rating.indicator.code}-version"] = str(rating.version)
    return known


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
    stance = forms.ChoiceField(label=_("Stance"), choices=Stance.choices, initial=Stance.SUPPORTS)
    reliability = forms.ChoiceField(
        label=_("Reliability of the source"),
        choices=[("", _("Not graded")), *Reliability.choices],
        required=False,
    )
    credibility = forms.ChoiceField(
        label=_("Credibility of the information"),
        choices=[("", _("Not graded")), *Credibility.choices],
        required=False,
    )

    NEW_SOURCE = ("author", "title", "year", "kind", "url")
    PLACE = ("locator", "stance", "reliability", "credibility")

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
                side_by_side("locator", "stance", "reliability", "credibility"),
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
        return {name: self.cleaned_data[name] for name in self.PLACE}
