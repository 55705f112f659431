"""Every route of the application; tests/permission_table.py lists who may use each."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language

from assessments.views.home import home
from config.health import healthz, readyz

handler400 = "config.errors.bad_request"
handler500 = "config.errors.server_error"
# One way in for everybody, with its limits on attempts.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("", home, name="home"),
    path("", include("organisations.urls")),
    path("", include("assessments.urls")),
    path("api/v1/", include("config.api")),
    path("account/", include("config.account_urls")),
    path("language/", login_not_required(set_language), name="set_language"),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("admin/", admin.site.urls),
]
