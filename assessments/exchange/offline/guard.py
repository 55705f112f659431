"""Opening a file that claims to be a workbook, and may be anything."""

import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.utils.cell import range_boundaries

from assessments.exchange.offline.mark import InvalidForm

MOST_BYTES = 3 * 1024**2
MOST_BYTES_UNPACKED = 12 * 1024**2
MOST_PARTS = 200
PIECE = 64 * 1024
# What reading costs goes by elements and attributes rather than by bytes; a full form has some thousands.
MOST_ELEMENTS = 60_000
MOST_ATTRIBUTES = 300_000
# What a form never has, and what would reach out of it or run.
FOREIGN = re.compile(
    r"externallink|vbaproject|activex|embeddings|oleobject|connections\.xml|macrosheet", re.I
)
MERGED = re.compile(
    rb"<(?:\w{1,20}:)?mergeCell\s[^>]{0,200}?ref\s{0,9}=\s{0,9}[\"']([A-Z]{1,3}[1-9]\d{0,6}(?::[A-Z]{1,3}[1-9]\d{0,6})?)[\"']"
)
MOST_MERGED = 100


@contextmanager
def opened_workbook(content: bytes) -> Iterator[Workbook]:
    """The workbook, to be read row by row. Raises :class:`InvalidForm` for everything else.

    Sizes are looked at before anything is unpacked, and openpyxl reads a copy in which they are true.
    """
    _refuse_by_size(content)
    try:
        with warnings.catch_warnings(), ZipFile(BytesIO(content)) as packed:
            warnings.simplefilter("ignore")  # openpyxl's about what it does not keep, zipfile's about names
            _refuse_by_content(packed)
            honest = _unpacked(packed)
            book = load_workbook(honest, read_only=True, keep_links=False)
    except InvalidForm:
        raise
    except Exception as error:
        raise _unreadable() from error
    try:
        yield book
    finally:
        book.close()


def _unreadable() -> InvalidForm:
    return InvalidForm(
        _("This file cannot be read as a workbook (.xlsx): save it as one in your spreadsheet program.")
    )


def _too_much() -> InvalidForm:
    return InvalidForm(_("This file holds far more than an offline form: it is not opened."))


def _refuse_by_size(content: bytes) -> None:
    if len(content) > MOST_BYTES:
        raise InvalidForm(
            _("This file has %(size).1f MB; an offline form has at most %(most)d MB.")
            % {"size": len(content) / 1024**2, "most": MOST_BYTES // 1024**2}
        )
    if not content.startswith(b"PK"):
        raise _unreadable()


def _refuse_by_content(packed: ZipFile) -> None:
    parts = packed.infolist()
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > MOST_PARTS or unpacked > MOST_BYTES_UNPACKED:
        raise _too_much()
    if any(part.compress_type not in {ZIP_STORED, ZIP_DEFLATED} for part in parts):
        raise _unreadable()
    if any(part.flag_bits & 1 for part in parts):
        raise InvalidForm(_("This file has a password: save it without one, and upload it again."))
    if any(FOREIGN.search(part.filename) for part in parts):
        raise InvalidForm(
            _("This file has macros, objects or links to other files: save it as a plain workbook (.xlsx).")
        )


def _unpacked(packed: ZipFile) -> BytesIO:
    """A copy without compression, of each part as much as it declares: what declares too little is cut.

    Read piece by piece, since reading a part at once unpacks all that is in it, whatever it declares.
    """
    file, elements, attributes = BytesIO(), 0, 0
    with ZipFile(file, "w") as copy:
        for part in packed.infolist():
            with packed.open(part) as source:
                content = b"".join(iter(partial(source.read, PIECE), b""))
            copy.writestr(part.filename, content)
            elements += content.count(b"<")
            attributes += content.count(b"=")
    if elements > MOST_ELEMENTS or attributes > MOST_ATTRIBUTES:
        raise _too_much()
    return file


def rows_of(book: Workbook, sheet: str, rows: int, columns: int) -> list[Sequence[Any]]:
    """The cells of the first rows and columns of a sheet, however large it says it is."""
    with _as_unreadable_sheet(sheet):
        return list(book[sheet].iter_rows(max_row=rows, max_col=columns))


def merged_cells(book: Workbook, sheet: str) -> list[tuple[str, tuple[int, int, int, int]]]:
    """The ranges of a sheet that are merged, such as ``D6:D7``; reading row by row does not tell.

    Each with its first column and row, and its last column and row, counted from 1.
    """
    with _as_unreadable_sheet(sheet):
        part = book._archive.read(book[sheet]._worksheet_path)
        found = [name.decode() for name in MERGED.findall(part)]
    if len(found) > MOST_MERGED:
        raise InvalidForm(_("On the sheet %(sheet)s nearly all cells are merged.") % {"sheet": sheet})
    return [(name, range_boundaries(name)) for name in found]


@contextmanager
def _as_unreadable_sheet(sheet: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        raise InvalidForm(_("The sheet %(sheet)s of this file cannot be read.") % {"sheet": sheet}) from error
