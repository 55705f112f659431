"""Static files with hashed names, so that browsers may keep them for ever."""

from django.contrib.staticfiles.apps import StaticFilesConfig
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(StaticFilesConfig):
    """Collects of Tabler only what the pages link: its other style sheets name pictures that stay behind."""

    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        "tabler-*",
        "*.rtl.*",
        "*.esm.*",
        "tabler.css",
        "tabler.js",
    ]


class ManifestStorage(CompressedManifestStaticFilesStorage):
    """Hashed and compressed; a missing source map or a file named only in a comment is no error."""

    manifest_strict = False
