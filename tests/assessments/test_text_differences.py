"""Differences between texts: nothing is lost, and they read well."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.text_differences import ADDED, LEFT_OUT, MANY, REMOVED, SAME, Piece, pieces, shortened, sides

TEXTS = st.lists(st.sampled_from(["peace", "talks", " ", "\n", ".", "é", "2004", "_", "**", ""])).map("".join)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("", "", []),
        ("The same.", "The same.", [Piece(SAME, "The same.")]),
        ("", "New.", [Piece(ADDED, "New.")]),
        ("Old.", "", [Piece(REMOVED, "Old.")]),
        ("Talks.", "Talks. More.", [Piece(SAME, "Talks."), Piece(ADDED, " More.")]),
        (
            "The summit worked, its follow-up failed.",
            "The summit worked; the follow-up failed.",
            [
                Piece(SAME, "The summit worked"),
                Piece(REMOVED, ", its"),
                Piece(ADDED, "; the"),
                Piece(SAME, " follow-up failed."),
            ],
        ),
        ("One two three", "x y z", [Piece(REMOVED, "One two three"), Piece(ADDED, "x y z")]),
    ],
)
def test_words(before: str, after: str, expected: list[Piece]) -> None:
    assert pieces(before, after) == expected


@given(TEXTS, TEXTS)
def test_both_texts_are_there_to_the_letter(before: str, after: str) -> None:
    one, other = sides(before, after)
    assert "".join(piece.text for piece in one) == before
    assert "".join(piece.text for piece in other) == after
    assert {piece.kind for piece in one} <= {SAME, REMOVED}
    assert {piece.kind for piece in other} <= {SAME, ADDED}


@given(TEXTS, TEXTS)
def test_what_changed_survives_shortening(before: str, after: str) -> None:
    whole, short = pieces(before, after), shortened(pieces(before, after), around=3)
    assert [p for p in whole if p.kind != SAME] == [p for p in short if p.kind in {ADDED, REMOVED}]


def test_long_stretches_that_did_not_change_are_cut() -> None:
    start, end = "first " * 100, " last" * 100
    short = shortened(pieces(f"{start}old{end}", f"{start}new{end}"))
    assert [piece.kind for piece in short] == [LEFT_OUT, SAME, REMOVED, ADDED, SAME, LEFT_OUT]
    assert sum(len(piece.text) for piece in short) < 200
    unchanged = shortened(pieces("word " * 100, "word " * 100))
    assert unchanged == [Piece(LEFT_OUT, "…")]


def test_texts_as_long_as_they_may_be_take_no_time() -> None:
    """Two rationales of the greatest length in other words: by sentences, well below a second."""
    one = " ".join(f"word{n * 7 % 90}{'.' if n % 20 == 0 else ''}" for n in range(MANY))[:20_000]
    other = " ".join(f"word{n * 11 % 90}{'.' if n % 20 == 0 else ''}" for n in range(MANY))[:20_000]
    started = time.monotonic()
    one_side, other_side = sides(one, other)
    assert time.monotonic() - started < 2
    assert "".join(piece.text for piece in one_side) == one
    assert "".join(piece.text for piece in other_side) == other
