"""Adding organisations, dyads, missions, instruments. Raises ``PermissionDenied`` and ``ValidationError``."""

from collections.abc import Iterable, Sequence

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from organisations.access import may_manage
from organisations.models import Dyad, Instrument, Mission, MissionLead, Organisation, User
from organisations.models.dyad import in_canonical_order
from organisations.models.organisation import Scope
from organisations.roles import Permission


@transaction.atomic
def add_organisation(
    *, by: User, acronym: str, name: str, scope: str = Scope.REGIONAL, founded: int | None = None
) -> Organisation:
    """Add an organisation; administrators only, as it is nobody's yet."""
    if not (by.is_active and by.is_superuser):
        raise PermissionDenied(_("Only administrators add organisations."))
    organisation = Organisation(acronym=acronym, name=name, scope=scope, founded=founded)
    organisation.full_clean()
    organisation.save()
    return organisation


@transaction.atomic
def add_dyad(*, by: User, one: Organisation, other: Organisation) -> Dyad:
    """Add the pair of two organisations, named in either order."""
    _enforce(by, [one, other])
    first, second = in_canonical_order(one, other)
    dyad = Dyad(first=first, second=second)
    dyad.full_clean()
    dyad.save()
    return dyad


@transaction.atomic
def add_mission(
    *,
    by: User,
    acronym: str,
    name: str,
    leads: Sequence[Organisation],
    theatre: str,
    start: str,
    end: str = "",
    strength: int | None = None,
    mandates: Sequence[str] = (),
) -> Mission:
    """Add a mission; ``start`` and ``end``: a year, a month or a day, as exact as the source."""
    _enforce(by, leads)
    mission = Mission(
        acronym=acronym,
        name=name,
        theatre=theatre,
        start=start,
        end=end,
        strength=strength,
        mandates=list(mandates),
    )
    mission.full_clean()
    mission.save()
    MissionLead.objects.bulk_create(MissionLead(mission=mission, organisation=lead) for lead in leads)
    return mission


@transaction.atomic
def add_instrument(*, by: User, dyad: Dyad, title: str, kind: str, year: int, symbol: str = "") -> Instrument:
    """Record a formal tie of a dyad."""
    _enforce(by, [dyad.first, dyad.second])
    instrument = Instrument(dyad=dyad, title=title, kind=kind, year=year, symbol=symbol)
    instrument.full_clean()
    instrument.save()
    return instrument


def _enforce(by: User, organisations: Iterable[Organisation]) -> None:
    concerned = list(organisations)
    if not may_manage(by, Permission.MANAGE_MISSIONS, concerned):
        names = ", ".join(str(organisation) for organisation in concerned)
        raise PermissionDenied(
            _("Only administrators and coordinators of %(organisations)s may add this.")
            % {"organisations": names}
        )
