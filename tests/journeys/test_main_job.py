"""From an opened assessment to the report author's CSV: an analyst, a reviewer, a coordinator, a reader."""

import csv
from collections.abc import Callable

import pytest

from assessments.models import Assessment
from organisations.actions.tokens import issue_token
from organisations.models import Dyad, Organisation, Scope
from tests.browser import Visitor
from tests.factories import (
    PASSWORD,
    DyadFactory,
    FrameworkFactory,
    OrganisationFactory,
    analyst,
    coordinator,
    make_assessment,
    reader,
    reviewer,
)

pytestmark = pytest.mark.django_db(transaction=True)

WEAK_P1 = {
    "code": "weak-P1",
    "scope": ["dyad"],
    "addresses": "P1",
    "kind": "weakness",
    "priority": 2,
    "when": {"of": "P1", "measure": "p_below_3", "at_least": 0.70},
    "finding": "{target} is weak for {subject}.",
    "recommendation": "{first} and {second} should say what they commit to.",
    "because": "Judgement.",
}
# Two assessors on one case, two indicators each: all 3, then all 1. Both indicators are alike, so their mean
# is all that counts. Default components, mean 3, one dyad and one assessor in the (default) calibration:
# prior of the mean .25*2 + .20 + .25*2/2 = .95; noise .10 + .10/2 + (.20 + .60/2)/2 = .40; the ratings' mean
# lies 1 below 3. Score: 3 - .95 / (.95 + .40) = 2.2963.
BEFORE, AFTER = "3.00", "2.30"


def test_from_assessment_to_report(visit: Callable[..., Visitor]) -> None:
    organisation, dyad = OrganisationFactory(acronym="OBS"), DyadFactory()
    framework = FrameworkFactory(rules=[WEAK_P1])
    make_assessment(
        "approved", dyad=dyad, framework=framework, on_behalf_of=organisation, released_to_all=True
    )
    analyst(organisation, email="analyst@obs.example", password=PASSWORD)
    reviewer(organisation, email="reviewer@obs.example", password=PASSWORD)
    coordinator(organisation, email="coordinator@obs.example", password=PASSWORD)
    author = reader(OrganisationFactory(), email="author@elsewhere.example")
    _token, secret = issue_token(label="report", by=author, scopes=[Scope.READ, Scope.EXPORT])

    pulls, checks = visit(), visit()
    checks.sign_in("reviewer@obs.example", PASSWORD)
    assert shown_scores(checks, dyad) == [BEFORE]
    assert "No rule found a weakness" in checks.text()
    assert score_in_csv(pulls, secret, dyad) == float(BEFORE)

    records = visit()
    records.sign_in("analyst@obs.example", PASSWORD)
    open_assessment(records, dyad, organisation)
    submit_too_early(records)
    answer_everything(records)
    return_with_a_reason(checks)
    resubmit(records)
    approve(checks)
    assert shown_scores(checks, dyad) == [AFTER]
    assert "P1 Political commitment is weak for" in checks.text()
    assert "should say what they commit to." in checks.text()
    assert score_in_csv(pulls, secret, dyad) == float(BEFORE)

    releases = visit()
    releases.sign_in("coordinator@obs.example", PASSWORD)
    release_to_all(releases)
    assert score_in_csv(pulls, secret, dyad) == float(AFTER)
    ratings = rows(pulls, secret, f"ratings.csv?dyad={dyad}")
    assert sorted((row["indicator"], row["score"]) for row in ratings if row["indicator"] != "PX.1") == [
        ("P1.1", "1"),
        ("P1.1", "3"),
        ("P1.2", "1"),
        ("P1.2", "3"),
    ]


def shown_scores(visitor: Visitor, dyad: Dyad) -> list[str]:
    visitor.open(dyad.get_absolute_url())
    return visitor.page.locator("main .score-big").all_inner_texts()


def open_assessment(visitor: Visitor, dyad: Dyad, organisation: Organisation) -> None:
    visitor.follow("Open an assessment")
    form = visitor.page
    form.get_by_label("Political level").check()
    form.get_by_label("Dyad").select_option(label=str(dyad))
    form.get_by_label("From year").fill("2003")
    form.get_by_label("To year").fill("2007")
    form.get_by_label("Basis").fill("Interviews at both headquarters")
    visitor.press("Open the assessment")
    form.get_by_text("0 of 3 answers are complete").wait_for()


