"""The work queue of reviews: what waits for whom, since when, until when."""

from datetime import datetime
from typing import Any

import django_filters as filters
import django_tables2 as tables
from django.contrib import messages
from django.db.models import (
    BooleanField,
    Case,
    Count,
    DateField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
)
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe
from django_tables2 import RequestConfig

from assessments.actions import desk as actions
from assessments.choices import Level, State
from assessments.forms.desk import AssignmentForm
from assessments.models import Assessment, Assignment
from assessments.views.discussion import own_assessment
from assessments.views.refusals import RefusalsShown
from assessments.views.tables import ONE_LINE
from organisations.access import organisation_ids_where
from organisations.http import SignedInRequest
from organisations.models import Dyad, User
from organisations.roles import Permission

QUEUES: dict[str, Any] = {
    "review": gettext_lazy("To review"),
    "mine": gettext_lazy("Assigned to me"),
    "assigned": gettext_lazy("Assigned to others"),
    "returned": gettext_lazy("Returned"),
}


class QueueFilter(filters.FilterSet):
    dyad = filters.ModelChoiceFilter(queryset=Dyad.objects.select_related("first", "second"))
    level = filters.ChoiceFilter(choices=Level.choices)
    overdue = filters.ChoiceFilter(
        label=gettext_lazy("Due"), choices=[("yes", gettext_lazy("overdue"))], method="find_overdue"
    )

    class Meta:
        model = Assessment
        fields = ["dyad", "level", "overdue"]

    def find_overdue(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(due__lt=timezone.localdate())


class QueueTable(tables.Table):
    subject = tables.Column(
        verbose_name=gettext_lazy("Subject"), linkify=True, order_by=("dyad__first__acronym", "pk")
    )
    dyad = tables.Column(order_by=("dyad__first__acronym", "dyad__second__acronym"), attrs=ONE_LINE)
    period = tables.Column(order_by=("period_start", "period_end"), attrs=ONE_LINE)
    assessor = tables.Column(order_by="assessor__email")
    waiting = tables.Column(
        verbose_name=gettext_lazy("Waiting"), accessor="submitted_at", order_by="submitted_at", attrs=ONE_LINE
    )
    reviewer = tables.Column(
        verbose_name=gettext_lazy("Reviewer"), accessor="assignment__reviewer", orderable=False
    )
    due = tables.Column(attrs=ONE_LINE, verbose_name=gettext_lazy("Due"))
    open_comments = tables.Column(verbose_name=gettext_lazy("Open comments"))
    state = tables.TemplateColumn(
        '{% include "components/state_chip.html" with state=record.state label=value only %}'
    )

    class Meta:
        model = Assessment
        fields = [
            "subject",
            "dyad",
            "period",
            "assessor",
            "waiting",
            "reviewer",
            "due",
            "open_comments",
            "state",
        ]
        sequence = fields
        empty_text = gettext_lazy("Nothing waits here.")

    def render_waiting(self, value: datetime) -> str:
        days = (timezone.now() - value).days
        return _("%(n)d days") % {"n": days} if days != 1 else _("1 day")

    def render_due(self, value: Any) -> str:
        if value < timezone.localdate():
            return format_html("<strong>{} {}</strong>", value.isoformat(), _("overdue"))
        return str(value.isoformat())

    def render_assessor(self, value: User, record: Assessment) -> str:
        return str(value if record.own else record.on_behalf_of)  # type: ignore[attr-defined]

    def render_reviewer(self, value: User, record: Assessment) -> str:
        if not record.own:  # type: ignore[attr-defined]
            return "–"
        if record.assigned:  # type: ignore[attr-defined]
            return str(value)
        return _("%(person)s, who no longer reviews here") % {"person": value}


def reviewable_by(user: User) -> QuerySet[Any]:
    """What is under review in organisations that ``user`` reviews or assigns for, with what a queue says.

    With what they review as the partner, of which ``own`` is false: who assesses and reviews there, and what
    is said about it, stays inside that organisation.
    """
    reviewed = organisation_ids_where(user, Permission.REVIEW)
    own = Q(on_behalf_of__in=reviewed | organisation_ids_where(user, Permission.ASSIGN))
    sides = Q(dyad__first__in=reviewed) | Q(dyad__second__in=reviewed)
    partner = Q(sides, framework__partner_approval=True)
    standing = Assignment.objects.standing().filter(assessment=OuterRef("pk"))
    due = Assignment.objects.filter(assessment=OuterRef("pk")).values("due")
    return (
        Assessment.objects.visible_to(user)
        .for_list()
        .select_related("assignment__reviewer")
        .filter(own | partner, state__in=[State.SUBMITTED, State.IN_REVIEW, State.RETURNED])
        .annotate(
            own=ExpressionWrapper(own, output_field=BooleanField()),
            assigned=ExpressionWrapper(own & Q(Exists(standing)), output_field=BooleanField()),
            assigned_to_me=Exists(standing.filter(reviewer=user)),
            due=Case(When(own, then=Subquery(due, output_field=DateField()))),
            submitted_at=F("current_revision__submitted_at"),
            open_comments=Count(
                "comments", filter=own & Q(comments__parent__isnull=True, comments__resolved_at__isnull=True)
            ),
        )
        .order_by(F("due").asc(nulls_last=True), "submitted_at", "pk")
    )


def _queue(rows: QuerySet[Any], name: str, user: User) -> QuerySet[Any]:
    waiting = Q(state__in=[State.SUBMITTED, State.IN_REVIEW])
    if name == "review":
        wrote = Exists(user.contributions.filter(assessment=OuterRef("pk")))
        decided = Exists(user.reviews.filter(revision=OuterRef("current_revision")))
        rated = Exists(user.panel_memberships.filter(panel__members__assessment=OuterRef("pk")))
        return rows.filter(waiting, ~wrote, ~rated, ~decided, assigned=False)
    if name == "mine":
        return rows.filter(assigned_to_me=True)
    if name == "assigned":
        return rows.filter(waiting, assigned=True, assigned_to_me=False)
    return rows.filter(state=State.RETURNED)


@require_safe
def queue(request: SignedInRequest) -> HttpResponse:
    user = request.user
    name = request.GET.get("queue", "review")
    name = name if name in QUEUES else "review"
    rows = reviewable_by(user)
    filtered = QueueFilter(request.GET, queryset=_queue(rows, name, user))
    table = QueueTable(filtered.qs)
    RequestConfig(request, paginate={"per_page": 25}).configure(table)
    context = {
        "queues": [(key, label, _queue(rows, key, user).count()) for key, label in QUEUES.items()],
        "queue": name,
        "queue_name": QUEUES[name],
        "filter": filtered,
        "table": table,
        "reviews": bool(
            organisation_ids_where(user, Permission.REVIEW) | organisation_ids_where(user, Permission.ASSIGN)
        ),
    }
    return render(request, "assessments/queue.html", context)


@require_POST
def assign(request: SignedInRequest, pk: int) -> HttpResponse:
    """Say who is to review it. A coordinator chooses anybody; a reviewer takes it, or gives it back."""
    assessment = own_assessment(request, pk)
    form = AssignmentForm(request.POST, assessment=assessment)
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, " ".join(str(error) for error in errors))
        return redirect(assessment)
    chosen = form.cleaned_data["reviewer"]
    said = _("%(person)s is to review it.") % {"person": chosen} if chosen else _("Nobody is assigned now.")
    with RefusalsShown(request, said):
        actions.assign(
            assessment=assessment,
            reviewer=chosen,
            due=form.cleaned_data["due"],
            by=request.user,
            at=timezone.now(),
        )
    return redirect(assessment)
