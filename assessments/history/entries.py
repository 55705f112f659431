"""Entries of a history, and how neighbouring saves of one field become one entry."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PAUSE = timedelta(minutes=30)  # after a longer one, a change is one of its own


class Kind(models.TextChoices):
    ANSWER = "answer", _("Answers, confidence, rationales")
    EVIDENCE = "evidence", _("Evidence")
    DESCRIPTION = "description", _("Period, basis, reference, marking")
    SECTION = "section", _("Dimensions called complete")
    AUTHOR = "author", _("Authors")
    STATE = "state", _("State and review")
    COMMENT = "comment", _("Comments")
    RELEASE = "release", _("Release")


class Kept(NamedTuple):
    """A rationale as it was: the event that holds it, and a digest that tells whether two are the same."""

    event: int | None
    digest: str


NOTHING = Kept(None, "")


class Somebody(NamedTuple):
    """A person who did not act, but to whom something was done."""

    person: int


Value = str | Kept | Somebody


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a history.

    ``person`` and ``indicator`` are ids; no person is a command, an import or a job. ``before`` and ``after``
    are words, or lead to a person or a rationale. ``saves`` says of how many changes between ``at`` and
    ``until`` an entry was made, ``field`` which of them belong together; one without a field stands alone.
    """

    kind: Kind
    at: datetime
    person: int | None
    words: str | Promise
    before: Value = ""
    after: Value = ""
    indicator: int | None = None
    field: str = ""
    note: str = ""
    until: datetime | None = None
    saves: int = 1

    @property
    def came_back(self) -> bool:
        """Whether several changes left what was there before."""
        return self.saves > 1 and same(self.before, self.after)


def same(one: Value, other: Value) -> bool:
    """Whether two values are the same, of rationales whether they say the same."""
    if isinstance(one, Kept) and isinstance(other, Kept):
        return one.digest == other.digest
    return one == other


def folded(changes: Iterable[Entry], cuts: Iterable[datetime]) -> list[Entry]:
    """Changes of one person to one field, in the order of time, as one entry unless a pause lies between.

    Nothing is folded across ``cuts``: the times at which the assessment moved on.
    """
    cuts = sorted(cuts)
    entries: list[Entry] = []
    last: dict[tuple[str, int | None, str], int] = {}
    for change in changes:
        key = (change.kind.value, change.indicator, change.field)
        place = last.get(key) if change.field else None
        if place is not None and _belong_together(entries[place], change, cuts):
            earlier = entries[place]
            entries[place] = replace(earlier, after=change.after, until=change.at, saves=earlier.saves + 1)
            continue
        last[key] = len(entries)
        entries.append(change)
    return entries


def _belong_together(earlier: Entry, later: Entry, cuts: Iterable[datetime]) -> bool:
    since = earlier.until or earlier.at
    near = later.at - since <= PAUSE
    return earlier.person == later.person and near and not any(since < cut <= later.at for cut in cuts)
