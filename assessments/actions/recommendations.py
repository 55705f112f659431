"""Deciding on recommendations."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from assessments.actions.lessons import lesson_of_recommendation
from assessments.choices import RecommendationStatus
from assessments.models import Recommendation
from assessments.policy import Refused, deciding_organisations, may_decide
from organisations.models import User


@transaction.atomic
def decide(
    *, recommendation: Recommendation, accept: bool, by: User, at: datetime, reason: str = ""
) -> Recommendation:
    """Accept or decline a recommendation for an organisation of its dyad; declining needs a reason.

    What is accepted starts a lesson, or is linked to one of the same subject that is open.
    """
    locked = (
        Recommendation.objects.select_for_update(of=("self",))
        .select_related("dyad__first", "dyad__second", "engagement", "rule__framework")
        .get(pk=recommendation.pk)
    )
    if not Recommendation.objects.visible_to(by).filter(pk=locked.pk).exists():
        raise Refused(_("You cannot see this recommendation."))
    may_decide(by, locked).enforce()
    if not accept and not reason.strip():
        raise ValidationError({"reason": _("Say why it is declined.")})
    locked.status = RecommendationStatus.ACCEPTED if accept else RecommendationStatus.DECLINED
    locked.decided_by, locked.decided_at, locked.reason = by, at, reason.strip()
    locked.decided_for = deciding_organisations(by, locked.dyad)[0]
    locked.save()
    if accept:
        lesson_of_recommendation(recommendation=locked, organisation=locked.decided_for, by=by, at=at)
    return locked
