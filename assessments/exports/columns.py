"""The columns of exports: for the statement, the header rows and the data dictionary alike."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Func, OuterRef, QuerySet, Subquery, TextField, Value, When
from django.db.models.functions import Concat
from django.utils.functional import Promise

from assessments.choices import Marking
from assessments.models.assessment import ASSESSOR_SALT

BLOCK = 64  # bytes, of SHA-256
INNER, OUTER = "concord.assessor_inner", "concord.assessor_outer"


class Kind(StrEnum):
    """What the cells of a column are. ``TEXT`` is what people wrote: a spreadsheet must not run it."""

    TEXT = "text"
    CODE = "code"
    INTEGER = "integer"
    DECIMAL = "decimal"
    TRUTH = "true or false"
    MOMENT = "time"
    DAY = "day"
    JSON = "JSON"
    IDS = "ids"


@dataclass(frozen=True, slots=True)
class Column:
    """``of`` is what the query selects; ``unfolded`` instead is SQL over what a data set unfolds."""

    name: str
    kind: Kind
    about: str | Promise
    hxl: str
    of: Any = None
    unfolded: str = ""
    values: tuple[str, ...] = ()

    @property
    def source(self) -> str:
        """What the outer statement reads."""
        return self.unfolded or f't."{self.name}"'


def slug(dyad: str = "dyad") -> Concat:
    return Concat(f"{dyad}__first__acronym", Value("-"), f"{dyad}__second__acronym")


def framework_name(framework: str = "framework") -> Concat:
    return Concat(f"{framework}__code", Value("@"), f"{framework}__version")


class AssessorCode(Func):
    """``assessor_code`` of the models, computed by the database while it streams.

    The HMAC is written out, over keys that :func:`assessor_keys` has put into the session: a key in the
    statement itself could end in a log of statements.
    """

    template = (
        "left(encode(sha256("
        "(SELECT decode(current_setting('{outer}'), 'hex')) || "
        "sha256((SELECT decode(current_setting('{inner}'), 'hex')) || "
        "convert_to({values}, 'UTF8'))), 'hex'), 12)"
    ).format(inner=INNER, outer=OUTER, values="%(expressions)s")
    arg_joiner = " || ':' || "
    output_field = TextField()

    def __init__(self) -> None:
        super().__init__(F("dyad_id"), F("on_behalf_of_id"), F("assessor_id"))


def assessor_keys() -> dict[str, str]:
    """The two padded keys of the HMAC behind ``assessor_code``, in hexadecimal, by their settings."""
    secret = ASSESSOR_SALT.encode() + settings.SECRET_KEY.encode()
    key = hashlib.sha256(secret).digest().ljust(BLOCK, b"\0")
    return {
        INNER: bytes(byte ^ 0x36 for byte in key).hex(),
        OUTER: bytes(byte ^ 0x5C for byte in key).hex(),
    }


def strictness(field: str = "marking") -> Case:
    """The place of a marking from the least to the most strict."""
    return Case(
        *(When(**{field: marking}, then=Value(place)) for place, marking in enumerate(Marking.values)),
        output_field=models.SmallIntegerField(),
    )


def strictest_of(marked: QuerySet[Any]) -> Subquery:
    """The strictest marking of the rows of a correlated query."""
    return Subquery(marked.order_by(strictness().desc()).values("marking")[:1])


def outer(name: str) -> OuterRef:
    return OuterRef(name)
