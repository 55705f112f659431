"""The page of a dyad: both sides, the trend, and filters."""

import re
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assessments.choices import Marking, State
from assessments.models import ApprovedRating, Assessment, Framework, Scorecard
from organisations.models import Dyad, Organisation, User
from tests.factories import (
    DyadFactory,
    EngagementFactory,
    FrameworkFactory,
    OrganisationFactory,
    analyst,
    make_assessment,
    reader,
)

pytestmark = pytest.mark.django_db

TAG = re.compile(r"<[^>]*>")
LINK = re.compile(r'href="(/dyads/[^"]*/(?:political|field)/\?[^"]*)"')
ANSWERS = re.compile(r'id="rating-(\d+)"')


def words(html: str) -> str:
    """What a page says, without its tags and line breaks."""
    return " ".join(unescape(TAG.sub(" ", html)).split())


def section(html: str, name: str) -> str:
    """From the element with this id to the end of its section."""
    start = html.index(f'id="{name}"')
    return html[start : html.index("</section>", start)]


@pytest.fixture
def framework() -> Framework:
    made: Framework = FrameworkFactory(version="1.0")
    return made


@pytest.fixture
def dyad() -> Dyad:
    made: Dyad = DyadFactory(
        first=OrganisationFactory(acronym="OWN"), second=OrganisationFactory(acronym="OTHER")
    )
    return made


@pytest.fixture
def person(dyad: Dyad, client: Client) -> User:
    made = reader(dyad.first)
    client.force_login(made)
    return made


def assessed(dyad: Dyad, framework: Framework, by: Organisation | None = None, **fields: Any) -> Assessment:
    about = fields if "engagement" in fields else {"dyad": dyad, **fields}
    return make_assessment(
        State.APPROVED, framework=framework, on_behalf_of=by, released_to_all=True, **about
    )


def page(client: Client, dyad: Dyad, query: str = "", status: int = 200) -> str:
    response = client.get(f"{dyad.get_absolute_url()}{query}")
    assert response.status_code == status
    return response.content.decode()


def test_sides_are_shown_beside_each_other(
    client: Client, dyad: Dyad, framework: Framework, person: User
) -> None:
    assessed(dyad, framework, dyad.first, answers=dict.fromkeys(("P1.1", "P1.2"), 5))
    assessed(dyad, framework, dyad.second, answers=dict.fromkeys(("P1.1", "P1.2"), 1))
    sides = section(page(client, dyad), "sides")
    assert "OWN rates it higher" in words(sides)
    links = [unescape(link) for link in LINK.findall(sides)]
    of_first = next(link for link in links if "of=P1&part=perception:first" in link)
    shown = client.get(of_first).content.decode()
    assert len(ANSWERS.findall(shown)) == 2
    assert "Why P1.1 is 5." in shown
    assert "Why P1.1 is 1." not in shown


def test_a_side_with_too_little_gives_no_gap(
    client: Client, dyad: Dyad, framework: Framework, person: User
) -> None:
    assessed(dyad, framework, dyad.first)
    sides = words(section(page(client, dyad), "sides"))
    assert "insufficient evidence" in sides
    assert "rates it higher" not in sides


def test_the_trend_says_both_figures(client: Client, dyad: Dyad, framework: Framework, person: User) -> None:
    assessed(dyad, framework, answers=dict.fromkeys(("P1.1", "P1.2"), 1), period=(2001, 2002))
    assert "No earlier assessment to compare with." in words(page(client, dyad))
    assessed(dyad, framework, answers=dict.fromkeys(("P1.1", "P1.2"), 5), period=(2005, 2006))
    glance = words(section(page(client, dyad), "glance"))
    assert re.search(
        r"Trend: [1-5]\.\d in 2002, [1-5]\.\d in 2006: a rise \(probability (?:\d\d|over 99)%\)\.", glance
    )


