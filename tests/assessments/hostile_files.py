"""Files that are something else than they say, too much, or made to do harm; each with what refuses it."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR" + b"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"
SCRIPT = b"<script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
HTML = b"<!DOCTYPE html><html><body>" + SCRIPT + b"</body></html>"
GIF = b"GIF89a\x01\x00\x01\x00\x00\x00\x00;"
EXE = b"MZ" + bytes(200)


def png(width: int = 2, height: int = 2, *, behind: bytes = b"", text: bytes = b"") -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\x00" * (3 * 2))
    texts = chunk(b"tEXt", b"Comment\x00" + text) if text else b""
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + texts
        + chunk(b"IDAT", rows)
        + chunk(b"IEND", b"")
        + behind
    )


def jpeg(width: int = 2, height: int = 2, *, behind: bytes = b"", comment: bytes = b"") -> bytes:
    said = b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment if comment else b""
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    scan = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + b"\x00\x00"
    return b"\xff\xd8\xff\xe0\x00\x04ab" + said + frame + scan + b"\xff\xd9" + behind


def packed(parts: Mapping[str, bytes], *, compress: bool = True, comment: bytes = b"") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
        made.comment = comment
    return file.getvalue()


def docx(more: Mapping[str, bytes] | None = None, *, comment: bytes = b"") -> bytes:
    parts = {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w:document/>"}
    return packed(parts | dict(more or {}), comment=comment)


def xlsx(more: Mapping[str, bytes] | None = None) -> bytes:
    return packed({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"} | dict(more or {}))


def odt(more: Mapping[str, bytes] | None = None) -> bytes:
    return packed({"mimetype": b"text", "content.xml": b"<office/>"} | dict(more or {}))


def declares_less() -> bytes:
    """A packed document one of whose parts says that it is far smaller than it is."""
    content = bytearray(docx({"word/media/bomb.bin": bytes(3 * 1024**2)}))
    place = content.rfind(b"PK\x01\x02")
    content[place + 24 : place + 28] = struct.pack("<I", 100)
    return bytes(content)


def encrypted() -> bytes:
    content = bytearray(docx())
    place = content.find(b"PK\x01\x02")
    content[place + 8] |= 1
    return bytes(content)


def twice() -> bytes:
    file = io.BytesIO(docx())
    with zipfile.ZipFile(file, "a") as made:
        made.NameToInfo.clear()  # so that it does not warn of the name that is there
        made.writestr("word/document.xml", b"<other/>")
    return file.getvalue()


GOOD: dict[str, bytes] = {
    "report.pdf": PDF,
    "Report (final), 2003.PDF": PDF,
    "streams.pdf": PDF.replace(
        b"trailer", b"2 0 obj << >> stream\nx/JS y/Launch z\nendstream endobj trailer"
    ),
    "map.png": png(),
    "map with a comment.png": png(text=b"A map"),
    "photo.jpg": jpeg(),
    "photo.jpeg": jpeg(comment=b"Bunia"),
    "notes.txt": "Opérations à Bunia\n".encode(),
    "with mark.txt": b"\xef\xbb\xbfText",
    "table.csv": b"a,b\n1,2\n",
    "formula.csv": b"=1+1,@SUM(A1)\n",
    "minutes.docx": docx(),
    "figures.xlsx": xlsx(),
    "letter.odt": odt(),
    "scripted words.txt": HTML,  # only text, and never shown by a browser
    "eicar.txt": EICAR,  # a scanner's test, for scanners to find where there is one
}
KINDS, OTHER, TWO = "Files of this kind", "is not that of a file", "of two kinds at once"
BEHIND, BROKEN, MORE = "Something else follows", "is broken", "far more than a document"
REFUSED: dict[str, tuple[bytes, str]] = {
    "page.html": (HTML, KINDS),
    "page.htm": (HTML, KINDS),
    "page.xhtml": (HTML, KINDS),
    "drawing.svg": (SVG, KINDS),
    "data.xml": (b"<?xml version='1.0'?><a/>", KINDS),
    "code.js": (b"alert(1)", KINDS),
    "program.exe": (EXE, KINDS),
    "library.dll": (EXE, KINDS),
    "run.bat": (b"del *", KINDS),
    "run.sh": (b"#!/bin/sh\nrm -rf /", KINDS),
    "page.php": (b"<?php phpinfo(); ?>", KINDS),
    "archive.zip": (packed({"a": b"a"}), KINDS),
    "archive.tar.gz": (b"\x1f\x8b\x08" + bytes(20), KINDS),
    "macros.docm": (docx(), KINDS),
    "macros.xlsm": (xlsx(), KINDS),
    "old.doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), KINDS),
    "picture.gif": (GIF, KINDS),
    "link.lnk": (b"L\x00\x00\x00", KINDS),
    "report.pdf.exe": (EXE, KINDS),
    "without": (PDF, KINDS),
    ".htaccess": (b"Options +ExecCGI", KINDS),
    "report.pdf\x00.html": (PDF, KINDS),
    "html as.pdf": (HTML, OTHER),
    "html as.png": (HTML, OTHER),
    "html as.docx": (HTML, OTHER),
    "program as.pdf": (EXE, OTHER),
    "program as.txt": (EXE, OTHER),
    "program as.jpg": (EXE, OTHER),
    "svg as.png": (SVG, OTHER),
    "gif as.png": (GIF, OTHER),
    "png as.jpg": (png(), OTHER),
    "jpeg as.png": (jpeg(), OTHER),
    "pdf as.docx": (PDF, OTHER),
    "archive as.docx": (packed({"a": b"a"}), OTHER),
    "workbook as.docx": (xlsx(), OTHER),
    "document as.xlsx": (docx(), OTHER),
    "zeros as.txt": (bytes(100), OTHER),
    "escape codes.txt": (b"\x1b]0;owned\x07", OTHER),
    "latin.txt": ("Opérations".encode("latin-1"), "not text in UTF-8"),
    "utf16.csv": ("a,b".encode("utf-16"), "not text in UTF-8"),
    "late pdf.pdf": (b"junk\n" + PDF, OTHER),
    "html before.pdf": (HTML + PDF, OTHER),
    "cut.pdf": (PDF[:30], OTHER),
    "html inside.pdf": (PDF + HTML + b"%%EOF", TWO),
    "archive behind.pdf": (PDF + docx() + b"\n%%EOF", TWO),
    "javascript.pdf": (
        PDF.replace(b"/Catalog", b"/Catalog /OpenAction << /S /JavaScript /JS (x) >>"),
        "runs",
    ),
    "coded.pdf": (PDF.replace(b"/Catalog", b"/Catalog /AA << /S /J#61vaScript /J#53 (x) >>"), "runs"),
    "launch.pdf": (PDF.replace(b"/Catalog", b"/Catalog /AA << /S /Launch >>"), "runs"),
    "embedded.pdf": (PDF.replace(b"/Catalog", b"/Catalog /EmbeddedFiles 2 0 R"), "runs"),
    "form.pdf": (PDF.replace(b"/Catalog", b"/Catalog /XFA 2 0 R"), "runs"),
    "secret.pdf": (PDF.replace(b"trailer <<", b"trailer << /Encrypt 3 0 R"), "password"),
    "flood.png": (png(100_000, 100_000), "million pixels"),
    "flood.jpg": (jpeg(60_000, 60_000), "million pixels"),
    "empty.png": (png(0, 5), BROKEN),
    "cut.png": (png()[:40], BROKEN),
    "no end.png": (png()[:-12], BROKEN),
    "head only.png": (b"\x89PNG\r\n\x1a\n", BROKEN),
    "html behind.png": (png(behind=HTML), BEHIND),
    "archive behind.png": (png(behind=docx()), BEHIND),
    "html behind.jpg": (jpeg(behind=HTML), BEHIND),
    "archive behind.jpg": (jpeg(behind=docx()), BEHIND),
    "cut.jpg": (jpeg()[:12], BROKEN),
    "no frame.jpg": (b"\xff\xd8\xff\xda\x00\x08" + bytes(20) + b"\xff\xd9", BROKEN),
    "bomb.docx": (docx({"word/media/bomb.bin": bytes(30 * 1024**2)}), MORE),
    "many.docx": (docx({f"word/{n}.xml": b"" for n in range(2500)}), MORE),
    "macro.docx": (docx({"word/vbaProject.bin": b"x"}), "macros"),
    "object.docx": (docx({"word/embeddings/oleObject1.bin": EXE}), "macros"),
    "active.docx": (docx({"word/activeX/activeX1.xml": b"x"}), "macros"),
    "linked.xlsx": (xlsx({"xl/externalLinks/externalLink1.xml": b"x"}), "macros"),
    "macrosheet.xlsx": (xlsx({"xl/macrosheets/sheet1.xml": b"x"}), "macros"),
    "macro.odt": (odt({"Basic/Standard/Module1.xml": b"x"}), "macros"),
    "slip.docx": (docx({"../../etc/cron.d/x": b"x"}), "outside of itself"),
    "slip back.docx": (docx({"..\\..\\windows\\x": b"x"}), "outside of itself"),
    "absolute.docx": (docx({"/etc/passwd": b"x"}), "outside of itself"),
    "drive.docx": (docx({"C:/windows/x": b"x"}), "outside of itself"),
    "locked.docx": (encrypted(), "password"),
    "twice.docx": (twice(), TWO),
    "comment.docx": (docx(comment=HTML), TWO),
    "behind.docx": (docx() + HTML, TWO),
    "cut.docx": (docx()[:-30], BROKEN),
    "head only.docx": (b"PK\x03\x04" + bytes(30), BROKEN),
}
