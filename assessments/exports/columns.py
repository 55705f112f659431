"""The columns of exports: for the statement, the header rows and the data dictionary alike."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Func, QuerySet, Subquery, TextField, Value, When
from django.db.models.functions import Concat
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assessments.choices import Level, Marking
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


def dyad_column(dyad: str = "dyad") -> Column:
    slug = Concat(f"{dyad}__first__acronym", Value("-"), f"{dyad}__second__acronym")
    return Column("dyad", Kind.CODE, _("The two organisations, in canonical order."), "#org+dyad", slug)


def framework_name(framework: str = "framework") -> Concat:
    return Concat(f"{framework}__code", Value("@"), f"{framework}__version")


def framework_column(framework: str = "framework") -> Column:
    about = _("Framework and version.")
    return Column("framework", Kind.TEXT, about, "#meta+framework", framework_name(framework))


def engagement_column() -> Column:
    about = _("The engagement, if it is about one; empty at the political level.")
    return Column("engagement", Kind.TEXT, about, "#activity+name", F("engagement__name"))


def level_column() -> Column:
    about, values = _("Political or field level."), tuple(Level.values)
    return Column("level", Kind.CODE, about, "#indicator+level", F("level"), values=values)


def subject_column(name: str) -> Column:
    about = _("Code of an indicator, dimension or level.")
    return Column(name, Kind.TEXT, about, "#indicator+code", F(name))


def rule_column() -> Column:
    return Column("rule", Kind.TEXT, _("Code of the rule."), "#meta+rule", F("rule__code"))


def marking_column(about: str | Promise, marking: str = "marking") -> Column:
    """``marking`` is the field, or annotation, that holds the marking."""
    return Column("marking", Kind.CODE, about, "#meta+marking", F(marking), values=tuple(Marking.values))


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
