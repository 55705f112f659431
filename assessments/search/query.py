"""What somebody searches for: words, "phrases", beginnings* and -exclusions."""

import re
import unicodedata
from dataclasses import dataclass

from django.contrib.postgres.search import SearchQuery
from django.utils.translation import gettext as _

from assessments.choices import SearchLanguage

LONGEST = 200
SHORTEST_BEGINNING = 3  # "un" would begin half of all words
MARKS = re.compile("[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670]")
LETTERS = str.maketrans(
    {"ø": "o", "đ": "d", "ł": "l", "ı": "i", "ħ": "h", "ς": "σ", "æ": "ae", "œ": "oe", "ß": "ss"}
)
CO = re.compile(r"\bco-(?=o)")  # co-operation is cooperation
NO_LETTER = re.compile(
    r"[\0-/:-@\[-`{-\u00bf\u00d7\u00f7\u060c\u061b\u061f\u066a-\u066d\u06d4\u0964\u0965\u2000-\u2bff"
    r"\u2e00-\u2e7f\u3000-\u303f\ud800-\udfff\ufe00-\ufe4f\ufeff\ufffc\ufffd\U0001f000-\U0001faff]+"
)
PARTS = re.compile(r'(?P<no>(?<!\S)-)?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
HYPHEN = re.compile(r"(?<!\bco)-|-(?!o)", re.IGNORECASE)
QUOTES = str.maketrans(dict.fromkeys("“”„‟«»", '"') | dict.fromkeys("‐‑", "-"))


class Unclear(Exception):
    """What was typed is nothing that can be searched for; the text says why, to the person."""


def folded(text: str) -> str:
    """Words as they are compared: no accents, no capitals, no punctuation; like ``concord_folded``."""
    plain = MARKS.sub("", unicodedata.normalize("NFKD", text)).lower().translate(LETTERS)
    return NO_LETTER.sub(" ", CO.sub("co", plain))


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand side by side; ``beginning``: the only one may go on; ``excluded``: it is not there."""

    words: tuple[str, ...]
    beginning: bool = False
    excluded: bool = False

    def __str__(self) -> str:
        """As PostgreSQL writes it. Words have no letter that means anything there."""
        written = " <-> ".join(self.words)
        if self.beginning:
            written = f"{written} | {written}:*"
        return f"!({written})" if self.excluded else f"({written})"


@dataclass(frozen=True, slots=True)
class Query:
    terms: tuple[Term, ...]

    def in_language(self, language: SearchLanguage) -> SearchQuery:
        """The same with stems and stop words of a language."""
        return SearchQuery(" & ".join(map(str, self.terms)), config=language.value, search_type="raw")

    def any_in_language(self, language: SearchLanguage) -> SearchQuery:
        """Any of its words, to rank by: only so does ``ts_rank`` weigh every form of a word that goes on."""
        words = {word: term.beginning for term in self.terms if not term.excluded for word in term.words}
        written = (f"{word}:*" if beginning else word for word, beginning in words.items())
        return SearchQuery(" | ".join(written), config=language.value, search_type="raw")

    def begins(self, word: str) -> bool:
        """Whether a folded word goes on from a beginning that is searched for."""
        return any(
            word.startswith(term.words[0]) for term in self.terms if term.beginning and not term.excluded
        )


def parsed(text: str) -> Query:
    """What ``text`` asks for; raises :class:`Unclear` where that is nothing."""
    if len(text) > LONGEST:
        raise Unclear(_("This is too long: search for up to %(n)d characters.") % {"n": LONGEST})
    terms = [term for part in PARTS.finditer(text.translate(QUOTES)) for term in _terms(part)]
    if not terms:
        raise Unclear(_("There is no word in it: search for letters or digits."))
    if all(term.excluded for term in terms):
        raise Unclear(_("It only says what to leave out: add a word that is to be found."))
    if text[-1:] != '"' and _may_begin(terms[-1]):
        terms[-1] = Term(terms[-1].words, beginning=True)
    return Query(tuple(terms))


def _terms(part: re.Match[str]) -> list[Term]:
    excluded = bool(part["no"])
    if part["word"] is None:
        words = tuple(folded(part["phrase"]).split())
        return [Term(words, excluded=excluded)] if words else []
    # What a stroke or a point holds together is one name, such as S/RES/1484; a hyphen joins two words.
    pieces = [part["word"]] if excluded else HYPHEN.split(part["word"])
    names = [tuple(folded(piece).split()) for piece in pieces]
    found = [Term(words, excluded=excluded) for words in names if words]
    if part["word"].endswith("*") and found and len(found[-1].words) == 1:
        found[-1] = Term(found[-1].words, beginning=True, excluded=excluded)
    return found


def _may_begin(term: Term) -> bool:
    return len(term.words) == 1 and len(term.words[0]) >= SHORTEST_BEGINNING and not term.excluded
