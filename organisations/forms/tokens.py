from django import forms

from organisations.models import ApiToken


class TokenForm(forms.ModelForm[ApiToken]):
    class Meta:
        model = ApiToken
        fields = ["label"]
