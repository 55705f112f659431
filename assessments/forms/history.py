"""Narrowing the history of an assessment, and choosing two of its revisions."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.history.entries import Entry, Kind
from assessments.models import Indicator
from organisations.models import User

NOBODY = "nobody"  # what no signed-in person did


class HistoryFilterForm(forms.Form):
    """By person, indicator and kind of change. What is not understood is said and left out."""

    person = forms.ChoiceField(label=_("Person"), required=False)
    indicator = forms.ChoiceField(label=_("Indicator"), required=False)
    kind = forms.ChoiceField(
        label=_("Kind of change"), required=False, choices=[("", _("Every kind")), *Kind.choices]
    )

    def __init__(
        self,
        data: Any,
        *,
        entries: Iterable[Entry],
        people: dict[int, User],
        indicators: dict[int, Indicator],
    ) -> None:
        super().__init__(data)
        self.indicators = {indicator.code: pk for pk, indicator in indicators.items()}
        persons = {entry.person for entry in entries}
        named = sorted((str(person), str(pk)) for pk, person in people.items() if pk in persons)
        nobody = [(NOBODY, _("Nobody signed in"))] if None in persons else []
        self._offer("person", [("", _("Everybody")), *((pk, name) for name, pk in named), *nobody])
        codes = [(indicator.code, f"{indicator.code} {indicator.name}") for indicator in indicators.values()]
        self._offer("indicator", [("", _("All")), *codes])
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-select"

    def _offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        cast(forms.ChoiceField, self.fields[name]).choices = choices

    def narrowed(self, entries: list[Entry]) -> list[Entry]:
        """The entries that were asked for."""
        self.is_valid()
        asked = {name: value for name, value in self.cleaned_data.items() if value}
        if person := asked.get("person"):
            wanted = None if person == NOBODY else int(person)
            entries = [entry for entry in entries if entry.person == wanted]
        if indicator := asked.get("indicator"):
            entries = [entry for entry in entries if entry.indicator == self.indicators[indicator]]
        if kind := asked.get("kind"):
            entries = [entry for entry in entries if entry.kind == kind]
        return entries


class RevisionsForm(forms.Form):
    """Two of the states of an assessment that can be compared, by the names that addresses give them."""

    earlier = forms.ChoiceField(label=_("Compare"))
    later = forms.ChoiceField(label=_("with"))

    def __init__(self, data: Any, *, choices: list[tuple[str, str]]) -> None:
        first, last = choices[-2:] if len(choices) > 1 else [("", ""), ("", "")]
        super().__init__(data, initial={"earlier": first[0], "later": last[0]})
        for field in self.fields.values():
            cast(forms.ChoiceField, field).choices = choices
            field.widget.attrs["class"] = "form-select"
