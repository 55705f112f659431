"""Files with many faults: every message, each at its place, nothing else, and no row anywhere."""

from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from assessments.actions.imports import load_cases, load_framework
from assessments.exchange.documents import InvalidFile
from tests.assessments.test_import_files import CASES, FRAMEWORK, RULE, Load, written
from tests.factories import AT, AdministratorFactory, FrameworkFactory, OrganisationFactory

pytestmark = pytest.mark.django_db
WITH_RULE = FRAMEWORK.replace("rules: []\n", RULE)
OTHER_RULE = RULE.removeprefix("rules:\n").replace("weak", "other", 1)


def rows() -> dict[str, int]:
    """How many rows there are of every kind, histories among them."""
    return {model._meta.label: model._default_manager.count() for model in apps.get_models()}


def messages(load: Load, path: Path) -> list[str]:
    """The lines of a load that fails and leaves everything as it was."""
    FrameworkFactory(version="1.0")
    administrator = AdministratorFactory()
    before = rows()
    with pytest.raises(InvalidFile) as caught:
        load(path=path, by=administrator, at=AT)
    assert rows() == before
    return str(caught.value).splitlines()


CONDITION = "{of: P1.1, measure: p_below_3, at_least: 0.7}"
A_RULE = "expected a rule with because, code, finding, kind, priority, scope, when"
RULE_FAULTS = {
    "cyclic": (
        WITH_RULE.replace(CONDITION, "{rule: other}") + OTHER_RULE.replace(CONDITION, "{rule: weak}"),
        'line 37, rules[0].when: found "weak -> other -> weak", expected rules that do not ask each other',
    ),
    "empty": (
        WITH_RULE.replace(RULE, "rules:\n  - {}\n"),
        f"line 34, rules[0]: found an empty mapping, {A_RULE}",
    ),
    "nothing": (WITH_RULE.replace(RULE, "rules:\n  -\n"), f"line 34, rules[0]: found nothing, {A_RULE}"),
    "empty condition": (
        WITH_RULE.replace(CONDITION, "{}"),
        "line 37, rules[0].when: found an empty mapping, expected a condition with all, any, not, of, arr",
    ),
    "the same code": (
        WITH_RULE + RULE.removeprefix("rules:\n"),
        'line 42, rules[1].code: found "weak", expected a code other than that of rules[0]',
    ),
    "unknown indicator": (
        WITH_RULE.replace("of: P1.1", "of: P9.9"),
        'line 37, rules[0].when.of: found "P9.9"',
    ),
    "no list": (
        WITH_RULE.replace(RULE, "rules: none\n"),
        'line 33, rules: found "none", expected a list of rules',
    ),
}
FRAMEWORK_FAULTS = [
    ("code: tiny", "code: not a code"),
    ('"1.0"', "1.0"),
    ("5: Exemplary", "6: Beyond"),
    ("parallel: Side by side", "sideways: Side by side"),
    ("code: P1\n", "code: P1\n        weight: -1\n"),
    ("kind: evaluative", "kind: clever"),
    ("{1: None, 3: Some, 5: Many}", "{1: None, 5: Many}"),
    ("[sequential]", "[bridging]"),
    ("code: F1.1", "code: P1.1"),
    ("name: Continuity", "titel: Continuity"),
    ("p_below_3", "p_below_4"),
]
OF_THE_FRAMEWORK = """\
line 1, code: found "not a code", expected letters, digits and hyphens
line 2, version: found 1.0, expected a version in quotes
line 4, scale: found nothing for 5, expected a text for each of 1, 2, 3, 4, 5
line 4, scale.6: found 6, expected a score from 1 to 5
line 7, arrangements.sideways: found an unknown key, expected one of "sequential", "bridging"
line 12, levels.political.dimensions[0].weight: found -1, expected a number above 0
line 17, levels.political.dimensions[0].indicators[0].kind: found "clever", expected one of "evaluative"
line 19, levels.political.dimensions[0].indicators[0].anchors: found nothing for 3, expected a text for each
line 24, levels.field.dimensions[0].applies_to[0]: found "bridging", expected one of "sequential"
line 26, levels.field.dimensions[0].indicators[0].name: found nothing, expected this key
line 26, levels.field.dimensions[0].indicators[0].code: found "P1.1" again (first on line 15)
line 27, levels.field.dimensions[0].indicators[0].titel: found an unknown key, expected one of "code", "name"
line 38, rules[0].when.measure: found "p_below_4", expected one of assessed, coverage"""
CASES_FAULTS = [
    ("framework: small@1.0", "framework: small@1.0\nextra: 1"),
    ("founded: 1945", "founded: soon"),
    ("{acronym: BBB", "{acronym: AAA"),
    ("end: 2003-09", "end: 2003-13"),
    ("lead: [AAA]", "lead: [ZZZ]"),
    ("year: 2004", "year: 20004"),
    ("joint: ONE", "joint: TWO"),
    ("[2003, 2004]", "[2005, 2004]"),
    ("someone@bbb.example", "someone"),
    ("score: 4", "score: 6"),
    ("evidence: [report]", "evidence: [rumour]"),
    ("indicator: F1.2", "indicator: P1.1"),
]
# Three follow from others: without BBB the dyad and the side of the assessor are unknown, F1.2 is missing.
OF_THE_CASES = """\
line 2, extra: found an unknown key, expected one of "framework", "assessments"
line 4, organisations[0].founded: found "soon", expected a whole number from 1000 to 2200
line 5, organisations[1].acronym: found "aaa" again (first on line 4), expected each only once
line 7, missions[0].end: found "2003-13", expected a year, a month or a day
line 7, missions[0].lead[0]: found "ZZZ", expected one of "AAA"
line 9, sources[0].year: found 20004, expected a whole number from 1000 to 2200
line 12, assessments[0].dyad[1]: found "BBB", expected one of "AAA"
line 14, assessments[0].missions.joint: found "TWO", expected one of "ONE"
line 16, assessments[0].period: found 2005, 2004, expected a period that does not end before it starts
line 18, assessments[0].assessor: found "someone", expected an e-mail address
line 19, assessments[0].on_behalf_of: found "BBB", expected one of "AAA"
line 20, assessments[0].ratings: found no rating of F1.2, expected an answer for every indicator
line 21, assessments[0].ratings[0].score: found 6, expected 1..5, "not_applicable"
line 21, assessments[0].ratings[0].evidence[0]: found "rumour", expected the key of a source
line 22, assessments[0].ratings[1].indicator: found "P1.1", an indicator of the political level"""


