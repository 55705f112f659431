"""What was said about an assessment beside its answers, and who was to review it."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from assessments.history.answers import DELETED, acting, events_of
from assessments.history.entries import Entry, Kind, Somebody
from assessments.models import Assessment


def comments(assessment: Assessment) -> Iterator[Entry]:
    """Comments, their changes, and threads that were resolved or opened again."""
    before: dict[int, Any] = {}
    for event in events_of("Comment").filter(assessment=assessment).select_related("pgh_context"):
        earlier, before[event.pgh_obj_id] = before.get(event.pgh_obj_id), event
        place = {"kind": Kind.COMMENT, "at": event.pgh_created_at, "indicator": event.indicator_id}
        if earlier is None:
            words = _("Reply") if event.parent_id else _("Comment")
            yield Entry(**place, person=event.author_id, words=words, after=event.text)
            continue
        if earlier.text != event.text:
            yield Entry(
                **place,
                person=event.author_id,
                words=_("Comment changed"),
                before=earlier.text,
                after=event.text,
            )
        if earlier.resolved_at != event.resolved_at:
            resolved = event.resolved_at is not None
            yield Entry(
                **place,
                person=event.resolved_by_id if resolved else acting(event),
                words=_("Thread resolved") if resolved else _("Thread opened again"),
                after=event.text,
            )


def assignments(assessment: Assessment) -> Iterator[Entry]:
    """Who was made the reviewer, by whom, and until when."""
    for event in events_of("Assignment").filter(assessment=assessment).select_related("pgh_context"):
        at, reviewer = event.pgh_created_at, Somebody(event.reviewer_id)
        if event.pgh_label == DELETED:
            yield Entry(Kind.STATE, at, acting(event), _("No longer the reviewer"), before=reviewer)
            continue
        due = _("Due %(day)s") % {"day": event.due} if event.due else ""
        person = acting(event, event.assigned_by_id)
        yield Entry(Kind.STATE, at, person, _("Reviewer assigned"), after=reviewer, note=due)
