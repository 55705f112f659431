"""What is made of what people type, and which part of a text is shown."""

import unicodedata

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from assessments.choices import SearchLanguage
from assessments.models import SearchEntry
from assessments.search.query import LONGEST, Unclear, folded, parsed
from assessments.search.snippets import AROUND, pieces, snippet

COMPARED = [*range(1, 0x2800), *range(0x3000, 0x3100), *range(0xFB00, 0xFFFE), *range(0x1F300, 0x1F700)]
SAID = "The **mandate** of the [opération](https://x.example/y) was met. "
NEW_LETTERS = {0x1C89}  # of a Unicode version that not both know


@pytest.mark.django_db
def test_python_and_the_database_fold_alike() -> None:
    texts = [f"Xa{chr(code)}b Co-op" for code in COMPARED if code not in NEW_LETTERS]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(concord_folded(t) ORDER BY n) FROM unnest(%s::text[]) WITH ORDINALITY u (t, n)",
            [texts],
        )
        by_database = cursor.fetchone()[0]
    differ = [(t, a, folded(t)) for t, a in zip(texts, by_database, strict=True) if a != folded(t)]
    assert not differ


@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        ("Rehatting Artémis", ["(rehatting)", "(artemis | artemis:*)"]),
        ('"joint declaration"', ["(joint <-> declaration)"]),
        ("« L’Union » et", ["(l <-> union)", "(et)"]),
        ("open “quote and more", ["(open)", "(quote <-> and <-> more)"]),
        ("S/RES/1484", ["(s <-> res <-> 1484)"]),
        ("UN-EU", ["(un)", "(eu)"]),
        ("co-operation", ["(cooperation | cooperation:*)"]),
        ("re* x", ["(re | re:*)", "(x)"]),
        ("a & b | !c:*()<->", ["(a)", "(b)", "(c)"]),
        ('police -joint-task -"shared post"', ["(police)", "!(joint <-> task)", "!(shared <-> post)"]),
        ("عربي 🙂 עברית", ["(عربي)", "(עברית | עברית:*)"]),
    ],
)
def test_terms(typed: str, terms: list[str]) -> None:
    assert [str(term) for term in parsed(typed).terms] == terms


@pytest.mark.parametrize("typed", ["", "&|!", '""', "🙂", "-one", '- " -', "x" * (LONGEST + 1)])
def test_what_says_nothing_is_refused_in_words(typed: str) -> None:
    with pytest.raises(Unclear, match=r"too long|no word|leave out"):
        parsed(typed)


@pytest.mark.django_db
@given(st.text(alphabet=st.characters(exclude_characters="\0"), max_size=LONGEST))
def test_whatever_is_typed_the_database_understands(typed: str) -> None:
    try:
        query = parsed(typed)
    except Unclear:
        return
    for language in SearchLanguage:
        assert not SearchEntry.objects.filter(words=query.in_language(language)).exists()


@given(st.text(max_size=900), st.lists(st.text(min_size=1, max_size=8), max_size=5))
def test_pieces_together_are_the_text(text: str, words: list[str]) -> None:
    marked = {folded(word).strip() for word in words} - {""}
    cut = pieces(text, marked)
    assert "".join(piece.text for piece in cut) == text
    assert all(folded(piece.text).strip() in marked for piece in cut if piece.marked)
    assert len("".join(piece.text for piece in snippet(text, marked))) <= AROUND + 10


def test_a_snippet_shows_where_most_stands() -> None:
    text = (
        "Mandate. "
        + "Nothing here. " * 60
        + "The **mandate** of the [opération](https://x.example/y) was met. "
        + "End. " * 90
    )
    cut = snippet(unicodedata.normalize("NFC", text), {"mandate", "operation"})
    assert [piece.text for piece in cut if piece.marked] == ["mandate", "opération"]
    shown = "".join(piece.text for piece in cut)
    assert shown.startswith("… ")
    assert shown.endswith(" …")
    assert "*" not in shown
    assert "example" not in shown


def test_a_word_without_end_is_cut() -> None:
    assert len("".join(piece.text for piece in snippet("x" * 20_000, set()))) <= AROUND + 2
