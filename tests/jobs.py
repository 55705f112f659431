"""Do deferred jobs inside a test, in its own transaction, as the worker would after it."""

import asyncio
import inspect
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from asgiref.sync import async_to_sync
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob


def deferred(task: str = "") -> list[dict[str, Any]]:
    """The arguments of the jobs that wait, of one task or of all, oldest first."""
    jobs = ProcrastinateJob.objects.filter(status="todo").order_by("pk")
    return [job.args for job in jobs if task in {"", job.task_name}]


def do_jobs() -> int:
    """Do what waits, and what that defers, until nothing is left. Returns how many."""
    done = 0
    while job := ProcrastinateJob.objects.filter(status="todo").order_by("pk").first():
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = %s", [job.pk])
        function = app.tasks[job.task_name].func
        if inspect.iscoroutinefunction(function):
            function = async_to_sync(function)
        function(**job.args)
        done += 1
    return done


def run_apart(work: Coroutine[Any, Any, None]) -> None:
    """Run what a worker does in a thread of its own: a browser leaves an event loop in that of the tests."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()
