"""What a person may do in an organisation, from the memberships they hold now."""

from collections.abc import Iterable

from organisations.models import Membership, Organisation, User
from organisations.roles import ROLES, Permission, Role


def may(user: User, permission: Permission, organisation: Organisation | int) -> bool:
    """Whether ``user`` holds ``permission`` in ``organisation`` (an instance or its id) at this moment."""
    organisation_id = organisation if isinstance(organisation, int) else organisation.pk
    return permission in permissions_of(user).get(organisation_id, frozenset())


def organisation_ids_where(user: User, permission: Permission) -> set[int]:
    """Ids of the organisations in which ``user`` holds ``permission`` now."""
    return {pk for pk, permissions in permissions_of(user).items() if permission in permissions}


def permissions_of(user: User) -> dict[int, frozenset[Permission]]:
    """Permissions by organisation id: one query."""
    if not user.is_active or not user.pk:
        return {}
    held: dict[int, frozenset[Permission]] = {}
    for organisation_id, role in Membership.objects.filter(user=user).values_list("organisation_id", "role"):
        held[organisation_id] = held.get(organisation_id, frozenset()) | ROLES[Role(role)].permissions
    return held


def may_manage(user: User, permission: Permission, organisations: Iterable[Organisation]) -> bool:
    """Whether ``user`` is an administrator, or holds ``permission`` in one of the organisations concerned."""
    if user.is_active and user.is_superuser:
        return True
    held = organisation_ids_where(user, permission)
    return any(organisation.pk in held for organisation in organisations)
