"""The queue: jobs belong to the transaction that defers them, and finished ones do not stay for ever."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from assessments.tasks import HOURS_KEPT
from tests.jobs import deferred, do_jobs, run_apart

NAME = "forget_finished_jobs"
HOUR = timedelta(hours=1)


@pytest.mark.django_db
def test_a_job_of_a_transaction_that_fails_never_was() -> None:
    with transaction.atomic():
        app.configure_task(NAME).defer(timestamp=0)
        assert deferred(NAME) == [{"timestamp": 0}]
        transaction.set_rollback(True)
    assert deferred(NAME) == []


@pytest.mark.django_db
def test_what_waits_is_done_once() -> None:
    done: list[int] = []

    @app.task(name="count_calls")
    def count_calls(number: int) -> None:
        done.append(number)

    try:
        count_calls.defer(number=7)
        assert do_jobs() == 1
        assert do_jobs() == 0
        assert done == [7]
    finally:
        del app.tasks["count_calls"]


@pytest.mark.django_db(transaction=True)
def test_a_worker_forgets_what_was_finished_a_month_ago() -> None:
    old, recent = (finished(age=timedelta(hours=HOURS_KEPT) + change) for change in (HOUR, -HOUR))
    with app.replace_connector(app.connector.get_worker_connector()) as worker:  # type: ignore[attr-defined]
        run_apart(do_once(worker))
    assert list(ProcrastinateJob.objects.filter(pk__in=[old, recent]).values_list("pk", flat=True)) == [
        recent
    ]


async def do_once(worker: object) -> None:
    async with worker.open_async():  # type: ignore[attr-defined]
        await app.configure_task(NAME).defer_async(timestamp=0)
        await worker.run_worker_async(wait=False, listen_notify=False)  # type: ignore[attr-defined]


def finished(age: timedelta) -> int:
    """A job that was finished so long ago."""
    job = app.configure_task(NAME).defer(timestamp=0)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = %s", [job])
        cursor.execute(
            "UPDATE procrastinate_events SET at = %s WHERE job_id = %s", [timezone.now() - age, job]
        )
    return int(job)
