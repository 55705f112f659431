"""Making one file: from what was asked to the bytes, with the record of it."""

from collections.abc import Generator, Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from typing import Any, BinaryIO

from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from assessments.actions.exports import Facts, Written, begin_export, finish_export, one_moment
from assessments.actions.scorecards import bring_up_to_date
from assessments.choices import Marking
from assessments.exchange.csv_lines import header
from assessments.exports.catalogue import DATASETS
from assessments.exports.columns import assessor_keys, framework_name, strictness
from assessments.exports.copying import Tally, copied, records
from assessments.exports.dataset import Dataset, InvalidFilter
from assessments.exports.statement import csv_statement, ndjson_statement
from assessments.exports.whole_files import write_parquet, write_workbook
from assessments.models import Export
from organisations.models import User

CSV, NDJSON, XLSX, PARQUET = "csv", "ndjson", "xlsx", "parquet"
MEDIA_TYPES = {
    CSV: "text/csv; charset=utf-8",
    NDJSON: "application/x-ndjson",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    PARQUET: "application/vnd.apache.parquet",
}
FORMATS = [
    (CSV, _lazy("CSV: a table for any program")),
    (XLSX, _lazy("XLSX: a workbook for spreadsheets")),
    (NDJSON, _lazy("NDJSON: one JSON object a line")),
    (PARQUET, _lazy("Parquet: typed columns for notebooks and BI tools")),
]
WITH_TAGS = (CSV, XLSX)
BLOCK = 128 * 1024
OPTIONS = ("format", "hxl")
TRUTHS = {"": False, "false": False, "off": False, "true": True, "on": True}


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks for: a data set, a filter, a format."""

    dataset: Dataset
    user: User
    format: str = CSV
    hxl: bool = False
    filters: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, dataset: str, user: User, parameters: Mapping[str, str]) -> "Wish":
        """From the parameters of an address. Raises :class:`InvalidFilter` for what means nothing."""
        file_format, hxl = parameters.get("format") or CSV, parameters.get("hxl", "").lower()
        faults: dict[str, list[str]] = {}
        if file_format not in MEDIA_TYPES:
            known = ", ".join(MEDIA_TYPES)
            faults["format"] = [_("There is no such format. Known are: %(known)s.") % {"known": known}]
        if hxl not in TRUTHS:
            faults["hxl"] = [_("Give true or false.")]
        elif TRUTHS[hxl] and file_format not in WITH_TAGS:
            known = ", ".join(WITH_TAGS)
            faults["hxl"] = [_("HXL tags are a row of these formats: %(known)s.") % {"known": known}]
        if faults:
            raise InvalidFilter(faults)
        filters = {name: value for name, value in parameters.items() if name not in OPTIONS and value}
        wish = cls(DATASETS[dataset], user, file_format, TRUTHS[hxl], filters)
        wish.rows()
        return wish

    def rows(self) -> QuerySet[Any]:
        return self.dataset.filtered(self.user, self.filters)


def facts_of(wish: Wish) -> Facts:
    """The strictest marking, and the frameworks, of what the rows rest on: two queries."""
    basis = wish.dataset.basis(wish.user, wish.rows()).order_by()
    strictest = basis.aggregate(strictest=Max(strictness()))["strictest"]
    names = basis.values_list(framework_name(), flat=True).distinct()
    return Facts("" if strictest is None else Marking.values[strictest], sorted(names))


class Download:
    """The bytes of a file while it is made; closing it early says so in its record.

    XLSX and Parquet are made before the first byte: :class:`InvalidFilter` says what does not fit them.
    """

    def __init__(self, wish: Wish) -> None:
        self.wish = wish
        if wish.dataset.computed:
            bring_up_to_date(viewer=wish.user, at=timezone.now())
        self.export: Export = begin_export(
            dataset=wish.dataset.name,
            file_format=wish.format,
            hxl=wish.hxl,
            filters=wish.filters,
            by=wish.user,
            at=timezone.now(),
        )
        self._written: Written | None = None
        self._open = ExitStack()
        self._open.enter_context(one_moment(assessor_keys()))
        self.facts = Facts("", [])
        self._blocks: Iterator[bytes] = iter(())
        try:
            self.facts = facts_of(wish)
            self.export.marking = self.facts.marking
            self._blocks = self._make() if wish.format in {CSV, NDJSON} else self._sent(self._whole())
        except BaseException:
            self.close()
            raise

    def _whole(self) -> tuple[BinaryIO, int]:
        """The file, complete, and how many rows are in it."""
        dataset, about = self.wish.dataset, self._about()
        file = self._open.enter_context(TemporaryFile())  # noqa: SIM115 - a context of the file's own
        with closing(records(ndjson_statement(dataset, self.wish.rows()))) as rows:
            if self.wish.format == XLSX:
                return file, write_workbook(file, dataset, rows, tags=self.wish.hxl, about=about)
            return file, write_parquet(file, dataset, rows, about=about)

    def _about(self) -> dict[str, str]:
        """What a file says of itself in its properties."""
        marking = Marking(self.facts.marking).label if self.facts.marking else ""
        return {
            "marking": str(marking),
            "dataset": self.wish.dataset.name,
            "frameworks": " ".join(self.facts.frameworks),
            "method_version": self.export.method_version,
            "export": str(self.export.pk),
            "made_at": self.export.at.isoformat(),
        }

    def _sent(self, made: tuple[BinaryIO, int]) -> Iterator[bytes]:
        (file, rows), tally = made, Tally()
        file.seek(0)
        while block := file.read(BLOCK):
            yield tally.add(block)
        self._written = Written(rows, tally.size, tally.sha256)

    def _make(self) -> Iterator[bytes]:
        tally = Tally()
        columns = self.wish.dataset.columns
        if self.wish.format == CSV:
            tags = [column.hxl for column in columns] if self.wish.hxl else None
            yield tally.add(header([column.name for column in columns], tags).encode())
            statement = csv_statement(self.wish.dataset, self.wish.rows())
        else:
            statement = ndjson_statement(self.wish.dataset, self.wish.rows())
        if statement is not None:
            yield from copied(statement, tally)
        self._written = Written(tally.rows, tally.size, tally.sha256)

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._blocks
        finally:
            self.close()

    def close(self) -> None:
        """Once, whoever comes first: the last block, or whoever stops before it."""
        if self._open is _CLOSED:
            return
        opened, self._open = self._open, _CLOSED
        if isinstance(self._blocks, Generator):
            self._blocks.close()
        opened.close()
        finish_export(export=self.export, facts=self.facts, written=self._written, at=timezone.now())


_CLOSED = ExitStack()
