"""Lists of references in RIS and BibTeX, as sources, and which of them are in the library already."""

import codecs
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import latexcodec  # noqa: F401 - registers the codec "ulatex"
import rispy
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from pybtex.database import Entry, parse_string
from pybtex.exceptions import PybtexError

from assessments.choices import EARLIEST_PUBLICATION, LATEST_YEAR
from assessments.models import Source
from organisations.models.mission import PARTIAL_DATE

MOST_CHARACTERS = 300_000
MOST_ENTRIES = 200
RIS = re.compile(r"^\ufeff?\s*TY  - ", re.MULTILINE)
BIBTEX = re.compile(r"^\s*@\s*\w+\s*[{(]", re.MULTILINE)
PERCENT = re.compile(r"(?<!\\)%")  # which begins a comment in TeX, but not in what people enter
ESCAPED = re.compile(r"\\([_%&#~])")
BRACES = {ord("{"): None, ord("}"): None}
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
SYMBOL = re.compile(r"(?=.*[A-Za-z])(?=.*\d)")  # S/RES/1484; not the number 12 of some series
DATE = re.compile(r"(?P<year>\d{4})[/-](\d{2})(?:[/-](\d{2}))?(?!\d)")
YEAR = re.compile(r"\b(\d{4})\b")
KINDS: Mapping[str, str] = {
    "RPRT": "report",
    "JOUR": "article",
    "MGZN": "article",
    "NEWS": "newspaper article",
    "BOOK": "book",
    "CHAP": "chapter",
    "THES": "thesis",
    "CONF": "conference paper",
    "CPAPER": "conference paper",
    "GOVDOC": "document",
    "LEGAL": "legal act",
    "STAT": "legal act",
    "ELEC": "web page",
    "WEB": "web page",
    "UNPB": "unpublished",
    "article": "article",
    "book": "book",
    "booklet": "book",
    "incollection": "chapter",
    "inbook": "chapter",
    "inproceedings": "conference paper",
    "conference": "conference paper",
    "techreport": "report",
    "report": "report",
    "phdthesis": "thesis",
    "mastersthesis": "thesis",
    "thesis": "thesis",
    "online": "web page",
    "unpublished": "unpublished",
}
OTHER = "document"
LONGEST_ADDRESS = 500
LENGTHS = {"author": 250, "title": 400, "kind": 60, "symbol": 100}
Texts = Mapping[str, str]


class InvalidBibliography(Exception):
    """A list that cannot be read; the text says why, to the person."""


@dataclass(frozen=True, slots=True)
class Reference:
    """What a list says of a document, as :class:`Source` has it."""

    author: str
    title: str
    year: int | None
    publication_date: str
    kind: str
    symbol: str
    url: str

    def fields(self) -> dict[str, Any]:
        return asdict(self)


def read_bibliography(text: str) -> list[Reference]:
    """The references of a list in RIS or BibTeX. Raises :class:`InvalidBibliography`."""
    text = text.replace("\r\n", "\n")  # as a form sends it back, whatever it was
    if len(text) > MOST_CHARACTERS:
        raise InvalidBibliography(
            _("This list has %(n)d characters; at most %(most)d are read. Bring it in parts.")
            % {"n": len(text), "most": MOST_CHARACTERS}
        )
    if RIS.search(text):
        found = [_of_ris(entry) for entry in _ris(text)]
    elif BIBTEX.search(text):
        found = [_of_bibtex(entry) for entry in _bibtex(text)]
    else:
        raise InvalidBibliography(
            _("This is neither RIS (lines such as “TY  - RPRT”) nor BibTeX (entries such as “@report{…}”).")
        )
    if len(found) > MOST_ENTRIES:
        raise InvalidBibliography(
            _("This list has %(n)d references; at most %(most)d are read. Bring it in parts.")
            % {"n": len(found), "most": MOST_ENTRIES}
        )
    if not found:
        raise InvalidBibliography(_("There is no reference in it."))
    untitled = [str(number) for number, one in enumerate(found, 1) if not one.title]
    if untitled:
        places = ", ".join(untitled)
        raise InvalidBibliography(_("These references have no title: %(places)s.") % {"places": places})
    return found


def _ris(text: str) -> list[dict[str, Any]]:
    try:
        entries: list[dict[str, Any]] = rispy.loads(text.lstrip("\ufeff"))
    except (OSError, ValueError, KeyError, IndexError, AttributeError, TypeError) as error:
        raise InvalidBibliography(_("This cannot be read as RIS: %(what)s") % {"what": error}) from error
    begun = len(RIS.findall(text))
    if begun != len(entries):
        raise InvalidBibliography(
            _("%(begun)d references begin (TY) and %(n)d end (ER): end each one with a line “ER  - ”.")
            % {"begun": begun, "n": len(entries)}
        )
    return entries


def _of_ris(entry: Mapping[str, Any]) -> Reference:
    kind = str(entry.get("type_of_reference", ""))
    urls = entry.get("urls") or []
    texts = {
        "author": "; ".join(_listed(entry, "authors", "first_authors", "secondary_authors")),
        "publisher": str(entry.get("publisher", "")),
        "title": str(entry.get("title") or entry.get("primary_title") or ""),
        "year": str(entry.get("year") or entry.get("publication_year") or entry.get("date") or ""),
        "date": str(entry.get("date") or ""),
        "symbol": str(entry.get("number", ""))
        if KINDS.get(kind) in {"report", "document", "legal act"}
        else "",
        "url": str(urls[0]) if urls else str(entry.get("url", "")),
        "doi": str(entry.get("doi", "")),
    }
    return _reference(KINDS.get(kind, OTHER), texts)


