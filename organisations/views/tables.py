"""Lists of organisations and missions as tables, and their filter."""

import django_filters as filters
import django_tables2 as tables
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from organisations.models import Mission, Organisation

ONE_LINE = {"td": {"class": "text-nowrap"}}


class OrganisationTable(tables.Table):
    acronym = tables.Column(linkify=True)

    class Meta:
        model = Organisation
        fields = ["acronym", "name", "scope", "founded"]
        empty_text = _("No organisation is recorded yet.")


class MissionTable(tables.Table):
    acronym = tables.Column(linkify=True)
    leads = tables.ManyToManyColumn(verbose_name=_("Lead organisations"), orderable=False)
    start = tables.Column(attrs=ONE_LINE)
    end = tables.Column(attrs=ONE_LINE, default=_("not recorded"))

    class Meta:
        model = Mission
        fields = ["acronym", "name", "leads", "theatre", "start", "end"]
        empty_text = _("No mission matches.")


class MissionFilter(filters.FilterSet):
    search = filters.CharFilter(label=_("Words in name or theatre"), method="find")
    leads = filters.ModelChoiceFilter(label=_("Lead organisation"), queryset=Organisation.objects.all())

    class Meta:
        model = Mission
        fields = ["search", "leads"]

    def find(self, queryset: QuerySet[Mission], name: str, value: str) -> QuerySet[Mission]:
        words = Q(acronym__icontains=value) | Q(name__icontains=value) | Q(theatre__icontains=value)
        return queryset.filter(words)
