"""Who changed what in an assessment, and when."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from assessments.forms.history import HistoryFilterForm
from assessments.history.answers import rationales
from assessments.history.entries import Entry, Kept, Kind, Somebody, Value
from assessments.history.reading import history_of
from assessments.models import Indicator
from assessments.text_differences import pieces, shortened
from assessments.views.authors import own_assessment
from organisations.http import SignedInRequest
from organisations.models import User

ON_A_PAGE = 50


@require_safe
def history(request: SignedInRequest, pk: int) -> HttpResponse:
    """For the organisation's own people; others see at most what was released, and never who wrote it."""
    assessment = own_assessment(request, pk)
    entries = history_of(assessment)
    people = User.objects.in_bulk(_people(entries))
    indicators = {one.pk: one for one in assessment.applicable_indicators()}
    form = HistoryFilterForm(request.GET, entries=entries, people=people, indicators=indicators)
    found = form.narrowed(entries)
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "assessment": assessment,
        "form": form,
        "page": page,
        "pages": page.paginator.get_elided_page_range(page.number),
        "query": query.urlencode(),
        "n_all": len(entries),
        "rows": _rows(list(page.object_list), people, indicators),
    }
    return render(request, "assessments/history.html", context)


def _people(entries: Iterable[Entry]) -> set[int]:
    acting = {entry.person for entry in entries if entry.person}
    values = [value for entry in entries for value in (entry.before, entry.after)]
    return acting | {value.person for value in values if isinstance(value, Somebody)}


def _rows(
    entries: list[Entry], people: Mapping[int, User], indicators: Mapping[int, Indicator]
) -> list[dict[str, Any]]:
    """What each line of the page shows; rationales are read for these entries alone."""
    values = [value for entry in entries for value in (entry.before, entry.after)]
    texts = rationales({value.event for value in values if isinstance(value, Kept) and value.event})

    def shown(value: Value) -> str:
        if isinstance(value, Somebody):
            return str(people.get(value.person, ""))
        if isinstance(value, Kept):
            return texts.get(value.event, "") if value.event else ""
        return value

    rows = []
    for entry in entries:
        before, after = shown(entry.before), shown(entry.after)
        text = isinstance(entry.before, Kept) or (entry.kind is Kind.COMMENT and bool(before))
        rows.append(
            {
                "entry": entry,
                "person": people.get(entry.person) if entry.person else None,
                "indicator": indicators.get(entry.indicator) if entry.indicator else None,
                "before": before,
                "after": after,
                "pieces": shortened(pieces(before, after)) if text else [],
            }
        )
    return rows
