"""How many queries the pages of panels take, and that more members, answers and comments take no more."""

import pytest
from django.test import Client

from assessments.actions.adjudication import discuss
from assessments.models import Panel
from tests.assessments.test_page_queries import queries_of
from tests.factories import AT
from tests.panel_world import Setting, assessment_of, rate

pytestmark = pytest.mark.django_db
QUERIES = {"list": 6, "convene": 12, "rating": 10, "open": 11, "item": 13}


def pages(rating: Panel, opened: Panel) -> dict[str, str]:
    return {
        "list": "/panels/",
        "convene": "/panels/convene/",
        "rating": rating.get_absolute_url(),
        "open": opened.get_absolute_url(),
        "item": f"{opened.get_absolute_url()}P1.1/",
    }


def compared(setting: Setting, *scores: int) -> Panel:
    """A panel whose answers are open, with a comment, a reply and an adjudicated value for each member."""
    answers: list[dict[str, int | str]] = [{"P1.1": score, "P1.2": "not_applicable"} for score in scores]
    panel = setting.opened(*answers)
    indicator = assessment_of(panel, setting.people[0]).applicable_indicators().get(code="P1.1")
    read = 0
    for person in setting.people[: len(scores)]:
        said = discuss(panel=panel, indicator=indicator, text="Why?", by=person, at=AT)
        discuss(panel=panel, indicator=indicator, text="So.", by=setting.by, parent=said, at=AT)
        read = setting.adjudicate(panel, read=read).pk
    return panel


def test_pages_take_their_queries_whatever_the_number_of_rows(client: Client) -> None:
    setting = Setting()
    client.force_login(setting.by)
    rating, opened = setting.panel(2), compared(setting, 5, 1)
    assert queries_of(client, pages(rating, opened)) == QUERIES
    more, wider = setting.panel(3), compared(setting, 5, 1, 3)
    rate(more, setting.people[0], {})
    assert queries_of(client, pages(more, wider)) == QUERIES
