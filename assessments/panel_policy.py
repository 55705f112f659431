"""Who may do what with a panel: yes, or no with the reason in words for the person who asks."""

from django.utils.translation import gettext as _

from assessments.choices import PanelState
from assessments.models import Panel
from assessments.policy import YES, Verdict
from organisations.access import may, organisation_ids_where
from organisations.models import Organisation, User
from organisations.roles import Permission


def convening_for(user: User) -> list[Organisation]:
    """The organisations for which ``user`` may convene panels."""
    ids = organisation_ids_where(user, Permission.ASSIGN)
    return list(Organisation.objects.filter(pk__in=ids).order_by("acronym"))


def may_convene(user: User, organisation: Organisation) -> Verdict:
    """May ``user`` have analysts of this organisation rate as a panel?"""
    if may(user, Permission.ASSIGN, organisation):
        return YES
    return Verdict(_("You are not a coordinator of %(organisation)s.") % {"organisation": organisation})


def may_change_members(user: User, panel: Panel) -> Verdict:
    """May ``user`` add, remove and replace members, open the answers early, or cancel the panel?"""
    return may_convene(user, panel.organisation) and _while(panel, PanelState.RATING)


def may_rate(person: User, panel: Panel) -> Verdict:
    """May ``person`` become a member: an analyst of its organisation who does not adjudicate?"""
    words = {"person": person, "organisation": panel.organisation}
    if not may(person, Permission.RECORD, panel.organisation_id):
        return Verdict(_("%(person)s is not an analyst of %(organisation)s.") % words)
    if panel.chair_id == person.pk:
        return Verdict(_("%(person)s is the chair, who does not rate (four eyes).") % words)
    if panel.members.filter(person=person, left_at__isnull=True).exists():
        return Verdict(_("%(person)s is a member already.") % words)
    return YES


def may_chair(person: User, panel: Panel) -> Verdict:
    """May ``person`` chair the panel: do they read the organisation's work?"""
    if may(person, Permission.READ_OWN_WORK, panel.organisation_id):
        return YES
    return Verdict(
        _("%(person)s does not read the work of %(organisation)s.")
        % {"person": person, "organisation": panel.organisation}
    )


def may_leave(user: User, panel: Panel) -> Verdict:
    """May ``user`` leave the panel?"""
    if not panel.members.filter(person=user, left_at__isnull=True).exists():
        return Verdict(_("You are not a member of this panel."))
    return _while(panel, PanelState.RATING)


def may_discuss(user: User, panel: Panel) -> Verdict:
    """May ``user`` comment on the answers: as a member, the chair or a coordinator?"""
    if not may(user, Permission.READ_OWN_WORK, panel.organisation_id):
        return Verdict(
            _("Your role in %(organisation)s does not allow this.") % {"organisation": panel.organisation}
        )
    takes_part = (
        panel.chair_id == user.pk
        or may(user, Permission.ASSIGN, panel.organisation_id)
        or panel.members.filter(person=user).exists()
    )
    if not takes_part:
        return Verdict(_("Members, the chair and coordinators discuss the answers."))
    return _while(panel, PanelState.COMPARING)


def may_adjudicate(user: User, panel: Panel) -> Verdict:
    """May ``user`` adjudicate and conclude: as the chair or a coordinator who has not rated?"""
    chairs = panel.chair_id == user.pk and may(user, Permission.READ_OWN_WORK, panel.organisation_id)
    if not chairs and not may(user, Permission.ASSIGN, panel.organisation_id):
        return Verdict(_("Only the chair and coordinators adjudicate."))
    if panel.members.filter(person=user).exists():
        return Verdict(_("You have rated for this panel: somebody else has to adjudicate (four eyes)."))
    return _while(panel, PanelState.COMPARING)


def _while(panel: Panel, state: PanelState) -> Verdict:
    if panel.state == state:
        return YES
    return Verdict(
        _("This is not possible while the panel is in the state “%(state)s”.")
        % {"state": panel.get_state_display()}
    )
