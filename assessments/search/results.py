"""One page of what somebody finds, best first, and how much of it there is under each heading."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchHeadline, SearchRank
from django.db.models import (
    Case,
    Count,
    Expression,
    F,
    FloatField,
    Func,
    IntegerField,
    Q,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Concat

from assessments.choices import SearchKind, SearchLanguage
from assessments.models import SearchEntry
from assessments.models.search import SearchEntryQuerySet
from assessments.search.query import Query
from organisations.models import User

HEADINGS = ("kind", "dyad", "level", "dimension", "year", "state")
ON_A_PAGE = 20
# Of words in the body, (unused), beside the title, in the title.
WEIGHTS = [0.2, 0.2, 0.4, 1.0]
# What bears a name comes before what is said of it; evidence repeats the title of its source.
FACTORS = {
    SearchKind.MISSION: 1.3,
    SearchKind.INSTRUMENT: 1.2,
    SearchKind.ENGAGEMENT: 1.2,
    SearchKind.LESSON: 1.1,
    SearchKind.SOURCE: 1.1,
    SearchKind.EVIDENCE: 0.5,
}
START, STOP = "\x02", "\x03"
Headings = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Hit:
    """``marked`` are the folded words of the entry that were searched for."""

    entry: SearchEntry
    marked: frozenset[str]


@dataclass(frozen=True, slots=True)
class Found:
    """``counts``: by heading and value, each under what the others choose; ``total`` under all choices."""

    hits: Sequence[Hit]
    counts: Mapping[str, Counter[Any]]
    total: int
    number: int


def matching(query: Query, user: User) -> SearchEntryQuerySet:
    """Entries that ``user`` may see and that have all that is asked for, in the words of their language."""
    conditions = [Q(language=one, words=query.in_language(one)) for one in SearchLanguage]
    return SearchEntry.objects.visible_to(user).filter(conditions[0] | conditions[1])


def find(query: Query, *, user: User, chosen: Headings, number: int) -> Found:
    """Page ``number`` (from 1; the last one where there are fewer): two queries."""
    counts: dict[str, Counter[Any]] = {heading: Counter() for heading in HEADINGS}
    best: list[tuple[float, int, int]] = []
    total = 0
    for *values, n, places in _groups(query, user, last=number * ON_A_PAGE):
        headed = dict(zip(HEADINGS, values, strict=True))
        differs = [heading for heading, value in chosen.items() if headed[heading] != value]
        for heading, value in headed.items():
            if value not in {"", None} and differs in ([], [heading]):
                counts[heading][value] += n
        if not differs:
            total += n
            best += [(lower, -(headed["year"] or 0), int(key)) for lower, key in places]
    number = max(1, min(number, -(-total // ON_A_PAGE)))
    keys = [key for *_order, key in sorted(best)[(number - 1) * ON_A_PAGE : number * ON_A_PAGE]]
    return Found(_hits(keys, query), counts, total, number)


def _groups(query: Query, user: User, last: int) -> Any:
    """What matches, by all headings together: how much, and the ranks (negative) and keys of the best."""
    lower = Func(
        _rank(query) * Value(-1.0),
        Cast("pk", FloatField()),
        template="ARRAY[%(expressions)s]",
        output_field=ArrayField(FloatField()),
    )
    groups = matching(query, user).order_by().values(*HEADINGS)
    groups = groups.annotate(n=Count("pk"), places=ArrayAgg(lower, order_by=lower))
    return groups.annotate(best=F(f"places__0_{last}")).values_list(*HEADINGS, "n", "best")


def _by_language(of: Mapping[SearchLanguage, Expression]) -> Case:
    french = SearchLanguage.FRENCH
    return Case(When(language=french, then=of[french]), default=of[SearchLanguage.ENGLISH])


def _rank(query: Query) -> Expression:
    ranks = {
        one: SearchRank(F("words"), query.any_in_language(one), weights=WEIGHTS) for one in SearchLanguage
    }
    factors = [When(kind=kind, then=Value(factor)) for kind, factor in FACTORS.items()]
    return _by_language(ranks) * Case(*factors, default=Value(1.0))


def _hits(keys: Sequence[int], query: Query) -> list[Hit]:
    """The entries of ``keys`` in this order, with all that a page says of them: one query."""
    both = Concat("title", Value(" "), "body", output_field=TextField())
    text = Func(both, function="concord_folded", output_field=TextField())
    headlines = {
        one: SearchHeadline(
            text,
            query.in_language(one),
            config=one.value,
            start_sel=START,
            stop_sel=STOP,
            highlight_all=True,
        )
        for one in SearchLanguage
    }
    entries = (
        SearchEntry.objects.filter(pk__in=keys)
        .select_related("assessment__engagement", "dyad__first", "dyad__second")
        .defer("words")
        .annotate(headline=_by_language(headlines))
    )
    by_key = {entry.pk: entry for entry in entries}
    return [Hit(by_key[key], _marked(by_key[key].headline, query)) for key in keys]  # type: ignore[attr-defined]


def _marked(headline: str, query: Query) -> frozenset[str]:
    found = {piece.partition(STOP)[0] for piece in headline.split(START)[1:]}
    plain = headline.replace(START, "").replace(STOP, "")
    return frozenset(found | {word for word in plain.split() if query.begins(word)})


def empty_in(query: Query) -> bool:
    """Whether all its words are stop words of one language, of which every text has many: one query."""
    nodes = [
        Func(query.in_language(one), function="numnode", output_field=IntegerField())
        for one in SearchLanguage
    ]
    entry = SearchEntry.objects.annotate(nodes=nodes[0] * nodes[1]).values_list("nodes", flat=True)
    return entry.first() == 0
