"""Searching everything that somebody may see."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments.choices import Level, Marking, SearchKind
from assessments.forms.search import STATES, SearchForm
from assessments.models import Dimension, Lesson
from assessments.search.query import LONGEST, Query, Unclear, parsed
from assessments.search.results import ON_A_PAGE, Found, Hit, empty_in, find
from assessments.search.snippets import pieces, snippet
from assessments.views.dyads import strictest
from organisations.http import SignedInRequest
from organisations.models import Dyad

AT_FIRST = 6  # values of a heading; the others are behind "more"
AT_MOST = 60
LAST_PAGE = 50


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a heading: ``address`` leads to the results with it, or without where it is chosen."""

    name: str
    n: int
    chosen: bool
    address: str


@require_safe
def search(request: SignedInRequest) -> HttpResponse:
    """One page of results, with counts by heading; without a query what can be searched for."""
    text = request.GET.get("q", "").strip()
    context: dict[str, Any] = {"text": text[:LONGEST], "longest": LONGEST}
    if text:
        try:
            query = parsed(text)
        except Unclear as unclear:
            context["unclear"] = str(unclear)
        else:
            context |= _answer(request, query)
    return render(request, "assessments/search.html", context)


def _answer(request: SignedInRequest, query: Query) -> dict[str, Any]:
    form = SearchForm(request.GET, user=request.user)
    chosen = form.chosen()
    found = find(query, user=request.user, chosen=chosen, number=_number(request))
    pages = min(LAST_PAGE, -(-found.total // ON_A_PAGE))
    markings = _markings(found.hits)
    return {
        "found": found,
        "hits": [_shown(hit, markings) for hit in found.hits],
        "marking": strictest(markings.values()),
        "left_out": form.left_out(),
        "headings": _headings(request, chosen, found),
        "chosen": bool(chosen),
        "all_headings": _address(request, dict.fromkeys(form.fields)),
        "only_stop_words": not found.total and not chosen and empty_in(query),
        "first": (found.number - 1) * ON_A_PAGE + 1,
        "pages": [(number, _address(request, {"page": number})) for number in _near(found.number, pages)],
        "last": pages,
        "before": _address(request, {"page": found.number - 1}) if found.number > 1 else "",
        "after": _address(request, {"page": found.number + 1}) if found.number < pages else "",
    }


def _number(request: SignedInRequest) -> int:
    given = request.GET.get("page", "")
    return min(int(given), LAST_PAGE) if given.isascii() and given.isdigit() and len(given) < 6 else 1


def _near(number: int, last: int) -> list[int]:
    return [one for one in range(1, last + 1) if one in {1, last} or abs(one - number) <= 2]


def _markings(hits: Sequence[Hit]) -> dict[int, str]:
    """The handling markings of what is found, by key of its entry: one query, if there are lessons."""
    entries = [hit.entry for hit in hits]
    lessons = {entry.object_id: entry.pk for entry in entries if entry.kind == SearchKind.LESSON}
    of_lessons = Lesson.objects.filter(pk__in=lessons).values_list("pk", "marking")
    markings = {entry.pk: entry.assessment.marking for entry in entries if entry.assessment}
    return markings | {lessons[pk]: marking for pk, marking in of_lessons}


def _shown(hit: Hit, markings: Mapping[int, str]) -> dict[str, Any]:
    """What the page says of a hit."""
    entry = hit.entry
    marking = markings.get(entry.pk)
    return {
        "entry": entry,
        "address": entry.get_absolute_url(),
        "kind": SearchKind(entry.kind).label,
        "title": pieces(entry.title, hit.marked),
        "text": snippet(entry.body, hit.marked),
        "engagement": entry.assessment.engagement if entry.assessment else None,
        "marking": Marking(marking).label if marking else "",
        "state": STATES.get(entry.state, ""),
    }


def _headings(request: SignedInRequest, chosen: Mapping[str, Any], found: Found) -> list[dict[str, Any]]:
    """The headings with their values, those with most first: two queries."""
    dyads = Dyad.objects.with_organisations().in_bulk(found.counts["dyad"].keys() | {chosen.get("dyad", 0)})
    dimensions = _dimensions(found.counts["dimension"])
    named: dict[str, tuple[str, Callable[[Any], str], Callable[[Any], str]]] = {
        "kind": (_("Kind"), str, lambda value: str(SearchKind(value).label)),
        "dyad": (_("Dyad"), lambda value: dyads[value].slug, lambda value: dyads[value].slug),
        "level": (_("Level"), str, lambda value: str(Level(value).label)),
        "dimension": (_("Dimension"), str, lambda value: dimensions.get(value, value)),
        "year": (_("Year"), str, str),
        "state": (_("State"), str, lambda value: str(STATES.get(value, value))),
    }
    headings = []
    for heading, (title, code, name) in named.items():
        counts: Counter[Any] = found.counts[heading]
        if heading in chosen:
            counts.setdefault(chosen[heading], 0)
        choices = [
            Choice(
                name(value),
                n,
                chosen=chosen.get(heading) == value,
                address=_address(request, {heading: None if chosen.get(heading) == value else code(value)}),
            )
            for value, n in counts.items()
        ]
        choices.sort(key=lambda choice: (not choice.chosen, -choice.n, choice.name))
        if choices:
            headings.append(
                {"title": title, "choices": choices[:AT_FIRST], "more": choices[AT_FIRST:AT_MOST]}
            )
    return headings


def _dimensions(codes: Counter[str]) -> dict[str, str]:
    """Names of dimensions by code, those of the framework version that was published last."""
    named = Dimension.objects.filter(code__in=codes, framework__published_at__isnull=False)
    return {one.code: str(one) for one in named.order_by("framework__published_at", "framework")}


def _address(request: SignedInRequest, changed: Mapping[str, Any]) -> str:
    """The address of the same search with some parameters changed, or left out where they are None."""
    parameters = request.GET.copy()
    parameters.pop("page", None)
    for name, value in changed.items():
        parameters.pop(name, None)
        if value is not None:
            parameters[name] = str(value)
    return f"?{parameters.urlencode()}"
