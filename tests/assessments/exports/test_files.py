"""What is in exported files: the rows that one may see, typed, inert, marked, and told by the manifest."""

import csv
import hashlib
import io
import re

import pytest
from django.test import Client

from assessments.actions.exports import one_moment
from assessments.choices import ExportState, State
from assessments.exchange.csv_lines import FORMULA_STARTS
from assessments.exports.catalogue import DATASETS, dictionary
from assessments.exports.columns import AssessorCode, assessor_keys
from assessments.exports.making import Download, Wish
from assessments.models import ApprovedRating, Assessment, Export, Lesson, Scorecard
from organisations.models import Organisation, User
from tests.assessments.conftest import Get
from tests.assessments.exports.conftest import content, objects, table
from tests.factories import (
    DyadFactory,
    EngagementFactory,
    FrameworkFactory,
    OrganisationFactory,
    analyst,
    make_assessment,
)
from tests.world import RULE, World, make_world

pytestmark = pytest.mark.django_db
HOSTILE = '{0}1+1,"quoted"\n\'\\ é\u2028 {{}}'


@pytest.fixture
def world(client: Client, get: Get) -> World:
    """With somebody signed in who sees a row of every data set."""
    made = make_world()
    assert made.people["analyst"] is not None
    client.force_login(made.people["analyst"])
    return made


@pytest.fixture
def un(person: User) -> Organisation:
    return Organisation.objects.get(acronym="UN")


def marked(assessment: Assessment, marking: str) -> None:
    Assessment.objects.filter(pk=assessment.pk).update(marking=marking)


def test_files_have_the_columns_of_the_dictionary_in_every_format(get: Get, world: World) -> None:
    """And what JSON says is what CSV says, but for types and apostrophes."""
    for name in DATASETS:
        entries = [entry for entry in dictionary() if entry["dataset"] == name]
        columns = [entry["column"] for entry in entries]
        written, rows = objects(get(name, format="ndjson")), table(get(name))
        assert rows
        assert content(get(name)).decode().splitlines()[0].split(",") == columns
        assert all(list(row) == columns for row in written)
        for entry in entries:
            cells = [row[entry["column"]] for row in rows]
            values = [row[entry["column"]] for row in written]
            assert not entry["values"] or {*cells} <= {"", *entry["values"].split()}, entry
            if entry["kind"] not in {"JSON", "ids"}:
                assert [cell.removeprefix("'") for cell in cells] == [as_text(value) for value in values]


def as_text(value: object) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_a_formula_becomes_a_text(get: Get, un: Organisation, start: str) -> None:
    text = HOSTILE.format(start)
    make_assessment(State.APPROVED, on_behalf_of=un)
    ApprovedRating.objects.update(rationale=text)
    assert {row["rationale"] for row in table(get("ratings"))} == {f"'{text}"}
    assert {row["rationale"] for row in objects(get("ratings", format="ndjson"))} == {text}


def test_every_text_column_is_guarded(get: Get, un: Organisation) -> None:
    """No cell of any data set begins as a formula, wherever people can write."""
    framework = FrameworkFactory(version="=1", rules=[{**RULE, "code": "=r", "when": WHEN, "finding": "=f"}])
    engagement = EngagementFactory(name="=e", dyad=DyadFactory(first=un))
    make_assessment(State.APPROVED, engagement=engagement, framework=framework, on_behalf_of=un)
    ApprovedRating.objects.update(rationale="=r")
    for name in ("ratings", "assessments", "answers", "scorecards", "findings", "recommendations"):
        cells = [cell for row in csv.reader(io.StringIO(content(get(name)).decode())) for cell in row]
        assert cells
        assert [cell for cell in cells if re.match(r"[=+@\t\r\n]|-(?!\d)", cell)] == []
        assert any(cell.startswith("'=") for cell in cells) == (name != "scorecards")


WHEN = {"of": "F1.1", "measure": "n_assessors", "at_least": 1}


def test_tags_stand_below_the_header_on_request(get: Get) -> None:
    lines = content(get("ratings", hxl="true")).decode().splitlines()
    assert lines[1].split(",") == [column.hxl for column in DATASETS["ratings"].columns]
    assert len(content(get("ratings")).decode().splitlines()) == 1
    assert get("ratings", hxl="true", format="ndjson").json()["errors"][0]["field"] == "hxl"


