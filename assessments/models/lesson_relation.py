"""That lessons belong together."""

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.models.lesson import Lesson
from organisations.models import User


class LessonRelationQuerySet(models.QuerySet["LessonRelation"]):
    def visible_to(self, user: User) -> "LessonRelationQuerySet":
        """Those of which ``user`` sees both lessons."""
        seen = Lesson.objects.visible_to(user).values("pk")
        return self.filter(first__in=seen, second__in=seen)

    def of(self, lesson: Lesson) -> "LessonRelationQuerySet":
        return self.filter(models.Q(first=lesson) | models.Q(second=lesson))


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class LessonRelation(models.Model):
    """Two lessons that say something of the same thing; ``first`` is the one that was begun earlier."""

    first = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))

    objects = LessonRelationQuerySet.as_manager()

    class Meta:
        verbose_name = _("relation of lessons")
        verbose_name_plural = _("relations of lessons")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="lesson_relation_unique"),
            models.CheckConstraint(
                condition=models.Q(first__lt=models.F("second")), name="lesson_relation_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_id}, {self.second_id}"
