"""What was done to answers and their evidence."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import QuerySet
from django.db.models.functions import MD5
from django.utils.translation import gettext as _

from assessments.choices import Confidence, NonScore
from assessments.history.entries import NOTHING, Entry, Kept, Kind, Value, same
from assessments.models import Assessment, Evidence, Rating, Source

INSERTED, DELETED = "insert", "delete"
ACTING = "pgh_context__metadata__user"
WORDS = dict((*NonScore.choices, *Confidence.choices))
NOT_SHOWN = {"id", "rating", "source", "version"}


def events_of(model: str) -> QuerySet[Any]:
    """The rows of the history of a model, oldest first, with what the trigger knew."""
    events: QuerySet[Any] = apps.get_model("assessments", f"{model}Event")._default_manager.order_by("pgh_id")
    return events


def answer_changes(assessment: Assessment, copied_at: datetime | None) -> Iterator[Entry]:
    """Every change of a score, confidence or rationale; of answers copied at ``copied_at`` only how many."""
    events = (
        events_of("Rating")
        .filter(assessment=assessment)
        .annotate(digest=MD5("rationale"))
        .values(
            "pgh_id",
            "pgh_created_at",
            "pgh_label",
            "pgh_obj_id",
            "indicator_id",
            "score",
            "non_score",
            "confidence",
            "digest",
            "updated_by_id",
            ACTING,
        )
    )
    before: dict[int, dict[str, Any]] = {}
    copied = 0
    for event in events.iterator():
        earlier, before[event["pgh_obj_id"]] = before.get(event["pgh_obj_id"]), event
        if event["pgh_label"] == INSERTED and event["pgh_created_at"] == copied_at:
            copied += 1
            continue
        yield from _changes(earlier, event)
    if copied and copied_at:
        yield Entry(Kind.ANSWER, copied_at, None, _("Answers carried over"), after=str(copied))


def _changes(earlier: dict[str, Any] | None, event: dict[str, Any]) -> Iterator[Entry]:
    place = {
        "kind": Kind.ANSWER,
        "at": event["pgh_created_at"],
        "person": event[ACTING] or event["updated_by_id"],
        "indicator": event["indicator_id"],
    }
    values: dict[str, tuple[str, Value, Value]] = {
        "answer": (_("Answer"), _answer(earlier), _answer(event)),
        "confidence": (_("Confidence"), _confidence(earlier), _confidence(event)),
        "rationale": (_("Rationale"), _kept(earlier), _kept(event)),
    }
    for field, (words, old, new) in values.items():
        if not same(old, new):
            yield Entry(**place, words=words, before=old, after=new, field=field)


def _answer(event: dict[str, Any] | None) -> str:
    if event is None:
        return ""
    return str(event["score"] or WORDS.get(event["non_score"], ""))


def _confidence(event: dict[str, Any] | None) -> str:
    return str(WORDS.get(event["confidence"], "")) if event else ""


EMPTY = "d41d8cd98f00b204e9800998ecf8427e"  # MD5 of no text


def _kept(event: dict[str, Any] | None) -> Kept:
    if event is None or event["digest"] == EMPTY:
        return NOTHING
    return Kept(event["pgh_id"], event["digest"])


def rationales(events: set[int]) -> dict[int, str]:
    """The texts that these events keep: one query."""
    return dict(events_of("Rating").filter(pgh_id__in=events).values_list("pgh_id", "rationale"))


def evidence_changes(assessment: Assessment, copied_at: datetime | None) -> Iterator[Entry]:
    """Evidence cited, changed and removed, with all that was said of it; not what was copied."""
    indicators = dict(Rating.objects.filter(assessment=assessment).values_list("pk", "indicator_id"))
    events = list(events_of("Evidence").filter(rating__in=indicators).select_related("pgh_context"))
    sources = Source.objects.in_bulk({event.source_id for event in events})
    before: dict[int, str] = {}
    for event in events:
        cited = _cited(event, sources)
        earlier, before[event.pgh_obj_id] = before.get(event.pgh_obj_id, ""), cited
        if event.pgh_label == INSERTED and event.pgh_created_at == copied_at:
            continue
        removed = event.pgh_label == DELETED
        if earlier == cited and not removed:
            continue
        words = (
            _("Evidence removed") if removed else _("Evidence changed") if earlier else _("Evidence cited")
        )
        yield Entry(
            Kind.EVIDENCE,
            event.pgh_created_at,
            acting(event),
            _("Evidence removed") if removed else words,
            before=cited if removed else earlier,
            after="" if removed else cited,
            indicator=indicators[event.rating_id],
        )


def acting(event: Any, otherwise: int | None = None) -> int | None:
    """Who was signed in when an event was written; by commands and jobs ``otherwise``, as the row says."""
    person: int | None = event.pgh_context.metadata.get("user") if event.pgh_context else None
    return person or otherwise


def _cited(event: Any, sources: dict[int, Source]) -> str:
    """A source with everything that the evidence says about it."""
    said = [
        event._get_FIELD_display(field) if field.choices else getattr(event, field.attname)
        for field in Evidence._meta.concrete_fields
        if field.name not in NOT_SHOWN and not field.is_relation
    ]
    source = sources.get(event.source_id)
    return "; ".join(
        str(one) for one in (source or _("a source that is gone"), *said) if one not in {None, ""}
    )