@pytest.mark.parametrize(("text", "expected"), RULE_FAULTS.values(), ids=RULE_FAULTS)
def test_a_fault_of_a_rule_is_placed(text: str, expected: str, tmp_path: Path) -> None:
    [message] = messages(load_framework, written(tmp_path, text))
    assert message.startswith(expected)


@pytest.mark.parametrize(
    ("load", "text", "faults", "expected"),
    [
        (load_framework, WITH_RULE, FRAMEWORK_FAULTS, OF_THE_FRAMEWORK),
        (load_cases, CASES, CASES_FAULTS, OF_THE_CASES),
    ],
    ids=["framework", "cases"],
)
def test_more_than_ten_faults_are_reported_at_once_and_nothing_else(
    load: Load, text: str, faults: list[tuple[str, str]], expected: str, tmp_path: Path
) -> None:
    assert len(faults) > 10
    for right, wrong in faults:
        assert right in text
        text = text.replace(right, wrong, 1)
    found = messages(load, written(tmp_path, text))
    starts = expected.splitlines()
    assert [line[: len(start)] for line, start in zip(found, starts, strict=True)] == starts


@pytest.mark.parametrize("command", ["load_framework", "load_cases"])
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"code: [1, 2\n", "this is not YAML"),
        (b"title: caf\xe9\n", "line 1: found byte 0xe9 at offset 10, expected text in UTF-8"),
        (b" " * 50 * 1024**2, "found a file of 50.0 MB, expected at most 10 MB"),
    ],
    ids=["not YAML", "not UTF-8", "50 MB"],
)
def test_the_commands_say_in_a_few_words_what_no_file_of_ours_is(
    command: str, content: bytes, message: str, tmp_path: Path
) -> None:
    administrator = AdministratorFactory()
    before = rows()
    with pytest.raises(CommandError) as caught:
        call_command(command, str(written(tmp_path, content)), "--as", administrator.email)
    heading, *rest = str(caught.value).splitlines()
    assert heading == "Nothing was loaded; problems found: 1"
    assert message in rest[0]
    assert len(rest) == 1
    assert rows() == before


def test_what_names_something_refused_is_no_problem_of_its_own(tmp_path: Path) -> None:
    OrganisationFactory(acronym="aaa")
    found = messages(load_cases, written(tmp_path, CASES))
    assert [line.partition(":")[0] for line in found] == ["line 3, organisations[0]"]
