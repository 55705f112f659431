"""Forms of the decisions: return, approve, release, accept or decline."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from organisations.models import Organisation, User

TEXTAREA = {"rows": 3, "class": "form-control"}


class SubmissionForm(forms.Form):
    """Why warnings can stand; asked for only where there are any."""

    reason = forms.CharField(
        label=_("Why this can stand"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs=TEXTAREA),
        help_text=_("Reviewers read it beside your answers."),
    )


class ReviewForm(forms.Form):
    decision = forms.ChoiceField(choices=[("approve", _("Approve")), ("return", _("Return for changes"))])
    reason = forms.CharField(
        label=_("Reason or remark"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs=TEXTAREA),
        help_text=_("When you return it: say what has to change. The assessor reads this."),
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("decision") == "return" and not data.get("reason"):
            self.add_error("reason", _("Say what has to change, so that the assessor can act on it."))
        return data


class ReleaseForm(forms.Form):
    released_to_all = forms.BooleanField(label=_("Every organisation"), required=False)
    released_to = forms.ModelMultipleChoiceField(
        Organisation.objects.none(), label=_("Or these"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["released_to"].queryset = Organisation.objects.visible_to(user)  # type: ignore[attr-defined]


class RecommendationForm(forms.Form):
    decision = forms.ChoiceField(choices=[("accept", _("Accept")), ("decline", _("Decline"))])
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs=TEXTAREA),
        help_text=_("Needed when you decline."),
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("decision") == "decline" and not data.get("reason"):
            self.add_error("reason", _("Say why it is declined."))
        return data


class CalibrationForm(forms.Form):
    decision = forms.ChoiceField(choices=[("put_in_force", _("Put in force")), ("reject", _("Reject"))])
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs=TEXTAREA),
        help_text=_("Needed when you reject it. Everybody who sees the calibration reads it."),
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("decision") == "reject" and not data.get("reason"):
            self.add_error("reason", _("Say why it is rejected."))
        return data
