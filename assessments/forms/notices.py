"""How a person wants notices by mail."""

from collections.abc import Mapping
from typing import Any

from django import forms

from assessments.choices import Delivery, NoticeKind


class NoticePreferencesForm(forms.Form):
    """One choice for each kind."""

    def __init__(self, data: Any = None, *, chosen: Mapping[NoticeKind, Delivery]) -> None:
        super().__init__(data)
        for kind in NoticeKind:
            self.fields[kind.value] = forms.ChoiceField(
                label=kind.label,
                choices=Delivery.choices,
                initial=chosen[kind],
                widget=forms.RadioSelect({"class": "form-check-input"}),
            )

    def deliveries(self) -> dict[NoticeKind, Delivery]:
        return {NoticeKind(kind): Delivery(chosen) for kind, chosen in self.cleaned_data.items()}
