"""Where things stand in an offline form: what writing and reading have to agree on."""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assessments.choices import NonScore
from assessments.models import Dimension, Source

# Sheets of a fixed name. A dimension's sheet is called by its code, which never begins with an underscore.
INSTRUCTIONS, EVIDENCE, SOURCES, MARK = "Read me first", "New evidence", "Sources", "_mark"
MARK_CELL = "A2"
LONGEST_NAME = 31

# Rows are counted from 1, as people do: those above the first hold marking, titles and headings.
FIRST_ROW = 6
EVIDENCE_ROWS = 100
MOST_SOURCES = 2000
MOST_ROWS = 400

CODE, QUESTION, MEANINGS, ANSWER, CONFIDENCE, RATIONALE, CITED = "ABCDEFG"
HEADINGS: dict[str, tuple[Promise, int]] = {
    CODE: (_("Code"), 9),
    QUESTION: (_("Question"), 34),
    MEANINGS: (_("What the answers mean"), 42),
    ANSWER: (_("Answer"), 10),
    CONFIDENCE: (_("Confidence"), 13),
    RATIONALE: (_("Rationale"), 62),
    CITED: (_("Evidence cited so far"), 38),
}
INDICATOR, SOURCE, LOCATOR, STANCE = "ABCD"
EVIDENCE_HEADINGS: dict[str, tuple[Promise, int]] = {
    INDICATOR: (_("Indicator"), 12),
    SOURCE: (_("Source"), 80),
    LOCATOR: (_("Place"), 34),
    STANCE: (_("Stance"), 26),
}
SHORT = {NonScore.NOT_APPLICABLE.value: "NA", NonScore.INSUFFICIENT_EVIDENCE.value: "IE"}
ANSWERS = ("1", "2", "3", "4", "5", *SHORT.values())

# Cells hold 32,767 UTF-16 units at most.
LONGEST_CELL = 32_767


def units(text: str) -> int:
    """The length of a text as spreadsheets count it."""
    return len(text.encode("utf-16-le")) // 2


def sheet_names(dimensions: Iterable[Dimension]) -> dict[str, str]:
    """A name for the sheet of each dimension by its code: the code, unless that is taken."""
    names: dict[str, str] = {}
    taken = {name.lower() for name in (INSTRUCTIONS, EVIDENCE, SOURCES, MARK, "History")}  # Excel's own
    for dimension in dimensions:
        name, number = dimension.code[:LONGEST_NAME], 2
        while name.lower() in taken:
            name, number = f"{dimension.code} ({number})", number + 1
        taken.add(name.lower())
        names[dimension.code] = name
    return names


def source_line(source: Source) -> str:
    """How a source stands in the list to choose from."""
    return f"{source.key}: {source}"
