"""From draft to revision: what is missing, submitting, and taking up a returned assessment again."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from assessments import consistency, snapshot
from assessments.actions.assessments import locked_assessment, move
from assessments.actions.notices import ask_for_review
from assessments.actions.panels import open_when_all_have_submitted, panel_rating
from assessments.models import Assessment, Indicator, Rating, Revision
from assessments.policy import may_act
from assessments.workflow import Action
from organisations.models import User


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that an answer still lacks; ``field`` names the part of the form."""

    indicator: Indicator
    field: str
    message: str


class Incomplete(Exception):
    """The assessment cannot be submitted yet; ``missing`` says all that it lacks."""

    def __init__(self, missing: list[Missing]) -> None:
        super().__init__(_("The assessment is not complete."))
        self.missing = missing


class Unconfirmed(Exception):
    """Warnings stand that nobody has given a reason for; ``remarks`` are the warnings."""

    def __init__(self, remarks: list[consistency.Remark]) -> None:
        super().__init__(_("Say why the warnings can stand."))
        self.remarks = remarks


def missing_from(assessment: Assessment) -> list[Missing]:
    """All that submission still needs, in the framework's order: three queries.

    Every applicable indicator needs an answer and a rationale; a score also needs confidence, and evidence
    unless confidence is low. What is carried over from an earlier assessment is no answer before it is
    reconfirmed.
    """
    carried = assessment.earlier_ratings()
    ratings = {rating.indicator_id: rating for rating in assessment.ratings.prefetch_related("evidence")}
    return [
        missing
        for indicator in assessment.applicable_indicators()
        for missing in _missing_from(indicator, ratings.get(indicator.pk), carried.get(indicator.pk))
    ]


def _missing_from(indicator: Indicator, rating: Rating | None, carried: Rating | None) -> list[Missing]:
    if rating is None or not rating.answered:
        return [Missing(indicator, "answer", _unanswered(carried))]
    missing = []
    if not rating.rationale.strip():
        missing.append(Missing(indicator, "rationale", _("Say what the answer rests on.")))
    if rating.score and not rating.confidence:
        missing.append(Missing(indicator, "confidence", _("Say how confident you are.")))
    if rating.score and rating.confidence in {"moderate", "high"} and not rating.evidence.all():
        missing.append(Missing(indicator, "evidence", _("Cite evidence, or lower the confidence.")))
    return missing


def _unanswered(carried: Rating | None) -> str:
    if carried is None:
        return _("Choose an answer.")
    return _("Carried over from %(period)s: say that it still holds, or change it.") % {
        "period": carried.assessment.period
    }


@transaction.atomic
def submit(*, assessment: Assessment, by: User, at: datetime, reason: str = "") -> Revision:
    """Freeze the answers as a revision and hand it to review; ``reason`` says why warnings can stand.

    Raises ``Refused``, :class:`Incomplete` and :class:`Unconfirmed`. What the checks found and the reason are
    kept beside the revision for reviewers; they are no part of its digest. The last submission for a panel
    opens the answers of all its members.
    """
    panel = panel_rating(assessment)
    locked = locked_assessment(assessment)
    may_act(by, Action.SUBMIT, locked).enforce()
    missing = missing_from(locked)
    if missing:
        raise Incomplete(missing)
    remarks = consistency.remarks_on(locked)
    warnings = [remark for remark in remarks if remark.severity == consistency.WARNING]
    if warnings and not reason.strip():
        raise Unconfirmed(warnings)
    content = snapshot.content_of(locked)
    writers = set(locked.ratings.values_list("updated_by", flat=True))
    writers |= set(locked.contributions.values_list("person", flat=True))
    revision = Revision.objects.create(
        assessment=locked,
        number=locked.revisions.count() + 1,
        content=content,
        sha256=snapshot.digest(content),
        author_ids=sorted({by.pk, locked.assessor_id} | writers),
        submitted_by=by,
        submitted_at=at,
        remarks=[remark.as_json() for remark in remarks],
        remarks_reason=reason.strip() if warnings else "",
    )
    locked.current_revision = revision
    move(locked, Action.SUBMIT, at)
    if panel:
        open_when_all_have_submitted(panel, by=by, at=at)
    else:
        ask_for_review(locked, by=by, at=at)
    return revision


@transaction.atomic
def revise(*, assessment: Assessment, by: User, at: datetime) -> None:
    """Take a returned assessment up again: its answers can be changed."""
    locked = locked_assessment(assessment)
    may_act(by, Action.REVISE, locked).enforce()
    move(locked, Action.REVISE, at)
