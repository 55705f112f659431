from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.actions.scorecards import rebuild
from assessments.models import Framework


class Command(BaseCommand):
    help = _("Write approved ratings anew from their revisions, and calculate every scorecard from them.")

    def handle(self, *args: Any, **options: Any) -> None:
        for framework in Framework.objects.asking().order_by("pk"):
            count = rebuild(framework=framework, at=timezone.now())
            self.stdout.write(
                _("%(framework)s: %(count)d scorecards") % {"framework": framework.name, "count": count}
            )
