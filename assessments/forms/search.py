"""What is searched for, and under which headings."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.choices import LessonState, Level, RecommendationStatus, SearchKind, State
from organisations.models import Dyad, User

STATES = {**dict(State.choices), **dict(RecommendationStatus.choices), **dict(LessonState.choices)}


class SearchForm(forms.Form):
    """The headings of a search, from its address. What is not understood is said and left out."""

    kind = forms.ChoiceField(label=_("Kind"), choices=SearchKind.choices, required=False)
    dyad = forms.CharField(label=_("Dyad"), max_length=60, required=False)
    level = forms.ChoiceField(label=_("Level"), choices=Level.choices, required=False)
    dimension = forms.SlugField(label=_("Dimension"), max_length=20, required=False)
    year = forms.IntegerField(label=_("Year"), min_value=1, max_value=9999, required=False)
    state = forms.ChoiceField(label=_("State"), choices=list(STATES.items()), required=False)

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        self.user = user

    def clean_dyad(self) -> int | None:
        """The key of the dyad that is named as in addresses."""
        slug = self.cleaned_data["dyad"]
        if not slug:
            return None
        dyad = Dyad.objects.visible_to(self.user).named(slug).first()
        if dyad is None:
            raise forms.ValidationError(_("There is no such dyad."))
        return dyad.pk

    def chosen(self) -> dict[str, Any]:
        """What is asked for under each heading."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def left_out(self) -> list[Any]:
        """Names of the headings that were not understood."""
        return [self.fields[name].label for name in self.errors if name in self.fields]
