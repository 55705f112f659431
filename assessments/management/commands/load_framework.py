from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.actions.imports import load_framework
from assessments.management.loading import LoadCommand


class Command(LoadCommand):
    help = _("Load and publish a framework version; all of the file or nothing.")

    def handle(self, *args: Any, **options: Any) -> None:
        administrator = self.administrator(options["administrator"])
        path = Path(options["file"])
        self.report(lambda: load_framework(path=path, by=administrator, at=timezone.now()))
