"""Faults of files: each is found, all at once, and nothing is stored."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from django.core.management import CommandError, call_command

from assessments.actions.imports import load_cases, load_framework
from assessments.actions.reference import FOLDER
from assessments.exchange.documents import InvalidFile
from assessments.models import Assessment, Framework, Source
from assessments.policy import Refused
from organisations.models import Mission, Organisation, User
from tests.factories import AT, AdministratorFactory, FrameworkFactory, OrganisationFactory, SourceFactory

pytestmark = pytest.mark.django_db
Load = Callable[..., object]

FRAMEWORK = """\
code: tiny
version: "1.0"
title: Tiny framework
scale: {1: Absent, 2: Weak, 3: Partial, 4: Good, 5: Exemplary}
arrangements:
  sequential: One after the other
  parallel: Side by side
levels:
  political:
    dimensions:
      - code: P1
        name: Commitment
        indicators:
          - code: P1.1
            name: Statements
            kind: evaluative
            question: Are there statements?
            anchors: {1: None, 3: Some, 5: Many}
  field:
    dimensions:
      - code: F1
        name: Transition
        applies_to: [sequential]
        indicators:
          - code: F1.1
            name: Continuity
            kind: evaluative
            question: Was it continuous?
            anchors:
              1: Not at all
              3: In part
              5: Fully
rules: []
"""
RULE = """\
rules:
  - code: weak
    scope: [dyad]
    kind: weakness
    when: {of: P1.1, measure: p_below_3, at_least: 0.7}
    addresses: P1.1
    priority: 2
    finding: "{dyad} is weak."
    because: judgement
"""
CASES = """\
framework: small@1.0
organisations:
  - {acronym: AAA, name: Alpha, scope: global, founded: 1945}
  - {acronym: BBB, name: Beta, scope: regional}
missions:
  - {acronym: ONE, name: Mission one, lead: [AAA], theatre: Somewhere, start: 2003-01, end: 2003-09}
sources:
  - {key: report, author: Author, title: Report, year: 2004, kind: report}
assessments:
  - id: case-1
    dyad: [AAA, BBB]
    level: field
    missions: {joint: ONE}
    arrangement: parallel
    period: [2003, 2004]
    basis: A report
    assessor: someone@bbb.example
    on_behalf_of: BBB
    ratings:
      - {indicator: F1.1, score: 4, confidence: high, rationale: Because., evidence: [report]}
      - {indicator: F1.2, score: insufficient_evidence, rationale: Nothing reported.}