class TestFilters:
    @pytest.fixture
    def filled(self, dyad: Dyad, framework: Framework) -> None:
        """Political: 5 in 2002 by OWN, 2 in 2006 by nobody's; field: a sequential and a hybrid engagement."""
        assessed(dyad, framework, dyad.first, answers=dict.fromkeys(("P1.1", "P1.2"), 5), period=(2001, 2002))
        late = assessed(dyad, framework, answers=dict.fromkeys(("P1.1", "P1.2"), 2), period=(2005, 2006))
        Assessment.objects.filter(pk=late.pk).update(marking=Marking.RED)
        for arrangement, score in (("sequential", 4), ("hybrid", 1)):
            engagement = EngagementFactory(dyad=dyad, arrangement=arrangement, name=arrangement)
            assessed(dyad, framework, engagement=engagement, answers={"F1.1": score})

    @pytest.mark.parametrize(
        ("query", "answers"),
        [
            ("year_to=2004", {"P1.1": [5], "F1.1": []}),
            ("year_from=2005&year_to=2006", {"P1.1": [2], "F1.1": []}),
            ("side=first", {"P1.1": [5], "F1.1": []}),
            ("side=second", {"P1.1": [], "F1.1": []}),
            ("side=independent", {"P1.1": [2], "F1.1": [1, 4]}),
            ("marking=AMBER", {"P1.1": [5], "F1.1": [1, 4]}),
            ("arrangement=hybrid", {"P1.1": [2, 5], "F1.1": [1]}),
            ("evidence=supported", {"P1.1": [2, 5], "F1.1": [1, 4]}),
            ("evidence=A", {"P1.1": [], "F1.1": []}),
        ],
    )
    def test_figures_rest_on_what_is_left(
        self,
        client: Client,
        dyad: Dyad,
        person: User,
        filled: None,
        query: str,
        answers: dict[str, list[int]],
    ) -> None:
        assert "A filtered view: " in page(client, dyad, f"?{query}")
        for code, scores in answers.items():
            level = "political" if code.startswith("P") else "field"
            response = client.get(f"{dyad.get_absolute_url()}{level}/?of={code}&{query}")
            assert sorted(rating.score for rating, _answer in response.context["ratings"]) == scores
            assert sum(response.context["figure"].distribution) == len(scores)

    def test_nothing_left_is_said_in_words(
        self, client: Client, dyad: Dyad, person: User, filled: None
    ) -> None:
        glance = words(section(page(client, dyad, "?side=second"), "glance"))
        assert "Not assessed" in glance
        assert not re.search(r"[1-5]\.\d\d", glance)

    def test_a_filtered_view_is_not_stored_and_draws_no_conclusions(
        self, client: Client, dyad: Dyad, person: User, filled: None
    ) -> None:
        page(client, dyad)
        before = Scorecard.objects.count()
        assert 'id="findings"' not in page(client, dyad, "?side=first")
        assert Scorecard.objects.count() == before
        assert 'id="findings"' in page(client, dyad)

    @pytest.mark.parametrize(
        "query",
        [
            "year_from=abc",
            "year_from=99999999999999999999",
            "year_from=2005&year_to=2001",
            "arrangement=none",
            "marking=PINK",
            "evidence=F",
            "side=third",
        ],
    )
    def test_a_value_that_is_none_is_answered_in_words(
        self, client: Client, dyad: Dyad, person: User, filled: None, query: str
    ) -> None:
        assert "The filters are not used." in page(client, dyad, f"?{query}", status=400)
        assert client.get(f"{dyad.get_absolute_url()}political/?{query}").status_code == 400

    @pytest.mark.parametrize("query", ["of=Z.9", "case=engagement:0", "part=perception", "part=x:y"])
    def test_a_figure_that_is_none_is_not_found(
        self, client: Client, dyad: Dyad, person: User, filled: None, query: str
    ) -> None:
        assert client.get(f"{dyad.get_absolute_url()}political/?{query}").status_code == 404

    def test_filters_open_nothing_that_is_hidden(
        self, client: Client, dyad: Dyad, framework: Framework, person: User, filled: None
    ) -> None:
        hidden = make_assessment(
            State.APPROVED, dyad=dyad, framework=framework, on_behalf_of=dyad.second, answers={"P1.1": 1}
        )
        assert ApprovedRating.objects.filter(assessment=hidden).exists()
        text = page(client, dyad, "?side=second")
        assert "Not assessed" in text
        client.force_login(analyst(dyad.second))
        assert (
            "Not assessed"
            not in section(page(client, dyad, "?side=second"), "glance").split("Field level")[0]
        )

    def test_a_filtered_view_takes_its_queries_whatever_the_number_of_rows(
        self, client: Client, dyad: Dyad, framework: Framework, person: User, filled: None
    ) -> None:
        taken = []
        for _more in range(2):
            page(client, dyad)
            with CaptureQueriesContext(connection) as queries:
                page(client, dyad, "?evidence=C&side=independent&marking=RED")
            taken.append(len(queries))
            assessed(dyad, framework, engagement=EngagementFactory(dyad=dyad))
        assert taken[0] == taken[1]
        assert taken[0] == 27


def test_a_conflict_is_shown_with_what_is_left_without(
    client: Client, dyad: Dyad, framework: Framework, person: User
) -> None:
    assert_no_table = page(client, dyad)
    assert 'id="sides"' not in assert_no_table
    assessed(dyad, framework)
    assert "No assessor acts for either organisation" in page(client, dyad)
    assessed(dyad, framework, dyad.first, answers=dict.fromkeys(("P1.1", "P1.2"), 5))
    sides = words(section(page(client, dyad), "sides"))
    assert "without assessors who act for one of the two" in sides
    assert "No assessor acts for either organisation" not in sides
