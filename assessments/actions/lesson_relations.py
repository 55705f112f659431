"""Lessons that belong together: linked, or merged where they say the same."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from assessments.actions.lessons import locked_lesson, move
from assessments.lesson_policy import may_merge_into, may_relate
from assessments.lesson_workflow import LessonMove
from assessments.models import Lesson, LessonLink, LessonRelation
from assessments.models.lesson import THINGS
from organisations.models import User

MERGED = "Another lesson says the same."


@transaction.atomic
def relate_lessons(*, lesson: Lesson, other: Lesson, by: User, at: datetime) -> None:
    """Link two lessons; again changes nothing. Raises ``ValidationError`` unless ``by`` sees the other."""
    may_relate(by, lesson).enforce()
    if lesson.pk == other.pk or not Lesson.objects.visible_to(by).filter(pk=other.pk).exists():
        raise ValidationError(_("Choose another lesson that you may see."))
    first, second = sorted((lesson.pk, other.pk))
    LessonRelation.objects.get_or_create(first_id=first, second_id=second, defaults={"by": by, "at": at})


@transaction.atomic
def part_lessons(*, lesson: Lesson, other: Lesson, by: User) -> None:
    """Take a link between two lessons away."""
    may_relate(by, lesson).enforce()
    first, second = sorted((lesson.pk, other.pk))
    LessonRelation.objects.filter(first=first, second=second).delete()


@transaction.atomic
def merge_lesson(*, lesson: Lesson, into: Lesson, by: User, at: datetime) -> None:
    """Close a lesson that says what another one says, which takes over what it rests on.

    Texts are not mixed: whoever writes the other one takes over what is worth it. Reopening undoes the
    closing, not what was taken over.
    """
    low, high = sorted((lesson, into), key=lambda one: one.pk)
    rows = {one.pk: locked_lesson(one) for one in (low, high)}
    locked, other = rows[lesson.pk], rows[into.pk]
    may_merge_into(by, locked, other).enforce()
    for link in locked.links.all():
        LessonLink.objects.get_or_create(
            lesson=other, **{f"{name}_id": getattr(link, f"{name}_id") for name in THINGS}
        )
    other.version += 1
    other.updated_at = at
    other.save(update_fields=["version", "updated_at"])
    locked.merged_into = other
    locked.closing_reason = MERGED
    move(locked, LessonMove.CLOSE, by=by, at=at, reason=locked.closing_reason)
