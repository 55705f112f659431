"""Panels by the API: counts while they rate, answers side by side afterwards, values with reasons."""

from typing import Any

import pytest

from assessments.models import Adjudication
from tests.assessments.api.test_writing import program
from tests.panel_world import Setting, rate

pytestmark = pytest.mark.django_db


@pytest.fixture
def setting(db: None) -> Setting:
    return Setting()


def test_while_it_rates_only_counts_are_known(setting: Setting) -> None:
    panel = setting.panel(2)
    rate(panel, setting.people[0], {})
    for person in (*setting.people, setting.by, setting.chair):
        ask = program(person)
        shown = ask("GET", f"panels/{panel.pk}/").json()
        assert (shown["state"], shown["members"], shown["submitted"]) == ("rating", 2, 1)
        assert ask("GET", f"panels/{panel.pk}/items/").status_code == 404
    early = program(setting.by)(
        "POST", f"panels/{panel.pk}/items/P1.1/adjudicate/", {"read": 0, "reason": "So."}
    )
    assert early.status_code == 404


def test_a_panel_from_its_opening_to_its_conclusion(setting: Setting) -> None:
    panel = setting.opened({"P1.1": 1, "P1.2": 2}, {"P1.1": 4, "P1.2": 2})
    ask, member = program(setting.by), program(setting.people[0])
    here = f"panels/{panel.pk}/"
    items = {item["indicator"]: item for item in member("GET", f"{here}items/").json()}
    assert [answer["score"] for answer in items["P1.1"]["answers"]] == [1, 4]
    assert (items["P1.1"]["disagrees"], items["P1.2"]["disagrees"]) == (True, False)
    early = ask("POST", f"{here}conclude/")
    assert (early.status_code, "P1.1" in early.json()["detail"]) == (400, True)

    value: dict[str, Any] = {"score": 2, "reason": "The report of 2006.", "read": 0}
    own = member("POST", f"{here}items/P1.1/adjudicate/", value)
    assert (own.status_code, own.json()["type"]) == (403, "urn:concord:problem:refused")
    decided = ask("POST", f"{here}items/P1.1/adjudicate/", value)
    assert (decided.status_code, decided.json()["adjudicated"]["score"]) == (200, 2)
    late = ask("POST", f"{here}items/P1.1/adjudicate/", value | {"score": 3})
    assert (late.status_code, late.json()["type"]) == (409, "urn:concord:problem:changed-meanwhile")
    again = value | {"score": 3, "read": decided.json()["adjudicated"]["id"]}
    assert ask("POST", f"{here}items/P1.1/adjudicate/", again).status_code == 200
    assert Adjudication.objects.standing().get().score == 3
    assert ask("POST", f"{here}conclude/").json()["state"] == "concluded"
    assert [row["id"] for row in ask("GET", "panels/?state=concluded").json()["results"]] == [panel.pk]


def test_who_convened_opens_or_cancels_and_a_member_leaves(setting: Setting) -> None:
    panel = setting.panel(3)
    ask, here = program(setting.by), f"panels/{panel.pk}/"
    rate(panel, setting.people[0], {})
    few = ask("POST", f"{here}open/", {"reason": "It cannot wait."})
    assert few.status_code == 400
    rate(panel, setting.people[1], {})
    left = program(setting.people[2])("POST", f"{here}leave/", {"reason": "Moved on."})
    assert (left.json()["members"], left.json()["submitted"]) == (2, 2)
    other = setting.panel(2)
    assert ask("POST", f"panels/{other.pk}/cancel/", {"reason": "Not needed."}).json()["state"] == "cancelled"


def test_the_list_takes_as_many_queries_however_many_there_are(
    setting: Setting, django_assert_num_queries: Any
) -> None:
    ask = program(setting.by)
    setting.panel(2)
    ask("GET", "panels/")  # the use of the token is noted once a minute
    for _ in range(2):
        with django_assert_num_queries(3):  # token with its person, count of requests, panels
            assert ask("GET", "panels/").json()["results"]
        setting.panel(3)
