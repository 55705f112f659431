"""Every route of the application; tests/test_permission_table.py lists who may use each."""

from django.contrib import admin
from django.urls import include, path

from assessments.views.home import home

urlpatterns = [
    path("", home, name="home"),
    path("", include("organisations.urls")),
    path("", include("assessments.urls")),
    path("api/v1/", include("config.api")),
    path("admin/", admin.site.urls),
]
