from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments import calibration_wording
from assessments.actions.calibrations import calibrate, propose_calibration
from assessments.models import Calibration, Framework


class Command(BaseCommand):
    help = _(
        "Propose a calibration of every published framework version from what is released to everybody,"
        " and say what it would move."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--put-in-force", action="store_true", help=_("put it in force at once; all scorecards follow")
        )

    def handle(self, *args: Any, **options: Any) -> None:
        for framework in Framework.objects.asking().order_by("pk"):
            calibration = self._calibration(framework, options["put_in_force"])
            self.stdout.write(f"{framework.name}: {calibration_wording.standing(calibration)}")
            if calibration.report:
                for line in calibration_wording.lines(calibration.report, framework.names()):
                    self.stdout.write(f"  {line}")

    def _calibration(self, framework: Framework, in_force: bool) -> Calibration:
        now = timezone.now()
        if in_force:
            return calibrate(framework=framework, at=now)
        return propose_calibration(framework=framework, at=now)
