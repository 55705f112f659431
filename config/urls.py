"""Every route of the application; tests/test_permission_table.py lists who may use each."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("organisations.urls")),
    path("", include("assessments.urls")),
    path("admin/", admin.site.urls),
]
