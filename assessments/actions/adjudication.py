"""Comparing a panel's answers: discussion, adjudicated values, and concluding."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from assessments.actions.panels import locked_panel
from assessments.choices import PanelState
from assessments.disagreement import items_of
from assessments.models import Adjudication, Indicator, Panel, PanelComment
from assessments.panel_policy import may_adjudicate, may_discuss
from organisations.models import User


class AdjudicatedMeanwhile(Exception):
    """Somebody adjudicated since the page was opened. ``theirs`` is the value that stands."""

    def __init__(self, theirs: Adjudication) -> None:
        super().__init__(_("Somebody has adjudicated this since you opened it."))
        self.theirs = theirs


@transaction.atomic
def discuss(
    *,
    panel: Panel,
    indicator: Indicator,
    text: str,
    by: User,
    at: datetime,
    parent: PanelComment | None = None,
) -> PanelComment:
    """Say something about the answers to one indicator, or reply to what was said."""
    locked = locked_panel(panel)
    may_discuss(by, locked).enforce()
    if not text.strip():
        raise ValidationError({"text": _("Write something first.")})
    if parent and (parent.panel_id, parent.indicator_id) != (panel.pk, indicator.pk):
        raise ValidationError(_("The comment that you reply to is about something else."))
    return PanelComment.objects.create(
        panel=locked,
        indicator=indicator,
        parent=(parent.parent or parent) if parent else None,
        author=by,
        text=text.strip(),
        created_at=at,
    )


@transaction.atomic
def adjudicate(
    *,
    panel: Panel,
    indicator: Indicator,
    score: int | None,
    non_score: str,
    reason: str,
    read: int,
    by: User,
    at: datetime,
) -> Adjudication:
    """Say what the answers to one indicator come to. The answers stay as they are.

    ``read`` is the id of the adjudication that was read, 0 for none: raises :class:`AdjudicatedMeanwhile`
    when another one stands by now.
    """
    locked = locked_panel(panel)
    may_adjudicate(by, locked).enforce()
    if not reason.strip():
        raise ValidationError({"reason": _("Give the reason, which members and reviewers read.")})
    if not any(item.indicator == indicator and item.disagrees for item in items_of(locked)):
        raise ValidationError(_("The members agree on this indicator: there is nothing to adjudicate."))
    standing = locked.adjudications.filter(indicator=indicator, replaced_by__isnull=True).first()
    if standing and standing.pk != read:
        raise AdjudicatedMeanwhile(standing)
    decided = Adjudication(
        panel=locked,
        indicator=indicator,
        score=score,
        non_score=non_score,
        reason=reason.strip(),
        decided_by=by,
        decided_at=at,
        replaces=standing,
    )
    decided.full_clean()
    decided.save()
    return decided


@transaction.atomic
def conclude(*, panel: Panel, by: User, at: datetime) -> None:
    """End the comparison when every disagreement is adjudicated."""
    locked = locked_panel(panel)
    may_adjudicate(by, locked).enforce()
    left = [str(item.indicator.code) for item in items_of(locked) if item.disagrees and not item.adjudication]
    if left:
        raise ValidationError(_("Still to adjudicate: %(codes)s.") % {"codes": ", ".join(left)})
    locked.state, locked.ended_by, locked.ended_at = PanelState.CONCLUDED, by, at
    locked.save()
