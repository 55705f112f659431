"""What organisations decide about their actions, how these go on, and what shows that they have worked."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments import lesson_effects
from assessments.choices import ValidationBasis
from assessments.forms.decisions import TEXTAREA
from assessments.forms.panels import people_with
from assessments.models import Assessment, LessonAction, Source
from organisations.models import User
from organisations.roles import Permission


class AssignActionForm(forms.Form):
    """Who owns an action, and until when."""

    owner = forms.ModelChoiceField(User.objects.none(), label=_("Owner"))
    due = forms.DateField(label=_("Due"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, action: LessonAction, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = people_with(Permission.READ_OWN_WORK, [action.organisation_id])
        self.fields["owner"].queryset = people  # type: ignore[attr-defined]


class AcceptActionForm(AssignActionForm):
    body = forms.CharField(
        label=_("Action body"),
        max_length=200,
        required=False,
        help_text=_("The unit of your organisation that acts."),
    )
    field_order = ["body", "owner", "due"]


class ProgressForm(forms.Form):
    """What was done; whoever writes it does not validate the action."""

    text = forms.CharField(
        label=_("What was done"),
        max_length=5000,
        widget=forms.Textarea(attrs=TEXTAREA),
        help_text=_("The organisations that act, and who wrote the lesson, read it."),
    )


class StartForm(ProgressForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].required = False


class ValidationForm(forms.Form):
    """What shows that it has worked; ``version`` is that of the action that was read."""

    basis = forms.ChoiceField(
        label=_("What shows it"), choices=ValidationBasis.choices, widget=forms.RadioSelect
    )
    assessment = forms.ModelChoiceField(
        Assessment.objects.none(),
        label=_("The later assessment"),
        required=False,
        help_text=_("Approved, of a later period, and with a score for the subject."),
    )
    source = forms.ModelChoiceField(
        Source.objects.none(), label=_("The document"), required=False, help_text=_("From the sources.")
    )
    text = forms.CharField(
        label=_("What it shows"),
        max_length=5000,
        widget=forms.Textarea(attrs=TEXTAREA),
        help_text=_("Which exercise, which page, which result. Everybody who sees the lesson reads it."),
    )
    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, action: LessonAction, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        possible = lesson_effects.validating_assessments(action.lesson, user)
        self.fields["assessment"].queryset = possible  # type: ignore[attr-defined]
        self.fields["source"].queryset = Source.objects.visible_to(user)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        for basis, name in ((ValidationBasis.ASSESSMENT, "assessment"), (ValidationBasis.DOCUMENT, "source")):
            if data.get("basis") == basis and name not in self.errors and not data.get(name):
                self.add_error(name, _("Choose which."))
        return data

    def evidence(self) -> dict[str, Any]:
        """As the action takes it: only what belongs to the basis."""
        data = self.cleaned_data
        basis = data["basis"]
        return {
            "basis": basis,
            "text": data["text"],
            "assessment": data["assessment"] if basis == ValidationBasis.ASSESSMENT else None,
            "source": data["source"] if basis == ValidationBasis.DOCUMENT else None,
        }
