"""Convening a panel, its members, and what is decided about it."""

from typing import Any

from crispy_forms.layout import Fieldset, Layout, Submit
from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assessments.choices import NonScore
from assessments.forms.answers import answer_choices
from assessments.forms.decisions import TEXTAREA
from assessments.forms.layout import side_by_side
from assessments.forms.opening import OpenAssessmentForm
from assessments.models import Indicator, Panel
from organisations.models import User
from organisations.roles import Permission, roles_with


def people_with(permission: Permission, organisations: Any) -> QuerySet[User]:
    """Active people who hold the permission in one of the organisations."""
    people = User.objects.filter(
        is_active=True,
        memberships__organisation__in=organisations,
        memberships__role__in=roles_with(permission),
    )
    return people.distinct().order_by("name", "email")


class ConveneForm(OpenAssessmentForm):
    """What a panel rates, who rates it, and who chairs it."""

    permission = Permission.ASSIGN

    members = forms.ModelMultipleChoiceField(
        User.objects.none(),
        label=_("Members"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Two or more analysts. A draft is opened for each of them."),
    )
    chair = forms.ModelChoiceField(
        User.objects.none(),
        label=_("Chair"),
        required=False,
        help_text=_("Adjudicates beside the coordinators, and does not rate."),
    )
    due = forms.DateField(
        label=_("Due"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("By when members submit. Nothing closes by itself."),
    )
    task = forms.CharField(
        label=_("Task"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs=TEXTAREA),
        help_text=_("What members should know before they begin."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        del self.fields["reference"]
        own = self.fields["on_behalf_of"].queryset  # type: ignore[attr-defined]
        self._offer("members", people_with(Permission.RECORD, own))
        self._offer("chair", people_with(Permission.READ_OWN_WORK, own))
        self.helper.layout = Layout(
            Fieldset(
                _("What is rated"),
                "level",
                side_by_side("dyad", "engagement"),
                side_by_side("period_start", "period_end"),
            ),
            Fieldset(_("On what basis"), side_by_side("on_behalf_of", "framework"), "basis", "task"),
            Fieldset(_("By whom"), "members", side_by_side("chair", "due"), "marking"),
            Submit("convene", _("Convene the panel")),
        )

    def clean_due(self) -> Any:
        due = self.cleaned_data["due"]
        if due and due < timezone.localdate():
            raise forms.ValidationError(_("This day has passed."))
        return due

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        members, chair = data.get("members"), data.get("chair")
        if members is not None and len(members) < 2:
            self.add_error("members", _("A panel has two or more members."))
        if members is not None and chair in members:
            self.add_error("chair", _("The chair does not rate (four eyes): choose somebody else."))
        return data

    def panel(self) -> dict[str, Any]:
        """The validated fields as the action takes them."""
        data = self.cleaned_data
        names = ("members", "dyad", "engagement", "framework", "basis", "task", "chair", "due", "marking")
        period = (data["period_start"], data["period_end"])
        return {"organisation": data["on_behalf_of"], "period": period} | {name: data[name] for name in names}


class ReasonForm(forms.Form):
    """A reason, which everybody who sees the panel reads."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=5000,
        widget=forms.Textarea(attrs=TEXTAREA),
        help_text=_("Everybody who sees the panel reads it."),
    )


class AddMemberForm(forms.Form):
    person = forms.ModelChoiceField(User.objects.none(), label=_("Analyst"))

    def __init__(self, data: Any = None, *, panel: Panel, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["person"].queryset = candidates(panel)  # type: ignore[attr-defined]


class RemoveMemberForm(ReasonForm):
    """Let a member go, and have somebody else begin instead, if one is named."""

    person = forms.ModelChoiceField(User.objects.none(), label=_("Member"))
    successor = forms.ModelChoiceField(
        User.objects.none(), label=_("Replaced by"), required=False, empty_label=_("Nobody")
    )
    field_order = ["person", "successor", "reason"]

    def __init__(self, data: Any = None, *, panel: Panel, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        sitting = panel.members.filter(left_at__isnull=True).values("person")
        self.fields["person"].queryset = User.objects.filter(pk__in=sitting)  # type: ignore[attr-defined]
        self.fields["successor"].queryset = candidates(panel)  # type: ignore[attr-defined]


def candidates(panel: Panel) -> QuerySet[User]:
    """Analysts of the organisation who could join now."""
    sitting = panel.members.filter(left_at__isnull=True).values("person")
    people = people_with(Permission.RECORD, [panel.organisation_id]).exclude(pk__in=sitting)
    return people.exclude(pk=panel.chair_id) if panel.chair_id else people


class DiscussionForm(forms.Form):
    """Something to say; ``parent`` is the comment that it replies to."""

    text = forms.CharField(label=_("Comment"), max_length=5000, widget=forms.Textarea(attrs=TEXTAREA))
    parent = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)


class AdjudicationForm(ReasonForm):
    """The value that the answers come to; ``read`` is the id of the adjudication that was read, or 0."""

    answer = forms.ChoiceField(label=_("Adjudicated value"), widget=forms.RadioSelect)
    read = forms.IntegerField(min_value=0, max_value=2**63 - 1, widget=forms.HiddenInput, initial=0)
    field_order = ["answer", "reason", "read"]

    def __init__(self, data: Any = None, *, indicator: Indicator, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["answer"].choices = [  # type: ignore[attr-defined]
            (value, f"{value}: {words}" if value.isdigit() else words)
            for value, words in answer_choices(indicator)
            if value
        ]
        self.fields["reason"].help_text = _("Members, reviewers and the rest of the organisation read it.")

    def value(self) -> dict[str, Any]:
        """Score and non-score as the action takes them."""
        answer = self.cleaned_data["answer"]
        scored = answer not in NonScore.values
        return {"score": int(answer) if scored else None, "non_score": "" if scored else answer}
