"""The list of notices, the count in the head of each page, the choice of mail, and the administration."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assessments.actions import notices, submission
from assessments.choices import Delivery, MailState, NoticeKind, State
from assessments.models import Assessment, Notice
from organisations.models import User
from tests.factories import (
    AT,
    AdministratorFactory,
    OrganisationFactory,
    analyst,
    make_assessment,
    reviewer,
)
from tests.jobs import deferred

pytestmark = pytest.mark.django_db


@pytest.fixture
def returned() -> Assessment:
    return make_assessment(State.RETURNED)


@pytest.fixture
def assessor(returned: Assessment, client: Client) -> User:
    client.force_login(returned.assessor)
    return returned.assessor


def own(person: User) -> Notice:
    return Notice.objects.get(recipient=person)


def counted(client: Client, path: str = "/roles/") -> int:
    """What the head of a page says is new."""
    found = re.search(r'<span class="count">(\d+)', client.get(path).content.decode())
    return int(found[1]) if found else 0


def test_the_list_says_what_waits_and_leads_there(
    client: Client, assessor: User, returned: Assessment
) -> None:
    page = client.get("/notices/").content.decode()
    assert "Returned to you" in page
    assert str(returned) in page
    assert "Read why, take it up again" in page
    response = client.post("/notices/", {"open": own(assessor).pk})
    assert response.headers["Location"] == returned.get_absolute_url()
    assert own(assessor).seen_at is not None


def test_seeing_and_doing_change_the_count(client: Client, assessor: User, returned: Assessment) -> None:
    assert counted(client) == 1
    response = client.post("/notices/", {"seen": own(assessor).pk, "next": "/"})
    assert response.headers["Location"] == "/"
    assert counted(client) == 0
    assert "Returned to you" in client.get("/notices/").content.decode(), "it waits still"
    submission.revise(assessment=returned, by=assessor, at=AT)
    assert "Nothing waits for you." in client.get("/notices/").content.decode()
    past = client.get("/notices/?show=all").content.decode()
    assert "Returned to you" in past
    assert "nothing to do any more" in past


def test_doing_it_takes_a_notice_off_my_work(client: Client, assessor: User, returned: Assessment) -> None:
    assert "Returned to you" in client.get("/").content.decode()
    submission.revise(assessment=returned, by=assessor, at=AT)
    assert "Returned to you" not in client.get("/").content.decode()
    assert counted(client) == 0


def test_all_at_once(client: Client) -> None:
    person = reviewer(OrganisationFactory())
    for _ in range(2):
        make_assessment(State.SUBMITTED, on_behalf_of=person.memberships.get().organisation)
    client.force_login(person)
    assert counted(client) == 2
    client.post("/notices/", {"seen": "all"})
    assert counted(client) == 0


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 1),
        ("?show=new", 1),
        ("?show=all", 1),
        ("?kind=returned", 1),
        ("?kind=approved", 0),
        ("?show=new&kind=returned&page=7", 1),
        ("?show=nonsense", 1),
        ("?kind=nonsense", 1),
        ("?page=nonsense", 1),
        ("?page=-1&show=&kind=", 1),
    ],
)
def test_filters_and_what_is_none(client: Client, assessor: User, query: str, found: int) -> None:
    response = client.get(f"/notices/{query}")
    assert response.status_code == 200
    assert len(response.context["page"].object_list) == found


def test_pages_of_a_long_list(client: Client, assessor: User, returned: Assessment) -> None:
    for number in range(30):
        notices.tell(
            NoticeKind.RETURNED, returned, event=f"{number}", by=None, at=AT + timedelta(minutes=number)
        )
    assert "Page 1 of 2" in client.get("/notices/").content.decode()
    last = client.get("/notices/?show=all&page=2").content.decode()
    assert "?show=all&amp;page=1" in last
    assert last.count("Returned to you</strong>") == 6


@pytest.mark.parametrize("field", ["open", "seen"])
@pytest.mark.parametrize("value", ["", "0", "x", "²", "9" * 30, "-1", "999999"])
def test_a_notice_that_is_not_there(client: Client, assessor: User, field: str, value: str) -> None:
    assert client.post("/notices/", {field: value}).status_code == 404
    assert client.post("/notices/", {}).status_code == 404


def test_another_persons_notice_is_not_there(client: Client, returned: Assessment) -> None:
    client.force_login(analyst(returned.on_behalf_of))
    for field in ("open", "seen"):
        assert client.post("/notices/", {field: own(returned.assessor).pk}).status_code == 404
    assert own(returned.assessor).seen_at is None
    assert "Returned to you" not in client.get("/notices/?show=all").content.decode()


@pytest.mark.parametrize("elsewhere", ["https://example.org/", "//example.org/", "javascript:alert(1)"])
def test_it_leads_nowhere_else(client: Client, assessor: User, elsewhere: str) -> None:
    response = client.post("/notices/", {"seen": "all", "next": elsewhere})
    assert response.headers["Location"] == "/notices/"


def test_the_head_of_a_page_asks_for_what_there_is(
    client: Client, assessor: User, returned: Assessment
) -> None:
    """For the kinds, and then for those only; nothing on what is no whole page."""

    def asked(path: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        return sum("assessments_notice" in query["sql"] for query in queries)

    assert asked("/roles/") == 2
    for number in range(5):
        notices.tell(NoticeKind.RETURNED, returned, event=f"{number}", by=None, at=AT)
    assert asked("/roles/") == 2
    assert counted(client) == 6
    notices.mark_seen(notices=None, by=assessor, at=AT)
    assert asked("/roles/") == 1
    assert asked(f"/api/v1/assessments/{returned.pk}/") == 0
    client.logout()
    assert asked("/account/login/") == 0


def test_the_list_takes_its_queries_whatever_its_length(
    client: Client, assessor: User, returned: Assessment
) -> None:
    def taken() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get("/notices/")
        return len(queries)

    one = taken()
    for number in range(5):
        notices.tell(NoticeKind.RETURNED, returned, event=f"{number}", by=None, at=AT)
    assert taken() == one == 6


def test_the_choice_of_mail(client: Client, assessor: User) -> None:
    page = client.get("/me/notices/").content.decode()
    assert page.count('type="radio"') == len(NoticeKind) * len(Delivery)
    assert assessor.email in page
    given = dict.fromkeys(NoticeKind.values, "none") | {"returned": "daily"}
    assert client.post("/me/notices/", given).headers["Location"] == "/me/notices/"
    expected = dict.fromkeys(NoticeKind, Delivery.NONE) | {NoticeKind.RETURNED: Delivery.DAILY}
    assert notices.delivery_of(assessor) == expected
    checked = re.findall(
        r'name="(\w+)" value="(\w+)"[^>]*checked', client.get("/me/notices/").content.decode()
    )
    assert dict(checked) == given


@pytest.mark.parametrize("given", [{"returned": "hourly"}, {"returned": ""}, {"nonsense": "daily"}])
def test_a_choice_that_is_none(client: Client, assessor: User, given: dict[str, str]) -> None:
    complete = dict.fromkeys(NoticeKind.values, "none")
    del complete["returned"]
    response = client.post("/me/notices/", complete | given)
    assert response.status_code == 422
    assert "Please mend this first" in response.content.decode()
    assert notices.delivery_of(assessor)[NoticeKind.RETURNED] == Delivery.IMMEDIATE


def test_administrators_see_what_failed_and_not_what_it_was_about(
    client: Client, returned: Assessment
) -> None:
    notice = own(returned.assessor)
    Notice.objects.filter(pk=notice.pk).update(mail_state=MailState.FAILED, error="SMTPException: no")
    client.force_login(AdministratorFactory())
    before = len(deferred(notices.SEND))
    listed = client.get("/admin/assessments/notice/?mail_state=failed").content.decode()
    page = client.get(f"/admin/assessments/notice/{notice.pk}/change/").content.decode()
    assert returned.assessor.email in listed
    assert "SMTPException: no" in page
    for text in (listed, page):
        assert str(returned.dyad) not in text
    client.post("/admin/assessments/notice/", {"action": "send_again", "_selected_action": [notice.pk]})
    notice.refresh_from_db()
    assert (notice.mail_state, notice.error) == (MailState.WAITING, "")
    assert len(deferred(notices.SEND)) == before + 1
