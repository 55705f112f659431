"""A change asked for by a program happens once, however often the request arrives."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils.translation import gettext as _

from organisations.models import KeptAnswer, User

KEPT = timedelta(days=1)
LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))"


class InProgress(Exception):
    """A request with the same key is being worked on at this moment."""

    def __init__(self) -> None:
        super().__init__(_("A request with this Idempotency-Key is being worked on: try again in a moment."))


class KeyReused(Exception):
    """The key was given to another request."""

    def __init__(self) -> None:
        super().__init__(
            _("This Idempotency-Key was used for another request: take a new one for each change.")
        )


@dataclass(frozen=True, slots=True)
class Given:
    """An answer as it goes over the wire; ``again`` says that it was given before."""

    status: int
    headers: dict[str, str]
    body: bytes
    again: bool = False


@transaction.atomic
def change(*, run: Callable[[], Given], by: User, key: str, request: bytes, at: datetime) -> Given:
    """Do a change in one transaction, and with a key once: later the answer of the first time is returned.

    ``request`` is what the key was given to. What fails is rolled back and not kept.
    Raises :class:`InProgress` and :class:`KeyReused`.
    """
    if not key:
        return run()
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [f"{by.pk}:{key}"])
        if not cursor.fetchone()[0]:
            raise InProgress
    digest = hashlib.sha256(request).hexdigest()
    kept = KeptAnswer.objects.filter(user=by, key=key).first()
    if kept and kept.created_at > at - KEPT:
        if kept.request_sha256 != digest:
            raise KeyReused
        return Given(kept.status, kept.headers, bytes(kept.body), again=True)
    given = run()
    KeptAnswer.objects.update_or_create(
        user=by,
        key=key,
        defaults={
            "request_sha256": digest,
            "status": given.status,
            "headers": given.headers,
            "body": given.body,
            "created_at": at,
        },
    )
    return given


@transaction.atomic
def forget_answers(*, at: datetime) -> None:
    """Forget answers that are no longer given again."""
    KeptAnswer.objects.filter(created_at__lte=at - KEPT).delete()
