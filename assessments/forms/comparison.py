"""What is compared with what: forms whose answers are the address of a page, so that it can be shared."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.choices import Arrangement
from assessments.models import Engagement

Choices = Sequence[tuple[str, str]]

DETAILS = [
    ("", _("Levels and dimensions")),
    ("levels", _("Levels only")),
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
        self.choose("part", [("", _("All")), *parts])
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
        self.choose("organisation", [("", _("All")), *((a, a) for a in acronyms)])
        self.choose("dyad", dyads)


class EngagementComparisonForm(ComparisonForm):
    organisation = forms.ChoiceField(label=_("Only dyads of"), required=False)
    arrangement = forms.ChoiceField(label=_("Arrangement"), required=False)
    mission = forms.ChoiceField(label=_("Mission"), required=False)
    engagement = forms.MultipleChoiceField(
        label=_("Only these engagements"), required=False, widget=forms.CheckboxSelectMultiple
    )
    field_order = ["organisation", "arrangement", "mission", "part", "detail", "by", "common", "engagement"]

    def __init__(
        self, data: Any, *, engagements: Sequence[Engagement], parts: Choices, rows: Choices
    ) -> None:
        super().__init__(data, parts=parts, rows=rows)
        acronyms = sorted({a for e in engagements for a in (e.dyad.first.acronym, e.dyad.second.acronym)})
        missions = sorted({part.mission.acronym for e in engagements for part in e.parts.all()})
        self.choose("organisation", [("", _("All")), *((a, a) for a in acronyms)])
        self.choose("arrangement", [("", _("All")), *Arrangement.choices])
        self.choose("mission", [("", _("All")), *((m, m) for m in missions)])
        self.choose("engagement", [(str(e.pk), f"{e} ({e.dyad})") for e in engagements])

    def admits(self, engagement: Engagement) -> bool:
        dyad, chosen = engagement.dyad, self.answer("engagement")
        missions = {part.mission.acronym for part in engagement.parts.all()}
        return (
            self.answer("organisation") in ("", dyad.first.acronym, dyad.second.acronym)
            and self.answer("arrangement") in ("", engagement.arrangement)
            and (not self.answer("mission") or self.answer("mission") in missions)
            and (not chosen or str(engagement.pk) in chosen)
        )


class ArrangementComparisonForm(ComparisonForm):
    organisation = forms.ChoiceField(label=_("Only engagements of"), required=False)
    field_order = ["organisation", "part", "detail", "by"]

    def __init__(
        self, data: Any, *, engagements: Sequence[Engagement], parts: Choices, rows: Choices
    ) -> None:
        super().__init__(data, parts=parts, rows=rows)
        del self.fields["common"]
        acronyms = sorted({a for e in engagements for a in (e.dyad.first.acronym, e.dyad.second.acronym)})
        self.choose("organisation", [("", _("All")), *((a, a) for a in acronyms)])

    def admits(self, engagement: Engagement) -> bool:
        dyad = engagement.dyad
        return self.answer("organisation") in ("", dyad.first.acronym, dyad.second.acronym)
