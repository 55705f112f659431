"""What the commands that load files have in common."""

from collections.abc import Callable

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from assessments.actions.imports import ImportReport
from assessments.exchange.documents import InvalidFile
from assessments.policy import Refused
from organisations.models import User


class LoadCommand(BaseCommand):
    """A command that acts in the name of an administrator and prints what was created and unchanged."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help=_("a YAML file"))
        parser.add_argument(
            "--as", dest="administrator", metavar="EMAIL", help=_("administrator in whose name to load")
        )

    def administrator(self, email: str | None) -> User:
        """The administrator named, or the only one there is."""
        administrators = User.objects.filter(is_superuser=True, is_active=True)
        if email:
            administrators = administrators.filter(email__iexact=email)
        found = list(administrators[:2])
        if len(found) == 1:
            return found[0]
        if email:
            raise CommandError(_("%(email)s is not an active administrator.") % {"email": email})
        if found:
            raise CommandError(_("There are several administrators: name one with --as EMAIL."))
        raise CommandError(_("There is no administrator yet: create one with `manage.py createsuperuser`."))

    def person(self, email: str | None) -> User | None:
        if not email:
            return None
        person = User.objects.filter(email__iexact=email, is_active=True).first()
        if person is None:
            raise CommandError(_("There is no active person with the address %(email)s.") % {"email": email})
        return person

    def report(self, load: Callable[[], ImportReport]) -> None:
        """Run ``load`` and print its counts; all problems become one :class:`CommandError`."""
        try:
            report = load()
        except InvalidFile as error:
            count = len(error.problems)
            heading = _("Nothing was loaded; problems found: %(count)d") % {"count": count}
            raise CommandError(f"{heading}\n{error}") from error
        except Refused as error:
            raise CommandError(str(error)) from error
        for kind in sorted({*report.created, *report.unchanged}):
            values = {
                "kind": kind,
                "created": report.created[kind],
                "unchanged": report.unchanged[kind],
            }
            self.stdout.write(_("%(kind)s: %(created)d created, %(unchanged)d unchanged") % values)
