"""Scorecards, findings and recommendations: what approved assessments that one may see add up to."""

import csv
import io
from typing import Any

import pytest
from django.http import StreamingHttpResponse
from pytest_django.fixtures import DjangoAssertNumQueries

from assessments.choices import State
from assessments.models import ApprovedRating, Finding, Framework, Recommendation, Scorecard
from organisations.models import Dyad, Organisation, User
from tests.assessments.conftest import Get
from tests.factories import (
    DyadFactory,
    EngagementFactory,
    FrameworkFactory,
    MembershipFactory,
    OrganisationFactory,
    make_assessment,
)

RULE = {
    "code": "commitment",
    "kind": "weakness",
    "priority": 1,
    "scope": ["dyad"],
    "when": {"of": "P1.1", "measure": "n_assessors", "at_least": 1},
    "addresses": "P1.1",
    "finding": "{dyad}: {target} was assessed.",
    "recommendation": "{dyad} commits itself.",
    "because": "judgement",
}
QUERIES = 8  # session, person, count of requests, whether a scorecard is missing (2 in a transaction), rows
LISTS = ["scorecards/", "findings/", "recommendations/"]


@pytest.fixture
def un(person: User) -> Organisation:
    return Organisation.objects.get(acronym="UN")


@pytest.fixture
def framework(db: None) -> Framework:
    made: Framework = FrameworkFactory(version="1.0", rules=[RULE])
    return made


@pytest.fixture
def dyad(un: Organisation) -> Dyad:
    made: Dyad = DyadFactory(first=un, second=OrganisationFactory(acronym="EU"))
    return made


def rows(get: Get, address: str, **parameters: object) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = get(address, **parameters).json()["results"]
    return found


def table(get: Get, **parameters: object) -> list[dict[str, str]]:
    response = get("scorecards.csv", **parameters)
    assert isinstance(response, StreamingHttpResponse)
    return list(csv.DictReader(io.StringIO(response.getvalue().decode(), newline="")))


def test_it_works(get: Get, un: Organisation, dyad: Dyad, framework: Framework) -> None:
    assessment = make_assessment(State.APPROVED, dyad=dyad, framework=framework, on_behalf_of=un)
    stored = Scorecard.objects.get(revision_ids=[assessment.current_revision_id])
    (row,) = rows(get, "scorecards/")
    assert (row["dyad"], row["framework"]) == ("UN-EU", "small@1.0")
    assert row["revisions"] == [assessment.current_revision_id]
    assert row["content"] == stored.content
    assert row["sha256"] == stored.sha256
    assert get(f"scorecards/{row['id']}/").json() == row


def test_a_finding_names_its_inputs_and_ratings(
    get: Get, un: Organisation, dyad: Dyad, framework: Framework
) -> None:
    make_assessment(State.APPROVED, dyad=dyad, framework=framework, on_behalf_of=un)
    (finding,) = rows(get, "findings/")
    rating = ApprovedRating.objects.get(indicator__code="P1.1")
    assert finding["rating_ids"] == [rating.rating_id]
    assert (finding["inputs"][0]["measure"], finding["inputs"][0]["value"]) == ("n_assessors", 1)
    assert (finding["dyad"], finding["rule"], finding["target"]) == ("UN-EU", "commitment", "P1.1")
    assert finding["scorecard"] == rows(get, "scorecards/")[0]["id"]
    assert get(f"findings/{finding['id']}/").json() == finding
    (recommendation,) = rows(get, "recommendations/")
    assert recommendation["id"] == finding["recommendation"]
    assert (recommendation["text"], recommendation["status"]) == ("UN-EU commits itself.", "proposed")
    assert get(f"recommendations/{recommendation['id']}/").json() == recommendation


@pytest.mark.parametrize("address", LISTS)
def test_what_rests_on_hidden_assessments_does_not_exist(
    get: Get, dyad: Dyad, framework: Framework, address: str
) -> None:
    make_assessment(State.APPROVED, dyad=dyad, framework=framework)
    model: Any = {"scorecards/": Scorecard, "findings/": Finding, "recommendations/": Recommendation}[address]
    hidden = model.objects.get()
    assert rows(get, address) == []
    assert get(f"{address}{hidden.pk}/").status_code == 404
    assert table(get) == []


def test_a_mixture_that_only_this_person_sees_is_computed(
    get: Get, person: User, un: Organisation, dyad: Dyad, framework: Framework
) -> None:
    au = OrganisationFactory(acronym="AU")
    MembershipFactory(user=person, organisation=au, role="reader")
    own = make_assessment(State.APPROVED, dyad=dyad, framework=framework, on_behalf_of=un)
    lent = make_assessment(State.APPROVED, dyad=dyad, framework=framework, released_to=[au])
    both = [own.current_revision_id, lent.current_revision_id]
    assert not Scorecard.objects.filter(revision_ids=both).exists()
    assert [row["revisions"] for row in rows(get, "scorecards/")] == [both]
    assert len(rows(get, "findings/")) == len(rows(get, "recommendations/")) == 1


