"""The roles a person may hold in an organisation, and what each permits.

Plain data: ``ROLES`` is also what the help page prints. An administrator (Django's superuser flag)
holds none of these permissions: four eyes and organisational boundaries apply to administrators too.
"""

from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    ANALYST = "analyst", _("Analyst")
    REVIEWER = "reviewer", _("Reviewer")
    COORDINATOR = "coordinator", _("Coordinator")
    READER = "reader", _("Reader")


class Permission(models.TextChoices):
    READ_RELEASED = "read_released", _("Read released material")
    READ_OWN_WORK = "read_own_work", _("Read the organisation's own assessments in every state")
    RECORD = "record", _("Record assessments")
    REVIEW = "review", _("Review assessments")
    MANAGE_PEOPLE = "manage_people", _("See who belongs to the organisation")
    MANAGE_MISSIONS = "manage_missions", _("Record missions and instruments by file")
    ASSIGN = "assign", _("Say who works on assessments")
    RELEASE = "release", _("Release assessments to partners")
    DECIDE_RECOMMENDATIONS = "decide_recommendations", _("Accept or decline recommendations")


@dataclass(frozen=True, slots=True)
class RoleDescription:
    purpose: str | Promise
    permissions: frozenset[Permission]


ROLES: dict[Role, RoleDescription] = {
    Role.ANALYST: RoleDescription(
        _("Opens assessments, answers indicator by indicator with evidence, and submits."),
        frozenset({Permission.READ_RELEASED, Permission.READ_OWN_WORK, Permission.RECORD}),
    ),
    Role.REVIEWER: RoleDescription(
        _("Reads submitted answers beside their evidence, and returns or approves exactly what was read."),
        frozenset({Permission.READ_RELEASED, Permission.READ_OWN_WORK, Permission.REVIEW}),
    ),
    Role.COORDINATOR: RoleDescription(
        _("Releases assessments to partners, and decides on recommendations for the organisation."),
        frozenset(
            {
                Permission.READ_RELEASED,
                Permission.READ_OWN_WORK,
                Permission.MANAGE_PEOPLE,
                Permission.MANAGE_MISSIONS,
                Permission.ASSIGN,
                Permission.RELEASE,
                Permission.DECIDE_RECOMMENDATIONS,
            }
        ),
    ),
    Role.READER: RoleDescription(
        _("Reads what has been approved and released to the organisation."),
        frozenset({Permission.READ_RELEASED}),
    ),
}


def roles_with(permission: Permission) -> list[Role]:
    """Return the roles that hold ``permission``, in the order of :data:`ROLES`."""
    return [role for role, description in ROLES.items() if permission in description.permissions]
