from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.actions.reference import ADMINISTRATOR, DEMO_PASSWORD, demo_people, load_reference
from assessments.management.loading import LoadCommand
from organisations.models import Organisation, User


class Command(LoadCommand):
    help = _("Load the reference framework and cases with demonstration accounts, approved and released.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--anyway",
            action="store_true",
            help=_("also outside development, although the password of the accounts is public"),
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not (settings.DEVELOPMENT or options["anyway"]):
            raise CommandError(
                _("The password of the demonstration accounts is public: only for development (or --anyway).")
            )
        self.report(lambda: load_reference(at=timezone.now()))
        acronyms = list(Organisation.objects.order_by("pk").values_list("acronym", flat=True))
        people = [email for email, _acronym, _role in demo_people(acronyms)]
        stored = set(User.objects.filter(email__in=people).values_list("email", flat=True))
        self.stdout.write(_("\nDemonstration accounts, password “%s”:") % DEMO_PASSWORD)
        for email in [ADMINISTRATOR, *(email for email in people if email in stored)]:
            self.stdout.write(f"  {email}")
