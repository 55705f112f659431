"""Who may do what with a lesson or an action: yes, or no with the reason in words for who asks."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from assessments.choices import ActionState, LessonState
from assessments.lesson_workflow import (
    UNDER_WORK,
    ActionMove,
    LessonMove,
    action_state_after,
    states_after,
)
from assessments.models import Lesson, LessonAction
from assessments.policy import YES, Verdict
from organisations.access import organisation_ids_where, permissions_of
from organisations.models import Dyad, Organisation, User
from organisations.roles import Permission

COORDINATE = Permission.DECIDE_RECOMMENDATIONS
WRITERS = {Permission.RECORD, Permission.REVIEW}
JUDGES = {Permission.REVIEW, COORDINATE}

LESSON_NEEDS: dict[LessonMove, set[Permission]] = {
    LessonMove.WRITE: WRITERS,
    LessonMove.IDENTIFY: WRITERS,
    LessonMove.RETURN: WRITERS | {COORDINATE},
    LessonMove.ENDORSE: {COORDINATE},
    LessonMove.RELEASE: {COORDINATE},
    LessonMove.PRIORITISE: {COORDINATE},
    LessonMove.TASK: {COORDINATE},
    LessonMove.CLOSE: {COORDINATE},
    LessonMove.REOPEN: {COORDINATE},
}
BY_OWNER = {ActionMove.START, ActionMove.NOTE, ActionMove.IMPLEMENT}
BY_ANOTHER = {ActionMove.SEND_BACK, ActionMove.VALIDATE}


def writing_for(user: User) -> list[Organisation]:
    """The organisations for which ``user`` may write lessons."""
    ids = set().union(*(organisation_ids_where(user, permission) for permission in WRITERS))
    return list(Organisation.objects.filter(pk__in=ids).order_by("acronym"))


def writes_lessons(user: User) -> bool:
    """May ``user`` write lessons for any organisation? One query."""
    return any(permissions & WRITERS for permissions in permissions_of(user).values())


def may_begin(user: User, organisation: Organisation) -> Verdict:
    """May ``user`` write lessons for this organisation?"""
    if _holds_any(user, WRITERS, [organisation.pk]):
        return YES
    return Verdict(
        _("You are neither an analyst nor a reviewer of %(organisation)s.") % {"organisation": organisation}
    )


def may_move(user: User, move: LessonMove, lesson: Lesson) -> Verdict:
    """May ``user`` do this with the lesson in the state it is in now?"""
    if not states_after(lesson.state, move):
        return Verdict(
            _("This is not possible while the lesson is in the state “%(state)s”.")
            % {"state": lesson.get_state_display()}
        )
    needed = LESSON_NEEDS.get(move, set())
    if move is LessonMove.CLOSE and lesson.state == LessonState.OBSERVATION:
        needed = needed | WRITERS
    if not _holds_any(user, needed, [lesson.organisation_id]):
        return Verdict(
            _("Your role in %(organisation)s does not allow this.") % {"organisation": lesson.organisation}
        )
    if move is LessonMove.ENDORSE and user.pk in lesson.author_ids:
        return Verdict(_("You wrote some of it: another coordinator has to endorse it (four eyes)."))
    return YES


def may_relate(user: User, lesson: Lesson) -> Verdict:
    """May ``user`` say with which other lessons this one belongs together?"""
    if _holds_any(user, WRITERS | {COORDINATE}, [lesson.organisation_id]):
        return YES
    return Verdict(
        _("Your role in %(organisation)s does not allow this.") % {"organisation": lesson.organisation}
    )


def may_merge_into(user: User, lesson: Lesson, other: Lesson) -> Verdict:
    """May ``user`` close the lesson because the other one says the same, and takes over what it rests on?"""
    verdict = may_move(user, LessonMove.CLOSE, lesson)
    if not verdict:
        return verdict
    if lesson.pk == other.pk or lesson.organisation_id != other.organisation_id:
        return Verdict(_("A lesson is merged into another one of the same organisation; others are linked."))
    unfinished = {LessonState.OBSERVATION, LessonState.IDENTIFIED}
    if other.state not in unfinished and not _holds_any(user, {COORDINATE}, [other.organisation_id]):
        return Verdict(_("Only coordinators change what an endorsed lesson rests on."))
    if other.state == LessonState.CLOSED:
        return Verdict(_("The other lesson is closed: reopen it first, or choose another."))
    return YES


def moves_open_to(user: User, lesson: Lesson) -> set[str]:
    """Names of what ``user`` may do with the lesson now."""
    return {move.value for move in LESSON_NEEDS if may_move(user, move, lesson)}


def may_act_on(user: User, move: ActionMove, action: LessonAction) -> Verdict:
    """May ``user`` do this with the action now? Needs its lesson with the dyad, its owner and notes."""
    lesson = action.lesson
    if lesson.state not in UNDER_WORK or action.round != lesson.round:
        return Verdict(_("Its lesson is not being worked on now, so its actions stay as they are."))
    if action_state_after(action.state, move) is None:
        return Verdict(
            _("This is not possible while the action is in the state “%(state)s”.")
            % {"state": action.get_state_display()}
        )
    if move in BY_ANOTHER:
        return _may_judge(user, action)
    if move in BY_OWNER and action.owner_id == user.pk:
        allowed = _holds_any(user, {Permission.READ_OWN_WORK}, [action.organisation_id])
    else:
        allowed = _holds_any(user, {COORDINATE}, [action.organisation_id])
    if allowed:
        return YES
    who = _("the owner and coordinators") if move in BY_OWNER else _("coordinators")
    return Verdict(
        _("Only %(who)s of %(organisation)s can do this.") % {"who": who, "organisation": action.organisation}
    )


def _may_judge(user: User, action: LessonAction) -> Verdict:
    """Reviewers and coordinators of the dyad and of whoever wrote the lesson, but not who implemented it."""
    organisations = [*action.lesson.dyad.organisation_ids, action.lesson.organisation_id]
    if not _holds_any(user, JUDGES, organisations):
        return Verdict(
            _("Only reviewers and coordinators of %(dyad)s, or of %(organisation)s, can do this.")
            % {"dyad": action.lesson.dyad, "organisation": action.lesson.organisation}
        )
    if user.pk in {action.owner_id, action.implemented_by_id} or _noted_progress(user, action):
        return Verdict(_("You have worked on it: somebody else has to judge it (four eyes)."))
    return YES


def _noted_progress(user: User, action: LessonAction) -> bool:
    return action.notes.filter(author=user, sends_back=False).exists()


def action_moves_open_to(user: User, action: LessonAction) -> set[str]:
    return {move.value for move in ActionMove if may_act_on(user, move, action)}


def may_own(person: User, organisation: Organisation) -> Verdict:
    """May ``person`` own an action of this organisation?"""
    if _holds_any(person, {Permission.READ_OWN_WORK}, [organisation.pk]):
        return YES
    return Verdict(
        _("%(person)s does not work on assessments of %(organisation)s.")
        % {"person": person, "organisation": organisation}
    )


def is_involved(user: User, lesson: Lesson, actions: Iterable[LessonAction]) -> bool:
    """Does ``user`` read the work of who wrote the lesson, or of an organisation that has an action in it?

    Only they learn who does what; others see the organisations.
    """
    organisations = {lesson.organisation_id, *(action.organisation_id for action in actions)}
    return bool(organisations & organisation_ids_where(user, Permission.READ_OWN_WORK))


def taskable(lesson: Lesson, actions: Iterable[LessonAction], dyad: Dyad) -> list[Organisation]:
    """The organisations of the dyad that have no standing action in this round of the lesson."""
    standing = {
        action.organisation_id
        for action in actions
        if action.round == lesson.round and action.state != ActionState.DECLINED
    }
    return [organisation for organisation in (dyad.first, dyad.second) if organisation.pk not in standing]


def _holds_any(user: User, needed: set[Permission], organisations: Iterable[int]) -> bool:
    held = permissions_of(user)
    return any(held.get(organisation, frozenset()) & needed for organisation in organisations)
