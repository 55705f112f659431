"""Pictures: their size is read without drawing them, and nothing may follow them."""

import struct

from django.utils.translation import gettext as _

MOST_PIXELS = 50_000_000
PNG = b"\x89PNG\r\n\x1a\n"
CHUNK = struct.Struct(">I4s")
SIDES = struct.Struct(">II")
MOST_CHUNKS = 100_000
# Start of frame, except the tables (C4, C8, CC) that share the range.
FRAMES = {0xC0 + n for n in range(16)} - {0xC4, 0xC8, 0xCC}
WITHOUT_LENGTH = {0x01, *range(0xD0, 0xD8)}
START_OF_SCAN, END, START = 0xDA, b"\xff\xd9", b"\xff\xd8\xff"


def check_png(content: bytes) -> str | None:
    """What is wrong with a PNG; none where it is something else."""
    if not content.startswith(PNG):
        return None
    place, sides = len(PNG), (0, 0)
    for number in range(MOST_CHUNKS):
        if place + CHUNK.size > len(content):
            return _broken()
        length, name = CHUNK.unpack_from(content, place)
        if number == 0:
            if name != b"IHDR" or length != 13 or place + 21 > len(content):
                return _broken()
            sides = SIDES.unpack_from(content, place + CHUNK.size)
        place += CHUNK.size + length + 4
        if name == b"IEND":
            return _of_size(*sides) if place == len(content) else _more_behind()
    return _broken()


def check_jpeg(content: bytes) -> str | None:
    """What is wrong with a JPEG; none where it is something else."""
    if not content.startswith(START):
        return None
    frame = _frame(content)
    if frame is None:
        return _broken()
    if not content.endswith(END):
        return _more_behind()
    height, width = struct.unpack_from(">HH", content, frame + 5)
    return _of_size(width, height)


def _frame(content: bytes) -> int | None:
    """Where the segment begins that says the size; none where the file is broken before it."""
    place = 2
    while place + 9 <= len(content) and content[place] == 0xFF:
        marker = content[place + 1]
        if marker in FRAMES:
            return place
        if marker == START_OF_SCAN:
            return None
        if marker == 0xFF:
            place += 1
        elif marker in WITHOUT_LENGTH:
            place += 2
        else:
            place += 2 + int.from_bytes(content[place + 2 : place + 4], "big")
    return None


def _of_size(width: int, height: int) -> str:
    if not width or not height:
        return _broken()
    if width * height > MOST_PIXELS:
        return _("This picture has %(n)d million pixels; at most %(most)d are kept. Make it smaller.") % {
            "n": width * height // 1_000_000,
            "most": MOST_PIXELS // 1_000_000,
        }
    return ""


def _broken() -> str:
    return _("This picture is broken: open it in a program for pictures and save it again.")


def _more_behind() -> str:
    return _("Something else follows the picture in this file: save the picture again, and attach that.")
