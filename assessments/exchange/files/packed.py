"""Office documents, which are packed: looked at by their list of parts, never unpacked."""

import re
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from django.utils.translation import gettext as _

MOST_PARTS = 2000
MOST_BYTES_UNPACKED = 200 * 1024**2
MOST_TIMES = 200  # what a part may unpack to, beside what it is packed in
SMALL = 1024**2
# What runs, what holds another file, and what is fetched from elsewhere when the document is opened.
FOREIGN = re.compile(
    r"vbaproject|activex|embeddings|oleobject|macrosheet|externallink|\bscripts/|basic/", re.I
)


def check_packed(content: bytes, main: str) -> str | None:
    """What is wrong with a document whose main part is ``main``; none where it is something else."""
    if not content.startswith(b"PK\x03\x04"):
        return None
    try:
        with ZipFile(BytesIO(content)) as packed:
            parts = packed.infolist()
            end = packed.start_dir
    except (BadZipFile, ValueError, NotImplementedError, OverflowError, UnicodeError):
        return _("This document is broken: open it in your office program and save it again.")
    names = [part.filename for part in parts]
    if main not in names:
        return None
    if len(names) != len(set(names)) or not _ends_there(content, end):
        return _("This document is of two kinds at once: save it again in your office program.")
    return _fault_of(parts)


def _ends_there(content: bytes, start_of_list: int) -> bool:
    """Whether the list of parts ends the file, so that nothing stands behind it."""
    place = content.rfind(b"PK\x05\x06")
    if place < start_of_list or place + 22 > len(content):
        return False
    comment = int.from_bytes(content[place + 20 : place + 22], "little")
    return place + 22 + comment == len(content) and comment == 0


def _fault_of(parts: list[ZipInfo]) -> str:
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_BYTES_UNPACKED:
        return _("This document unpacks to far more than a document: it is not kept.")
    for part in parts:
        if part.file_size > SMALL and part.file_size > MOST_TIMES * max(part.compress_size, 1):
            return _("This document unpacks to far more than a document: it is not kept.")
        if part.flag_bits & 1 or part.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
            return _("This document has a password: save it without one.")
        if _reaches_out(part.filename):
            return _("This document names parts outside of itself: save it again in your office program.")
        if FOREIGN.search(part.filename):
            return _("This document has macros or holds other files: save it without them, or as a PDF.")
    return ""


def _reaches_out(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return name.startswith(("/", "\\")) or ".." in parts or ":" in parts[0]
