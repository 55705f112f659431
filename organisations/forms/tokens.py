from django import forms

from organisations.models import ApiToken


class TokenForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = ApiToken
        fields = ["label"]
