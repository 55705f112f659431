from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.actions.imports import load_cases
from assessments.management.loading import LoadCommand


class Command(LoadCommand):
    help = _("Load organisations, missions, sources and assessments; all of the file or nothing.")

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--approve-as", metavar="EMAIL", help=_("reviewer who approves them"))
        parser.add_argument(
            "--release-as",
            metavar="EMAIL",
            help=_("coordinator who releases them to every organisation"),
        )

    def handle(self, *args: Any, **options: Any) -> None:
        administrator = self.administrator(options["administrator"])
        reviewer = self.person(options["approve_as"])
        coordinator = self.person(options["release_as"])
        self.report(
            lambda: load_cases(
                path=Path(options["file"]),
                by=administrator,
                at=timezone.now(),
                approve_as=reviewer,
                release_to_all=coordinator,
            )
        )
