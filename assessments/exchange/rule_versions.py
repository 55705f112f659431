"""The file format of versions that differ in their rules only, and what such a version says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from assessments.exchange.checking import SLUG, Check, shown
from assessments.exchange.documents import Document, InvalidFile
from assessments.exchange.frameworks import CODE, FrameworkFile, rule_problems, rules_in, shape_of
from assessments.models import Framework


@dataclass(frozen=True, slots=True)
class RulesFile:
    """Equal to another exactly when all that it says is the same. ``questions_of`` is a version's number."""

    code: str
    version: str
    questions_of: str
    note: str
    rules: tuple[dict[str, Any], ...]

    @property
    def name(self) -> str:
        return f"{self.code}@{self.version}"


def is_rules_version(document: Document) -> bool:
    return isinstance(document.root.value, dict) and "questions_of" in document.root.value


def check_rules_version(document: Document, frameworks: Mapping[str, FrameworkFile]) -> RulesFile:
    """Return what the file says. Raises :class:`InvalidFile` with every problem in it."""
    check = Check()
    fields = check.mapping(document.root, ("code", "version", "questions_of", "rules"), ("note",))
    expected = _('a version in quotes, such as "1.0"')
    found = RulesFile(
        code=check.text(fields.get("code"), 80, pattern=SLUG, expected=_("letters, digits and hyphens")),
        version=check.text(fields.get("version"), 20, pattern=CODE, expected=expected),
        questions_of=check.text(fields.get("questions_of"), 20, pattern=CODE, expected=expected),
        note=check.text(fields.get("note"), 2000, empty=True),
        rules=rules_in(fields.get("rules")),
    )
    asked = frameworks.get(f"{found.code}@{found.questions_of}")
    node = fields.get("questions_of")
    if node and found.questions_of and (asked is None or asked.version != found.questions_of):
        names = ", ".join(sorted({one.name for one in frameworks.values()})) or _("none is")
        loaded = _("a version with questions that is loaded (%(names)s)") % {"names": names}
        check.report(node, shown(found.questions_of), loaded)
    elif asked is not None:
        check.problems.extend(rule_problems(document, shape_of(asked), fields.get("rules")))
    if check.problems:
        raise InvalidFile(check.problems)
    return found


def stored_rules_version(framework: Framework) -> RulesFile:
    return RulesFile(
        code=framework.code,
        version=framework.version,
        questions_of=framework.questions.version,
        note=framework.note,
        rules=tuple(rule.definition for rule in framework.rules.order_by("position")),
    )
