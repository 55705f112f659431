"""Two revisions of an assessment compared, field by field."""

import pytest
from django.test import Client

from assessments.actions.assessments import amend
from assessments.actions.recording import AnswerInput, save_ratings
from assessments.actions.review import return_for_changes, start_review
from assessments.actions.submission import revise, submit
from assessments.models import Assessment
from tests.factories import AT, OrganisationFactory, analyst, make_assessment, reviewer

pytestmark = pytest.mark.django_db


def change(draft: Assessment, code: str, **values: object) -> None:
    rating = draft.ratings.select_related("indicator").get(indicator__code=code)
    now = {name: getattr(rating, name) for name in ("score", "non_score", "rationale", "confidence")}
    given = AnswerInput(rating.indicator, version=rating.version, **now | values)
    save_ratings(assessment=draft, answers=[given], by=draft.assessor, at=AT)


def twice_submitted() -> Assessment:
    """Revision 1 is returned, revision 2 has another score and rationale of P1.1."""
    assessment = make_assessment("submitted")
    person = reviewer(assessment.on_behalf_of)
    revision = start_review(assessment=assessment, by=person, at=AT)
    return_for_changes(revision=revision, by=person, reason="Why?", at=AT)
    revise(assessment=assessment, by=assessment.assessor, at=AT)
    change(assessment, "P1.1", score=5, rationale="Why P1.1 is now 5.")
    submit(assessment=assessment, by=assessment.assessor, at=AT, reason="It stands.")
    return assessment


def shown(
    client: Client, assessment: Assessment, earlier: str, later: str
) -> list[tuple[str, str, str, str]]:
    response = client.get(f"{assessment.get_absolute_url()}revisions/{earlier}/{later}/")
    assert response.status_code == 200
    return [
        (
            group["heading"].split()[0],
            row["field"],
            *("".join(piece.text for piece in row[side]) for side in ("before", "after")),
        )
        for group in response.context["groups"]
        for row in group["rows"]
    ]


def test_both_values_of_every_field_that_differs(client: Client) -> None:
    assessment = twice_submitted()
    client.force_login(assessment.assessor)
    assert shown(client, assessment, "1", "2") == [
        ("P1.1", "Score", "3", "5"),
        ("P1.1", "Rationale", "Why P1.1 is 3.", "Why P1.1 is now 5."),
    ]
    assert shown(client, assessment, "2", "1") == [
        ("P1.1", "Score", "5", "3"),
        ("P1.1", "Rationale", "Why P1.1 is now 5.", "Why P1.1 is 3."),
    ]
    page = " ".join(client.get(f"{assessment.get_absolute_url()}revisions/1/2/").content.decode().split())
    assert '<ins><span class="visually-hidden">[added: </span>now 5' in page
    assert "1 answer differs, 2 are the same." in page
    assert f'{assessment.get_absolute_url()}revisions/2/1/"' in page


def test_a_revision_is_the_same_as_itself(client: Client) -> None:
    assessment = twice_submitted()
    client.force_login(assessment.assessor)
    assert shown(client, assessment, "1", "1") == []
    assert b"These are the same." in client.get(f"{assessment.get_absolute_url()}revisions/1/1/").content


def test_a_draft_is_compared_with_what_was_submitted(client: Client) -> None:
    assessment = make_assessment("returned")
    revise(assessment=assessment, by=assessment.assessor, at=AT)
    change(assessment, "P1.2", confidence="high")
    client.force_login(assessment.assessor)
    assert shown(client, assessment, "1", "now") == [("P1.2", "Confidence", "Moderate", "High")]
    change(assessment, "P1.2", score=None, confidence="")
    assert shown(client, assessment, "1", "now") == [
        ("P1.2", "Score", "3", ""),
        ("P1.2", "Confidence", "Moderate", ""),
    ]


def test_an_amendment_is_compared_with_what_it_amends(client: Client) -> None:
    original = make_assessment("approved")
    amendment = amend(assessment=original, by=original.assessor, at=AT)
    change(amendment, "PX.1", score=1)
    client.force_login(original.assessor)
    assert shown(client, amendment, "amended", "now") == [("PX.1", "Score", "3", "1")]
    page = client.get(f"{amendment.get_absolute_url()}revisions/").content.decode()
    assert original.get_absolute_url() in page


def test_two_are_chosen_and_named_by_the_address(client: Client) -> None:
    assessment = twice_submitted()
    client.force_login(assessment.assessor)
    here = f"{assessment.get_absolute_url()}revisions/"
    page = client.get(here).content.decode()
    assert '<option value="1" selected>' in page
    assert '<option value="2" selected>' in page
    assert all(revision.sha256 in page for revision in assessment.revisions.all())
    response = client.get(here, {"earlier": "1", "later": "2"})
    assert (response.status_code, response["Location"]) == (302, f"{here}1/2/")


@pytest.mark.parametrize("query", [{"earlier": "7", "later": "2"}, {"earlier": "1"}, {"later": "now"}])
def test_odd_choices_are_answered_in_words(client: Client, query: dict[str, str]) -> None:
    assessment = twice_submitted()
    client.force_login(assessment.assessor)
    response = client.get(f"{assessment.get_absolute_url()}revisions/", query)
    assert response.status_code == 200
    assert b"Error:" in response.content


@pytest.mark.parametrize("names", ["1/3", "0/1", "1/now", "amended/1", "x/y", "1/%00", f"{'9' * 40}/1"])
def test_what_is_not_there_is_not_found(client: Client, names: str) -> None:
    assessment = twice_submitted()
    client.force_login(assessment.assessor)
    assert client.get(f"{assessment.get_absolute_url()}revisions/{names}/").status_code in {400, 404}


def test_nothing_submitted_yet(client: Client) -> None:
    draft = make_assessment()
    client.force_login(draft.assessor)
    page = client.get(f"{draft.get_absolute_url()}revisions/").content.decode()
    assert "There is nothing to compare yet" in page
    assert "<form" not in page.split("<main", 1)[1]
    assert shown(client, draft, "now", "now") == []


def test_others_do_not_learn_that_there_are_revisions(client: Client) -> None:
    released = make_assessment("approved", released_to_all=True)
    client.force_login(analyst(OrganisationFactory()))
    assert client.get(released.get_absolute_url()).status_code == 200
    for page in ("revisions/", "revisions/1/1/", "history/"):
        assert client.get(f"{released.get_absolute_url()}{page}").status_code == 404
