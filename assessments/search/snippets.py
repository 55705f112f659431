"""The part of a text that has what was searched for, in pieces to be marked or not. No HTML is made here."""

import re
from collections.abc import Set
from dataclasses import dataclass

from assessments.search.query import folded

AROUND = 260
BEFORE = 60
WORD = re.compile(r"\bco-o\w+|[^\W_]+(?:[\u0300-\u036f]+[^\W_]*)*", re.IGNORECASE)
# Markdown, so far as rationales have it, without the text that it marks.
MARKUP = re.compile(r"[*`]+|(?m:^\s*(?:>|[-+]|\d+[.)])\s+)|\]\([^)\s]*\)|(?<!\w)_|_(?!\w)|\[(?=[^\]]*\]\()")


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    marked: bool


def pieces(text: str, marked: Set[str]) -> list[Piece]:
    """All of ``text``, with the words whose folded form is in ``marked`` set apart."""
    found: list[Piece] = []
    last = 0
    for start, end in _places(text, marked):
        if start > last:
            found.append(Piece(text[last:start], marked=False))
        found.append(Piece(text[start:end], marked=True))
        last = end
    if last < len(text):
        found.append(Piece(text[last:], marked=False))
    return found


def snippet(text: str, marked: Set[str]) -> list[Piece]:
    """About ``AROUND`` characters where most of what was searched for stands, cut between words."""
    plain = re.sub(r"\s+", " ", MARKUP.sub(" ", text)).strip()
    start = _best_start(plain, _places(plain, marked))
    end = _between_words(plain, min(len(plain), start + AROUND), backwards=True)
    cut = pieces(plain[start:end].strip(), marked)
    if start:
        cut.insert(0, Piece("… ", marked=False))
    if end < len(plain):
        cut.append(Piece(" …", marked=False))
    return cut


def _places(text: str, marked: Set[str]) -> list[tuple[int, int]]:
    return [word.span() for word in WORD.finditer(text) if marked and folded(word.group()).strip() in marked]


def _best_start(text: str, places: list[tuple[int, int]]) -> int:
    """Where to begin, a little before the place from which most different words follow."""
    if not places or len(text) <= AROUND:
        return 0

    def followed_by(first: int) -> int:
        return len({folded(text[a:b]) for a, b in places if first <= a < first + AROUND - BEFORE})

    best = max((start for start, _end in places[:200]), key=lambda start: (followed_by(start), -start))
    return _between_words(text, max(0, min(best - BEFORE, len(text) - AROUND)), backwards=False)


def _between_words(text: str, place: int, *, backwards: bool) -> int:
    """The next place where no word is cut; ``place`` itself where a word is longer than that is worth."""
    if place in {0, len(text)}:
        return place
    space = text.rfind(" ", place - BEFORE, place + 1) if backwards else text.find(" ", place, place + BEFORE)
    return place if space < 0 else space
