"""Reading an offline form that was filled in: every cell is either understood or reported."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook

from assessments.choices import RATIONALE_LIMIT, Confidence, NonScore, Stance
from assessments.exchange.offline import layout
from assessments.exchange.offline.guard import merged_cells, opened_workbook, rows_of
from assessments.exchange.offline.mark import InvalidForm, Mark, read_mark

ANSWER_CELLS = {"answer": layout.ANSWER, "confidence": layout.CONFIDENCE, "rationale": layout.RATIONALE}
LONGEST = {layout.SOURCE: 700, layout.LOCATOR: 200}
ESCAPED = re.compile(r"_x[0-9A-Fa-f]{4}_")
UNREADABLE = object()


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a cell, or with a sheet where ``cell`` is empty."""

    sheet: str
    cell: str
    message: str

    def __str__(self) -> str:
        values = {"sheet": self.sheet, "cell": self.cell, "message": self.message}
        if not self.sheet:
            return self.message
        if self.cell:
            return _("Sheet %(sheet)s, cell %(cell)s: %(message)s") % values
        return _("Sheet %(sheet)s: %(message)s") % values


@dataclass(slots=True)
class FilledForm:
    """What a form says, as plain values.

    ``answers`` holds by indicator the fields that were understood (``answer`` is a score or a non-score,
    empty when open) and where they stand; ``evidence`` one line for each row that is filled in.
    """

    signed: str
    mark: Mark
    answers: dict[str, dict[str, str]] = field(default_factory=dict)
    evidence: list[dict[str, str]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def content(self) -> dict[str, Any]:
        return {
            "answers": self.answers,
            "evidence": self.evidence,
            "faults": [asdict(fault) for fault in self.faults],
        }


def read_form(content: bytes, sheets: Mapping[str, Sequence[str]]) -> FilledForm:
    """Read a form whose sheets hold these indicators each. Raises :class:`InvalidForm`."""
    with opened_workbook(content) as book:
        signed = _mark_of(book)
        form = FilledForm(signed, read_mark(signed))
        reader = _Reader(book, form)
        for sheet, codes in sheets.items():
            reader.answers(sheet, [code for code in codes if code in form.mark.versions])
        reader.evidence()
    return form


def _mark_of(book: Workbook) -> str:
    if layout.MARK in book.sheetnames:
        rows = rows_of(book, layout.MARK, layout.MARK_ROW, 1)
        value = rows[-1][0].value if len(rows) == layout.MARK_ROW else None
        return value if isinstance(value, str) else ""
    raise InvalidForm(
        _("This file is no offline form, or its hidden sheet is missing: download the form again.")
    )


def normal(text: str) -> str:
    """A text as it comes back from a cell: line ends alike, without what cells do not keep."""
    text = ESCAPED.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(sign for sign in text if sign >= " " or sign in "\n\t").strip()


@dataclass
class _Reader:
    book: Workbook
    form: FilledForm

    def _fault(self, sheet: str, cell: str, message: str) -> None:
        self.form.faults.append(Fault(sheet, cell, message))

    def _grid(self, sheet: str) -> dict[int, dict[str, Any]] | None:
        """The cells by row and column letter, or None where there is no such sheet."""
        if sheet not in self.book.sheetnames:
            self._fault(sheet, "", _("it is missing; its answers are left as they are."))
            return None
        rows = rows_of(self.book, sheet, layout.MOST_ROWS, len(layout.HEADINGS))[layout.FIRST_ROW - 1 :]
        grid = {
            number: dict(zip(layout.HEADINGS, row, strict=False))
            for number, row in enumerate(rows, start=layout.FIRST_ROW)
        }
        self._take_out_merged(sheet, grid)
        return grid

    def _take_out_merged(self, sheet: str, grid: dict[int, dict[str, Any]]) -> None:
        for name, (left, top, right, bottom) in merged_cells(self.book, sheet):
            letters = list(layout.HEADINGS)[left - 1 : right]
            inside = [number for number in grid if top <= number <= bottom]
            if letters and inside:
                words = _("these cells are merged: separate them. What they hold is left alone.")
                self._fault(sheet, name, words)
            for number in inside:
                grid[number] |= dict.fromkeys(letters, UNREADABLE)

    def answers(self, sheet: str, codes: Sequence[str]) -> None:
        if not codes:
            return
        grid = self._grid(sheet)
        if grid is None:
            return
        found: dict[str, int] = {}
        for number, row in grid.items():
            code = _plain(row.get(layout.CODE))
            if code in found:
                self._fault(
                    sheet, f"{layout.CODE}{number}", _("%(code)s stands here again.") % {"code": code}
                )
            elif code in codes:
                found[code] = number
                self._answer(sheet, number, code, row)
        for code in codes:
            if code not in found:
                self._fault(
                    sheet,
                    "",
                    _("the line of %(code)s is missing; its answer is left as it is.") % {"code": code},
                )

    def _answer(self, sheet: str, number: int, code: str, row: dict[str, Any]) -> None:
        understand = {"answer": _answer, "confidence": _confidence, "rationale": _rationale}
        fields = {"sheet": sheet, "row": str(number)}
        for name, column in ANSWER_CELLS.items():
            if name == "rationale" and code in self.form.mark.left_out:
                continue
            text = self._text(sheet, f"{column}{number}", row.get(column))
            if text is None:
                continue
            try:
                fields[name] = understand[name](text)
            except ValueError as error:
                self._fault(sheet, f"{column}{number}", str(error))
        self.form.answers[code] = fields

    def evidence(self) -> None:
        grid = self._grid(layout.EVIDENCE) or {}
        for number, row in grid.items():
            cells = {
                column: self._text(layout.EVIDENCE, f"{column}{number}", row.get(column))
                for column in layout.EVIDENCE_HEADINGS
            }
            below = number >= layout.FIRST_ROW + layout.EVIDENCE_ROWS and not cells[layout.SOURCE]
            if None in cells.values() or below:  # below the table stands the marking
                continue
            if any(cells[column] for column in (layout.INDICATOR, layout.SOURCE, layout.LOCATOR)):
                self._evidence_line(number, {column: text or "" for column, text in cells.items()})

    def _evidence_line(self, number: int, cells: dict[str, str]) -> None:
        faults = [
            (column, _("this is too long: at most %(most)d characters.") % {"most": most})
            for column, most in LONGEST.items()
            if len(cells[column]) > most
        ]
        if not cells[layout.SOURCE]:
            faults.append((layout.SOURCE, _("the source is missing.")))
        if cells[layout.INDICATOR] not in self.form.mark.versions:
            found = {"found": cells[layout.INDICATOR]}
            words = _("%(found)s is no indicator of this form.") % found if found["found"] else ""
            faults.append((layout.INDICATOR, words or _("the indicator is missing.")))
        stance = _choice(cells[layout.STANCE], Stance.choices) if cells[layout.STANCE] else Stance.SUPPORTS
        if not stance:
            words = _("%(found)s is not a stance; %(choices)s.") % {
                "found": cells[layout.STANCE],
                "choices": _listed(Stance.labels),
            }
            faults.append((layout.STANCE, words))
        for column, message in faults:
            self._fault(layout.EVIDENCE, f"{column}{number}", message)
        if not faults:
            line = {
                "row": str(number),
                "indicator": cells[layout.INDICATOR],
                "source": cells[layout.SOURCE],
                "locator": cells[layout.LOCATOR],
                "stance": str(stance),
            }
            self.form.evidence.append(line)

    def _text(self, sheet: str, place: str, cell: Any) -> str | None:
        """The text of a cell, empty when it is; None, with the fault noted, when it holds none."""
        if cell is UNREADABLE:
            return None
        if cell is None or cell.value is None:
            return ""
        value = cell.value
        if cell.data_type == "f":
            self._fault(sheet, place, _("this is a formula: write its value as text."))
            return None
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if cell.data_type == "e" or isinstance(value, bool) or not isinstance(value, str | int | float):
            self._fault(sheet, place, _("this is neither text nor a number."))
            return None
        text = str(value)
        if len(text) > layout.LONGEST_CELL:
            self._fault(sheet, place, _("this is too long for a cell."))
            return None
        return normal(text)


def _plain(cell: Any) -> str:
    value = getattr(cell, "value", None)
    return value.strip() if isinstance(value, str) else ""


def _choice(text: str, choices: Sequence[tuple[str, Any]]) -> str:
    """The value of a choice that was named by its label or value, whatever the case; empty for none."""
    wanted = text.casefold()
    return next((v for v, label in choices if wanted in {v.casefold(), str(label).casefold()}), "")


def _listed(labels: Sequence[Any]) -> str:
    *first, last = [str(label) for label in labels]
    return _("%(first)s or %(last)s") % {"first": ", ".join(first), "last": last}


def _shown(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"


def _answer(text: str) -> str:
    if text in {"", "1", "2", "3", "4", "5"}:
        return text
    by_short = {short: value for value, short in layout.SHORT.items()}
    found = by_short.get(text.upper().replace("/", "")) or _choice(text, NonScore.choices)
    if not found:
        raise ValueError(_("%(found)s is not an answer; 1 to 5, NA or IE.") % {"found": _shown(text)})
    return found


def _confidence(text: str) -> str:
    found = _choice(text, Confidence.choices)
    if text and not found:
        values = {"found": _shown(text), "choices": _listed(Confidence.labels)}
        raise ValueError(_("%(found)s is not a confidence; %(choices)s.") % values)
    return found


def _rationale(text: str) -> str:
    if len(text) > RATIONALE_LIMIT:
        values = {"length": len(text), "most": RATIONALE_LIMIT}
        raise ValueError(_("this rationale has %(length)d characters; at most %(most)d.") % values)
    return text
