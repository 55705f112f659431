"""Who may do what with an assessment: yes, or no with the reason in words for the person who asks."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from assessments import workflow
from assessments.choices import CalibrationStatus, EditionBasis, PanelState, RecommendationStatus, State
from assessments.models import (
    Assessment,
    Calibration,
    Comment,
    Framework,
    PanelMember,
    Reading,
    Recommendation,
    Review,
    Source,
)
from assessments.workflow import Action
from organisations.access import may, organisation_ids_where, permissions_of
from organisations.models import Dyad, Membership, Organisation, User
from organisations.roles import Permission


class Refused(Exception):
    """An action that the policy refuses; the text says why, for the person who tried."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Truthy when allowed; otherwise ``reason`` says why not."""

    reason: str = ""

    def __bool__(self) -> bool:
        return not self.reason

    def enforce(self) -> None:
        """Raise :class:`Refused` with the reason unless allowed."""
        if self.reason:
            raise Refused(self.reason)


YES = Verdict()

NEEDED: dict[Action, Permission] = {
    Action.EDIT: Permission.RECORD,
    Action.SUBMIT: Permission.RECORD,
    Action.REVISE: Permission.RECORD,
    Action.AMEND: Permission.RECORD,
    Action.CONTINUE: Permission.RECORD,
    Action.WITHDRAW: Permission.RECORD,
    Action.START_REVIEW: Permission.REVIEW,
    Action.RETURN: Permission.REVIEW,
    Action.APPROVE: Permission.REVIEW,
    Action.RELEASE: Permission.RELEASE,
    Action.SHARE: Permission.ASSIGN,
    Action.HAND_OVER: Permission.ASSIGN,
    Action.ASSIGN: Permission.ASSIGN,
    Action.COMMENT: Permission.REVIEW,
}
ASSESSOR_ONLY = {Action.SUBMIT, Action.REVISE, Action.WITHDRAW}
WHILE_BLIND = {Action.EDIT, Action.SUBMIT}
BEFORE_REVIEW = {State.DRAFT, State.SUBMITTED}
DECISIONS = {Action.RETURN, Action.APPROVE}
REVIEWING = {Action.START_REVIEW, *DECISIONS}


def may_open(user: User, on_behalf_of: Organisation) -> Verdict:
    """May ``user`` open an assessment on behalf of this organisation?"""
    if may(user, Permission.RECORD, on_behalf_of):
        return YES
    return Verdict(_("You are not an analyst of %(organisation)s.") % {"organisation": on_behalf_of})


def may_rate_vignettes(user: User) -> Verdict:
    """May ``user`` rate vignettes? Whoever records assessments for any organisation may."""
    if organisation_ids_where(user, Permission.RECORD):
        return YES
    return Verdict(_("Vignettes are rated by analysts."))


def reads_released(user: User) -> bool:
    """Does ``user`` see what is released to every organisation?"""
    return bool(organisation_ids_where(user, Permission.READ_RELEASED))


def may_request_joint_fit(user: User) -> Verdict:
    """May ``user`` have all dyads fitted together anew?"""
    if user.is_active and user.is_superuser:
        return YES
    return Verdict(_("Only administrators start a joint fit."))


def may_act(user: User, action: Action, assessment: Assessment) -> Verdict:
    """May ``user`` do ``action`` with ``assessment`` in the state it is in now?"""
    verdict = _may_act(user, action, assessment)
    if verdict and action not in WHILE_BLIND and rated_blind(assessment):
        return Verdict(_("A panel still rates: until all its members have submitted, only answers change."))
    return verdict


def _may_act(user: User, action: Action, assessment: Assessment) -> Verdict:
    if workflow.next_state(assessment.state, action) is None:
        return Verdict(
            _("This is not possible while the assessment is in the state “%(state)s”.")
            % {"state": assessment.get_state_display()}
        )
    if _may_besides(user, action, assessment):
        return YES
    own = action in NEEDED and may(user, NEEDED[action], assessment.on_behalf_of_id)
    if not own and not (action in REVIEWING and partner_for(user, assessment)):
        return Verdict(
            _("Your role in %(organisation)s does not allow this.")
            % {"organisation": assessment.on_behalf_of}
        )
    if action in ASSESSOR_ONLY and assessment.assessor_id != user.pk:
        return Verdict(_("Only the assessor can do this."))
    if action is Action.EDIT and not writes(user, assessment):
        return Verdict(_("Only the assessor and the co-authors can do this."))
    if action in REVIEWING:
        return _may_review(user, action, assessment)
    return YES


def partner_for(user: User, assessment: Assessment) -> int | None:
    """The organisation for which ``user`` reviews it, where its framework asks the partner to approve too."""
    if not assessment.partner_ids:
        return None
    return min(assessment.partner_ids & organisation_ids_where(user, Permission.REVIEW), default=None)


def rated_blind(assessment: Assessment) -> bool:
    """Is this written for a panel that still rates? Then only its assessor sees and changes it."""
    return (
        assessment.state in BEFORE_REVIEW
        and PanelMember.objects.filter(assessment=assessment, panel__state=PanelState.RATING).exists()
    )


