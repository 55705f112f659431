"""Forms of the review desk: comments, and who reviews what."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.forms.decisions import TEXTAREA
from assessments.models import Assessment, Comment, Indicator, PanelMember
from organisations.models import User
from organisations.roles import Permission, roles_with


class CommentForm(forms.Form):
    """A comment on an answer, on the whole, or in a thread; the latter two fields are hidden."""

    text = forms.CharField(label=_("Comment"), max_length=5000, widget=forms.Textarea(attrs=TEXTAREA))
    indicator = forms.ModelChoiceField(
        Indicator.objects.none(),
        label=_("About"),
        required=False,
        to_field_name="code",
        empty_label=_("the assessment as a whole"),
    )
    parent = forms.ModelChoiceField(
        Comment.objects.none(), required=False, widget=forms.HiddenInput(), label=_("Thread")
    )

    def __init__(self, *args: Any, assessment: Assessment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["indicator"].queryset = assessment.applicable_indicators()  # type: ignore[attr-defined]
        self.fields["parent"].queryset = assessment.comments.filter(  # type: ignore[attr-defined]
            parent__isnull=True
        ).select_related("author", "indicator")


class ChangeCommentForm(forms.Form):
    text = forms.CharField(label=_("Comment"), max_length=5000, widget=forms.Textarea(attrs=TEXTAREA))
    version = forms.IntegerField(widget=forms.HiddenInput(), min_value=1)


class AssignmentForm(forms.Form):
    """Who is to review it: nobody, or one of the organisation's reviewers who wrote none of it."""

    reviewer = forms.ModelChoiceField(
        User.objects.none(), label=_("Reviewer"), required=False, empty_label=_("Nobody")
    )
    due = forms.DateField(
        label=_("Due"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, assessment: Assessment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reviewer"].queryset = reviewers_for(assessment)  # type: ignore[attr-defined]


def reviewers_for(assessment: Assessment) -> Any:
    """The people who may be assigned: one query."""
    people = User.objects.filter(
        is_active=True,
        memberships__organisation=assessment.on_behalf_of_id,
        memberships__role__in=roles_with(Permission.REVIEW),
    )
    people = people.exclude(pk=assessment.assessor_id).exclude(contributions__assessment=assessment)
    people = people.exclude(pk__in=PanelMember.objects.beside(assessment).values("person"))
    return people.exclude(co_authorships__assessment=assessment).distinct()
