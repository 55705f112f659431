"""The reference cases with people of each organisation to try the application with."""

from collections import Counter
from datetime import datetime
from pathlib import Path

from django.db import transaction

from assessments.actions.calibrations import calibrate
from assessments.actions.imports import ImportReport, load_cases, load_framework
from assessments.actions.scorecards import rebuild
from assessments.actions.vignettes import load_vignettes
from assessments.exchange.cases import CasesFile, check_cases
from assessments.exchange.documents import read_document
from assessments.exchange.stored import known
from assessments.models import Assessment, Framework
from organisations.actions.organisations import add_organisation
from organisations.actions.people import add_membership, add_person, install_administrator
from organisations.models import Organisation, User
from organisations.roles import Role

FOLDER = Path(__file__).resolve().parent.parent / "reference"
FRAMEWORKS = ("framework.yaml", "rules-1.1.yaml")
ADMINISTRATOR = "administrator@concord.example"
REVIEWER = "reviewer@ind.example"
COORDINATOR = "coordinator@ind.example"
INDEPENDENT = ("independent-1@ind.example", "independent-2@ind.example")
DEMO_PASSWORD = "try concord today"  # noqa: S105 - made to be known; refused outside development


@transaction.atomic
def load_reference(*, at: datetime) -> ImportReport:
    """Load framework, vignettes, people and cases, approved and released to all, and calculate scorecards.

    What was loaded before stays as people have changed it since. Raises ``InvalidFile``.
    """
    report = ImportReport()
    administrator = User.objects.filter(email=ADMINISTRATOR).first()
    if administrator is None:
        administrator = install_administrator(email=ADMINISTRATOR, password=DEMO_PASSWORD)
        report.created["administrator"] += 1
    for name in FRAMEWORKS:
        _add(report, load_framework(path=FOLDER / name, by=administrator, at=at))
    _add(report, load_vignettes(path=FOLDER / "vignettes.yaml", by=administrator))
    cases = check_cases(read_document(FOLDER / "cases.yaml"), known())
    new_organisations = _organisations(cases, administrator)
    _people(cases, administrator, report)
    if _loaded(cases):
        report.unchanged["assessment"] += len(cases.assessments)
        return report
    loaded = load_cases(
        path=FOLDER / "cases.yaml",
        by=administrator,
        at=at,
        approve_as=User.objects.get(email=REVIEWER),
        release_to_all=User.objects.get(email=COORDINATOR),
    )
    loaded.unchanged -= new_organisations
    loaded.created += new_organisations
    _add(report, loaded)
    code, _separator, version = cases.framework.partition("@")
    framework = Framework.objects.get(code=code, version=version)
    calibrate(framework=framework, at=at)
    rebuild(framework=framework, at=at)
    return report


def demo_people(acronyms: list[str]) -> list[tuple[str, str, str]]:
    """E-mail address, organisation's acronym and role of each demonstration account."""
    people = [
        (f"{role.value}@{acronym.lower()}.example", acronym, role.value)
        for acronym in acronyms
        for role in Role
    ]
    return people + [(email, "IND", Role.ANALYST.value) for email in INDEPENDENT]


def _add(report: ImportReport, part: ImportReport) -> None:
    report.created += part.created
    report.unchanged += part.unchanged


def _organisations(cases: CasesFile, administrator: User) -> Counter[str]:
    """Create the file's organisations, as people of theirs must be there before the cases."""
    stored = set(Organisation.objects.values_list("acronym", flat=True))
    new = [given for given in cases.organisations if given.acronym not in stored]
    for given in new:
        add_organisation(
            by=administrator,
            acronym=given.acronym,
            name=given.name,
            scope=given.scope,
            founded=given.founded,
        )
    return Counter({str(Organisation._meta.verbose_name): len(new)})


def _people(cases: CasesFile, administrator: User, report: ImportReport) -> None:
    organisations = {organisation.acronym: organisation for organisation in Organisation.objects.all()}
    stored = set(User.objects.values_list("email", flat=True))
    kind = str(User._meta.verbose_name)
    for email, acronym, role in demo_people([given.acronym for given in cases.organisations]):
        if email in stored:
            report.unchanged[kind] += 1
            continue
        person = add_person(by=administrator, email=email, password=DEMO_PASSWORD)
        add_membership(by=administrator, user=person, organisation=organisations[acronym], role=role)
        report.created[kind] += 1


def _loaded(cases: CasesFile) -> bool:
    references = {given.reference for given in cases.assessments}
    stored = Assessment.objects.filter(reference__in=references).values_list("reference", flat=True)
    return references == set(stored)