def test_tags_have_the_form_of_hxl_and_are_unique() -> None:
    for dataset in DATASETS.values():
        tags = [column.hxl for column in dataset.columns]
        assert all(re.fullmatch(r"#[a-z]+(\+[a-z][a-z0-9_]*)*", tag) for tag in tags)
        assert len({*tags}) == len(tags), dataset.name
        assert dataset.columns[-1].name == "marking"


def test_the_manifest_describes_the_file(get: Get, client: Client, un: Organisation) -> None:
    framework = FrameworkFactory(version="3.0")
    make_assessment(State.APPROVED, on_behalf_of=un, framework=framework)
    marked(make_assessment(State.APPROVED, on_behalf_of=un, framework=framework), "RED")
    for parameters in ({}, {"hxl": "true"}, {"format": "ndjson"}, {"indicator": "P1.1"}):
        response = get("ratings", **parameters)
        body = content(response)
        address = re.findall("<(.+)>", response["Link"])[0]
        manifest = client.get(address).json()
        assert manifest["sha256"] == hashlib.sha256(body).hexdigest()
        assert manifest["bytes"] == len(body)
        rows = 2 if "indicator" in parameters else 6
        assert (manifest["rows"], manifest["state"]) == (rows, "done")
        assert manifest["filter"] == {k: v for k, v in parameters.items() if k == "indicator"}
        assert (manifest["marking"], manifest["frameworks"]) == ("TLP:RED", ["small@3.0"])
        assert (manifest["method_version"], manifest["export"]) == ("2", Export.objects.latest("pk").pk)
        assert response["X-Handling-Marking"] == "TLP:RED"
        assert "ratings-TLP-RED." in response["Content-Disposition"]
        page = client.get(f"/exports/{manifest['export']}/manifest.json")
        assert page.json() == manifest


def test_the_marking_is_that_of_what_is_in_the_file(get: Get, un: Organisation) -> None:
    """Not of what the filter leaves out; each row has its own, and of scorecards the strictest."""
    first, second = DyadFactory(first=un), DyadFactory(first=un)
    framework = FrameworkFactory(version="1.0", rules=[{**RULE, "code": "r", "when": {**WHEN, "of": "P1.1"}}])
    for dyad, marking in ((first, "CLEAR"), (first, "AMBER+STRICT"), (second, "GREEN")):
        marked(make_assessment(State.APPROVED, on_behalf_of=un, dyad=dyad, framework=framework), marking)
    for name in ("ratings", "assessments", "answers", "scorecards", "findings", "recommendations"):
        strict, lax = (get(name, dyad=dyad.slug) for dyad in (first, second))
        assert (strict["X-Handling-Marking"], lax["X-Handling-Marking"]) == ("TLP:AMBER+STRICT", "TLP:GREEN")
        assert f'"{name}-TLP-AMBER-STRICT.csv"' in strict["Content-Disposition"]
        rows = {row["marking"] for row in table(strict)}
        per_row = (
            {"CLEAR", "AMBER+STRICT"} if name in {"ratings", "assessments", "answers"} else {"AMBER+STRICT"}
        )
        assert rows == per_row
        assert {row["marking"] for row in table(lax)} == {"GREEN"}
    empty = get("ratings", year_from=2200)
    assert "X-Handling-Marking" not in empty
    assert table(empty) == []


def test_the_database_computes_the_codes_of_assessors(un: Organisation, person: User) -> None:
    for _ in range(3):
        make_assessment(State.APPROVED, on_behalf_of=un, dyad=DyadFactory())
    with one_moment(assessor_keys()):
        rated = ApprovedRating.objects.annotate(code=AssessorCode())
        codes = dict(rated.values_list("pk", "code"))
    assert codes == {rating.pk: rating.assessor_code for rating in ApprovedRating.objects.all()}
    assert len({*codes.values()}) == 3


def test_no_key_is_in_the_statement(person: User) -> None:
    sql = str(Wish(DATASETS["ratings"], person).rows().annotate(code=AssessorCode()).query)
    assert "sha256" in sql
    assert not any(key in sql for key in assessor_keys().values())


