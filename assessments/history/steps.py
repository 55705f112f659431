"""What was done to an assessment as a whole: its description, state, authors, reviews and releases."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from assessments.choices import Decision, Marking, State
from assessments.history.answers import DELETED, INSERTED, acting, events_of
from assessments.history.entries import Entry, Kind, Somebody
from assessments.models import Assessment, Dimension
from organisations.models import Organisation

# Each of these has an entry of its own: the revision, the reading, the review.
TOLD_ELSEWHERE = {State.SUBMITTED, State.IN_REVIEW, State.RETURNED}


def steps(assessment: Assessment) -> list[Entry]:
    """Everything but answers and evidence."""
    return [
        *_own_steps(assessment),
        *_authors(assessment),
        *_sections(assessment),
        *_revisions(assessment),
        *_releases(assessment),
    ]


def opened_at(assessment: Assessment) -> datetime | None:
    """When the row was made, by the database's clock."""
    event = events_of("Assessment").filter(pgh_obj=assessment, pgh_label=INSERTED).first()
    return event.pgh_created_at if event else None


def _own_steps(assessment: Assessment) -> Iterator[Entry]:
    events = events_of("Assessment").filter(pgh_obj=assessment).select_related("pgh_context")
    earlier = None
    for event in events:
        if earlier is None:
            yield Entry(Kind.STATE, event.pgh_created_at, acting(event, event.assessor_id), _("Opened"))
        else:
            yield from _changed(earlier, event)
        earlier = event


def _changed(old: Any, new: Any) -> Iterator[Entry]:
    at, person = new.pgh_created_at, acting(new)
    described = [
        (_("Period"), _period(old), _period(new)),
        (_("Basis"), old.basis, new.basis),
        (_("Reference"), old.reference, new.reference),
        (_("Handling marking"), _marking(old), _marking(new)),
    ]
    for words, before, after in described:
        if before != after:
            yield Entry(Kind.DESCRIPTION, at, person, words, before=before, after=after, field=words)
    if old.state != new.state and new.state not in TOLD_ELSEWHERE:
        states = [str(State(event.state).label) for event in (old, new)]
        yield Entry(Kind.STATE, at, person, _("State"), before=states[0], after=states[1])
    if old.released_to_all != new.released_to_all:
        given, taken = _("Released to every organisation"), _("No longer released to every organisation")
        yield Entry(Kind.RELEASE, at, person, given if new.released_to_all else taken)
    if old.assessor_id != new.assessor_id:
        one, other = Somebody(old.assessor_id), Somebody(new.assessor_id)
        yield Entry(Kind.AUTHOR, at, person, _("Handed over"), before=one, after=other)


def _period(event: Any) -> str:
    start, end = event.period_start, event.period_end
    return str(start) if start == end else f"{start}–{end}"


def _marking(event: Any) -> str:
    return str(Marking(event.marking).label)


def _authors(assessment: Assessment) -> Iterator[Entry]:
    for event in events_of("CoAuthor").filter(assessment=assessment).select_related("pgh_context"):
        person, somebody = acting(event, event.added_by_id), Somebody(event.person_id)
        if event.pgh_label == DELETED:
            yield Entry(
                Kind.AUTHOR, event.pgh_created_at, acting(event), _("Co-author removed"), before=somebody
            )
        else:
            yield Entry(Kind.AUTHOR, event.pgh_created_at, person, _("Co-author added"), after=somebody)


def _sections(assessment: Assessment) -> Iterator[Entry]:
    events = list(events_of("SectionMark").filter(assessment=assessment).select_related("pgh_context"))
    dimensions = Dimension.objects.in_bulk({event.dimension_id for event in events})
    for event in events:
        name = str(dimensions[event.dimension_id])
        if event.pgh_label == DELETED:
            words, person = _("No longer called complete"), acting(event)
        else:
            words, person = _("Called complete"), acting(event, event.marked_by_id)
        yield Entry(Kind.SECTION, event.pgh_created_at, person, words, after=name)


def _revisions(assessment: Assessment) -> Iterator[Entry]:
    """Submissions, readings and decisions."""
    revisions = {}
    for event in events_of("Revision").filter(assessment=assessment).defer("content"):
        revisions[event.pgh_obj_id] = str(event.number)
        words = _("Submitted as revision %(number)s") % {"number": event.number}
        note = event.remarks_reason
        yield Entry(Kind.STATE, event.pgh_created_at, event.submitted_by_id, words, note=note)
    for event in events_of("Reading").filter(revision__in=revisions):
        words = _("Revision %(number)s opened for review") % {"number": revisions[event.revision_id]}
        yield Entry(Kind.STATE, event.pgh_created_at, event.reviewer_id, words)
    decided = {
        Decision.APPROVED.value: _("Revision %(number)s approved"),
        Decision.RETURNED.value: _("Revision %(number)s returned"),
    }
    for event in events_of("Review").filter(revision__in=revisions):
        words = decided[event.decision] % {"number": revisions[event.revision_id]}
        yield Entry(Kind.STATE, event.pgh_created_at, event.reviewer_id, words, note=event.reason)


def _releases(assessment: Assessment) -> Iterator[Entry]:
    events = list(events_of("AssessmentRelease").filter(assessment=assessment).select_related("pgh_context"))
    organisations = Organisation.objects.in_bulk({event.organisation_id for event in events})
    for event in events:
        taken = event.pgh_label == DELETED
        words = _("Release taken back from %(organisation)s") if taken else _("Released to %(organisation)s")
        named = words % {"organisation": organisations[event.organisation_id]}
        yield Entry(Kind.RELEASE, event.pgh_created_at, acting(event), named)
