"""What happened and what was found about it, year by year."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from django.urls import reverse
from django.utils.translation import gettext as _

from assessments.models import Assessment, Engagement
from assessments.scoring.results import Portion
from organisations.models import Instrument, Mission

MISSION, INSTRUMENT, ASSESSMENT = "mission", "instrument", "assessment"
WIDTH = 200.0


@dataclass(frozen=True, slots=True)
class Entry:
    """``start`` is a year, none where it is not known; ``end`` none where it goes on or is not known.

    ``x`` and ``width`` place it on a strip of 200 units from the first year of the timeline to its last.
    """

    kind: str
    start: int | None
    end: int | None
    when: str
    text: str
    detail: str
    url: str
    figure: Portion | None = None
    next_cycle: str = ""
    x: float = 0.0
    width: float = 0.0


@dataclass(frozen=True, slots=True)
class Timeline:
    """``first`` and ``last`` are the years that the strips reach from and to; none without any date."""

    entries: tuple[Entry, ...]
    first: int | None
    last: int | None


def timeline(
    engagements: Iterable[Engagement],
    instruments: Iterable[Instrument],
    assessments: Iterable[Assessment],
    of_cases: Mapping[str, Portion],
    continued_for: Collection[int] = (),
) -> Timeline:
    """In the order of their beginning; what has no date comes last. ``of_cases``: levels' figures by case.

    ``continued_for``: ids of the organisations for which the viewer may start a next cycle.
    """
    missions = {part.mission.pk: part.mission for e in engagements for part in e.parts.all()}
    entries = [
        *(_of_mission(mission) for mission in missions.values()),
        *(_of_instrument(instrument) for instrument in instruments),
        *(
            _of_assessment(
                assessment, of_cases.get(assessment.case), assessment.on_behalf_of_id in continued_for
            )
            for assessment in assessments
        ),
    ]
    entries.sort(key=lambda e: (e.start is None, e.start or 0, e.kind != MISSION, e.when, e.text))
    years = [year for entry in entries for year in (entry.start, entry.end) if year is not None]
    if not years:
        return Timeline(tuple(entries), None, None)
    first, last = min(years), max(years)
    return Timeline(tuple(_placed(entry, first, last) for entry in entries), first, last)


def _placed(entry: Entry, first: int, last: int) -> Entry:
    """What has no end reaches to the last year there is."""
    if entry.start is None:
        return entry
    unit = WIDTH / (last + 1 - first)
    end = last if entry.end is None else entry.end
    x, width = (entry.start - first) * unit, (end + 1 - entry.start) * unit
    return replace(entry, x=round(x, 1), width=round(width, 1))


def _of_mission(mission: Mission) -> Entry:
    start, end = _year(mission.start), _year(mission.end)
    when = (
        _("no date recorded")
        if not mission.start
        else f"{mission.start} – {mission.end or _('no end recorded')}"
    )
    return Entry(
        MISSION,
        start,
        end,
        when,
        f"{mission.acronym}: {mission.name}",
        mission.theatre,
        mission.get_absolute_url(),
    )


def _of_instrument(instrument: Instrument) -> Entry:
    year = instrument.year or None
    when = str(year or _("no date recorded"))
    detail = ", ".join(filter(None, [str(instrument.get_kind_display()), instrument.symbol]))
    return Entry(INSTRUMENT, year, year, when, instrument.title, detail, "")


def _of_assessment(assessment: Assessment, figure: Portion | None, continued: bool) -> Entry:
    detail = _("on behalf of %(organisation)s") % {"organisation": assessment.on_behalf_of}
    return Entry(
        ASSESSMENT,
        assessment.period_start,
        assessment.period_end,
        assessment.period,
        assessment.subject,
        detail,
        assessment.get_absolute_url(),
        figure,
        reverse("assessments:next-cycle", args=[assessment.pk]) if continued else "",
    )


def _year(date: str) -> int | None:
    return int(date[:4]) if date[:4].isdigit() else None
