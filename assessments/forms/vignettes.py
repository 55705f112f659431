"""Answering the indicators of a vignette."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.forms.answers import answer_choices
from assessments.models import Indicator


class VignetteAnswerForm(forms.Form):
    """One indicator's answer about a vignette; it may stay open until the vignette is completed."""

    answer = forms.ChoiceField(label=_("Answer"), required=False, widget=forms.RadioSelect)

    def __init__(self, data: Any = None, *, indicator: Indicator, answer: str):
        self.indicator = indicator
        super().__init__(data, prefix=indicator.code, initial={"answer": answer})
        self.fields["answer"].choices = answer_choices(indicator)  # type: ignore[attr-defined]

    def given(self) -> int | str:
        """The validated answer as the action takes it."""
        answer: str = self.cleaned_data["answer"]
        return int(answer) if answer.isdigit() else answer
