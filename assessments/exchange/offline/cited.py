"""The new evidence of a form: which source a line names, and whether the place is cited already."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from assessments.choices import EARLIEST_PUBLICATION, LATEST_YEAR, Stance
from assessments.exchange.offline import layout
from assessments.exchange.offline.reading import Fault
from assessments.models import Assessment, Evidence, Indicator, Source

DESCRIBED = re.compile(r"(?P<author>.{1,250}?) \((?P<year>\d{4}|undated)\): (?P<title>.{1,400})")
KIND_OF_NEW = "other"


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """A place to cite in ``source``, or in one that is described and not in the library yet."""

    row: str
    indicator: Indicator
    source: Source | None
    described: str
    locator: str
    stance: str
    cited: bool

    @property
    def stance_in_words(self) -> str:
        return str(Stance(self.stance).label)

    @property
    def content(self) -> list[Any]:
        source = self.source.pk if self.source else self.described
        return [self.row, self.indicator.code, source, self.locator, self.stance]

    def new_source(self) -> dict[str, Any]:
        """The fields of the source that is described."""
        found = DESCRIBED.fullmatch(self.described)
        if found is None:
            raise ValueError(self.described)
        year = None if found["year"] == "undated" else int(found["year"])
        return {"author": found["author"], "title": found["title"], "year": year, "kind": KIND_OF_NEW}


class _Wrong(Exception):
    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column = column


def evidence_lines(
    assessment: Assessment,
    rows: Iterable[dict[str, str]],
    asked: Mapping[str, Indicator],
    faults: list[Fault],
) -> list[EvidenceLine]:
    """The lines that can be cited, or are already; ``faults`` gets what is wrong with the others."""
    rows = list(rows)
    if not rows:
        return []
    reading = _Reading(asked, _sources(assessment, rows), _cited(assessment))
    lines: list[EvidenceLine] = []
    for row in rows:
        try:
            lines.append(reading.line(row))
        except _Wrong as wrong:
            faults.append(Fault(layout.EVIDENCE, f"{wrong.column}{row['row']}", str(wrong)))
    return lines


@dataclass
class _Reading:
    """``cited`` maps places (indicator, source, locator) to their stance, and grows line by line."""

    asked: Mapping[str, Indicator]
    sources: Mapping[str, Source]
    cited: dict[tuple[str, Any, str], str]

    def line(self, row: dict[str, str]) -> EvidenceLine:
        indicator = self.asked.get(row["indicator"])
        if indicator is None:
            words = _("%(code)s is not asked in this assessment any more.") % {"code": row["indicator"]}
            raise _Wrong(layout.INDICATOR, words)
        source = self.sources.get(row["source"]) or self.sources.get(row["source"].partition(": ")[0])
        described = "" if source else _described(row["source"])
        place = (indicator.code, source.pk if source else described, row["locator"])
        known = place in self.cited
        if self.cited.setdefault(place, row["stance"]) != row["stance"]:
            words = _("this place is cited already, with another stance: change that on the page.")
            raise _Wrong(layout.STANCE, words)
        return EvidenceLine(
            row["row"], indicator, source, described, row["locator"], row["stance"], cited=known
        )


def _sources(assessment: Assessment, rows: Iterable[dict[str, str]]) -> dict[str, Source]:
    """Those that can be cited, by key and by what they are called; the organisation's own come first."""
    named = {part for row in rows for part in (row["source"], row["source"].partition(": ")[0])}
    titles = {found["title"] for text in named if (found := DESCRIBED.fullmatch(text))}
    citable = Source.objects.citable_for(assessment.on_behalf_of)
    sources: dict[str, Source] = {}
    for source in sorted(
        citable.filter(Q(key__in=named) | Q(title__in=titles)), key=lambda each: not each.organisation_id
    ):
        sources.setdefault(source.key, source)
        sources.setdefault(str(source), source)
    return sources


def _cited(assessment: Assessment) -> dict[tuple[str, Any, str], str]:
    evidence = Evidence.objects.filter(rating__assessment=assessment)
    rows = evidence.values_list("rating__indicator__code", "source", "locator", "stance")
    return {(code, source, locator): stance for code, source, locator, stance in rows}


def _described(text: str) -> str:
    """A source in words, checked to be one that can be added."""
    found = DESCRIBED.fullmatch(text)
    if found is None:
        words = _(
            "this is no source of the sheet %(sheet)s; write a new one as Author (year): title, "
            "or Author (undated): title."
        )
        raise _Wrong(layout.SOURCE, words % {"sheet": layout.SOURCES})
    if found["year"] != "undated" and not EARLIEST_PUBLICATION <= int(found["year"]) <= LATEST_YEAR:
        raise _Wrong(layout.SOURCE, _("%(year)s is no year of publication.") % {"year": found["year"]})
    return text