def test_filters(get: Get, un: Organisation, dyad: Dyad, framework: Framework) -> None:
    other = DyadFactory(first=OrganisationFactory(acronym="AU"), second=OrganisationFactory(acronym="NATO"))
    second = FrameworkFactory(version="2.0", rules=[{**RULE, "kind": "gap"}])
    make_assessment(State.APPROVED, dyad=dyad, framework=framework, on_behalf_of=un)
    make_assessment(State.APPROVED, dyad=other, framework=second, on_behalf_of=un)
    for address in LISTS:
        for parameters in [
            {"dyad": "NATO-AU"},
            {"dyad": "au-nato"},
            {"organisation": "NATO"},
            {"framework": "small@2.0"},
        ]:
            found = {frozenset(row["dyad"].split("-")) for row in rows(get, address, **parameters)}
            assert found == {frozenset({"AU", "NATO"})}
        assert len(rows(get, address, framework="small")) == 2
    for address in ["findings/", "recommendations/"]:
        assert [row["kind"] for row in rows(get, address, kind="gap")] == ["gap"]
        assert len(rows(get, address, target="p1.1")) == 2
        assert rows(get, address, target="P1.2") == []
    assert len(rows(get, "recommendations/", status="proposed")) == 2
    assert rows(get, "recommendations/", status="accepted") == []
    scorecard = rows(get, "scorecards/", dyad="UN-EU")[0]["id"]
    assert [row["dyad"] for row in rows(get, "findings/", scorecard=scorecard)] == ["UN-EU"]
    assert {row["dyad"] for row in table(get, dyad="UN-EU")} == {"UN-EU"}


def test_engagement_filter(get: Get, un: Organisation, dyad: Dyad) -> None:
    rule = {
        **RULE,
        "scope": ["engagement"],
        "when": {"of": "F1.1", "measure": "lowest_supported", "at_most": 2},
        "addresses": "F1.1",
    }
    framework = FrameworkFactory(rules=[rule])
    for name in ("Early", "Late"):
        engagement = EngagementFactory(dyad=dyad, name=name)
        make_assessment(
            State.APPROVED,
            engagement=engagement,
            framework=framework,
            on_behalf_of=un,
            answers={"F1.1": 1},
        )
    for address in ["findings/", "recommendations/"]:
        assert [row["engagement"] for row in rows(get, address, engagement="late")] == ["Late"]
        assert len(rows(get, address)) == 2


def test_csv_has_a_row_for_every_part(get: Get, un: Organisation, dyad: Dyad, framework: Framework) -> None:
    make_assessment(State.APPROVED, dyad=dyad, framework=framework, on_behalf_of=un, answers={"PX.1": 4})
    engagement = EngagementFactory(dyad=dyad)
    make_assessment(State.APPROVED, engagement=engagement, framework=framework, on_behalf_of=un)
    found = table(get)
    parts = [(row["part"], row["code"]) for row in found]
    assert parts == [
        ("level", "political"),
        ("dimension", "P1"),
        ("indicator", "P1.1"),
        ("indicator", "P1.2"),
        ("dimension", "PX"),
        ("indicator", "PX.1"),
        ("level", "field"),
        ("dimension", "F1"),
        ("indicator", "F1.1"),
        ("indicator", "F1.2"),
        ("dimension", "F5"),
        ("indicator", "F5.1"),
        ("gap", "gap"),
    ]
    by_code = {row["code"]: row for row in found}
    (content,) = [row["content"] for row in rows(get, "scorecards/")]
    political, field = content["levels"]
    for row, figure in [(by_code["political"], political), (by_code["P1"], political["dimensions"][0])]:
        assert float(row["score"]) == figure["score"]
        assert (float(row["lower"]), float(row["upper"])) == (figure["lower"], figure["upper"])
        assert (row["status"], row["coverage"]) == ("published", "1")
        assert (row["n_engagements"], row["n_assessors"]) == ("1", "1")
    assert by_code["political"]["badges"].split() == political["badges"]
    assert (by_code["PX.1"]["score"], by_code["PX.1"]["position"]) == ("", "4")
    assert float(by_code["gap"]["score"]) == political["score"] - field["score"]
    assert float(by_code["gap"]["political_above_field"]) == content["political_above_field"]


def test_csv_leaves_empty_what_is_not_published(
    get: Get, un: Organisation, dyad: Dyad, framework: Framework
) -> None:
    make_assessment(State.APPROVED, dyad=dyad, framework=framework, on_behalf_of=un)
    by_code = {row["code"]: row for row in table(get)}
    assert (by_code["field"]["status"], by_code["field"]["score"]) == ("not_assessed", "")
    assert (by_code["gap"]["status"], by_code["gap"]["score"]) == ("insufficient_evidence", "")


@pytest.mark.parametrize("address", LISTS)
def test_queries_do_not_grow_with_rows(
    get: Get,
    un: Organisation,
    framework: Framework,
    django_assert_num_queries: DjangoAssertNumQueries,
    address: str,
) -> None:
    for _number in range(3):
        make_assessment(State.APPROVED, framework=framework, on_behalf_of=un)
        with django_assert_num_queries(QUERIES):
            get(address)
