"""The administration of people, organisations and what ties them."""

from typing import Any, NoReturn

from allauth.account.models import EmailAddress
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from organisations.models import Dyad, Instrument, Membership, Mission, MissionLead, Organisation, User

# Rights come from memberships, and people sign in by the one address of their own row.
admin.site.unregister([Group, EmailAddress])


class NewPersonForm(forms.ModelForm):
    """A new person has no password: they set one by the reset mail."""

    class Meta:
        model = User
        fields = ["email", "name"]

    def clean(self) -> dict[str, Any] | None:
        self.instance.set_unusable_password()
        return super().clean()


class PersonForm(forms.ModelForm):
    """Who a person is and whether they may sign in; the password is theirs alone."""

    class Meta:
        model = User
        fields = ["email", "name", "is_active", "is_staff", "is_superuser"]


class MembershipInline(admin.TabularInline):
    model = Membership
    extra = 1
    autocomplete_fields = ["organisation"]


@admin.register(User)
class PersonAdmin(UserAdmin):
    form = PersonForm
    add_form = NewPersonForm
    add_fieldsets = [(None, {"fields": ["email", "name"]})]
    fieldsets = [(None, {"fields": ["email", "name", "is_active", "is_staff", "is_superuser"]})]
    list_display = ["email", "name", "is_active", "is_staff"]
    list_filter = ["is_active", "is_staff", "memberships__organisation", "memberships__role"]
    search_fields = ["email", "name"]
    ordering = ["email"]
    filter_horizontal = []
    inlines = [MembershipInline]

    def user_change_password(self, *args: object, **kwargs: object) -> NoReturn:
        """Nobody sets the password of another: who could, could approve in their name."""
        raise PermissionDenied(_("People set their own password, by the mail that resets it."))


@admin.register(Organisation)
class OrganisationAdmin(admin.ModelAdmin):
    list_display = ["acronym", "name", "scope", "founded"]
    search_fields = ["acronym", "name"]


class InstrumentInline(admin.TabularInline):
    model = Instrument
    extra = 0


@admin.register(Dyad)
class DyadAdmin(admin.ModelAdmin):
    list_select_related = ["first", "second"]
    autocomplete_fields = ["first", "second"]
    inlines = [InstrumentInline]

    def get_readonly_fields(self, request: HttpRequest, obj: Dyad | None = None) -> list[str]:
        """A stored pair stays that pair: assessments and scorecards are about it."""
        return ["first", "second"] if obj else []


class MissionLeadInline(admin.TabularInline):
    model = MissionLead
    extra = 1
    min_num = 1
    verbose_name = _("lead organisation")
    autocomplete_fields = ["organisation"]


@admin.register(Mission)
class MissionAdmin(admin.ModelAdmin):
    list_display = ["acronym", "name", "theatre", "start", "end"]
    search_fields = ["acronym", "name", "theatre"]
    inlines = [MissionLeadInline]
