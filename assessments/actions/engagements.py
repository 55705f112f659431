"""Recording engagements. Raises ``PermissionDenied`` and ``ValidationError``."""

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from assessments.models import Engagement, EngagementMission
from organisations.access import organisation_ids_where
from organisations.models import Dyad, Mission, User
from organisations.roles import Permission


@transaction.atomic
def add_engagement(
    *, by: User, dyad: Dyad, arrangement: str, parts: Sequence[tuple[Mission, str]]
) -> Engagement:
    """Record an engagement, named after its missions in the order of ``parts`` (mission and its part).

    Analysts of any organisation may, as independent assessors find engagements of others; so may
    administrators.
    """
    records = by.is_superuser or bool(organisation_ids_where(by, Permission.RECORD))
    if not (by.is_active and records):
        raise PermissionDenied(_("Only administrators and analysts record engagements."))
    if not parts:
        raise ValidationError({"missions": _("Name at least one mission.")})
    name = "-".join(mission.acronym for mission, _part in parts)
    engagement = Engagement(dyad=dyad, arrangement=arrangement, name=name)
    engagement.full_clean()
    engagement.save()
    for mission, part in parts:
        named = EngagementMission(engagement=engagement, mission=mission, part=part)
        named.full_clean()
        named.save()
    return engagement
