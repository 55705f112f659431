"""Organisations and what ties them to others."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe
from django_tables2 import RequestConfig

from organisations.access import may
from organisations.http import SignedInRequest
from organisations.models import Dyad, Instrument, Membership, Organisation
from organisations.roles import ROLES, Permission
from organisations.views.tables import OrganisationTable


@require_safe
def organisation_list(request: SignedInRequest) -> HttpResponse:
    table = OrganisationTable(Organisation.objects.visible_to(request.user))
    RequestConfig(request, paginate={"per_page": 25}).configure(table)
    return render(request, "organisations/organisation_list.html", {"table": table})


@require_safe
def organisation_detail(request: SignedInRequest, acronym: str) -> HttpResponse:
    """An organisation with its dyads, missions and instruments; its people for those who manage them."""
    organisation = get_object_or_404(Organisation.objects.visible_to(request.user), acronym__iexact=acronym)
    dyads = Dyad.objects.visible_to(request.user).with_organisations()
    manages = may(request.user, Permission.MANAGE_PEOPLE, organisation)
    people = (
        Membership.objects.visible_to(request.user).filter(organisation=organisation).select_related("user")
    )
    own_dyads = dyads.filter(first=organisation) | dyads.filter(second=organisation)
    context = {
        "organisation": organisation,
        "dyads": own_dyads,
        "missions": organisation.missions.all(),
        "instruments": Instrument.objects.visible_to(request.user)
        .filter(dyad__in=own_dyads.values("pk"))
        .select_related("dyad__first", "dyad__second"),
        "people": people if manages else None,
    }
    return render(request, "organisations/organisation.html", context)


@require_safe
def roles(request: SignedInRequest) -> HttpResponse:
    """What each role permits, and the roles that the person holds."""
    held = Membership.objects.filter(user=request.user).select_related("organisation")
    descriptions = [
        (role, description, sorted(description.permissions)) for role, description in ROLES.items()
    ]
    return render(request, "organisations/roles.html", {"roles": descriptions, "held": held})
