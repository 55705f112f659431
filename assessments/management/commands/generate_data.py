from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.actions.generation import generate_data, holds_other_work
from assessments.actions.scorecards import assessed_dyads, refresh_dyad
from assessments.models import Framework


class Command(BaseCommand):
    help = _("Add made-up organisations, people and approved assessments, to try or measure an installation.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--ratings", type=int, default=10_000, help=_("about how many answers"))
        parser.add_argument("--seed", type=int, default=1, help=_("the same seed draws the same data"))
        parser.add_argument(
            "--released", type=float, default=0.9, help=_("share released to every organisation, 0 to 1")
        )
        parser.add_argument(
            "--no-scorecards", action="store_true", help=_("leave scorecards to whoever looks first")
        )
        parser.add_argument(
            "--anyway", action="store_true", help=_("also where there are assessments of people")
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not 1 <= options["ratings"] <= 10_000_000 or not 0 <= options["released"] <= 1:
            raise CommandError(_("--ratings: from 1 to 10000000; --released: from 0 to 1."))
        framework = Framework.objects.latest()
        if framework is None:
            raise CommandError(_("There is no framework: load one first (load_framework)."))
        if holds_other_work() and not options["anyway"]:
            raise CommandError(
                _("This database holds assessments that people made: nothing is generated (or --anyway).")
            )
        made = generate_data(
            framework=framework,
            ratings=options["ratings"],
            seed=options["seed"],
            released=options["released"],
            at=timezone.now(),
        )
        self.stdout.write(
            _(
                "%(organisations)d organisations, %(dyads)d dyads, %(assessors)d assessors, "
                "%(assessments)d assessments, %(ratings)d answers"
            )
            % {name: getattr(made, name) for name in made.__slots__}
        )
        if not options["no_scorecards"]:
            for dyad in assessed_dyads(framework):
                refresh_dyad(dyad=dyad, framework=framework, at=timezone.now())