def test_a_file_broken_off_says_so(get: Get, un: Organisation, person: User) -> None:
    make_assessment(State.APPROVED, on_behalf_of=un)
    made = Download(Wish(DATASETS["ratings"], person))
    assert next(iter(made)).startswith(b"id,")
    made.close()
    made.close()
    export = Export.objects.get(pk=made.export.pk)
    assert (export.state, export.sha256, export.rows) == (ExportState.BROKEN, "", None)
    assert len(table(get("ratings"))) == 3


def test_a_file_never_begun_says_so(get: Get, person: User) -> None:
    made = Download(Wish(DATASETS["ratings"], person))
    made.close()
    assert Export.objects.get(pk=made.export.pk).state == ExportState.BROKEN


def test_scorecards_are_unfolded_as_they_are_stored(get: Get, un: Organisation) -> None:
    framework = FrameworkFactory(version="1.0")
    for _ in range(2):
        dyad = DyadFactory(first=un)
        for subject in ({"dyad": dyad}, {"engagement": EngagementFactory(dyad=dyad)}):
            make_assessment(State.APPROVED, framework=framework, on_behalf_of=un, **subject)
    rows = objects(get("scorecards", format="ndjson"))
    stored = Scorecard.objects.in_bulk({row["scorecard"] for row in rows})
    assert len(stored) == 2
    for scorecard in stored.values():
        own = [row for row in rows if row["scorecard"] == scorecard.pk]
        expected = []
        for level in scorecard.content["levels"]:
            parts = [("level", level)]
            for dimension in level["dimensions"]:
                parts += [("dimension", dimension), *(("indicator", one) for one in dimension["indicators"])]
            expected += [(level["code"], part, figure["code"], figure.get("score")) for part, figure in parts]
        scores = {level["code"]: level["score"] for level in scorecard.content["levels"]}
        gap = None if None in scores.values() else scores["political"] - scores["field"]
        expected.append((None, "gap", "gap", gap))
        assert [(row["level"], row["part"], row["code"], row["score"]) for row in own] == expected


def test_answers_come_with_each_place_cited(get: Get, un: Organisation) -> None:
    assessment = make_assessment(State.APPROVED, on_behalf_of=un)
    make_assessment(State.DRAFT, on_behalf_of=un)
    rows = objects(get("answers", format="ndjson"))
    assert {row["assessment"] for row in rows} == {assessment.pk}
    revision = assessment.current_revision
    assert revision is not None
    expected = [
        (answer["rating"], answer["indicator"], place.get("locator"), place.get("source", {}).get("title"))
        for answer in revision.content["ratings"]
        for place in answer["evidence"] or [{}]
    ]
    assert [
        (row["rating"], row["indicator"], row["locator"], row["source_title"]) for row in rows
    ] == expected
    assert len(expected) >= 3


def test_only_what_one_may_see_is_exported(get: Get, client: Client, un: Organisation) -> None:
    hidden = make_assessment(State.APPROVED, answers={"P1.1": 1})
    assert all(table(get(name)) == [] for name in DATASETS)
    client.force_login(analyst(hidden.on_behalf_of))
    seen = {name: len(table(get(name))) for name in DATASETS}
    assert seen["ratings"] == 3
    assert not Lesson.objects.exists()
    assert [name for name, rows in seen.items() if not rows] == [
        "findings",
        "recommendations",
        "lessons",
        "actions",
    ]


def test_rows_come_in_their_order_whatever_moves(get: Get, un: Organisation) -> None:
    for _ in range(3):
        make_assessment(State.APPROVED, on_behalf_of=un, dyad=DyadFactory(first=un))
    Assessment.objects.filter(pk=Assessment.objects.earliest("pk").pk).update(basis="moved")
    for name, column in (("ratings", "id"), ("assessments", "id"), ("answers", "assessment")):
        ids = [int(row[column]) for row in table(get(name))]
        assert ids == sorted(ids)
        assert ids


def test_others_manifests_do_not_exist(get: Get, client: Client) -> None:
    content(get("ratings"))
    export = Export.objects.get()
    client.force_login(analyst(OrganisationFactory()))
    assert client.get(f"/api/v1/exports/{export.pk}/manifest/").status_code == 404
    assert client.get(f"/exports/{export.pk}/manifest.json").status_code == 404
