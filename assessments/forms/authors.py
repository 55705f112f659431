"""Choosing who writes an assessment."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.models import Assessment
from organisations.models import User
from organisations.roles import Permission, roles_with


def analysts_of(assessment: Assessment) -> Any:
    """The people who may record for the assessment's organisation, but for its assessor."""
    people = User.objects.filter(
        is_active=True,
        memberships__organisation=assessment.on_behalf_of_id,
        memberships__role__in=roles_with(Permission.RECORD),
    )
    return people.exclude(pk=assessment.assessor_id).distinct().order_by("name", "email")


class PersonForm(forms.Form):
    """One of the people offered."""

    person = forms.ModelChoiceField(User.objects.none(), label=_("Analyst"))

    def __init__(self, data: Any = None, *, people: Any, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["person"].queryset = people  # type: ignore[attr-defined]


class CoAuthorForm(PersonForm):
    """An analyst who does not write the assessment yet."""

    def __init__(self, data: Any = None, *, assessment: Assessment) -> None:
        people = analysts_of(assessment).exclude(pk__in=assessment.co_authors.values("person"))
        super().__init__(data, people=people, auto_id="id_add_%s")


class HandOverForm(PersonForm):
    """Any other analyst, co-authors too."""

    def __init__(self, data: Any = None, *, assessment: Assessment) -> None:
        super().__init__(data, people=analysts_of(assessment), auto_id="id_hand_over_%s")
        self.fields["person"].label = _("New assessor")


class RemovalForm(PersonForm):
    """One of the co-authors."""

    def __init__(self, data: Any = None, *, assessment: Assessment) -> None:
        people = User.objects.filter(co_authorships__assessment=assessment)
        super().__init__(data, people=people)
