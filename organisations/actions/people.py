"""Adding people and giving them roles. Raises ``PermissionDenied`` and ``ValidationError``."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from organisations.access import may_manage, organisation_ids_where
from organisations.models import Membership, Organisation, User
from organisations.roles import Permission


@transaction.atomic
def add_person(*, by: User, email: str, name: str = "", password: str | None = None) -> User:
    """Add a person; without a password they cannot sign in until they reset it by mail."""
    manages = by.is_superuser or bool(organisation_ids_where(by, Permission.MANAGE_PEOPLE))
    if not (by.is_active and manages):
        raise PermissionDenied(_("Only administrators and coordinators add people."))
    User(email=email.lower(), name=name).full_clean(exclude=["password"])
    return User.objects.create_user(email, password, name=name)


@transaction.atomic
def add_membership(*, by: User, user: User, organisation: Organisation, role: str) -> Membership:
    """Give a person a role in an organisation."""
    if not may_manage(by, Permission.MANAGE_PEOPLE, [organisation]):
        raise PermissionDenied(
            _("Only administrators and coordinators of %(organisation)s give roles in it.")
            % {"organisation": organisation}
        )
    membership = Membership(user=user, organisation=organisation, role=role)
    membership.full_clean()
    membership.save()
    return membership


@transaction.atomic
def install_administrator(*, email: str, password: str) -> User:
    """Create an administrator from the command line of the server: nobody is signed in who could be asked."""
    User(email=email.lower()).full_clean(exclude=["password"])
    return User.objects.create_superuser(email, password)
