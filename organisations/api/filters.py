"""Filters of the API. A value or a parameter that is not known is refused, never ignored."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from organisations.models import Dyad, Mission, Organisation
from organisations.models.organisation import Scope


class StrictFilterBackend(filters.DjangoFilterBackend):
    """Refuses parameters that the view does not know: a misspelt filter must not return everything."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        filterset_class = self.get_filterset_class(view, queryset)
        known = set(filterset_class.base_filters) if filterset_class else set()
        if view.paginator:
            known |= {view.paginator.cursor_query_param, view.paginator.page_size_query_param}
        unknown = sorted(set(request.query_params) - known)
        if unknown:
            message = _("Unknown parameter. Known are: %(known)s.") % {
                "known": ", ".join(sorted(known)) or "–"
            }
            raise ValidationError({name: [message] for name in unknown})
        return super().filter_queryset(request, queryset, view)  # type: ignore[no-any-return]


class RowField(forms.CharField):
    """What is named by its public name; ``clean`` returns what ``find`` finds, or refuses the name."""

    @staticmethod
    def find(name: str) -> Any:
        return name

    def clean(self, value: Any) -> Any:
        name = super().clean(value)
        if not name:
            return None
        found = self.find(name)
        if not found:
            raise forms.ValidationError(_("There is no “%(name)s”."), params={"name": name})
        return found


class OrganisationField(RowField):
    @staticmethod
    def find(name: str) -> Organisation | None:
        return Organisation.objects.filter(acronym__iexact=name).first()


class DyadField(RowField):
    @staticmethod
    def find(name: str) -> Dyad | None:
        return Dyad.objects.named(name).first()


class OrganisationFilter(filters.CharFilter):
    """An organisation by its acronym, in any case."""

    field_class = OrganisationField


class DyadFilter(filters.CharFilter):
    """A dyad by its name such as ``UN-EU``, in either order and any case."""

    field_class = DyadField


class YearFilter(filters.NumberFilter):
    field_class = forms.IntegerField

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1800, max_value=2200, **kwargs)


def of_organisation(dyad: str) -> Any:
    """A filter method: rows whose ``dyad`` (a lookup path; empty for dyads) includes the organisation."""
    path = f"{dyad}__" if dyad else ""

    def method(queryset: QuerySet[Any], name: str, organisation: Organisation) -> QuerySet[Any]:
        return queryset.filter(Q(**{f"{path}first": organisation}) | Q(**{f"{path}second": organisation}))

    return method


class OrganisationFilters(filters.FilterSet):
    scope = filters.ChoiceFilter(choices=Scope.choices)

    class Meta:
        model = Organisation
        fields: list[str] = []


class DyadFilters(filters.FilterSet):
    organisation = OrganisationFilter(method=of_organisation(""))

    class Meta:
        model = Dyad
        fields: list[str] = []


class MissionFilters(filters.FilterSet):
    """``year_from`` and ``year_to`` bound the years in which a mission was deployed."""

    organisation = OrganisationFilter(field_name="leads")
    year_from = YearFilter(method="not_ended_before")
    year_to = YearFilter(method="started_by")

    class Meta:
        model = Mission
        fields: list[str] = []

    def not_ended_before(self, queryset: QuerySet[Mission], name: str, year: int) -> QuerySet[Mission]:
        return queryset.filter(Q(end="") | Q(end__gte=str(year)))

    def started_by(self, queryset: QuerySet[Mission], name: str, year: int) -> QuerySet[Mission]:
        return queryset.filter(start__lt=str(year + 1))
