"""Work in the background and by the clock, done by ``manage.py procrastinate worker``.

Actions defer it by name. Arguments are ids, never words: who administers the queue reads them.
"""

from django.utils import timezone
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from assessments.actions import desk, joint_fits, lesson_reminders, notice_mail, recurrence
from assessments.actions.calibrations import propose_calibration
from assessments.actions.notices import SEND
from assessments.actions.offline import forget_uploads
from assessments.actions.panels import remind_of_panels
from assessments.models import Framework
from organisations.actions.limits import forget_attempts
from organisations.actions.once import forget_answers
from organisations.models import User

HOURS_KEPT = 24 * 30
RETRY_AFTER_SECONDS = 60
# Tried again after 5 seconds, 25, 2 minutes, 10 and 52 minutes.
MAIL_AGAIN = RetryStrategy(max_attempts=notice_mail.ATTEMPTS - 1, exponential_wait=5)


@app.periodic(cron="23 2 * * *")
@app.task(name="forget_finished_jobs", queueing_lock="forget_finished_jobs", pass_context=True)
async def forget_finished_jobs(context: JobContext, timestamp: int) -> None:
    """Every night: drop what was finished a month ago, failures included."""
    await context.app.job_manager.delete_old_jobs(
        nb_hours=HOURS_KEPT, include_failed=True, include_cancelled=True
    )


@app.periodic(cron="41 2 * * *")
@app.task(name="propose_calibrations", queueing_lock="propose_calibrations")
def propose_calibrations(timestamp: int) -> None:
    """Every night: propose a calibration where what is released to everybody says something else by now."""
    for framework in Framework.objects.asking().order_by("pk"):
        propose_calibration(framework=framework, at=timezone.now())


@app.task(
    name=joint_fits.TASK, retry=RetryStrategy(max_attempts=joint_fits.ATTEMPTS - 1, wait=RETRY_AFTER_SECONDS)
)
def fit_jointly(framework: int) -> None:
    """Do the joint fit of a framework version that waits."""
    joint_fits.run_joint_fit(framework=Framework.objects.get(pk=framework), clock=timezone.now)


@app.periodic(cron="11 3 * * *")
@app.task(name="request_joint_fits", queueing_lock="request_joint_fits")
def request_joint_fits(timestamp: int) -> None:
    """Every night: fit every framework version that has released answers."""
    joint_fits.request_nightly_joint_fits(at=timezone.now())


@app.task(name=SEND, retry=MAIL_AGAIN)
def send_notice(notice: int) -> None:
    """Mail a notice whose recipient wants it at once."""
    notice_mail.send_notice(notice=notice, at=timezone.now())


@app.task(name=notice_mail.SEND_DAILY, retry=MAIL_AGAIN)
def send_daily_notices(person: int) -> None:
    """Mail somebody what waits for them."""
    notice_mail.send_daily(person=User.objects.get(pk=person), at=timezone.now())


@app.periodic(cron="7 6 * * *")
@app.task(name="queue_daily_notices", queueing_lock="queue_daily_notices")
def queue_daily_notices(timestamp: int) -> None:
    """Every morning: the daily mail of everybody for whom something waits."""
    notice_mail.queue_daily()


@app.periodic(cron="53 2 * * *")
@app.task(name="forget_offline_uploads", queueing_lock="forget_offline_uploads")
def forget_offline_uploads(timestamp: int) -> None:
    """Every night: forget uploaded offline forms that nobody has settled for a month."""
    forget_uploads(at=timezone.now())


@app.periodic(cron="17 4 * * *")
@app.task(name="forget_requests", queueing_lock="forget_requests")
def forget_requests(timestamp: int) -> None:
    """Every night: forget counts of attempts and kept answers of the API that are over."""
    forget_attempts(at=timezone.now())
    forget_answers(at=timezone.now())


@app.periodic(cron="37 5 * * *")
@app.task(name="remind_of_due", queueing_lock="remind_of_due")
def remind_of_due(timestamp: int) -> None:
    """Every morning, before the daily mail: what is due soon or overdue."""
    desk.remind_of_due(at=timezone.now())
    remind_of_panels(at=timezone.now())
    lesson_reminders.remind_of_actions(at=timezone.now())


@app.task(name=recurrence.TASK, retry=RetryStrategy(max_attempts=3, wait=RETRY_AFTER_SECONDS))
def look_for_recurrences(dyad: int) -> None:
    """See whether lessons of a dyad have come up again, after something of it was approved or released."""
    recurrence.look_for_recurrences(dyad=dyad, at=timezone.now())
