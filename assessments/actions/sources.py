"""Adding documents to the library that evidence cites."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from assessments.models import Source
from assessments.policy import Refused, may_change_source, may_open
from organisations.models import Organisation, User


@transaction.atomic
def add_source(*, organisation: Organisation, by: User, **fields: Any) -> Source:
    """Add a source to the organisation's own library; ``fields`` are those of :class:`Source`.

    Without a key one is made from author and year. Raises ``Refused`` and ``ValidationError``.
    """
    may_open(by, organisation).enforce()
    source = Source(organisation=organisation, **fields)
    source.key = source.key or _free_key(organisation, source)
    source.full_clean()
    source.save()
    return source


@transaction.atomic
def add_sources(
    *, organisation: Organisation, sources: Iterable[Mapping[str, Any]], by: User
) -> list[Source]:
    """Add several to the organisation's own library: all or none."""
    return [add_source(organisation=organisation, by=by, **fields) for fields in sources]


class SourceChanged(Exception):
    """Somebody changed the source since it was read. ``theirs`` is the source as it is now."""

    def __init__(self, theirs: Source) -> None:
        super().__init__(_("Somebody has changed this source since you opened it."))
        self.theirs = theirs


@transaction.atomic
def change_source(*, source: Source, version: int, by: User, **fields: Any) -> Source:
    """Correct what is said of a source; ``fields`` are all of ``Source.DESCRIPTION``.

    Revisions keep what was said when they were submitted. ``version`` is the one that was read. Raises
    ``Refused``, :class:`SourceChanged` and ``ValidationError``.
    """
    locked = Source.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=source.pk)
    may_change_source(by, locked).enforce()
    if all(getattr(locked, name) == value for name, value in fields.items()):
        return locked
    if version != locked.version:
        raise SourceChanged(locked)
    for name, value in fields.items():
        setattr(locked, name, value)
    locked.version += 1
    locked.full_clean()
    locked.save()
    return locked


@transaction.atomic
def add_shared_source(*, by: User, **fields: Any) -> Source:
    """Add a source to the library that all organisations share; administrators only."""
    if not (by.is_active and by.is_superuser):
        raise Refused(_("Only administrators add to the shared library."))
    source = Source(organisation=None, **fields)
    source.full_clean()
    source.save()
    return source


def _free_key(organisation: Organisation, source: Source) -> str:
    base = slugify(f"{source.author.split(',')[0]}-{source.published[:4] or 'undated'}")[:70] or "source"
    taken = set(
        Source.objects.filter(organisation=organisation, key__startswith=base).values_list("key", flat=True)
    )
    candidates = [base, *(f"{base}-{number}" for number in range(2, len(taken) + 3))]
    return next(key for key in candidates if key not in taken)
