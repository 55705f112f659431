"""Narrowing a scorecard to a part of the answers behind it."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from assessments.choices import EARLIEST_PERIOD, LATEST_YEAR, Arrangement, Marking, Reliability
from assessments.scoring.contrasts import INDEPENDENT
from assessments.scoring.inputs import FIRST, SECOND
from assessments.selection import CITED, SUPPORTED, Selection
from organisations.models import Dyad

EVIDENCE = [
    ("", _("All answers")),
    (CITED, _("With evidence")),
    (SUPPORTED, _("With evidence, at least moderate confidence")),
    (Reliability.A, _("A source of reliability A")),
    (Reliability.B, _("A source of reliability A or B")),
    (Reliability.C, _("A source of reliability A to C")),
]


class ScorecardFilterForm(forms.Form):
    """Of a dyad's scorecard. Nothing given is no filter."""

    year_from = forms.IntegerField(
        label=_("Period ends from"),
        min_value=EARLIEST_PERIOD,
        max_value=LATEST_YEAR,
        required=False,
    )
    year_to = forms.IntegerField(
        label=_("Period ends up to"), min_value=EARLIEST_PERIOD, max_value=LATEST_YEAR, required=False
    )
    arrangement = forms.ChoiceField(
        label=_("Arrangement (field level)"), choices=[("", _("All")), *Arrangement.choices], required=False
    )
    marking = forms.ChoiceField(label=_("Marked at most"), required=False)
    evidence = forms.ChoiceField(label=_("Scores"), choices=EVIDENCE, required=False)
    side = forms.ChoiceField(label=_("Assessed on behalf of"), required=False)

    def __init__(self, *args: Any, dyad: Dyad, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._words: dict[str, dict[Any, Any]] = {
            "arrangement": dict(Arrangement.choices),
            "evidence": dict(EVIDENCE),
        }
        self.set_choices("marking", [("", _("Any marking")), *Marking.choices])
        self.set_choices(
            "side",
            [
                ("", _("Anybody")),
                (FIRST, str(dyad.first)),
                (SECOND, str(dyad.second)),
                (INDEPENDENT, _("Neither of the two")),
            ],
        )
        for field in self.fields.values():
            classes = "form-select" if isinstance(field, forms.ChoiceField) else "form-control"
            field.widget.attrs["class"] = classes

    def set_choices(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - as declared above
        field.choices = choices
        self._words[name] = dict(choices)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        first, last = given.get("year_from"), given.get("year_to")
        if first and last and first > last:
            self.add_error("year_to", _g("The period cannot end before it starts."))
        return given

    @property
    def selection(self) -> Selection:
        """What was asked for; everything where what was asked for is no filter."""
        return Selection(**self.cleaned_data) if self.is_valid() else Selection()

    @property
    def query(self) -> str:
        """The filters as they stand in an address, with an ampersand in front; nothing without any."""
        if not self.is_valid():
            return ""
        given = {name: value for name, value in self.cleaned_data.items() if value}
        return f"&{urlencode(given)}" if given else ""

    @property
    def in_words(self) -> str:
        """What the answers are narrowed to, such as *Arrangement (field level): Sequential*."""
        if not self.is_valid():
            return ""
        return "; ".join(
            f"{self.fields[name].label}: {self._words.get(name, {}).get(value, value)}"
            for name, value in self.cleaned_data.items()
            if value
        )
