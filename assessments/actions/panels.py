"""Convening a panel, who rates for it, and opening its answers."""

from collections.abc import Sequence
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from assessments.actions.assessments import locked_assessment, move, open_assessment
from assessments.actions.notices import ask_for_review, tell
from assessments.choices import Level, Marking, NoticeKind, PanelState, State
from assessments.models import Assessment, Engagement, Framework, Panel, PanelMember
from assessments.models.notice_kinds import DUE_SOON_WITHIN
from assessments.panel_policy import may_chair, may_change_members, may_convene, may_leave, may_rate
from assessments.workflow import Action
from organisations.models import Dyad, Organisation, User

FEWEST = 2


@transaction.atomic
def convene(
    *,
    organisation: Organisation,
    members: Sequence[User],
    dyad: Dyad,
    engagement: Engagement | None,
    framework: Framework,
    period: tuple[int, int],
    basis: str,
    by: User,
    at: datetime,
    task: str = "",
    chair: User | None = None,
    due: date | None = None,
    marking: str = Marking.AMBER,
) -> Panel:
    """Convene a panel of analysts of one organisation and open a draft for each of them.

    Raises ``Refused``, and ``ValidationError`` by field.
    """
    may_convene(by, organisation).enforce()
    if len(set(members)) < FEWEST:
        raise ValidationError({"members": _("A panel has two or more members.")})
    panel = Panel(
        organisation=organisation,
        dyad=dyad,
        engagement=engagement,
        level=Level.FIELD if engagement else Level.POLITICAL,
        framework=framework,
        period_start=period[0],
        period_end=period[1],
        basis=basis,
        marking=marking,
        task=task.strip(),
        chair=chair,
        due=due,
        convened_by=by,
        convened_at=at,
    )
    if chair:
        may_chair(chair, panel).enforce()
    panel.full_clean()
    panel.save()
    for person in members:
        _seat(panel, person, by, at)
    return panel


@transaction.atomic
def add_member(*, panel: Panel, person: User, by: User, at: datetime) -> PanelMember:
    """Have one more analyst rate, in a draft of their own."""
    locked = locked_panel(panel)
    may_change_members(by, locked).enforce()
    return _seat(locked, person, by, at)


@transaction.atomic
def remove_member(*, panel: Panel, person: User, reason: str, by: User, at: datetime) -> None:
    """Let a member go, with the reason; what they have written is withdrawn and kept."""
    locked = locked_panel(panel)
    may_change_members(by, locked).enforce()
    _unseat(locked, person, reason, by, at)


@transaction.atomic
def replace_member(
    *, panel: Panel, person: User, successor: User, reason: str, by: User, at: datetime
) -> PanelMember:
    """Let a member go and have somebody else begin anew in their place."""
    locked = locked_panel(panel)
    may_change_members(by, locked).enforce()
    _unseat(locked, person, reason, by, at)
    return _seat(locked, successor, by, at)


@transaction.atomic
def leave(*, panel: Panel, reason: str, by: User, at: datetime) -> None:
    """Leave a panel that is still rating; what was written is withdrawn and kept."""
    locked = locked_panel(panel)
    may_leave(by, locked).enforce()
    _unseat(locked, by, reason, by, at)


@transaction.atomic
def open_answers(*, panel: Panel, reason: str, by: User, at: datetime) -> None:
    """End the blind part without those who have not submitted: which the panel says from then on."""
    locked = locked_panel(panel)
    may_change_members(by, locked).enforce()
    if progress(locked)[0] < FEWEST:
        raise ValidationError(_("Fewer than two members have submitted: there is nothing to compare."))
    if not reason.strip():
        raise ValidationError({"reason": _("Say why the others are not waited for.")})
    locked.opening_reason = reason.strip()
    _open(locked, by, at)


@transaction.atomic
def cancel(*, panel: Panel, reason: str, by: User, at: datetime) -> None:
    """End a panel that is still rating; the assessments go on as ordinary ones of their assessors."""
    locked = locked_panel(panel)
    may_change_members(by, locked).enforce()
    if not reason.strip():
        raise ValidationError({"reason": _("Say why the panel is cancelled.")})
    locked.state, locked.ending_reason = PanelState.CANCELLED, reason.strip()
    locked.ended_by, locked.ended_at = by, at
    locked.save()


