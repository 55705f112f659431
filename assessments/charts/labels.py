"""Room for labels in any language and font: the reader's may be wider than the one measured with."""

import textwrap
import unicodedata
from collections.abc import Iterable

LETTER = 7.5  # pixels at 12: wider than the mean letter of the widest common fonts
LONGEST_LINE = 38
LINE = 15
LINES = "split(datum.label, '\\n')"  # in Vega's expression language


def width(text: str) -> float:
    """Pixels that a line may need. East Asian characters are twice as wide, combining marks have no width."""
    return LETTER * sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def wrapped(text: str) -> str:
    """The text with line breaks where it is too long for one line of a label."""
    columns = max(1, sum(map(_columns, text)))
    return "\n".join(textwrap.wrap(text, max(1, LONGEST_LINE * len(text) // columns))) or text


def room(labels: Iterable[str]) -> float:
    """The width of the widest line of wrapped labels, in pixels."""
    return max((width(line) for label in labels for line in label.split("\n")), default=0.0)


def step(labels: Iterable[str]) -> int:
    """The height of a row that holds the highest of these labels, in pixels."""
    return 13 + LINE * max((label.count("\n") + 1 for label in labels), default=1)