"""


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "file.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def stored() -> list[int]:
    return [model.objects.count() for model in (Framework, Organisation, Mission, Source, Assessment, User)]


def problems(load: Load, path: Path) -> str:
    """The messages of a load that fails; asserts that it stores nothing."""
    administrator = AdministratorFactory()
    before = stored()
    with pytest.raises(InvalidFile) as caught:
        load(path=path, by=administrator, at=AT)
    assert stored() == before
    return str(caught.value)


def test_a_framework_is_loaded_and_published(tmp_path: Path) -> None:
    load_framework(path=written(tmp_path, FRAMEWORK), by=AdministratorFactory(), at=AT)
    framework = Framework.objects.get()
    assert (framework.name, framework.published_at) == ("tiny@1.0", AT)
    assert [d.code for d in framework.dimensions.all()] == ["P1", "F1"]


def test_cases_are_loaded_and_submitted(tmp_path: Path) -> None:
    FrameworkFactory(version="1.0")
    report = load_cases(path=written(tmp_path, CASES), by=AdministratorFactory(), at=AT)
    assessment = Assessment.objects.get()
    assert (assessment.state, assessment.subject, assessment.reference) == ("submitted", "ONE", "case-1")
    assert report.created["person"] == 1
    assert not User.objects.get(email="someone@bbb.example").has_usable_password()


def test_only_administrators_load_files(tmp_path: Path) -> None:
    with pytest.raises(Refused):
        load_framework(path=written(tmp_path, FRAMEWORK), by=AdministratorFactory(is_superuser=False), at=AT)
    assert not Framework.objects.exists()


FRAMEWORK_FAULTS = [
    (
        "{1: None, 3: Some, 5: Many}",
        "{1: None, 5: Many}",
        [
            (
                "line 18, levels.political.dimensions[0].indicators[0].anchors: found nothing for 3, "
                "expected a text for each of 1, 3, 5"
            )
        ],
    ),
    (
        "code: F1.1",
        "code: P1.1",
        [
            (
                'line 25, levels.field.dimensions[0].indicators[0].code: found "P1.1" again (first on line '
                "14), expected each only once"
            )
        ],
    ),
    (
        "kind: evaluative",
        "kind: clever",
        [
            (
                'line 16, levels.political.dimensions[0].indicators[0].kind: found "clever", '
                'expected one of "evaluative", "descriptive"'
            )
        ],
    ),
    (
        "[sequential]",
        "[bridging]",
        [
            (
                'line 23, levels.field.dimensions[0].applies_to[0]: found "bridging", '
                'expected one of "sequential", "parallel"'
            )
        ],
    ),
    (
        "title: Tiny framework",
        "titel: Tiny framework",
        ["line 1, title: found nothing, expected this key", "line 3, titel: found an unknown key"],
    ),
    ('version: "1.0"', "version: 1.0", ["line 2, version: found 1.0, expected a version in quotes"]),
    ("rules: []\n", RULE.replace("of: P1.1", "of: P9.9"), ["rules[0].when.of: found", "P9.9"]),
    (
        "rules: []\n",
        RULE.replace("{of: P1.1, measure: p_below_3, at_least: 0.7}", "{rule: weak}"),
        ['line 37, rules[0].when: found "weak -> weak"'],
    ),
    ("rules: []\n", "rules:\n  - {}\n", ["line 34, rules[0]"]),
    ("1: Not at all", "1: Not at all\n              6: Beyond", ["found 6, expected a score from 1 to 5"]),
]


@pytest.mark.parametrize(("old", "new", "messages"), FRAMEWORK_FAULTS)
def test_a_fault_of_a_framework_is_placed(old: str, new: str, messages: list[str], tmp_path: Path) -> None:
    assert old in FRAMEWORK
    text = problems(load_framework, written(tmp_path, FRAMEWORK.replace(old, new, 1)))
    for message in messages:
        assert message in text


def test_all_faults_of_a_framework_are_reported_together(tmp_path: Path) -> None:
    faulty, expected = FRAMEWORK, []
    for old, new, messages in [FRAMEWORK_FAULTS[i] for i in (0, 1, 2, 3, 8)]:
        faulty = faulty.replace(old, new, 1)
        expected += messages
    text = problems(load_framework, written(tmp_path, faulty))
    assert all(message in text for message in expected)
    assert len(text.splitlines()) >= 5


CASES_FAULTS = [
    (
        "score: 4",
        "score: 6",
        [
            (
                "line 20, assessments[0].ratings[0].score: found 6, "
                'expected 1..5, "not_applicable" or "insufficient_evidence"'
            )
        ],
    ),
    (
        "indicator: F1.1",
        "indicator: F9.9",
        [
            'line 20, assessments[0].ratings[0].indicator: found "F9.9", expected an indicator of small@1.0',
            "found no rating of F1.1",
        ],
    ),
    (
        "indicator: F1.1",
        "indicator: P1.1",
        ['found "P1.1", an indicator of the political level, expected one of the field level'],
    ),
    (
        "indicator: F1.1",
        "indicator: F5.1",
        [
            (
                'found "F5.1" in the arrangement "parallel", '
                "expected only indicators that apply to it "
                '(this one applies to "sequential", "bridging", "hybrid")'
            )
        ],
    ),
    (
        "indicator: F1.2",
        "indicator: F1.1",
        ['line 21, assessments[0].ratings[1].indicator: found "F1.1" again (first on line 20)'],
    ),
    (
        "evidence: [report]",
        "evidence: [rumour]",
        ['line 20, assessments[0].ratings[0].evidence[0]: found "rumour", expected the key of a source'],
    ),
    (
        "joint: ONE",
        "joint: TWO",
        ['line 13, assessments[0].missions.joint: found "TWO", expected one of "ONE"'],
    ),
    (
        "dyad: [AAA, BBB]",
        "dyad: [AAA, AAA]",
        ['line 11, assessments[0].dyad: found ["AAA", "AAA"], expected two different organisations'],
    ),
    ("dyad: [AAA, BBB]", "dyad: [AAA]", ['found ["AAA"], expected two different organisations']),
    (
        "[2003, 2004]",
        "[2005, 2004]",
        [
            (
                "line 15, assessments[0].period: found 2005, 2004, "
                "expected a period that does not end before it starts"
            )
        ],
    ),
    (
        "arrangement: parallel",
        "arrangement: chaotic",
        ['line 14, assessments[0].arrangement: found "chaotic", expected one of "sequential"'],
    ),
    (
        "on_behalf_of: BBB",
        "on_behalf_of: CCC",
        ['line 18, assessments[0].on_behalf_of: found "CCC", expected one of "AAA", "BBB"'],
    ),
    (
        "end: 2003-09",
        "end: 2002-09",
        ["line 6, missions[0].end: found", "expected a date that is not before the start 2003-01"],
    ),
    (
        "{acronym: BBB",
        "{acronym: AAA",
        ['line 4, organisations[1].acronym: found "aaa" again (first on line 3)'],
    ),
    (
        "small@1.0",
        "small@2.0",
        ['line 1, framework: found "small@2.0", expected a framework version that is loaded (small@1.0)'],
    ),
    (
        "rationale: Because., evidence: [report]",
        "rationale: Because.",
        [
            (
                "assessments[0].ratings[0].evidence: found nothing, "
                "expected evidence for a score of high confidence"
            )
        ],
    ),
    (
        "assessor: someone@bbb.example",
        "assessor: someone",
        ['line 17, assessments[0].assessor: found "someone", expected an e-mail address'],
    ),
]


@pytest.mark.parametrize(("old", "new", "messages"), CASES_FAULTS)
def test_a_fault_of_cases_is_placed(old: str, new: str, messages: list[str], tmp_path: Path) -> None:
    FrameworkFactory(version="1.0")
    assert old in CASES
    text = problems(load_cases, written(tmp_path, CASES.replace(old, new, 1)))
    for message in messages:
        assert message in text


def test_all_faults_of_cases_are_reported_together(tmp_path: Path) -> None:
    FrameworkFactory(version="1.0")
    faulty, expected = CASES, []
    for old, new, messages in [CASES_FAULTS[i] for i in (0, 2, 5, 6, 9, 11, 12, 15, 16)]:
        if old in faulty:
            faulty = faulty.replace(old, new, 1)
            expected += messages
    text = problems(load_cases, written(tmp_path, faulty))
    assert all(message in text for message in expected)


def test_what_the_application_refuses_is_placed_too_and_nothing_is_stored(tmp_path: Path) -> None:
    FrameworkFactory(version="1.0")
    OrganisationFactory(acronym="AAA", name="Something else", scope="global", founded=1945)
    SourceFactory(key="report", author="Nobody", title="Report", year=2004)
    text = problems(load_cases, written(tmp_path, CASES))
    assert 'line 3, organisations[0]: found name "Alpha", expected "Something else" as stored for AAA' in text
    assert 'line 8, sources[0]: found author "Author", expected "Nobody" as stored' in text


def test_the_shipped_framework_with_a_cyclic_rule_is_refused(tmp_path: Path) -> None:
    framework = yaml.safe_load((FOLDER / "framework.yaml").read_text())
    one, other = framework["rules"][0], framework["rules"][1]
    one["when"], other["when"] = {"rule": other["code"]}, {"rule": one["code"]}
    path = written(tmp_path, yaml.safe_dump(framework, sort_keys=False))
    text = problems(load_framework, path)
    assert one["code"] in text
    assert other["code"] in text


def test_the_command_prints_all_problems_and_fails(tmp_path: Path) -> None:
    FrameworkFactory(version="1.0")
    administrator = AdministratorFactory()
    path = written(tmp_path, CASES.replace("score: 4", "score: 6").replace("[report]", "[rumour]"))
    with pytest.raises(CommandError) as caught:
        call_command("load_cases", str(path), "--as", administrator.email)
    assert str(caught.value).splitlines()[0] == "Nothing was loaded; problems found: 2"
    assert caught.value.returncode == 1
    assert not Assessment.objects.exists()
