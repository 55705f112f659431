"""What differs between two texts, word by word."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby, takewhile

SAME, REMOVED, ADDED, LEFT_OUT = "same", "removed", "added", "left out"
WORDS = re.compile(r"\w+|\s+|[^\w\s]")
SENTENCES = re.compile(r"[^.!?\n]*[.!?\n]+\s*|[^.!?\n]+")
MANY = 3_000  # tokens that differ; more are compared by sentences, since time grows with their square

Opcode = tuple[str, Sequence[str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text; ``kind`` is one of the constants above."""

    kind: str
    text: str


def pieces(before: str, after: str) -> list[Piece]:
    """Both texts in one: what was removed stands before what was added in its place."""
    found = []
    for kind, old, new in _opcodes(before, after):
        if kind == SAME:
            found.append(Piece(SAME, "".join(new)))
            continue
        found += [Piece(REMOVED, "".join(old)), Piece(ADDED, "".join(new))]
    return _joined(found)


def sides(before: str, after: str) -> tuple[list[Piece], list[Piece]]:
    """Each text by itself: the first with what was removed, the second with what was added."""
    both = pieces(before, after)
    return [p for p in both if p.kind != ADDED], [p for p in both if p.kind != REMOVED]


def shortened(found: Iterable[Piece], around: int = 60) -> list[Piece]:
    """The same with long stretches that did not change cut to ``around`` characters beside what did."""
    found = list(found)
    short: list[Piece] = []
    for place, piece in enumerate(found):
        if piece.kind != SAME or len(piece.text) <= 3 * around:
            short.append(piece)
            continue
        if place > 0:
            short.append(Piece(SAME, piece.text[:around].rsplit(maxsplit=1)[0]))
        short.append(Piece(LEFT_OUT, "…"))
        if place < len(found) - 1:
            short.append(Piece(SAME, piece.text[-around:].split(maxsplit=1)[-1]))
    return short


def _opcodes(before: str, after: str) -> Iterator[Opcode]:
    """Runs of tokens: of both texts where they are the same, else what stands in place of what."""
    old, new = WORDS.findall(before), WORDS.findall(after)
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    middle_old, middle_new = old[start : len(old) - end], new[start : len(new) - end]
    if max(len(middle_old), len(middle_new)) > MANY:
        middle_old, middle_new = (SENTENCES.findall("".join(part)) for part in (middle_old, middle_new))
    yield SAME, old[:start], new[:start]
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, middle_old, middle_new).get_opcodes():
        tokens = middle_new[j1:j2]
        same = tag == "equal" and any(token[0].isalnum() for token in tokens)
        yield SAME if same else REMOVED, middle_old[i1:i2], tokens
    yield SAME, old[len(old) - end :], new[len(new) - end :]


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    return sum(1 for _pair in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _joined(found: Iterable[Piece]) -> list[Piece]:
    """Neighbours of a kind in one, what was removed before what was added."""
    joined = []
    for changed, group in groupby(found, key=lambda piece: piece.kind != SAME):
        run = list(group)
        for kind in (REMOVED, ADDED) if changed else (SAME,):
            text = "".join(piece.text for piece in run if piece.kind == kind)
            joined += [Piece(kind, text)] if text else []
    return joined
