"""What an uploaded form would change: field by field against what was downloaded and what is there now."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from assessments import snapshot
from assessments.choices import Confidence, NonScore
from assessments.exchange.offline.cited import EvidenceLine, evidence_lines
from assessments.exchange.offline.reading import ANSWER_CELLS, Fault, normal
from assessments.models import Indicator, OfflineUpload, Rating

FIELDS = tuple(ANSWER_CELLS)
NEW, CHANGED, SAME, CONFLICT = "new", "changed", "same", "conflict"


@dataclass(frozen=True, slots=True)
class Change:
    """One field that would change; both sides in the words that people see."""

    name: str
    before: str
    after: str


@dataclass(slots=True)
class AnswerLine:
    """One indicator of a form. ``values`` are what would be saved, field by field.

    ``disputed`` are the fields that both sides have changed to different values; there ``values`` holds the
    form's. ``kept`` are those that only others have changed: they stay as they are.
    """

    indicator: Indicator
    rating: Rating | None
    values: dict[str, str] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)
    disputed: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)

    @property
    def status(self) -> str:
        if self.disputed:
            return CONFLICT
        if not self.changed:
            return SAME
        return CHANGED if self.rating and any(fields_of(self.rating).values()) else NEW

    @property
    def version(self) -> int:
        return self.rating.version if self.rating else 0

    @property
    def changes(self) -> list[Change]:
        before = fields_of(self.rating)
        return [
            Change(name, self._in_words(name, before[name]), self._in_words(name, self.values[name]))
            for name in self.changed
        ]

    def _in_words(self, name: str, value: str) -> str:
        if name == "answer" and value.isdigit():
            return f"{value} {self.indicator.scale.get(int(value), '')}"
        words = {"answer": NonScore.choices, "confidence": Confidence.choices}.get(name, [])
        return str(dict(words).get(value, value))


@dataclass(frozen=True, slots=True)
class Plan:
    answers: list[AnswerLine]
    evidence: list[EvidenceLine]
    faults: list[Fault]

    def _answers(self, *statuses: str) -> list[AnswerLine]:
        return [line for line in self.answers if line.status in statuses]

    @property
    def to_save(self) -> list[AnswerLine]:
        return self._answers(NEW, CHANGED)

    @property
    def conflicts(self) -> list[AnswerLine]:
        return self._answers(CONFLICT)

    @property
    def to_cite(self) -> list[EvidenceLine]:
        return [line for line in self.evidence if not line.cited]

    @property
    def counts(self) -> dict[str, int]:
        return {
            "new": len(self._answers(NEW)),
            "changed": len(self._answers(CHANGED)),
            "same": len(self._answers(SAME)) + len(self.evidence) - len(self.to_cite),
            "evidence": len(self.to_cite),
            "conflicts": len(self.conflicts),
            "faults": len(self.faults),
        }

    @property
    def open(self) -> bool:
        """Is there anything left to save, to settle, or to mend?"""
        return bool(self.to_save or self.to_cite or self.conflicts or self.faults)

    def digest(self) -> str:
        """SHA-256 of what would be saved, and over what."""
        saved = [[line.indicator.code, line.version, line.values] for line in self.to_save]
        return snapshot.digest({"answers": saved, "evidence": [line.content for line in self.to_cite]})


def plan_of(upload: OfflineUpload) -> Plan:
    """Compare an upload with the assessment as it is now: seven queries."""
    assessment = upload.assessment
    content = upload.content
    faults = [Fault(**fault) for fault in content["faults"]]
    ratings = {
        rating.indicator.code: rating
        for rating in assessment.ratings.select_related("indicator", "updated_by")
    }
    downloaded = _downloaded(ratings.values(), upload.mark["versions"])
    asked = {
        indicator.code: indicator
        for indicator in assessment.applicable_indicators().prefetch_related("anchors")
    }
    lines = []
    for code, given in content["answers"].items():
        if code in asked:
            lines.append(_answer_line(asked[code], ratings.get(code), downloaded.get(code), given))
        else:
            words = _("%(code)s is not asked in this assessment any more.") % {"code": code}
            faults.append(Fault(given["sheet"], f"A{given['row']}", words))
    order = list(asked)
    lines.sort(key=lambda line: order.index(line.indicator.code))
    evidence = evidence_lines(assessment, content["evidence"], asked, faults)
    return Plan(lines, evidence, faults)


def _downloaded(ratings: Iterable[Rating], versions: dict[str, int]) -> dict[str, dict[str, str]]:
    """The answers as they were when the form was made, from the history; missing where it does not tell."""
    found: dict[str, dict[str, str]] = {
        code: fields_of(None) for code, version in versions.items() if not version
    }
    wanted = {rating.pk: rating.indicator.code for rating in ratings if versions.get(rating.indicator.code)}
    events: Any = Rating.pgh_event_model  # type: ignore[attr-defined]
    which = Q(pk=None)
    for pk, code in wanted.items():
        which |= Q(pgh_obj_id=pk, version=versions[code])
    for event in events.objects.filter(which).order_by("pk"):
        found[wanted[event.pgh_obj_id]] = fields_of(event)
    return found


def _answer_line(
    indicator: Indicator, rating: Rating | None, downloaded: dict[str, str] | None, given: dict[str, str]
) -> AnswerLine:
    line = AnswerLine(indicator, rating)
    for name, now in fields_of(rating).items():
        then = None if downloaded is None else normal(downloaded[name])
        line.values[name] = now
        mine = given.get(name)
        if mine is None or mine == normal(now):
            continue
        if mine == then:
            line.kept.append(name)
            continue
        line.values[name] = mine
        (line.changed if then == normal(now) else line.disputed).append(name)
    return line


def fields_of(rating: Any) -> dict[str, str]:
    """The fields of a rating, or of an event of its history, as a form has them."""
    if rating is None:
        return dict.fromkeys(FIELDS, "")
    answer = str(rating.score) if rating.score else rating.non_score
    return {"answer": answer, "confidence": rating.confidence, "rationale": rating.rationale}
