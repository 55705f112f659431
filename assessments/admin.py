"""The administration of engagements, frameworks and mail. Assessments are not here: four eyes for all."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from assessments.actions.notice_mail import send_again
from assessments.models import Engagement, EngagementMission, Framework, Notice
from assessments.views.refusals import RefusalsShown


class EngagementMissionInline(admin.TabularInline):
    model = EngagementMission
    extra = 1
    autocomplete_fields = ["mission"]


@admin.register(Engagement)
class EngagementAdmin(admin.ModelAdmin):
    list_display = ["name", "dyad", "arrangement"]
    list_select_related = ["dyad__first", "dyad__second"]
    list_filter = ["arrangement"]
    search_fields = ["name"]
    inlines = [EngagementMissionInline]

    def get_readonly_fields(self, request: HttpRequest, obj: Engagement | None = None) -> list[str]:
        """What assessments rest on stays once there are any: which answers apply, and whose scorecard."""
        return ["dyad", "arrangement"] if obj and obj.assessments.exists() else []


@admin.register(Framework)
class FrameworkAdmin(admin.ModelAdmin):
    """Frameworks are loaded from files, as whole versions; here they are read."""

    list_display = ["code", "version", "title", "published_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Framework | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Framework | None = None) -> bool:
        return False


@admin.register(Notice)
class NoticeAdmin(admin.ModelAdmin):
    """What became of the mail of notices. What they are about is not here, as assessments are not."""

    list_display = ["created_at", "recipient", "kind", "delivery", "mail_state", "attempts", "sent_at"]
    list_filter = ["mail_state", "delivery", "kind"]
    list_select_related = ["recipient"]
    search_fields = ["recipient__email"]
    fields = [
        "recipient",
        "kind",
        "created_at",
        "delivery",
        "mail_state",
        "sent_at",
        "attempts",
        "error",
    ]
    actions = ["send_again"]

    @admin.action(description=_("Send failed mails again"), permissions=["view"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Notice]) -> None:
        """Only what failed, each in a mail of its own."""
        with RefusalsShown(request):
            sent = send_again(notices=list(queryset.values_list("pk", flat=True)), by=request.user)  # type: ignore[arg-type]
            messages.info(request, _("%(n)d of those chosen had failed and are tried again.") % {"n": sent})

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Notice | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Notice | None = None) -> bool:
        return False
