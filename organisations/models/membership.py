import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from organisations.models.organisation import Organisation
from organisations.models.user import User
from organisations.roles import Permission, Role, roles_with


class MembershipQuerySet(models.QuerySet["Membership"]):
    def visible_to(self, user: User) -> "MembershipQuerySet":
        """People see their own memberships; those who manage an organisation's people see all of its own."""
        if not user.is_active:
            return self.none()
        managed = user.memberships.filter(role__in=roles_with(Permission.MANAGE_PEOPLE)).values(
            "organisation"
        )
        return self.filter(models.Q(user=user) | models.Q(organisation__in=managed))

    def permitting(self, permission: Permission) -> "MembershipQuerySet":
        return self.filter(role__in=roles_with(permission))


@pghistory.track()
class Membership(models.Model):
    """A role of a person in an organisation; a person may hold several."""

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("person")
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("organisation")
    )
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["organisation", "role", "user"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation", "role"],
                name="membership_unique",
                violation_error_message=_("This person holds this role already."),
            ),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="membership_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}, {self.organisation}"
