from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from assessments.actions.vignettes import load_vignettes
from assessments.management.loading import LoadCommand


class Command(LoadCommand):
    help = _("Load vignettes, which every assessor may rate once; all of the file or nothing.")

    def handle(self, *args: Any, **options: Any) -> None:
        administrator = self.administrator(options["administrator"])
        path = Path(options["file"])
        self.report(lambda: load_vignettes(path=path, by=administrator))
