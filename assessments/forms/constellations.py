"""Which three or four organisations are looked at together."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

FEWEST, MOST = 3, 4


class ConstellationForm(forms.Form):
    organisation = forms.MultipleChoiceField(
        label=gettext_lazy("Three or four organisations"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: Any, *, acronyms: Sequence[str]) -> None:
        super().__init__(data)
        field = cast(forms.MultipleChoiceField, self.fields["organisation"])
        field.choices = [(acronym, acronym) for acronym in acronyms]

    def clean_organisation(self) -> list[str]:
        chosen = sorted(set(self.cleaned_data["organisation"]))
        if not FEWEST <= len(chosen) <= MOST:
            raise ValidationError(
                _("Choose three or four organisations; you have chosen %(n)s.") % {"n": len(chosen)}
            )
        return chosen
