"""Missions, and the engagements that they are part of."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe
from django_tables2 import RequestConfig

from organisations.http import SignedInRequest
from organisations.models import Mission
from organisations.views.tables import MissionFilter, MissionTable


@require_safe
def mission_list(request: SignedInRequest) -> HttpResponse:
    visible = Mission.objects.visible_to(request.user).prefetch_related("leads")
    filtered = MissionFilter(request.GET, queryset=visible)
    table = MissionTable(filtered.qs)
    RequestConfig(request, paginate={"per_page": 25}).configure(table)
    return render(request, "organisations/mission_list.html", {"filter": filtered, "table": table})


@require_safe
def mission_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    mission = get_object_or_404(Mission.objects.visible_to(request.user).prefetch_related("leads"), pk=pk)
    parts = mission.parts.select_related("engagement__dyad__first", "engagement__dyad__second")
    return render(request, "organisations/mission.html", {"mission": mission, "parts": parts})
