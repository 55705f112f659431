"""Loading a file again changes nothing; loading other content under the same name is refused."""

from pathlib import Path

import pytest

from assessments.actions.imports import load_cases, load_framework
from assessments.choices import State
from assessments.exchange.documents import InvalidFile
from assessments.models import Assessment, Framework, Rating, Revision
from organisations.models import Dyad, Organisation
from tests.assessments.test_import_files import CASES, FRAMEWORK, written
from tests.factories import AT, AdministratorFactory, FrameworkFactory, coordinator, reviewer

pytestmark = pytest.mark.django_db


def test_a_framework_again_is_unchanged(tmp_path: Path) -> None:
    administrator = AdministratorFactory()
    load_framework(path=written(tmp_path, FRAMEWORK), by=administrator, at=AT)
    report = load_framework(path=written(tmp_path, FRAMEWORK), by=administrator, at=AT)
    assert (report.created, report.unchanged) == ({}, {"framework": 1})
    assert Framework.objects.count() == 1


def test_other_content_under_the_same_version_is_refused(tmp_path: Path) -> None:
    administrator = AdministratorFactory()
    load_framework(path=written(tmp_path, FRAMEWORK), by=administrator, at=AT)
    with pytest.raises(InvalidFile, match=r"line 2, version: found other content than the stored tiny@1\.0"):
        load_framework(
            path=written(tmp_path, FRAMEWORK.replace("Statements", "Speeches")), by=administrator, at=AT
        )
    load_framework(path=written(tmp_path, FRAMEWORK.replace('"1.0"', '"1.1"')), by=administrator, at=AT)
    assert Framework.objects.count() == 2


def test_cases_again_are_unchanged(tmp_path: Path) -> None:
    FrameworkFactory(version="1.0")
    administrator = AdministratorFactory()
    first = load_cases(path=written(tmp_path, CASES), by=administrator, at=AT)
    assert first.created["assessment"] == 1
    again = load_cases(path=written(tmp_path, CASES), by=administrator, at=AT)
    assert not again.created
    assert again.unchanged["assessment"] == 1
    assert (Revision.objects.count(), Rating.objects.count(), Dyad.objects.count()) == (1, 2, 1)


def test_other_content_of_an_assessment_is_refused(tmp_path: Path) -> None:
    FrameworkFactory(version="1.0")
    administrator = AdministratorFactory()
    load_cases(path=written(tmp_path, CASES), by=administrator, at=AT)
    changed = CASES.replace("score: 4", "score: 2").replace("basis: A report", "basis: Two reports")
    with pytest.raises(InvalidFile) as caught:
        load_cases(path=written(tmp_path, changed), by=administrator, at=AT)
    expected = "line 10, assessments[0]: found other content than stored for case-1 (basis, F1.1)"
    assert expected in str(caught.value)
    assert Rating.objects.get(indicator__code="F1.1").score == 4


def test_approval_and_release_may_follow_later(tmp_path: Path) -> None:
    FrameworkFactory(version="1.0")
    administrator = AdministratorFactory()
    load_cases(path=written(tmp_path, CASES), by=administrator, at=AT)
    organisation = Organisation.objects.get(acronym="BBB")
    load_cases(
        path=written(tmp_path, CASES),
        by=administrator,
        at=AT,
        approve_as=reviewer(organisation),
        release_to_all=coordinator(organisation),
    )
    assessment = Assessment.objects.get()
    assert (assessment.state, assessment.released_to_all) == (State.APPROVED, True)


def test_a_reviewer_of_another_organisation_cannot_approve(tmp_path: Path) -> None:
    framework = FrameworkFactory(version="1.0")
    administrator = AdministratorFactory()
    load_cases(path=written(tmp_path, CASES), by=administrator, at=AT)
    stranger = reviewer(Organisation.objects.get(acronym="AAA"))
    with pytest.raises(InvalidFile, match=r"line 10, assessments\[0\]: Your role in BBB"):
        load_cases(path=written(tmp_path, CASES), by=administrator, at=AT, approve_as=stranger)
    assert framework.assessments.get().state == State.SUBMITTED
