"""Counting attempts in the database, where all processes count together and no two take the same place."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from organisations.models import RateCount

KEPT = timedelta(days=1)
# One statement: PostgreSQL locks the row, so that attempts at the same moment get different numbers.
COUNT = """
    INSERT INTO organisations_ratecount AS kept (key, count, since) VALUES (%(key)s, 1, %(at)s)
    ON CONFLICT (key) DO UPDATE SET
        count = CASE WHEN kept.since <= %(at)s - %(period)s THEN 1 ELSE kept.count + 1 END,
        since = CASE WHEN kept.since <= %(at)s - %(period)s THEN %(at)s ELSE kept.since END
    RETURNING count, since
"""
GIVE_BACK = "UPDATE organisations_ratecount SET count = count - 1 WHERE key = %s AND count > 0"


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``amount`` in ``period``, which begins with the first attempt."""

    amount: int
    period: timedelta


@dataclass(frozen=True, slots=True)
class Counted:
    """An attempt with its number and the seconds until the count begins anew."""

    limit: Limit
    number: int
    seconds: int

    @property
    def allowed(self) -> bool:
        return self.number <= self.limit.amount

    @property
    def remaining(self) -> int:
        return max(0, self.limit.amount - self.number)


def count_attempt(*, of: str, limit: Limit, at: datetime) -> Counted:
    """Count one attempt of what ``of`` names."""
    with connection.cursor() as cursor:
        values: dict[str, Any] = {"key": _key(of), "at": at, "period": limit.period}
        cursor.execute(COUNT, values)
        number, since = cursor.fetchone()
    return Counted(limit, number, max(1, round((since + limit.period - at).total_seconds())))


def give_back(*, of: str) -> None:
    """Take back one counted attempt that turned out to be no offence."""
    with connection.cursor() as cursor:
        cursor.execute(GIVE_BACK, [_key(of)])


@transaction.atomic
def forget_attempts(*, at: datetime, of: str = "") -> None:
    """Forget the count of ``of``, or all that are long over."""
    counts = RateCount.objects.filter(key=_key(of)) if of else RateCount.objects.filter(since__lt=at - KEPT)
    counts.delete()


def _key(of: str) -> str:
    return hashlib.sha256(of.encode()).hexdigest()
