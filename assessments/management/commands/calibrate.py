from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.actions.scorecards import calibrate
from assessments.models import Framework


class Command(BaseCommand):
    help = _("Calibrate every published framework version from what is released to everybody.")

    def handle(self, *args: Any, **options: Any) -> None:
        for framework in Framework.objects.filter(published_at__isnull=False).order_by("pk"):
            calibration = calibrate(framework=framework, at=timezone.now())
            self.stdout.write(f"{framework.name}: {calibration}")
