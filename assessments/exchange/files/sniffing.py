"""What a file is by its content, never by what it says of itself; everything not known is refused."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.core.files import File
from django.utils.translation import gettext as _

from assessments.choices import FileKind
from assessments.exchange.files.packed import check_packed
from assessments.exchange.files.pictures import check_jpeg, check_png

MOST_BYTES = 20 * 1024**2
TAIL = 2048
# What runs, opens something else or hides another file, as far as it stands uncompressed.
ACTIVE = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA|SubmitForm|ImportData)\b")
STREAM = re.compile(rb"\bstream\r?\n.*?\bendstream\b", re.DOTALL)
CODED = re.compile(rb"#([0-9A-Fa-f]{2})")
PACKED_TAIL = 66_000  # where a program that unpacks looks for the list of parts
CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")
LONGEST_NAME = 150
NOT_IN_NAMES = re.compile(r"[^\w .,()+-]|[\u200b-\u200f\u202a-\u202e\u2066-\u2069]")
EXTENSIONS: Mapping[str, FileKind] = {
    "pdf": FileKind.PDF,
    "png": FileKind.PNG,
    "jpg": FileKind.JPEG,
    "jpeg": FileKind.JPEG,
    "txt": FileKind.TEXT,
    "csv": FileKind.CSV,
    "docx": FileKind.DOCX,
    "xlsx": FileKind.XLSX,
    "odt": FileKind.ODT,
}


class RefusedFile(Exception):
    """A file that is not kept; the text says why and what to do, for the person."""


@dataclass(frozen=True, slots=True)
class Sniffed:
    """``name`` is a name that is safe to give to a browser, with the extension of the kind."""

    kind: FileKind
    name: str


def sniff(file: "File[bytes]", name: str, size: int) -> Sniffed:
    """What the file is, if its content and its name agree. Raises :class:`RefusedFile`."""
    if not size:
        raise RefusedFile(_("This file is empty."))
    if size > MOST_BYTES:
        raise RefusedFile(
            _("This file has %(size).1f MB; at most %(most)d MB are kept. Attach the part that you cite.")
            % {"size": size / 1024**2, "most": MOST_BYTES // 1024**2}
        )
    extension = name.rpartition(".")[2].lower()
    kind = EXTENSIONS.get(extension)
    if kind is None:
        kinds = ", ".join(sorted(EXTENSIONS))
        raise RefusedFile(_("Files of this kind are not kept. Attach one of: %(kinds)s.") % {"kinds": kinds})
    file.seek(0)
    content = file.read(MOST_BYTES + 1)
    if fault := CHECKS[kind](content):
        raise RefusedFile(fault)
    return Sniffed(kind, safe_name(name, extension))


def safe_name(name: str, extension: str) -> str:
    """The last part of a name without what reaches out of a folder or turns the text around."""
    stem = name.replace("\\", "/").rpartition("/")[2].rpartition(".")[0]
    plain = NOT_IN_NAMES.sub("_", stem).strip(" .")[:LONGEST_NAME]
    return f"{plain or 'file'}.{extension}"


def _other(kind: FileKind) -> str:
    return _("The content of this file is not that of a file of the kind %(kind)s.") % {"kind": kind.label}


def _check_pdf(content: bytes) -> str:
    if not content.startswith(b"%PDF-") or b"%%EOF" not in content[-TAIL:]:
        return _other(FileKind.PDF)
    if b"PK\x05\x06" in content[-PACKED_TAIL:] or b"<script" in content[:TAIL].lower():
        return _("This file is of two kinds at once: save the document as a PDF again.")
    if ACTIVE.search(_names_of(content)):
        return _("This PDF runs something or holds other files: print it to a PDF, and attach that.")
    if b"/Encrypt" in content[-TAIL * 8 :]:
        return _("This PDF has a password: save it without one.")
    return ""


def _names_of(content: bytes) -> bytes:
    """What stands outside of streams, whose bytes mean nothing here, with the codes in names undone."""
    outside = STREAM.sub(b" ", content)
    return CODED.sub(lambda code: bytes([int(code[1], 16)]), outside)


def _check_text(kind: FileKind) -> Callable[[bytes], str]:
    def check(content: bytes) -> str:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            return _("This is not text in UTF-8: save it as plain text in that encoding.")
        return _other(kind) if CONTROL.search(text) else ""

    return check


def _known(kind: FileKind, check: Callable[[bytes], str | None]) -> Callable[[bytes], str]:
    """``check`` returns nothing where the content is of another kind, else what is wrong with it."""

    def checked(content: bytes) -> str:
        fault = check(content)
        return _other(kind) if fault is None else fault

    return checked


CHECKS: Mapping[FileKind, Callable[[bytes], str]] = {
    FileKind.PDF: _check_pdf,
    FileKind.PNG: _known(FileKind.PNG, check_png),
    FileKind.JPEG: _known(FileKind.JPEG, check_jpeg),
    FileKind.TEXT: _check_text(FileKind.TEXT),
    FileKind.CSV: _check_text(FileKind.CSV),
    FileKind.DOCX: _known(FileKind.DOCX, lambda content: check_packed(content, "word/document.xml")),
    FileKind.XLSX: _known(FileKind.XLSX, lambda content: check_packed(content, "xl/workbook.xml")),
    FileKind.ODT: _known(FileKind.ODT, lambda content: check_packed(content, "content.xml")),
}
