"""Where things stand in an offline form: what writing and reading have to agree on."""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assessments.choices import NonScore
from assessments.models import Dimension, Source

# Sheets of a fixed name. A dimension's sheet is called by its code, which never begins with an underscore.
INSTRUCTIONS, EVIDENCE, SOURCES, MARK = "Read me first", "New evidence", "Sources", "_mark"
MARK_ROW = 2
LONGEST_NAME = 31

# Rows are counted from 1, as people do: those above the first hold marking, titles and headings.
FIRST_ROW = 6
EVIDENCE_ROWS = 100
MOST_SOURCES = 2000
MOST_ROWS = 400

CODE, QUESTION, MEANINGS, ANSWER, CONFIDENCE, RATIONALE, CITED = "ABCDEFG"
HEADINGS: dict[str, tuple[Promise, int]] = {
    CODE: (_("Code"), 7),
    QUESTION: (_("Question"), 30),
    MEANINGS: (_("What the answers mean"), 36),
    ANSWER: (_("Answer"), 9),
    CONFIDENCE: (_("Confidence"), 12),
    RATIONALE: (_("Rationale"), 60),
    CITED: (_("Evidence cited so far"), 30),
}
INDICATOR, SOURCE, LOCATOR, STANCE = "ABCD"
EVIDENCE_HEADINGS: dict[str, tuple[Promise, int]] = {
    INDICATOR: (_("Indicator"), 12),
    SOURCE: (_("Source"), 76),
    LOCATOR: (_("Place"), 30),
    STANCE: (_("Stance"), 26),
}
SHORT = {NonScore.NOT_APPLICABLE.value: "NA", NonScore.INSUFFICIENT_EVIDENCE.value: "IE"}
ANSWERS = ("1", "2", "3", "4", "5", *SHORT.values())

# Spreadsheets do not all fit rows to their texts: heights are set, in points, for about this many lines.
POINTS_A_LINE = 15
LEAST_LINES = 8
TALLEST_ROW = 409

# Cells hold 32,767 UTF-16 units at most.
LONGEST_CELL = 32_767


def units(text: str) -> int:
    """The length of a text as spreadsheets count it."""
    return len(text.encode("utf-16-le")) // 2


def height(texts: Iterable[tuple[str, int]], least: int = 1) -> int:
    """The height of a row in points that shows all its texts, each given with the width of its column."""
    lines = [
        sum(1 + len(line) * 10 // (width * 9) for line in text.split("\n")) for text, width in texts if text
    ]
    return min(POINTS_A_LINE * max([least, *lines]) + 3, TALLEST_ROW)


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