def _may_besides(user: User, action: Action, assessment: Assessment) -> bool:
    """Whether ``user`` may do it as an author or a reviewer, where the permission needed is another's."""
    organisation = assessment.on_behalf_of_id
    if action is Action.SHARE:
        return assessment.assessor_id == user.pk and may(user, Permission.RECORD, organisation)
    if action is Action.ASSIGN:
        return may(user, Permission.REVIEW, organisation)
    if action is Action.COMMENT:
        return writes(user, assessment) and may(user, Permission.RECORD, organisation)
    return False


def may_assign(user: User, assessment: Assessment, *, now: User | None, then: User | None) -> Verdict:
    """May ``user`` make ``then`` the reviewer (or nobody), where it is ``now``?

    Coordinators assign anybody who may review it; reviewers take what nobody has, and give back their own.
    """
    verdict = may_act(user, Action.ASSIGN, assessment)
    if not verdict:
        return verdict
    if then is not None and not may_be_assigned(then, assessment):
        return may_be_assigned(then, assessment)
    if may(user, Permission.ASSIGN, assessment.on_behalf_of_id):
        return YES
    if then is not None and then.pk != user.pk:
        return Verdict(_("Only a coordinator assigns it to somebody else."))
    if now is not None and now.pk != user.pk:
        return Verdict(_("%(person)s has it: ask them, or a coordinator.") % {"person": now})
    return YES


def may_be_assigned(person: User, assessment: Assessment) -> Verdict:
    """May ``person`` review this assessment: a reviewer of its organisation who wrote none of it?"""
    if not may(person, Permission.REVIEW, assessment.on_behalf_of_id):
        return Verdict(
            _("%(person)s is not a reviewer of %(organisation)s.")
            % {"person": person, "organisation": assessment.on_behalf_of}
        )
    if writes(person, assessment) or assessment.contributions.filter(person=person).exists():
        return Verdict(_("%(person)s wrote some of it (four eyes).") % {"person": person})
    if PanelMember.objects.beside(assessment).filter(person=person).exists():
        return Verdict(_("%(person)s has rated for the same panel (four eyes).") % {"person": person})
    return YES


def may_settle(user: User, comment: Comment) -> Verdict:
    """May ``user`` resolve the thread that ``comment`` begins? Who began it may, and reviewers."""
    assessment = comment.assessment
    verdict = may_act(user, Action.COMMENT, assessment)
    reviews = may(user, Permission.REVIEW, assessment.on_behalf_of_id) and not writes(user, assessment)
    if not verdict or comment.author_id == user.pk or reviews:
        return verdict
    return Verdict(_("Answer it: who began it, or a reviewer, says when it is resolved."))


def writes(user: User, assessment: Assessment) -> bool:
    """Is ``user`` the assessor or a co-author?"""
    return assessment.assessor_id == user.pk or assessment.co_authors.filter(person=user).exists()


def may_write_for(person: User, assessment: Assessment) -> Verdict:
    """May ``person`` become a co-author or the assessor: are they an analyst of its organisation now?"""
    if may(person, Permission.RECORD, assessment.on_behalf_of_id):
        return YES
    return Verdict(
        _("%(person)s is not an analyst of %(organisation)s.")
        % {"person": person, "organisation": assessment.on_behalf_of}
    )


def _may_review(user: User, action: Action, assessment: Assessment) -> Verdict:
    revision = assessment.current_revision
    if revision is None:
        return Verdict(_("There is no submitted revision to review."))
    if user.pk in revision.author_ids:
        return Verdict(_("You wrote this revision: somebody else has to review it (four eyes)."))
    if PanelMember.objects.beside(assessment).filter(person=user).exists():
        return Verdict(_("You have rated for the same panel: somebody else has to review it (four eyes)."))
    if Review.objects.filter(revision=revision, reviewer=user).exists():
        return Verdict(_("You have decided on this revision already."))
    if action in DECISIONS and not Reading.objects.filter(revision=revision, reviewer=user).exists():
        return Verdict(_("Open the revision first: what has not been read cannot be decided on."))
    return YES


def ties_besides(assessment: Assessment, authors: Iterable[int]) -> list[Membership]:
    """Roles of ``authors`` on a side of the dyad for which it is not made: a conflict of interest, too."""
    sides = set(assessment.dyad.organisation_ids) - {assessment.on_behalf_of_id}
    found = Membership.objects.filter(user__in=list(authors), organisation__in=sides)
    return list(found.select_related("user", "organisation").order_by("user", "organisation", "role"))


def actions_open_to(user: User, assessment: Assessment) -> list[Action]:
    """The actions that ``user`` may do with ``assessment`` now, in the order of the workflow."""
    return [action for action in Action if action in NEEDED and may_act(user, action, assessment)]


def reads_own_work(user: User, organisation: int | None) -> bool:
    """Does ``user`` see how this organisation works, or only what it has released?"""
    return organisation in organisation_ids_where(user, Permission.READ_OWN_WORK)


