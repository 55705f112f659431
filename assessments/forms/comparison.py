"""What is compared with what: forms whose answers are the address of a page, so that it can be shared."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

Choices = Sequence[tuple[str, str]]

DETAILS = [
    ("levels", _("Levels only")),
    ("dimensions", _("Levels and dimensions")),
    ("indicators", _("Down to indicators")),
]


class ComparisonForm(forms.Form):
    """Columns to show, rows to show, and the row to order by. What is not understood is said and left out."""

    part = forms.ChoiceField(label=_("Rows"), required=False)
    detail = forms.ChoiceField(label=_("Detail"), choices=DETAILS, required=False)
    by = forms.ChoiceField(label=_("Order by"), required=False)
    common = forms.BooleanField(
        label=_("Score dimensions and levels on the indicators that all have in common"), required=False
    )

    def __init__(self, data: Any, *, parts: Choices, rows: Choices) -> None:
        super().__init__(data)
        self.choose("part", [("", _("Both levels")), *parts])
        self.choose("by", [("", _("Name")), *rows])

    def choose(self, field: str, choices: Iterable[tuple[str, Any]]) -> None:
        cast(forms.ChoiceField, self.fields[field]).choices = list(choices)

    def answer(self, field: str) -> Any:
        """The answer to a field; what stands for none where it was not understood."""
        self.is_valid()
        return self.cleaned_data.get(field, "")


class DyadComparisonForm(ComparisonForm):
    organisation = forms.ChoiceField(label=_("Only dyads of"), required=False)
    dyad = forms.MultipleChoiceField(
        label=_("Only these dyads"), required=False, widget=forms.CheckboxSelectMultiple
    )
    field_order = ["organisation", "part", "detail", "by", "common", "dyad"]

    def __init__(self, data: Any, *, dyads: Choices, parts: Choices, rows: Choices) -> None:
        super().__init__(data, parts=parts, rows=rows)
        acronyms = sorted({acronym for slug, _name in dyads for acronym in slug.split("-")})
        self.choose("organisation", [("", _("every organisation")), *((a, a) for a in acronyms)])
        self.choose("dyad", dyads)