def submit_too_early(visitor: Visitor) -> None:
    visitor.follow("Check and submit")
    visitor.page.get_by_role("heading", name="Before you can submit").wait_for()
    visitor.page.get_by_role("link", name="P1.1").first.click()
    visitor.page.get_by_role("heading", name="P1.1 Indicator P1.1").wait_for()


def answer_everything(visitor: Visitor) -> None:
    for code in ("P1.1", "P1.2", "PX.1"):
        section = visitor.page.locator(f'[id="indicator-{code}"]')
        section.get_by_label(f"{code} at 1").check()
        section.get_by_label("Rationale").fill(f"Nothing was said about {code}.")
        section.get_by_label("Moderate").check()
        section.get_by_role("button", name="Save and cite evidence").click()
        cite(visitor)
        if code != "P1.1":
            visitor.press("Save and continue")
    visitor.follow("Check and submit")
    visitor.press("Submit for review")
    visitor.page.get_by_text("it waits for a reviewer").wait_for()


def cite(visitor: Visitor) -> None:
    visitor.page.get_by_label("Author").fill("Secretariat")
    visitor.page.get_by_label("Title").fill("Minutes of the steering group")
    visitor.page.get_by_label("Kind").fill("minutes")
    visitor.page.get_by_label("Place").fill("p. 4")
    visitor.press("Cite")
    visitor.page.get_by_text("The evidence is cited.").wait_for()


def return_with_a_reason(visitor: Visitor) -> None:
    visitor.open("/")
    visitor.page.get_by_role("region", name="To review").get_by_role("link").first.click()
    visitor.press("Review")
    visitor.press("Return for changes")
    visitor.page.get_by_role("heading", name="Please mend this first").wait_for()
    visitor.page.get_by_label("Reason or remark").fill("Which meeting was it?")
    visitor.press("Return for changes")
    visitor.page.get_by_text("Returned by a reviewer").wait_for()


def resubmit(visitor: Visitor) -> None:
    visitor.open("/")
    visitor.page.get_by_role("region", name="Returned to me").get_by_role("link").first.click()
    visitor.page.get_by_text("Which meeting was it?").wait_for()
    visitor.press("Revise")
    visitor.follow("P1 Political commitment")
    visitor.page.get_by_label("Rationale: Indicator P1.1").fill(
        "Nothing was said in the meeting of May 2004."
    )
    visitor.press("Save and stay")
    visitor.follow("All dimensions")
    visitor.follow("Check and submit")
    visitor.press("Submit for review")
    visitor.page.get_by_text("it waits for a reviewer").wait_for()


def approve(visitor: Visitor) -> None:
    visitor.open("/")
    visitor.page.get_by_role("region", name="To review").get_by_role("link").first.click()
    visitor.press("Review")
    assert "meeting of May 2004" in visitor.text()
    visitor.press("Approve")
    visitor.page.get_by_text("its answers are locked and count in the scorecard").wait_for()


def release_to_all(visitor: Visitor) -> None:
    visitor.open(Assessment.objects.latest("pk").get_absolute_url())
    visitor.page.get_by_text("Change the release").click()
    visitor.page.get_by_label("Every organisation").check()
    visitor.press("Release")
    visitor.page.get_by_text("every organisation", exact=True).wait_for()


def score_in_csv(visitor: Visitor, secret: str, dyad: Dyad) -> float:
    """The score of P1 as the report author pulls it."""
    found = {row["code"]: row["score"] for row in rows(visitor, secret, f"scorecards.csv?dyad={dyad}")}
    return round(float(found["P1"]), 2)


def rows(visitor: Visitor, secret: str, address: str) -> list[dict[str, str]]:
    response = visitor.page.request.get(
        f"{visitor.address}/api/v1/{address}", headers={"Authorization": f"Token {secret}"}
    )
    assert response.status == 200
    return list(csv.DictReader(response.text().splitlines()))
