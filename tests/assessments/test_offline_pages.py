"""The pages of the offline form: uploading, looking, saving, settling, discarding."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from assessments.actions.authorship import add_co_author
from assessments.models import Assessment, OfflineUpload
from organisations.models import User
from tests.assessments.test_page_queries import queries_of
from tests.assessments.workbooks import downloaded, fields, filled_in, say
from tests.factories import AT, EngagementFactory, SourceFactory, analyst, make_assessment

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft() -> Assessment:
    return make_assessment(engagement=EngagementFactory(), answers={"F1.1": 4})


@pytest.fixture
def colleague(draft: Assessment) -> User:
    person = analyst(draft.on_behalf_of)
    add_co_author(assessment=draft, person=person, by=draft.assessor, at=AT)
    return person


def post(client: Client, draft: Assessment, content: bytes) -> str:
    """Upload a file and return the address of its preview."""
    response = client.post(
        f"/assessments/{draft.pk}/offline/", {"file": SimpleUploadedFile("form.xlsx", content)}
    )
    return response["Location"]


def test_the_page_shows_what_would_change_and_saves_it(client: Client, draft: Assessment) -> None:
    client.force_login(draft.assessor)
    address = post(
        client, draft, filled_in(downloaded(draft), {"F1!D6": None, "F1!D7": 6, "F5!F6": "**New.**"})
    )
    page = client.get(address).content.decode()
    assert "Sheet F1, cell D7: 6 is not an answer; 1 to 5, NA or IE." in page
    assert "<strong>New.</strong>" in page
    assert "no answer" in page
    assert client.get(f"/assessments/{draft.pk}/offline/").content.decode().count(address) == 1
    seen = re.findall(r'name="seen" value="(\w+)"', page)[0]
    response = client.post(address, {"do": "save", "seen": seen}, follow=True)
    assert "Saved: 2 answers and 0 places of evidence." in response.content.decode()
    assert response.redirect_chain == [(address, 302)]
    assert fields(draft, "F1.1")[0] is None
    response = client.post(address, {"do": "discard"}, follow=True)
    assert "The upload is discarded." in response.content.decode()
    assert client.get(address).status_code == 404


def test_the_page_offers_both_answers_and_a_third_change_too(
    client: Client, draft: Assessment, colleague: User
) -> None:
    form = downloaded(draft)
    say(draft, colleague, rationale="Theirs.")
    client.force_login(draft.assessor)
    address = post(client, draft, filled_in(form, {"F1!F6": "Mine."}))
    page = client.get(address).content.decode()
    assert f"{colleague} changed this answer on" in page
    given = {
        "do": "settle",
        "F1.1-version": "2",
        "F1.1-answer": "4",
        "F1.1-confidence": "moderate",
        "F1.1-rationale": "Both.",
        "F1.1-rationale_from": "merged",
        "F1.1-rationale_mine": "Mine.",
        "F1.1-rationale_theirs": "Theirs.",
        "F1.1-answer_mine": "4",
        "F1.1-answer_theirs": "4",
        "F1.1-confidence_mine": "moderate",
        "F1.1-confidence_theirs": "moderate",
    }
    say(draft, colleague, rationale="Third.")
    response = client.post(address, given)
    assert response.status_code == 409
    assert "Third." in response.content.decode()
    assert "Both." in response.content.decode()
    too_long = given | {"F1.1-version": "3", "F1.1-rationale": "x" * 20_001}
    assert client.post(address, too_long).status_code == 422
    response = client.post(address, given | {"F1.1-version": "3"}, follow=True)
    assert "is saved as you chose" in response.content.decode()
    assert fields(draft, "F1.1")[2] == "Both."
    assert not OfflineUpload.objects.exists()
    assert client.post(address, given).status_code == 404


def test_odd_requests_get_answers_in_words(client: Client, draft: Assessment) -> None:
    client.force_login(draft.assessor)
    here = f"/assessments/{draft.pk}/offline/"
    for data, words in (
        ({}, "Choose the file that you have filled in."),
        ({"file": SimpleUploadedFile("a.xlsx", b"")}, "This file is empty."),
        ({"file": SimpleUploadedFile("a.xlsx", b"PK" * 2_000_000)}, "at most 3 MB"),
        ({"file": SimpleUploadedFile("a.xlsx", b"hello")}, "cannot be read as a workbook"),
    ):
        response = client.post(here, data)
        assert (response.status_code, words in response.content.decode()) == (422, True)
    address = post(client, draft, filled_in(downloaded(draft), {"F1!D6": 5}))
    assert client.post(address, {"do": "nonsense"}).status_code == 302
    assert client.post(address, {"do": "save", "seen": "x"}).status_code == 409
    assert "settled already" in client.post(address, {"do": "settle"}, follow=True).content.decode()
    assert fields(draft, "F1.1")[0] == 4
    assert client.get(f"{here}99999/").status_code == 404


def test_the_page_of_an_upload_is_for_who_uploaded_it(
    client: Client, draft: Assessment, colleague: User
) -> None:
    client.force_login(draft.assessor)
    address = post(client, draft, filled_in(downloaded(draft), {"F1!F6": "Mine alone."}))
    assert "Mine alone." in client.get(address).content.decode()
    client.force_login(colleague)
    assert client.get(address).status_code == 404
    assert client.post(address, {"do": "discard"}).status_code == 404
    assert address not in client.get(f"/assessments/{draft.pk}/offline/").content.decode()


def test_the_page_of_an_upload_takes_its_queries_whatever_it_holds(
    client: Client, draft: Assessment, colleague: User
) -> None:
    source = SourceFactory(key="known")
    form = downloaded(draft)
    say(draft, colleague, rationale="Theirs.")
    client.force_login(draft.assessor)
    found = []
    for cells in (
        {"F1!F6": "Mine.", "F1!D7": 2, "F5!D6": 6, "New evidence!A6": "F1.2", "New evidence!B6": "known"},
        {
            "F1!F6": "Mine.",
            "F1!D7": 2,
            "F5!D6": 1,
            "F5!E6": "x",
            "F5!F6": "Why.",
            **{f"New evidence!A{row}": "F1.2" for row in range(6, 30)},
            **{f"New evidence!B{row}": str(source) for row in range(6, 30)},
            **{f"New evidence!C{row}": f"p. {row}" for row in range(6, 30)},
        },
    ):
        address = post(client, draft, filled_in(form, cells))
        found.append(queries_of(client, {"upload": address})["upload"])
    assert found == [11, 11]
