"""From a filtered list to the export of the same rows."""

from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from organisations.models import Dyad

NAMES = {"on_behalf_of": "organisation"}


def export_address(dataset: str, filtered: Any) -> str:
    """The page of a data set with the filter of a list; things have numbers there and names here."""
    page = reverse("assessments:export", args=[dataset])
    if not filtered.is_valid():
        return page
    chosen = {
        NAMES.get(name, name): value.slug if isinstance(value, Dyad) else str(value)
        for name, value in filtered.form.cleaned_data.items()
        if value not in {None, ""}
    }
    return f"{page}?{urlencode(chosen)}" if chosen else page