def may_preview(user: User, organisation: Organisation) -> Verdict:
    """May ``user`` look at scorecards as far as ``organisation`` sees them?"""
    if not organisation_ids_where(user, Permission.RELEASE):
        return Verdict(_("Only coordinators, who release assessments, preview what others see."))
    if may(user, Permission.READ_RELEASED, organisation):
        return Verdict(
            _("You belong to %(organisation)s: you see it already.") % {"organisation": organisation}
        )
    return YES


def previewable_organisations(user: User) -> list[Organisation]:
    """The organisations as which ``user`` may preview scorecards; none for those who may not."""
    held = permissions_of(user)
    if not any(Permission.RELEASE in permissions for permissions in held.values()):
        return []
    return list(Organisation.objects.visible_to(user).exclude(pk__in=held))


def may_decide(user: User, recommendation: Recommendation) -> Verdict:
    """May ``user`` accept or decline this recommendation?"""
    if recommendation.status != RecommendationStatus.PROPOSED:
        return Verdict(_("This recommendation has been decided on already."))
    if not deciding_organisations(user, recommendation.dyad):
        return Verdict(
            _("Only coordinators of %(dyad)s decide on this recommendation.") % {"dyad": recommendation.dyad}
        )
    return YES


def deciding_organisations(user: User, dyad: Dyad) -> list[Organisation]:
    """The organisations of ``dyad`` for which ``user`` may decide on recommendations."""
    ids = organisation_ids_where(user, Permission.DECIDE_RECOMMENDATIONS)
    return [organisation for organisation in (dyad.first, dyad.second) if organisation.pk in ids]


def may_propose_calibration(user: User | None) -> Verdict:
    """May ``user`` have calibrations calculated? None is the operator, or the clock."""
    if user is None or (user.is_active and user.is_superuser):
        return YES
    return Verdict(_("Only administrators propose calibrations."))


def may_decide_calibration(user: User | None, calibration: Calibration) -> Verdict:
    """May ``user`` put this calibration in force, or reject it? None is the operator."""
    if calibration.status != CalibrationStatus.PROPOSED:
        return Verdict(
            _("Only a proposed calibration can be decided on; this one is in the state “%(state)s”.")
            % {"state": calibration.get_status_display()}
        )
    if user is None or (user.is_active and user.is_superuser):
        return YES
    return Verdict(_("Only administrators decide on calibrations."))


def may_edit_rules(user: User, draft: Framework | None = None) -> Verdict:
    """May ``user`` write, try and publish versions of rules, or change this draft of one?"""
    if not (user.is_active and user.is_superuser):
        return Verdict(_("Only administrators edit the rules of a framework."))
    if draft is not None and draft.published_at is not None:
        return Verdict(_("This version is published and stays as it is: begin another one."))
    return YES


def may_change_source(user: User, source: Source) -> Verdict:
    """May ``user`` attach files to a source, or change what is said of it? Needs its organisation."""
    if source.organisation is None:
        if user.is_active and user.is_superuser:
            return YES
        return Verdict(_("Only administrators change the shared library."))
    return may_open(user, source.organisation)


def may_take_away(user: User, source: Source) -> Verdict:
    """May ``user`` take files of a source away? Not once submitted answers rest on it."""
    verdict = may_change_source(user, source)
    if verdict and source.evidence.filter(rating__assessment__current_revision__isnull=False).exists():
        return Verdict(_("Evidence that was submitted cites this source: its files stay."))
    return verdict


def may_freeze(user: User, dyad: Dyad, basis: str, organisation: Organisation) -> Verdict:
    """May ``user`` freeze an edition of ``dyad`` for this organisation?

    To freeze is to publish for good, so it takes the right to release. What everybody reads is cited as the
    scorecard of the dyad: only its two organisations decide when there is a new one. What an organisation
    itself may see it may freeze of any dyad, as nobody else reads it.
    """
    if not may(user, Permission.RELEASE, organisation):
        return Verdict(_("You are not a coordinator of %(organisation)s.") % {"organisation": organisation})
    if basis == EditionBasis.RELEASED and organisation.pk not in dyad.organisation_ids:
        return Verdict(
            _("Only coordinators of %(dyad)s freeze what is released to every organisation.") % {"dyad": dyad}
        )
    return YES


def freezable(user: User, dyad: Dyad) -> list[tuple[str, Organisation]]:
    """On which basis and for which organisation ``user`` may freeze editions of ``dyad``: two queries."""
    ids = organisation_ids_where(user, Permission.RELEASE)
    own = list(Organisation.objects.filter(pk__in=ids).order_by("acronym")) if ids else []
    of_dyad = [organisation for organisation in own if organisation.pk in dyad.organisation_ids]
    released = [(EditionBasis.RELEASED.value, organisation) for organisation in of_dyad[:1]]
    return released + [(EditionBasis.ORGANISATION.value, organisation) for organisation in own]
