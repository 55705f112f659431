"""The administration of engagements and frameworks. Assessments are not here: four eyes hold for all."""

from django.contrib import admin
from django.http import HttpRequest

from assessments.models import Engagement, EngagementMission, Framework


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
