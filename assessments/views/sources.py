"""The library of sources."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django_tables2 import RequestConfig

from assessments.models import Source
from assessments.views.filters import SourceFilter
from assessments.views.tables import SourceTable
from organisations.http import SignedInRequest


@require_safe
def source_list(request: SignedInRequest) -> HttpResponse:
    filtered = SourceFilter(request.GET, queryset=Source.objects.visible_to(request.user))
    table = SourceTable(filtered.qs)
    RequestConfig(request, paginate={"per_page": 25}).configure(table)
    return render(request, "assessments/source_list.html", {"filter": filtered, "table": table})
