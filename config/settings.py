"""Settings of Concord, all from the environment; the defaults are those of a production site.

``CONCORD_DEVELOPMENT=true`` makes the installation usable on one machine without further settings.
docs/operations.md describes each variable.
"""

from datetime import timedelta
from pathlib import Path

import environ
import pghistory
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from config.logging import logging_settings
from config.secret_key import persisted_secret_key

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_FOLDER = Path(env.str("CONCORD_DATA_FOLDER", default=str(BASE_DIR / ".data"))).resolve()
DEVELOPMENT = env.bool("CONCORD_DEVELOPMENT", default=False)
DEBUG = env.bool("CONCORD_DEBUG", default=False)

SECRET_KEY = env.str("SECRET_KEY", default="")
if not SECRET_KEY:
    if not DEVELOPMENT:
        raise ImproperlyConfigured(
            "SECRET_KEY is not set. Set it to a long random text that is kept between restarts, "
            "or set CONCORD_DEVELOPMENT=true to have one generated for use on this machine only."
        )
    SECRET_KEY = persisted_secret_key(DATA_FOLDER / "secret_key")

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"] if DEVELOPMENT else [])
if not ALLOWED_HOSTS:
    raise ImproperlyConfigured(
        "ALLOWED_HOSTS is not set. Set it to the names under which the site is reached, separated by commas, "
        "or set CONCORD_DEVELOPMENT=true to use it on this machine only."
    )
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
INTERNAL_IPS = ["127.0.0.1"]

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "config.static_files.StaticFiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "crispy_bootstrap5",
    "crispy_forms",
    "csp",
    "django_filters",
    "django_htmx",
    "django_structlog",
    "django_tables2",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "knox",
    "pghistory",
    "pgtrigger",
    "procrastinate.contrib.django",
    "rest_framework",
    "organisations",
    "assessments",
]

MIDDLEWARE = [
    "config.middleware.RequestIds",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.middleware.PrivateResponses",
    "config.middleware.PlainAddresses",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.middleware.SignInRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.middleware.RequestLog",
    "config.middleware.HistoryContext",
]

ROOT_URLCONF = "config.urls"
CSRF_FAILURE_VIEW = "config.errors.csrf_failure"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context_processors.installation",
                "config.context_processors.notices",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = ["bootstrap5"]
CRISPY_TEMPLATE_PACK = "bootstrap5"
DJANGO_TABLES2_TEMPLATE = "components/table.html"
FORMAT_MODULE_PATH = "config.formats"
FILTERS_EMPTY_CHOICE_LABEL = _("Any")

if env.str("DATABASE_URL", default=""):
    DATABASES = {"default": env.db_url("DATABASE_URL")}
    DATABASES["default"].setdefault("OPTIONS", {})["pool"] = env.bool("CONCORD_DATABASE_POOL", default=False)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
else:
    DATABASES = {
        "default": {
            "ENGINE": "config.embedded",
            "NAME": "concord",
            "OPTIONS": {"data_folder": DATA_FOLDER / "postgres"},
            "CONN_HEALTH_CHECKS": True,
        }
    }
# Sign-ins and requests of the API are counted in a table, not here. Drawn charts are shared by all
# processes, and bounded.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "charts": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "chart_cache",  # the table is made by a migration of assessments
        "TIMEOUT": 30 * 24 * 3600,
        "OPTIONS": {"MAX_ENTRIES": 1000, "CULL_FREQUENCY": 4},
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "organisations.User"
# The check knows unique=True only; the constraint user_email_unique holds whatever the case of letters.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "organisations.signup.ClosedSignupAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "http" if DEVELOPMENT else "https"

EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="concord@localhost")
# Where links in mail lead, and up to which handling marking mail names what it is about.
BASE_URL = env.str(
    "CONCORD_BASE_URL",
    default="http://127.0.0.1:8000" if DEVELOPMENT else f"https://{ALLOWED_HOSTS[0].lstrip('.')}",
).rstrip("/")
if not BASE_URL.startswith(("http://", "https://")) or "*" in BASE_URL:
    raise ImproperlyConfigured(
        "CONCORD_BASE_URL is no address. Set it to the one under which people open the site, such as "
        "https://concord.example: links in mail begin with it."
    )
MAIL_NAMES_UP_TO = env.str("CONCORD_MAIL_NAMES_UP_TO", default="AMBER")
if MAIL_NAMES_UP_TO not in {"", "CLEAR", "GREEN", "AMBER", "AMBER+STRICT"}:
    raise ImproperlyConfigured(
        "CONCORD_MAIL_NAMES_UP_TO is no handling marking up to which mail may name assessments. Set it to "
        "CLEAR, GREEN, AMBER or AMBER+STRICT, or to nothing for mail that names none."
    )

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]  # with a second one, the head of the page offers the choice
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "build" / "static"
NODE_MODULES = BASE_DIR / "node_modules"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("tabler/css", NODE_MODULES / "@tabler" / "core" / "dist" / "css"),
    ("tabler/js", NODE_MODULES / "@tabler" / "core" / "dist" / "js"),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.static_files.ManifestStorage"},
    "attachments": {  # never below a folder that a web server serves
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": env.str("CONCORD_ATTACHMENTS_FOLDER", default=str(DATA_FOLDER / "attachments")),
            "base_url": None,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
}

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
if not DEVELOPMENT:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz)$"]  # probes do not come through the proxy
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
        "manifest-src": [SELF],
    },
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "organisations.tokens.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "organisations.api.scopes.TokenHasScope",
    ],
    "DEFAULT_THROTTLE_CLASSES": ["organisations.api.throttling.PerPerson"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["organisations.api.filters.StrictFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "organisations.api.pagination.KeysetPagination",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "organisations.api.problems.problem_details",
    "URL_FORMAT_OVERRIDE": None,
}
API_REQUESTS_PER_MINUTE = {  # of one person; 0 is no limit
    "reading": env.int("CONCORD_API_READS_PER_MINUTE", default=600),
    "changing": env.int("CONCORD_API_CHANGES_PER_MINUTE", default=120),
}
# Knox creates its own table even when another model stands in for it.
MIGRATION_MODULES = {"knox": None}
KNOX_TOKEN_MODEL = "organisations.ApiToken"  # noqa: S105 - the name of a model
REST_KNOX = {"TOKEN_TTL": timedelta(days=365), "TOKEN_PREFIX": "con_", "AUTO_REFRESH": False}
SPECTACULAR_SETTINGS = {
    "TITLE": "Concord API",
    "DESCRIPTION": "Assessments and what follows from them: what the caller may see, and may do.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": [
        "rest_framework.permissions.IsAuthenticated",
        "organisations.api.scopes.TokenHasScope",
    ],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "IndicatorKind": "assessments.choices.IndicatorKind",
        "FindingKind": "assessments.choices.FindingKind",
        "LessonKind": "assessments.choices.LessonKind",
        "AssessmentState": "assessments.choices.State",
        "LessonState": "assessments.choices.LessonState",
        "ActionState": "assessments.choices.ActionState",
        "ValidationBasis": "assessments.choices.ValidationBasis",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "organisations.api.schema.with_problems",
    ],
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000

# A history outlives its row and needs no index on every foreign key.
PGHISTORY_OBJ_FIELD = pghistory.ObjForeignKey(related_name="+", related_query_name="+")
LOGGING = logging_settings(json=not DEVELOPMENT)
DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = True  # as config.middleware.RequestIds leaves it
