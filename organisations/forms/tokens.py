from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from organisations.models import ApiToken, Scope

# Those that an operation of the API asks for. Nothing is changed or decided by it yet.
LIFETIMES = [(30, _("30 days")), (90, _("90 days")), (365, _("one year"))]


class TokenForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a new token is for, what it may be used to do, and how long it lives."""

    scopes = forms.MultipleChoiceField(
        label=_("May be used to"),
        choices=Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        initial=[Scope.READ],
        help_text=_("Choose only what the program needs. It never does more than you may."),
    )
    days = forms.TypedChoiceField(label=_("Works for"), coerce=int, choices=LIFETIMES, initial=365)

    class Meta:
        model = ApiToken
        fields = ["label"]

    def given(self) -> dict[str, Any]:
        """The validated fields as the action takes them."""
        data = self.cleaned_data
        lifetime = timedelta(days=data["days"])
        return {"label": data["label"], "scopes": data["scopes"], "lifetime": lifetime}