def _listed(entry: Mapping[str, Any], *names: str) -> list[str]:
    return next((list(map(str, entry[name])) for name in names if entry.get(name)), [])


def _bibtex(text: str) -> list[Entry]:
    try:
        return list(parse_string(text.lstrip("\ufeff"), "bibtex").entries.values())
    except (PybtexError, RecursionError, ValueError, KeyError, IndexError) as error:
        raise InvalidBibliography(_("This cannot be read as BibTeX: %(what)s") % {"what": error}) from error


def _of_bibtex(entry: Entry) -> Reference:
    fields = {
        name.lower(): _literal(str(value)) if name.lower() in {"url", "doi"} else _plain(str(value))
        for name, value in entry.fields.items()
    }
    people: Sequence[Any] = next(
        (entry.persons[role] for role in ("author", "editor") if entry.persons.get(role)), []
    )
    publisher = next(
        (fields[name] for name in ("institution", "organization", "publisher") if fields.get(name)), ""
    )
    kind = KINDS.get(str(entry.type).lower(), OTHER)
    texts = {
        **{name: fields.get(name, "") for name in ("title", "url", "doi")},
        "author": "; ".join(_plain(str(person)) for person in people),
        "publisher": publisher,
        "year": fields.get("year") or fields.get("date", ""),
        "date": fields.get("date", ""),
        "symbol": fields.get("number", "") if kind in {"report", OTHER} else "",
    }
    return _reference(kind, texts)


def _plain(text: str) -> str:
    """Without TeX's commands and braces."""
    try:
        decoded, _length = codecs.lookup("ulatex").decode(PERCENT.sub(r"\\%", text))  # type: ignore[arg-type]
    except ValueError:
        decoded = text
    return str(decoded).translate(BRACES)


def _literal(text: str) -> str:
    """An address, in which TeX's signs mean themselves but for those that are escaped."""
    return ESCAPED.sub(r"\1", text).translate(BRACES)


def _reference(kind: str, texts: Texts) -> Reference:
    found = YEAR.search(texts["year"])
    year = int(found[1]) if found else None
    if year is not None and not EARLIEST_PUBLICATION <= year <= LATEST_YEAR:
        year = None
    cut = {name: _one_line(texts.get(name, ""), length) for name, length in LENGTHS.items()}
    return Reference(
        author=cut["author"] or _one_line(texts["publisher"], LENGTHS["author"]) or _("unknown"),
        title=cut["title"],
        year=year,
        publication_date=_date(texts["date"] or texts["year"], year),
        kind=kind,
        symbol=cut["symbol"],
        url=_address(texts["url"], texts["doi"]),
    )


def _date(text: str, year: int | None) -> str:
    """The month or day in ``year``, if one is given; RIS separates the parts by strokes."""
    found = DATE.match(text.strip())
    if not found or year is None or int(found["year"]) != year:
        return ""
    parts = [part for part in found.groups() if part]
    return "-".join(parts) if len(parts) > 1 and re.match(PARTIAL_DATE, "-".join(parts)) else ""


def _one_line(text: str, length: int) -> str:
    plain = re.sub(r"[\s\x00-\x1f\x7f]+", " ", text).strip()
    return plain if len(plain) <= length else f"{plain[: length - 1].rstrip()}…"


def _address(url: str, doi: str) -> str:
    """The address if it is one of the web, or else that of the DOI."""
    valid = URLValidator(schemes=["http", "https"])
    for candidate in (url.strip(), f"https://doi.org/{doi.strip()}" if doi.strip() else ""):
        try:
            valid(candidate)
        except ValidationError:
            continue
        if len(candidate) <= LONGEST_ADDRESS and not CONTROL.search(candidate):
            return candidate
    return ""


def in_library(references: Sequence[Reference], library: QuerySet[Source]) -> list[Source | None]:
    """For each reference the source that looks the same: by address, symbol, or title and year. One query."""
    titles, urls, symbols = (
        {value for one in references if (value := getattr(one, name))} for name in ("title", "url", "symbol")
    )
    alike = library.annotate(lowered=Lower("title")).filter(
        Q(lowered__in={title.lower() for title in titles}) | Q(url__in=urls) | Q(symbol__in=symbols)
    )
    sources = list(alike.order_by("pk"))
    return [next((source for source in sources if _same(one, source)), None) for one in references]


def _same(one: Reference, source: Source) -> bool:
    if one.url and one.url == source.url:
        return True
    if one.symbol and one.symbol == source.symbol and SYMBOL.search(one.symbol):
        return True
    years = {one.year, source.year} - {None}
    return one.title.lower() == source.title.lower() and len(years) < 2


def described(given: Mapping[str, Any]) -> Reference:
    """What somebody typed, to be looked for in the library."""
    names: Iterable[str] = Reference.__slots__
    return Reference(**{name: given[name] for name in names})
