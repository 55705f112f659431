"""Template filters that put what happened to lessons into words."""

from django import template
from django.utils.translation import gettext as _

from assessments.choices import LessonState, Recurrence
from assessments.lesson_workflow import LessonMove
from assessments.models import LessonStep

register = template.Library()


@register.filter
def step_words(step: LessonStep) -> str:
    """What happened, such as ``Endorsed``; of recurrences with why."""
    if step.recurrence:
        return _("Came up again: %(why)s") % {"why": Recurrence(step.recurrence).label}
    words = {
        LessonMove.WRITE: _("Written"),
        LessonMove.RETURN: _("Returned to its authors"),
        LessonMove.RELEASE: _("Release changed"),
        LessonMove.PRIORITISE: _("Priority set"),
        LessonMove.TASK: _("An organisation tasked"),
        LessonMove.REOPEN: _("Reopened"),
    }
    return words.get(LessonMove(step.move)) or str(LessonState(step.state).label)
