"""Programs do to assessments what pages do: by the same actions, once, and on what they have read."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from assessments.choices import State
from assessments.models import Assessment, Evidence, Rating
from organisations.actions.tokens import issue_token
from organisations.models import Dyad, Organisation, Scope, User
from tests.factories import (
    DyadFactory,
    EngagementFactory,
    FrameworkFactory,
    OrganisationFactory,
    SourceFactory,
    analyst,
    coordinator,
    make_assessment,
    reviewer,
)

pytestmark = pytest.mark.django_db
Ask = Callable[..., Any]


def program(person: User, scopes: list[str] | None = None) -> Ask:
    """Requests of a program that holds a token of this person."""
    _token, secret = issue_token(label="Program", by=person, scopes=scopes or list(Scope))

    def ask(method: str, address: str, body: Any = None, **headers: str) -> Any:
        return Client().generic(
            method,
            f"/api/v1/{address}",
            b"" if body is None else json.dumps(body).encode(),
            content_type="application/json",
            headers={"Authorization": f"Token {secret}"}
            | {name.replace("_", "-"): value for name, value in headers.items()},
        )

    return ask


@pytest.fixture
def un(db: None) -> Organisation:
    found: Organisation = OrganisationFactory(acronym="UN")
    return found


@pytest.fixture
def draft(un: Organisation) -> Assessment:
    return make_assessment(on_behalf_of=un)


def opening(un: Organisation) -> dict[str, Any]:
    dyad, framework = DyadFactory(first=un), FrameworkFactory(version="1.0")
    return {
        "on_behalf_of": "UN",
        "dyad": dyad.slug,
        "framework": framework.name,
        "period_start": 2003,
        "period_end": 2007,
        "basis": "Interviews",
    }


def test_an_assessment_from_its_opening_to_its_release(un: Organisation) -> None:
    ask, reads, decides = program(analyst(un)), program(reviewer(un)), program(coordinator(un))
    opened = ask("POST", "assessments/", opening(un))
    assert (opened.status_code, opened.json()["state"]) == (201, "draft")
    here = f"assessments/{opened.json()['id']}/"
    assert opened["Location"].endswith(f"/api/v1/{here}")
    assert ask("GET", here)["ETag"] == opened["ETag"]

    source = ask(
        "POST", "sources/", {"organisation": "UN", "author": "UN", "title": "Report", "kind": "report"}
    )
    assert source.status_code == 201
    for answer in ask("GET", f"{here}answers/").json():
        one = f"{here}answers/{answer['indicator']}/"
        body = {"score": 4, "rationale": "Why.", "confidence": "high"}
        written = ask("PUT", one, body, If_Match=ask("GET", one)["ETag"])
        assert (written.status_code, written.json()["version"]) == (200, 1)
        cited = {"source": source.json()["id"], "locator": "p. 3"}
        assert ask("POST", f"{one}evidence/", cited).status_code == 201
    answers = ask("GET", f"{here}answers/").json()
    assert {(one["score"], one["evidence"][0]["locator"]) for one in answers} == {(4, "p. 3")}

    submitted = ask(
        "POST", f"{here}submit/", {"reason": "One report says it all."}, If_Match=ask("GET", here)["ETag"]
    )
    assert submitted.json()["state"] == "submitted"
    started = reads("POST", f"{here}start-review/")
    sha256 = started.json()["sha256"]
    assert sha256 == submitted.json()["revision"]["sha256"]
    approved = reads("POST", f"{here}approve/", {"sha256": sha256})
    assert approved.json()["state"] == "approved"
    release = {"released_to_all": True}
    released = decides("POST", f"{here}release/", release, If_Match=approved["ETag"])
    assert (released.status_code, released.json()["released_to_all"]) == (200, True)
    assert Assessment.objects.get().approved_ratings.count() == len(answers)


def test_an_engagement_is_that_of_the_dyad(un: Organisation) -> None:
    """Others may have one of the same name."""
    body, ask = opening(un), program(analyst(un))
    EngagementFactory(name="Bridging", dyad=DyadFactory(first=un))
    refused = ask("POST", "assessments/", body | {"engagement": "Bridging"})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "#/engagement")
    EngagementFactory(name="Bridging", dyad=Dyad.objects.named(body["dyad"]).get())
    opened = ask("POST", "assessments/", body | {"engagement": "Bridging"}).json()
    assert (opened["dyad"], opened["engagement"], opened["level"]) == (body["dyad"], "Bridging", "field")


def test_what_is_missing_and_what_is_doubted_is_said(draft: Assessment) -> None:
    ask, here = program(draft.assessor), f"assessments/{draft.pk}/"
    refused = ask("POST", f"{here}submit/", {}, If_Match="*")
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:concord:problem:incomplete")
    assert {fault["field"] for fault in refused.json()["errors"]} >= {"P1.1.answer"}


def test_warnings_want_a_reason(un: Organisation) -> None:
    draft = make_assessment(on_behalf_of=un, answers={"P1.1": 3, "P1.2": 5, "PX.1": 3})
    draft.ratings.get(indicator__code="P1.2").evidence.update(stance="contradicts")
    ask, here = program(draft.assessor), f"assessments/{draft.pk}/"
    refused = ask("POST", f"{here}submit/", {}, If_Match="*")
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:concord:problem:warnings-unconfirmed")
    assert "P1.2" in {fault["field"] for fault in refused.json()["errors"]}
    assert ask("POST", f"{here}submit/", {"reason": "So it is."}, If_Match="*").status_code == 200


def test_who_has_not_read_what_is_there_changes_nothing(draft: Assessment) -> None:
    ask, one = program(draft.assessor), f"assessments/{draft.pk}/answers/P1.1/"
    read = ask("GET", one)["ETag"]
    assert ask("PUT", one, {"score": 4}).status_code == 428
    assert ask("PUT", one, {"score": 4}, If_Match=read).status_code == 200
    late = ask("PUT", one, {"score": 1}, If_Match=read)
    assert (late.status_code, late.json()["type"]) == (412, "urn:concord:problem:changed-meanwhile")
    assert late.json()["etag"] == ask("GET", one)["ETag"]
    assert draft.ratings.get().score == 4
    here, description = f"assessments/{draft.pk}/", {"basis": "Archives"}
    assert ask("PATCH", here, description, If_Match=read).status_code == 412
    assert ask("PATCH", here, description, If_Match=ask("GET", here)["ETag"]).json()["basis"] == "Archives"


def test_a_change_that_arrives_twice_happens_once(un: Organisation) -> None:
    ask, body = program(analyst(un)), opening(un)
    first, second = (ask("POST", "assessments/", body, Idempotency_Key="k1") for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert (first["Location"], first["ETag"]) == (second["Location"], second["ETag"])
    assert second["Idempotency-Replayed"] == "true"
    assert Assessment.objects.count() == 1
    other = ask("POST", "assessments/", body | {"basis": "Another"}, Idempotency_Key="k1")
    assert (other.status_code, other.json()["type"]) == (422, "urn:concord:problem:key-reused")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"score": 6}, "#/score"),
        ({"score": "much"}, "#/score"),
        ({"non_score": "none"}, "#/non_score"),
        ({"rationale": "x" * 20_001}, "#/rationale"),
        ({"rationale": "a\x00b"}, "#/rationale"),
        ({"scores": 3}, "#/scores"),
        ([], "#"),
        ({"score": 3, "non_score": "not_applicable"}, "#"),
    ],
)
def test_faults_are_said_with_their_place(draft: Assessment, body: Any, pointer: str) -> None:
    response = program(draft.assessor)("PUT", f"assessments/{draft.pk}/answers/P1.1/", body, If_Match="*")
    assert response.status_code == 400
    assert pointer in {fault["pointer"] for fault in response.json()["errors"]}
    assert not Rating.objects.exists()


def test_what_is_too_long_is_refused_before_it_is_read(draft: Assessment) -> None:
    body = {"rationale": "x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)}
    ask, one = program(draft.assessor), f"assessments/{draft.pk}/answers/P1.1/"
    response = ask("PUT", one, body, If_Match="*")
    assert (response.status_code, response.json()["type"]) == (413, "urn:concord:problem:too-large")


def test_scopes_limit_what_a_token_changes(un: Organisation) -> None:
    submitted = make_assessment(State.SUBMITTED, on_behalf_of=un)
    person, here = reviewer(un), f"assessments/{submitted.pk}/"
    for scopes in (["read"], ["read", "write"]):
        refused = program(person, scopes)("POST", f"{here}start-review/")
        assert (refused.status_code, refused.json()["scope"]) == (403, "review")
    assert program(submitted.assessor, ["read"])("POST", f"{here}withdraw/").json()["scope"] == "write"


def test_the_policy_says_why_not(un: Organisation) -> None:
    submitted = make_assessment(State.SUBMITTED, on_behalf_of=un)
    ask, here = program(submitted.assessor), f"assessments/{submitted.pk}/"
    refused = ask("PUT", f"{here}answers/P1.1/", {"score": 1}, If_Match="*")
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:concord:problem:refused")
    assert "Submitted" in refused.json()["detail"]


def test_a_revision_that_is_not_the_current_one_is_not_decided_on(un: Organisation) -> None:
    submitted = make_assessment(State.SUBMITTED, on_behalf_of=un)
    ask, here = program(reviewer(un)), f"assessments/{submitted.pk}/"
    ask("POST", f"{here}start-review/")
    for act in ("approve", "return"):
        refused = ask("POST", f"{here}{act}/", {"sha256": "0" * 64, "reason": "Because."})
        assert (refused.status_code, refused.json()["type"]) == (403, "urn:concord:problem:refused")
    submitted.refresh_from_db()
    assert submitted.state == State.IN_REVIEW


def test_evidence_is_taken_away_only_in_its_own_assessment(un: Organisation) -> None:
    draft = make_assessment(on_behalf_of=un, answers={"P1.1": 3})
    other = make_assessment(on_behalf_of=un, assessor=draft.assessor)
    ask, cited = program(draft.assessor), Evidence.objects.get()
    assert ask("DELETE", f"assessments/{other.pk}/evidence/{cited.pk}/").status_code == 404
    assert ask("DELETE", f"assessments/{draft.pk}/evidence/{cited.pk}/").status_code == 204
    assert not Evidence.objects.exists()


def test_a_foreign_organisations_source_cannot_be_cited(draft: Assessment) -> None:
    foreign = SourceFactory(organisation=OrganisationFactory())
    ask, one = program(draft.assessor), f"assessments/{draft.pk}/answers/P1.1/evidence/"
    refused = ask("POST", one, {"source": foreign.pk})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "#/source")


def test_comments_are_a_matter_of_the_organisation(un: Organisation) -> None:
    submitted = make_assessment(State.SUBMITTED, on_behalf_of=un)
    ask, here = program(reviewer(un)), f"assessments/{submitted.pk}/comments/"
    said = ask("POST", here, {"text": "Where from?", "indicator": "P1.1"}).json()
    answered = program(submitted.assessor)("POST", here, {"text": "From the archive.", "parent": said["id"]})
    assert (answered.status_code, answered.json()["indicator"], answered.json()["mine"]) == (
        201,
        "P1.1",
        True,
    )
    settled = ask("POST", f"{here}{said['id']}/settle/", {"resolved": True})
    assert settled.json()["resolved_at"]
    assert [row["text"] for row in ask("GET", here).json()] == ["Where from?", "From the archive."]
    released = make_assessment(State.APPROVED, released_to=[un])
    assert ask("GET", f"assessments/{released.pk}/comments/").status_code == 404


def test_answers_are_read_in_a_fixed_number_of_queries(
    un: Organisation, django_assert_num_queries: Any
) -> None:
    few = make_assessment(on_behalf_of=un, answers={"P1.1": 3})
    many = make_assessment(on_behalf_of=un, answers={"P1.1": 3, "P1.2": 2, "PX.1": 1})
    ask = program(analyst(un))
    ask("GET", "")  # the use of the token is noted once a minute
    for assessment in (few, many):
        with django_assert_num_queries(
            7
        ):  # token, count of requests, roles, assessment, indicators, answers, evidence
            assert ask("GET", f"assessments/{assessment.pk}/answers/").status_code == 200
