"""How to cite an edition: a sentence, and an entry for BibTeX."""

import unicodedata
from dataclasses import dataclass

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from assessments.choices import Marking
from assessments.models import Edition

# For what means something to TeX; braces as macros, since BibTeX counts even those with a backslash.
ESCAPES = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "_": r"\_",
    "%": r"\%",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


@dataclass(frozen=True, slots=True)
class Citation:
    """Of one edition at its permanent address; both texts have the marking and the digests."""

    edition: Edition
    address: str

    @property
    def title(self) -> str:
        heading = _("Scorecard of %(dyad)s, edition %(name)s") % {
            "dyad": self.edition.dyad.slug,
            "name": self.edition.name,
        }
        return f"{heading}: {self.edition.title}" if self.edition.title else heading

    @property
    def versions(self) -> str:
        calibration = self.edition.content["calibration"]
        parts = [
            self.edition.content["framework"]["name"],
            _("method %(version)s") % {"version": self.edition.method_version},
            _("calibration %(digest)s") % {"digest": calibration["sha256"][:12]} if calibration else "",
        ]
        return ", ".join(filter(None, parts))

    @property
    def marking(self) -> str:
        return Marking(self.edition.content["marking"]).label

    @property
    def plain(self) -> str:
        day = timezone.localdate(self.edition.frozen_at)
        return " ".join(
            [
                f"{self.edition.organisation.name} ({day.year}). {self.title}.",
                f"{date_format(day)}. {self.versions}.",
                f"SHA-256 {self.edition.sha256}. {self.marking}. {self.address}",
            ]
        )

    @property
    def bibtex(self) -> str:
        day = timezone.localdate(self.edition.frozen_at)
        fields = {
            "author": f"{{{escaped(self.edition.organisation.name)}}}",
            "title": f"{{{escaped(self.title)}}}",
            "year": str(day.year),
            "month": str(day.month),
            "howpublished": escaped(self.versions),
            "url": self.address,
            "note": escaped(f"{self.marking}. SHA-256 {self.edition.sha256}"),
        }
        lines = [f"  {name} = {{{value}}}," for name, value in fields.items()]
        key = f"concord-{self.edition.dyad.slug}-{self.edition.name}"
        return "\n".join([f"@misc{{{key},", *lines, "}", ""])


def escaped(text: str) -> str:
    """Text that BibTeX and TeX take literally, on one line, without control characters."""
    printable = ("" if unicodedata.category(c) == "Cc" else c for c in " ".join(text.split()))
    return "".join(ESCAPES.get(character, character) for character in printable)
