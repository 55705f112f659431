"""Who writes an assessment, what its authors call complete, and who is at it now."""

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from assessments.actions.assessments import locked_assessment
from assessments.actions.notices import tell
from assessments.choices import NoticeKind
from assessments.models import Assessment, CoAuthor, Dimension, Presence, SectionMark
from assessments.policy import may_act, may_write_for
from assessments.workflow import Action
from organisations.models import User

PRESENT_FOR = timedelta(minutes=2)


@transaction.atomic
def add_co_author(*, assessment: Assessment, person: User, by: User, at: datetime) -> CoAuthor:
    """Let an analyst of the same organisation edit the answers. Raises ``Refused``, ``ValidationError``."""
    locked = locked_assessment(assessment)
    may_act(by, Action.SHARE, locked).enforce()
    may_write_for(person, locked).enforce()
    if person.pk == locked.assessor_id or locked.co_authors.filter(person=person).exists():
        raise ValidationError(_("%(person)s writes this assessment already.") % {"person": person})
    added = CoAuthor.objects.create(assessment=locked, person=person, added_by=by, added_at=at)
    tell(NoticeKind.CO_AUTHOR, locked, event=f"co-author {added.pk}", to=[person.pk], by=by, at=at)
    return added


@transaction.atomic
def remove_co_author(*, assessment: Assessment, person: User, by: User) -> None:
    """Take the right to edit back; what the person has written stays, and that they wrote it."""
    locked = locked_assessment(assessment)
    may_act(by, Action.SHARE, locked).enforce()
    removed, _by_model = locked.co_authors.filter(person=person).delete()
    if not removed:
        raise ValidationError(_("%(person)s is no co-author.") % {"person": person})


@transaction.atomic
def hand_over(*, assessment: Assessment, to: User, by: User, at: datetime) -> None:
    """Make another analyst of the same organisation the assessor, when the present one cannot go on."""
    locked = locked_assessment(assessment)
    may_act(by, Action.HAND_OVER, locked).enforce()
    may_write_for(to, locked).enforce()
    if to.pk == locked.assessor_id:
        raise ValidationError(_("%(person)s is the assessor already.") % {"person": to})
    locked.co_authors.filter(person=to).delete()
    locked.assessor = to
    locked.version += 1
    locked.updated_at = at
    locked.save(update_fields=["assessor", "version", "updated_at"])
    tell(NoticeKind.HANDED_OVER, locked, event=f"version {locked.version}", to=[to.pk], by=by, at=at)


@transaction.atomic
def mark_section(*, assessment: Assessment, dimension: Dimension, by: User, at: datetime) -> None:
    """Call a dimension complete, as it is now. Submission asks for what it needs in any case."""
    locked = locked_assessment(assessment)
    may_act(by, Action.EDIT, locked).enforce()
    if not locked.applicable_indicators().filter(dimension=dimension).exists():
        raise ValidationError(_("This dimension is not asked in this assessment."))
    SectionMark.objects.update_or_create(
        assessment=locked, dimension=dimension, defaults={"marked_by": by, "marked_at": at}
    )


@transaction.atomic
def unmark_section(*, assessment: Assessment, dimension: Dimension, by: User) -> None:
    """Call a dimension in progress again."""
    locked = locked_assessment(assessment)
    may_act(by, Action.EDIT, locked).enforce()
    locked.section_marks.filter(dimension=dimension).delete()


@transaction.atomic
def note_presence(*, assessment: Assessment, dimension: Dimension | None, by: User, at: datetime) -> None:
    """Say that ``by`` has the editor open, and forget whoever has not said so for a while, anywhere."""
    may_act(by, Action.EDIT, assessment).enforce()
    Presence.objects.filter(seen_at__lt=at - PRESENT_FOR).delete()
    Presence.objects.bulk_create(
        [Presence(assessment=assessment, person=by, dimension=dimension, seen_at=at)],
        update_conflicts=True,
        unique_fields=["assessment", "person"],
        update_fields=["dimension", "seen_at"],
    )


def others_present(assessment: Assessment, *, viewer: User, at: datetime) -> list[Presence]:
    """Who else has the editor open."""
    present = assessment.presences.exclude(person=viewer).filter(seen_at__gte=at - PRESENT_FOR)
    return list(present.select_related("person", "dimension"))
