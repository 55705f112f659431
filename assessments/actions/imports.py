"""Loading files: a whole file in one transaction or none of it, through the same actions as the pages.

Every function raises ``InvalidFile`` with all problems of a file and ``Refused`` unless ``by`` is an
administrator.
"""

from collections import Counter
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from assessments.actions.case_import import CaseImport
from assessments.actions.notices import nobody_told
from assessments.actions.rule_versions import add_rules, store_rules_version
from assessments.exchange.cases import check_cases
from assessments.exchange.documents import Document, InvalidFile, Problem, read_document
from assessments.exchange.frameworks import DimensionFile, FrameworkFile, check_framework
from assessments.exchange.rule_versions import check_rules_version, is_rules_version, stored_rules_version
from assessments.exchange.stored import known, stored_framework
from assessments.models import Anchor, Dimension, Framework, Indicator
from assessments.policy import Refused
from organisations.models import User


@dataclass(slots=True)
class ImportReport:
    """How many rows of each kind a file created, and how many were there already."""

    created: Counter[str] = field(default_factory=Counter)
    unchanged: Counter[str] = field(default_factory=Counter)


@transaction.atomic
def load_framework(*, path: Path, by: User, at: datetime) -> ImportReport:
    """Store and publish the framework version in a file; the same version again changes nothing."""
    enforce_administrator(by)
    document = read_document(path)
    if is_rules_version(document):
        return _load_rules_version(document, by, at)
    given = check_framework(document)
    stored = Framework.objects.filter(code=given.code, version=given.version).first()
    if stored is None:
        _create(given, by, at)
        return ImportReport(created=_one())
    if stored_framework(stored) != given:
        raise _other_content(document, given.name)
    return ImportReport(unchanged=_one())


def _load_rules_version(document: Document, by: User, at: datetime) -> ImportReport:
    given = check_rules_version(document, known().frameworks)
    stored = Framework.objects.filter(code=given.code, version=given.version).first()
    if stored is None:
        store_rules_version(given=given, by=by, at=at)
        return ImportReport(created=_one())
    if stored.published_at is None or stored_rules_version(stored) != given:
        raise _other_content(document, given.name)
    return ImportReport(unchanged=_one())


def _one() -> Counter[str]:
    return Counter({str(Framework._meta.verbose_name): 1})


def _other_content(document: Document, name: str) -> InvalidFile:
    message = _("found other content than the stored %(name)s, expected the same or a higher version")
    return InvalidFile([Problem(document.line_of("version"), "version", message % {"name": name})])


@transaction.atomic
def load_cases(
    *,
    path: Path,
    by: User,
    at: datetime,
    approve_as: User | None = None,
    release_to_all: User | None = None,
) -> ImportReport:
    """Store what a file of cases says; each assessment is submitted in its assessor's name.

    ``approve_as`` reviews and approves them; ``release_to_all`` then releases them to every organisation.
    """
    enforce_administrator(by)
    cases = check_cases(read_document(path), known())
    run = CaseImport(by=by, at=at, reviewer=approve_as, coordinator=release_to_all)
    with nobody_told() if approve_as else nullcontext():
        run.store(cases)
    if run.problems:
        raise InvalidFile(run.problems)
    return ImportReport(run.created, run.unchanged)


def enforce_administrator(by: User) -> None:
    """Raise ``Refused`` unless ``by`` is an administrator."""
    if not (by.is_active and by.is_superuser):
        raise Refused(_("Only administrators load files."))


def _create(given: FrameworkFile, by: User, at: datetime) -> None:
    framework = Framework(
        code=given.code,
        version=given.version,
        title=given.title,
        scale=given.scale,
        arrangements=given.arrangements,
        approvals_required=given.approvals_required,
        partner_approval=given.partner_approval,
    )
    framework.full_clean()
    framework.save()
    for position, dimension in enumerate(given.dimensions):
        _create_dimension(framework, dimension, position)
    add_rules(framework, given.rules)
    framework.published_at, framework.published_by = at, by
    framework.save()


def _create_dimension(framework: Framework, given: DimensionFile, position: int) -> None:
    dimension = Dimension.objects.create(
        framework=framework,
        level=given.level,
        code=given.code,
        name=given.name,
        phase=given.phase,
        applies_to=list(given.applies_to),
        weight=given.weight,
        position=position,
    )
    for number, part in enumerate(given.indicators):
        indicator = Indicator.objects.create(
            dimension=dimension,
            code=part.code,
            name=part.name,
            kind=part.kind,
            question=part.question,
            weight=part.weight,
            position=number,
        )
        Anchor.objects.bulk_create(
            Anchor(indicator=indicator, score=score, text=text) for score, text in part.anchors
        )
