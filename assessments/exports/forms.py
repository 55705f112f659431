"""What is chosen on the page of a data set."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.exports.making import FORMATS

LABELS = {
    "dyad": (_("Dyad"), _("Both acronyms, with a hyphen between them.")),
    "organisation": (_("Organisation"), _("Its acronym.")),
    "engagement": (_("Engagement"), _("Its name.")),
    "framework": (_("Framework"), _("With @ and a version for one version.")),
    "dimension": (_("Dimension"), _("Its code, such as P1.")),
    "indicator": (_("Indicator"), _("Its code, such as P1.1.")),
    "target": (_("About"), _("Code of an indicator, dimension or level.")),
    "acting": (_("Action in"), _("Acronym of an organisation.")),
    "level": (_("Level"), ""),
    "state": (_("State"), ""),
    "status": (_("Status"), ""),
    "kind": (_("Kind"), ""),
    "priority": (_("Priority"), ""),
    "scorecard": (_("Scorecard"), _("Its number.")),
    "lesson": (_("Lesson"), _("Its number.")),
    "year_from": (_("From year"), ""),
    "year_to": (_("To year"), ""),
}


class FormatForm(forms.Form):
    format = forms.ChoiceField(label=_("Format"), choices=FORMATS, required=False)
    hxl = forms.BooleanField(
        label=_("With a row of HXL tags"),
        required=False,
        help_text=_("Below the header, for tools of the humanitarian exchange language."),
    )


def labelled(filtered: Any) -> Any:
    """The form of a filter set, with labels in words where a filter brings none."""
    for name, field in filtered.form.fields.items():
        if name in LABELS:
            label, field.help_text = LABELS[name]
            field.label = filtered.base_filters[name]._label or label
    return filtered.form
