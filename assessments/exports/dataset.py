"""A data set: its rows for somebody, its columns, and the rows by a filter."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from assessments.exports.columns import Column
from organisations.models import User

Filters = Mapping[str, str]


class InvalidFilter(Exception):
    """``faults`` names each parameter that is not known or says nothing, with the reasons."""

    def __init__(self, faults: Mapping[str, list[str]]) -> None:
        self.faults = faults
        super().__init__(" ".join(f"{name}: {' '.join(why)}" for name, why in faults.items()))


def themselves(user: User, rows: QuerySet[Any]) -> QuerySet[Any]:
    """The basis of rows that rest on nothing else."""
    return rows.order_by()


@dataclass(frozen=True, slots=True)
class Dataset:
    """``rows`` are those that somebody may see, through ``visible_to``; every export begins there.

    ``basis`` leads from filtered rows to what they rest on, assessments or lessons: those carry the marking,
    and must all be visible still when a stored file is fetched. ``unfold`` is what follows the query in the
    outer statement, for rows that hold several; it reads ``hidden`` besides the columns.
    """

    name: str
    label: str | Promise
    about: str | Promise
    rows: Callable[[User], QuerySet[Any]]
    order: tuple[str, ...]
    filters: Any
    basis: Callable[[User, QuerySet[Any]], QuerySet[Any]]
    columns: tuple[Column, ...]
    approved_only: bool = False
    computed: bool = False
    hidden: Mapping[str, Any] = field(default_factory=dict)
    unfold: str = ""

    def filtered(self, user: User, filters: Filters) -> QuerySet[Any]:
        """The rows that a filter leaves. Raises :class:`InvalidFilter`."""
        unknown = sorted(set(filters) - set(self.filters.base_filters))
        if unknown:
            known = ", ".join(sorted(self.filters.base_filters))
            message = _("Unknown parameter. Known are: %(known)s.") % {"known": known}
            raise InvalidFilter({name: [message] for name in unknown})
        found = self.filter_of(user, filters)
        if not found.is_valid():
            raise InvalidFilter({name: list(why) for name, why in found.errors.items()})
        return found.qs  # type: ignore[no-any-return]

    def filter_of(self, user: User, filters: Filters) -> Any:
        """The filter set, for its form."""
        return self.filters(dict(filters), queryset=self.rows(user), request=SimpleNamespace(user=user))
