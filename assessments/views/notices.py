"""What a person is told, and what of it is mailed."""

from typing import Any

import django_filters as filters
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from assessments.actions import notices as actions
from assessments.choices import NoticeKind
from assessments.forms.notices import NoticePreferencesForm
from assessments.models import Notice
from organisations.http import SignedInRequest, id_in

A_PAGE = 25


class NoticeFilter(filters.FilterSet):
    """Without a choice what waits."""

    show = filters.ChoiceFilter(
        label=gettext_lazy("Which"),
        empty_label=gettext_lazy("Waiting for me"),
        choices=[("new", gettext_lazy("New")), ("all", gettext_lazy("All, past ones too"))],
        method="find",
    )
    kind = filters.ChoiceFilter(label=gettext_lazy("About"), choices=NoticeKind.choices)

    class Meta:
        model = Notice
        fields = ["show", "kind"]

    def find(self, queryset: QuerySet[Notice], name: str, value: str) -> QuerySet[Notice]:
        return queryset

    def filter_queryset(self, queryset: Any) -> Any:
        show = self.form.cleaned_data.get("show")
        if show == "new":
            queryset = queryset.new()
        elif show != "all":
            queryset = queryset.waiting()
        return super().filter_queryset(queryset)


@require_http_methods(["GET", "POST"])
def notice_list(request: SignedInRequest) -> HttpResponse:
    if request.method == "POST":
        return _looked_at(request)
    visible = Notice.objects.visible_to(request.user)
    filtered = NoticeFilter(request.GET, queryset=visible.saying_whether_they_wait().for_list())
    page = Paginator(filtered.qs, A_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "filter": filtered,
        "filtered": bool(query),
        "page": page,
        "pages": f"?{query.urlencode()}&page=" if query else "?page=",
        "any_new": any(notice.seen_at is None for notice in page.object_list),
    }
    return render(request, "assessments/notice_list.html", context)


def _looked_at(request: SignedInRequest) -> HttpResponse:
    """Open a notice, or only note that it (or all) was seen. Another's is as one that is not there."""
    opened, seen = request.POST.get("open"), request.POST.get("seen", "")
    if opened is not None:
        notice = _own(request, opened)
        actions.mark_seen(notices=[notice.pk], by=request.user, at=timezone.now())
        return redirect(notice)
    notices = None if seen == "all" else [_own(request, seen).pk]
    actions.mark_seen(notices=notices, by=request.user, at=timezone.now())
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = reverse("assessments:notices")
    return redirect(back)


def _own(request: SignedInRequest, pk: str) -> Notice:
    visible = Notice.objects.visible_to(request.user)
    return get_object_or_404(visible, pk=id_in(pk))


@require_http_methods(["GET", "POST"])
def preferences(request: SignedInRequest) -> HttpResponse:
    chosen = actions.delivery_of(request.user)
    form = NoticePreferencesForm(request.POST or None, chosen=chosen)
    if request.method == "POST" and form.is_valid():
        actions.choose_deliveries(chosen=form.deliveries(), by=request.user)
        messages.success(request, _("Your choices are saved."))
        return redirect("assessments:notice-preferences")
    status = 422 if form.is_bound else 200
    context = {"form": form, "notices_url": reverse("assessments:notices")}
    return render(request, "assessments/notice_preferences.html", context, status=status)
