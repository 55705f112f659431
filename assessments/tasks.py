"""Work in the background and by the clock, done by ``manage.py procrastinate worker``.

Actions defer it by name. Arguments are ids, never words: who administers the queue reads them.
"""

from procrastinate import JobContext
from procrastinate.contrib.django import app

HOURS_KEPT = 24 * 30


@app.periodic(cron="23 2 * * *")
@app.task(name="forget_finished_jobs", queueing_lock="forget_finished_jobs", pass_context=True)
async def forget_finished_jobs(context: JobContext, timestamp: int) -> None:
    """Every night: drop what was finished a month ago, failures included."""
    await context.app.job_manager.delete_old_jobs(
        nb_hours=HOURS_KEPT, include_failed=True, include_cancelled=True
    )
