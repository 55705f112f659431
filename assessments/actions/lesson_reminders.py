"""Reminding of actions that are due soon or overdue."""

from datetime import datetime

from django.db import transaction

from assessments.actions.lessons import coordinators
from assessments.actions.notices import tell_of_lesson
from assessments.choices import NoticeKind
from assessments.lesson_workflow import UNDER_WORK
from assessments.models import LessonAction
from assessments.models.lesson_notice_kinds import ACTIONS_DUE_SOON_WITHIN


@transaction.atomic
def remind_of_actions(*, at: datetime) -> None:
    """Tell owners what is due soon, and them and coordinators what is overdue: once for each due day."""
    due = LessonAction.objects.open().filter(
        lesson__state__in=UNDER_WORK, due__lte=at.date() + ACTIONS_DUE_SOON_WITHIN
    )
    for action in due.select_related("lesson").order_by("pk"):
        assert action.due is not None  # noqa: S101 - for types: the filter says so
        assert action.owner_id is not None  # noqa: S101 - for types: the constraint says so
        overdue = action.due < at.date()
        to = {action.owner_id} | (coordinators([action.organisation_id]) if overdue else set())
        kind = NoticeKind.ACTION_OVERDUE if overdue else NoticeKind.ACTION_DUE_SOON
        tell_of_lesson(kind, action.lesson, action=action, event=f"due {action.due}", to=to, by=None, at=at)