def panel_rating(assessment: Assessment) -> Panel | None:
    """The panel for which this assessment is being written blind, locked; lock it before the assessment."""
    rating = Panel.objects.filter(members__assessment=assessment, state=PanelState.RATING)
    return rating.select_for_update(of=("self",)).first()


def open_when_all_have_submitted(panel: Panel, *, by: User, at: datetime) -> None:
    """Open the answers of a locked panel once the last member has submitted."""
    submitted, members = progress(panel)
    if members >= FEWEST and submitted == members:
        _open(panel, by, at)


def progress(panel: Panel) -> tuple[int, int]:
    """How many members have submitted, and how many there are: counts only, while they rate blind."""
    states = panel.members.filter(left_at__isnull=True).values_list("assessment__state", flat=True)
    return sum(state == State.SUBMITTED for state in states), len(states)


def locked_panel(panel: Panel) -> Panel:
    """The row as it is now, locked until the transaction ends."""
    rows = Panel.objects.select_for_update(of=("self",))
    return rows.select_related("organisation", "dyad", "engagement", "framework").get(pk=panel.pk)


def _seat(panel: Panel, person: User, by: User, at: datetime) -> PanelMember:
    may_rate(person, panel).enforce()
    assessment = open_assessment(
        by=person,
        on_behalf_of=panel.organisation,
        dyad=panel.dyad,
        engagement=panel.engagement,
        framework=panel.framework,
        period=(panel.period_start, panel.period_end),
        basis=panel.basis,
        marking=panel.marking,
        at=at,
    )
    tell(NoticeKind.PANEL, assessment, event=f"panel {panel.pk}", to=[person.pk], by=by, at=at)
    return PanelMember.objects.create(
        panel=panel, person=person, assessment=assessment, added_by=by, added_at=at
    )


def _unseat(panel: Panel, person: User, reason: str, by: User, at: datetime) -> None:
    if not reason.strip():
        raise ValidationError({"reason": _("Say why, for those who read the panel's result.")})
    member = panel.members.filter(person=person, left_at__isnull=True).first()
    if member is None:
        raise ValidationError(_("%(person)s is not a member of this panel.") % {"person": person})
    member.left_at, member.left_reason = at, reason.strip()
    member.removed_by = None if person == by else by
    member.save()
    move(locked_assessment(member.assessment), Action.WITHDRAW, at)


def _open(panel: Panel, by: User, at: datetime) -> None:
    members = panel.members.filter(left_at__isnull=True, assessment__state=State.SUBMITTED)
    for member in members.select_related("assessment"):
        member.revision_id = member.assessment.current_revision_id
        member.save(update_fields=["revision"])
    panel.state, panel.opened_by, panel.opened_at = PanelState.COMPARING, by, at
    panel.save()
    for member in members.select_related("assessment__current_revision"):
        ask_for_review(member.assessment, by=member.person, at=at)
    _tell_that_it_is_open(panel, by, at)


def _tell_that_it_is_open(panel: Panel, by: User, at: datetime) -> None:
    """Each member at their own assessment; who leads the panel at the first."""
    seats = list(panel.members.filter(left_at__isnull=True).select_related("assessment").order_by("pk"))
    leads = panel.chair_id or panel.convened_by_id
    told = [(seat.assessment, seat.person_id) for seat in seats]
    if leads not in {person for _assessment, person in told}:
        told.append((seats[0].assessment, leads))
    for assessment, person in told:
        tell(NoticeKind.PANEL_OPEN, assessment, event=f"panel {panel.pk}", to=[person], by=by, at=at)


@transaction.atomic
def remind_of_panels(*, at: datetime) -> None:
    """Tell members who have not submitted that it is due soon, and once more that it is overdue."""
    late = PanelMember.objects.filter(
        left_at__isnull=True,
        assessment__state=State.DRAFT,
        panel__state=PanelState.RATING,
        panel__due__lte=at.date() + DUE_SOON_WITHIN,
    )
    for member in late.select_related("panel", "assessment").order_by("pk"):
        due = member.panel.due
        assert due is not None  # noqa: S101 - for types: the filter says so
        event = f"{'overdue' if due < at.date() else 'due'} {due}"
        tell(NoticeKind.PANEL_DUE, member.assessment, event=event, to=[member.person_id], by=None, at=at)
