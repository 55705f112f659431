"""What is planned: a form whose answers are the address of a page, so that it can be shared."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.choices import Arrangement
from organisations.models import Organisation, User

TITLE_LIMIT = 120


class PlanningForm(forms.Form):
    """Two organisations and an arrangement; bound once an arrangement is given, be it an empty one."""

    one = forms.ModelChoiceField(
        label=gettext_lazy("Organisation"), queryset=Organisation.objects.none(), to_field_name="acronym"
    )
    other = forms.ModelChoiceField(
        label=gettext_lazy("With"), queryset=Organisation.objects.none(), to_field_name="acronym"
    )
    arrangement = forms.ChoiceField(
        label=gettext_lazy("Arrangement"), choices=[("", "–"), *Arrangement.choices]
    )
    title = forms.CharField(
        label=gettext_lazy("Mission or theatre"),
        required=False,
        max_length=TITLE_LIMIT,
        help_text=gettext_lazy("For the title of the page; it changes no figure."),
    )

    def __init__(self, data: Any, *, user: User) -> None:
        given = {name: data[name] for name in self.base_fields if name in data}
        super().__init__(given if "arrangement" in given else None, initial=given)
        organisations = Organisation.objects.visible_to(user)
        for name in ("one", "other"):
            field: Any = self.fields[name]
            field.queryset = organisations
            field.label_from_instance = lambda organisation: f"{organisation}: {organisation.name}"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("one") and cleaned.get("one") == cleaned.get("other"):
            self.add_error("other", _("A dyad consists of two different organisations."))
        return cleaned
