"""Words for calibrations: where their variances come from, how they stand, and what one of them moves."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assessments.choices import CalibrationStatus, Level
from assessments.models import Calibration

COMPONENTS = {
    "dyad": gettext_lazy("Dyads differ from each other"),
    "dyad_indicator": gettext_lazy("Dyads differ from indicator to indicator"),
    "case": gettext_lazy("Cases of one dyad differ"),
    "case_indicator": gettext_lazy("Cases differ from indicator to indicator"),
    "assessor": gettext_lazy("Assessors differ in severity"),
    "residual": gettext_lazy("Chance, and whatever else"),
}
GUARDS = {
    "": gettext_lazy(
        "Estimated from the ratings, and drawn towards the method's defaults where data are few."
    ),
    "few_dyads": gettext_lazy("The method's defaults: fewer than five dyads are rated at this level."),
    "not_separable": gettext_lazy(
        "The method's defaults: the ratings cannot tell the causes apart, as when each dyad has one assessor."
    ),
    "not_estimated": gettext_lazy("The method's defaults: this calibration did not estimate them."),
}
STATUSES = {
    "published": gettext_lazy("published"),
    "insufficient_evidence": gettext_lazy("insufficient evidence"),
    "not_assessed": gettext_lazy("not assessed"),
    "not_applicable": gettext_lazy("not applicable"),
    "descriptive": gettext_lazy("not scored"),
}
NOTICEABLE = 0.005


def standing(calibration: Calibration) -> str:
    """One sentence about a calibration's number, state and dates."""
    values = {"number": calibration.number, "day": _day(calibration.created_at)}
    if calibration.status == CalibrationStatus.PROPOSED:
        return _("Calibration %(number)d is proposed since %(day)s and waits for a decision.") % values
    if calibration.status == CalibrationStatus.REPLACED:
        return _replaced(calibration, values)
    values["day"] = _day(calibration.decided_at)
    if calibration.status == CalibrationStatus.REJECTED:
        values["reason"] = calibration.reason
        return _("Calibration %(number)d was rejected on %(day)s: %(reason)s") % values
    return _("Calibration %(number)d has been in force since %(day)s.") % values


def _replaced(calibration: Calibration, values: dict[str, Any]) -> str:
    values["until"] = _day(calibration.replaced_at)
    if not calibration.was_in_force:
        return (
            _("Calibration %(number)d was proposed on %(day)s and replaced undecided on %(until)s.") % values
        )
    values["day"] = _day(calibration.decided_at)
    return _("Calibration %(number)d was in force from %(day)s to %(until)s.") % values


def _day(at: Any) -> str:
    return date_format(localtime(at), "DATE_FORMAT")


def summary(report: Mapping[str, Any]) -> str:
    """How many dyads move, of those with assessments that every organisation sees."""
    moving, every = len(report["dyads"]), report["n_dyads"]
    return ngettext(
        "Compared with calibration %(number)d, %(moving)d of %(every)d dyad moves.",
        "Compared with calibration %(number)d, %(moving)d of %(every)d dyads move.",
        every,
    ) % {"number": report["number"], "moving": moving, "every": every}


def lines(report: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[str]:
    """The whole report, as lines of text."""
    yield summary(report)
    for level in report["levels"]:
        yield str(Level(level["level"]).label)
        yield from _moved(level["means"], names, 2, _("The usual ratings of indicators stay."))
        words = {code: str(word) for code, word in COMPONENTS.items()}
        yield from _moved(level["components"], words, 3, _("The variances stay."))
    for dyad in report["dyads"]:
        yield dyad["dyad"]
        yield from (f"  {line}" for line in _dyad(dyad, names))


def _moved(
    rows: list[dict[str, Any]], names: Mapping[str, str], digits: int, otherwise: str
) -> Iterator[str]:
    moved = [row for row in rows if abs(row["difference"]) >= NOTICEABLE / 10 ** (digits - 2)]
    for row in moved:
        yield f"  {_change(row, names, digits)}"
    if not moved:
        yield f"  {otherwise}"


def _dyad(dyad: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[str]:
    for row in dyad["figures"]:
        yield _change(row, names, 2)
    for row in dyad["statuses"]:
        before, after = STATUSES[row["before"]], STATUSES[row["after"]]
        yield f"{subject(row['code'], names)}: {before} → {after}"
    for text in dyad["started"]:
        yield _("New finding: %(text)s") % {"text": text}
    for text in dyad["stopped"]:
        yield _("No longer a finding: %(text)s") % {"text": text}


def dyad_summary(dyad: Mapping[str, Any]) -> str:
    """One line about what moves of a dyad."""
    figures, findings = dyad["figures"], len(dyad["started"]) + len(dyad["stopped"])
    parts = []
    if figures:
        moved = ngettext(
            "%(n)d score moves, by %(most)s", "%(n)d scores move, at most by %(most)s", len(figures)
        )
        parts.append(moved % {"n": len(figures), "most": f"{abs(figures[0]['difference']):.2f}"})
    if dyad["statuses"]:
        counted = ngettext(
            "%(n)d figure changes its status", "%(n)d figures change their status", len(dyad["statuses"])
        )
        parts.append(counted % {"n": len(dyad["statuses"])})
    if findings:
        parts.append(ngettext("%(n)d finding changes", "%(n)d findings change", findings) % {"n": findings})
    return "; ".join(parts)


def _change(row: Mapping[str, Any], names: Mapping[str, str], digits: int) -> str:
    return (
        f"{subject(row['code'], names)}: {row['before']:.{digits}f} → {row['after']:.{digits}f}"
        f" ({row['difference']:+.{digits}f})"
    )


def subject(code: str, names: Mapping[str, str]) -> str:
    """A level, or a code with its name; a component by its words."""
    if code in Level.values:
        return str(Level(code).label)
    if code in COMPONENTS:
        return names[code]
    return f"{code} {names[code]}" if code in names else code
