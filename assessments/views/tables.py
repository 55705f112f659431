"""Lists as tables."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from assessments.models import Assessment, Calibration, Recommendation, Severity, Source

ONE_LINE = {"td": {"class": "text-nowrap"}}


class AssessmentTable(tables.Table):
    subject = tables.Column(
        verbose_name=_("Subject"), linkify=True, order_by=("dyad__first__acronym", "dyad__second__acronym")
    )
    dyad = tables.Column(order_by=("dyad__first__acronym", "dyad__second__acronym"), attrs=ONE_LINE)
    period = tables.Column(attrs=ONE_LINE, verbose_name=_("Period"), order_by=("period_start", "period_end"))
    on_behalf_of = tables.Column(order_by="on_behalf_of__acronym")
    state = tables.TemplateColumn(
        '{% include "components/state_chip.html" with state=record.state label=value only %}',
    )
    marking = tables.Column()
    updated_at = tables.DateColumn(attrs=ONE_LINE, verbose_name=_("Changed"), format="Y-m-d")

    class Meta:
        model = Assessment
        fields = ["dyad", "subject", "period", "on_behalf_of", "state", "marking", "updated_at"]
        sequence = fields
        empty_text = _("No assessment matches.")


class SourceTable(tables.Table):
    title = tables.Column(linkify=True)
    url = tables.URLColumn(verbose_name=_("Address"), text=_("Open"))

    class Meta:
        model = Source
        fields = ["author", "year", "title", "kind", "reliability", "url"]
        empty_text = _("No source matches.")


class RecommendationTable(tables.Table):
    text = tables.Column(linkify=True)
    dyad = tables.Column(order_by=("dyad__first__acronym", "dyad__second__acronym"), attrs=ONE_LINE)
    engagement = tables.Column(order_by="engagement__name", default="–")

    class Meta:
        model = Recommendation
        fields = ["priority", "text", "dyad", "engagement", "target", "status"]
        empty_text = _("No recommendation matches.")


class SeverityTable(tables.Table):
    assessor = tables.Column(order_by=("assessor__name", "assessor__email"))
    value = tables.Column(attrs={"td": {"class": "num"}}, default=_("not connected"))
    standard_error = tables.Column(attrs={"td": {"class": "num"}}, default="–")

    class Meta:
        model = Severity
        fields = ["assessor", "level", "value", "standard_error", "n_ratings", "n_dyads", "n_vignettes"]
        empty_text = _("No joint fit has found any severity yet.")

    def render_value(self, value: float) -> str:
        return f"{round(value, 2) + 0.0:+.2f}"  # no minus before 0.00

    def render_standard_error(self, value: float) -> str:
        return f"{value:.2f}"


class CalibrationTable(tables.Table):
    number = tables.Column(linkify=True)
    framework = tables.Column(order_by=("framework__title", "framework__version"))
    status = tables.TemplateColumn(
        '{% include "components/state_chip.html" with state=record.status label=value only %}'
    )
    created_at = tables.DateColumn(attrs=ONE_LINE, format="Y-m-d")
    decided_at = tables.DateColumn(attrs=ONE_LINE, format="Y-m-d", default="–")
    replaced_at = tables.DateColumn(attrs=ONE_LINE, format="Y-m-d", default="–")

    class Meta:
        model = Calibration
        fields = ["number", "framework", "status", "created_at", "decided_at", "replaced_at"]
        empty_text = _("No calibration was made yet.")
