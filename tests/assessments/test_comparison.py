"""What the pages of comparison show and say: dyads, engagements, arrangements, organisations together."""

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client

from assessments.choices import Arrangement, Marking, State
from assessments.models import Assessment, Framework
from organisations.models import Dyad, Organisation, User
from tests.factories import (
    DyadFactory,
    EngagementFactory,
    FrameworkFactory,
    OrganisationFactory,
    make_assessment,
    reader,
)
from tests.world import RULES

pytestmark = pytest.mark.django_db


@pytest.fixture
def framework() -> Framework:
    framework: Framework = FrameworkFactory(version="1.0", rules=RULES)
    return framework


@pytest.fixture
def organisations() -> list[Organisation]:
    return [OrganisationFactory(acronym=acronym) for acronym in ("AAA", "BBB", "CCC", "DDD")]


@pytest.fixture
def person(client: Client, organisations: list[Organisation]) -> User:
    person = reader(organisations[0])
    client.force_login(person)
    return person


def assess(framework: Framework, assessors: int = 1, **fields: Any) -> list[Assessment]:
    """Assessments by as many assessors, each of an organisation of its own, released to all unless said."""
    fields = {"released_to_all": True} | fields
    return [make_assessment(State.APPROVED, framework=framework, **fields) for _ in range(assessors)]


def dyad(organisations: list[Organisation], one: int, other: int) -> Dyad:
    found: Dyad = DyadFactory(first=organisations[one], second=organisations[other])
    return found


def page(client: Client, address: str) -> str:
    """The words of the page, without marks."""
    response = client.get(address)
    assert response.status_code == 200, address
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


class TestDyads:
    @pytest.fixture(autouse=True)
    def dyads(self, person: User, framework: Framework, organisations: list[Organisation]) -> list[Dyad]:
        """AAA-BBB high, AAA-CCC low, BBB-CCC in between, three assessors each."""
        found = [dyad(organisations, *pair) for pair in ((0, 1), (0, 2), (1, 2))]
        for one, score in zip(found, (5, 1, 3), strict=True):
            assess(framework, 3, dyad=one, answers=dict.fromkeys(("P1.1", "P1.2"), score))
        return found

    def test_are_ordered_by_a_row_with_bands_and_ranks(self, client: Client) -> None:
        response = client.get("/dyads/compare/?by=P1")
        row = next(row for row in response.context["rows"] if row["code"] == "P1")
        assert [cell.column for cell in row["cells"]] == ["AAA-BBB", "BBB-CCC", "AAA-CCC"]
        assert row["cells"][0].band == 1
        assert row["cells"][-1].band > 1
        assert "rank 1 of 3" in page(client, "/dyads/compare/?by=P1")

    def test_every_two_are_told_apart_by_a_probability(self, client: Client) -> None:
        pairs = client.get("/dyads/compare/?by=P1").context["pairs"]
        (key, line), *_others = pairs["lines"]
        assert (key, line[0]) == ("AAA-BBB", None)
        assert line[2].share > 0.9
        assert line[2].words == "above"
        assert pairs["lines"][2][1][0].share == pytest.approx(1 - line[2].share)
        assert pairs["lines"][2][1][0].words == "below"

    def test_of_two_every_row_says_which_is_above(self, client: Client) -> None:
        response = client.get("/dyads/compare/?dyad=AAA-BBB&dyad=AAA-CCC")
        shares = {row["code"]: row["likelihood"] for row in response.context["rows"]}
        assert shares["P1"].share > 0.9
        assert shares["field"] is None
        assert "AAA-BBB above AAA-CCC" in page(client, "/dyads/compare/?dyad=AAA-BBB&dyad=AAA-CCC")

    @pytest.mark.parametrize(
        ("query", "shown"),
        [
            ("organisation=BBB", ["AAA-BBB", "BBB-CCC"]),
            ("dyad=BBB-CCC", ["BBB-CCC"]),
            ("organisation=BBB&dyad=AAA-CCC", []),
            ("", ["AAA-BBB", "AAA-CCC", "BBB-CCC"]),
        ],
    )
    def test_are_chosen(self, client: Client, query: str, shown: list[str]) -> None:
        response = client.get(f"/dyads/compare/?{query}")
        assert [str(card.dyad) for card in response.context["scorecards"]] == shown
        assert ("No dyad is chosen" in response.content.decode()) == (not shown)

    @pytest.mark.parametrize(
        ("query", "codes"),
        [
            ("detail=levels", ["political", "field"]),
            ("part=political", ["political", "P1", "PX.1"]),
            ("part=F1", ["F1", "F1.1", "F1.2"]),
            ("part=political&detail=indicators", ["political", "P1", "P1.1", "P1.2", "PX.1"]),
        ],
    )
    def test_rows_are_chosen(self, client: Client, query: str, codes: list[str]) -> None:
        rows = client.get(f"/dyads/compare/?{query}").context["rows"]
        assert [row["code"] for row in rows] == codes

    def test_what_is_not_understood_is_said(
        self, client: Client, framework: Framework, organisations: list[Organisation]
    ) -> None:
        engagement = EngagementFactory(dyad=Dyad.objects.named("AAA-BBB").get())
        assess(framework, engagement=engagement)
        for query in ("by=Z9", "detail=all", "organisation=<b>", "part=PX", f"by={'x' * 5000}"):
            for address in ("/dyads/compare/", "/engagements/compare/", "/arrangements/compare/"):
                text = page(client, f"{address}?{query}")
                assert "Please mend this first" in text
                assert "is not one of the available choices" in text

    def test_what_is_hidden_changes_nothing(
        self, client: Client, framework: Framework, organisations: list[Organisation]
    ) -> None:
        before = client.get("/dyads/compare/").context["rows"]
        assess(framework, dyad=dyad(organisations, 0, 3), released_to_all=False)
        assess(framework, dyad=Dyad.objects.named("AAA-BBB").get(), released_to_all=False)
        after = client.get("/dyads/compare/")
        assert after.context["rows"] == before
        assert "AAA-DDD" not in after.content.decode()

    def test_only_what_is_shown_marks_the_page(self, client: Client) -> None:
        Assessment.objects.filter(dyad__in=Dyad.objects.named("AAA-BBB")).update(marking=Marking.RED)
        assert Marking.RED.label in page(client, "/dyads/compare/")
        assert Marking.RED.label not in page(client, "/dyads/compare/?dyad=AAA-CCC")

    def test_different_indicators_are_said_and_can_be_left_out(
        self, client: Client, framework: Framework, organisations: list[Organisation]
    ) -> None:
        """The field level of one rests on F1 and F5, of the other on F1 alone: F5 does not apply."""
        for pair, arrangement in (((0, 1), Arrangement.SEQUENTIAL), ((0, 2), Arrangement.PARALLEL)):
            one = Dyad.objects.of(*(organisations[number] for number in pair)).get()
            engagement = EngagementFactory(dyad=one, arrangement=arrangement)
            answers = {"F1.1": 4, "F1.2": 4} | ({"F5.1": 1} if arrangement == "sequential" else {})
            assess(framework, 3, engagement=engagement, answers=answers)
        rows = {row["code"]: row for row in client.get("/dyads/compare/").context["rows"]}
        assert rows["field"]["differs"]
        assert not rows["F1"]["differs"]
        assert [cell.without for cell in rows["field"]["cells"]] == [(), ("F5.1",), ()]
        common = {row["code"]: row for row in client.get("/dyads/compare/?common=on").context["rows"]}
        of_field, of_f1 = ([cell.figure.score for cell in common[code]["cells"]] for code in ("field", "F1"))
        assert of_field == of_f1
        assert of_field[0] > rows["field"]["cells"][0].figure.score
        assert common["field"]["common"] == ["F1.1", "F1.2"]
        assert [cell.without for cell in common["field"]["cells"]] == [(), (), ()]


def engagements(framework: Framework, organisations: list[Organisation]) -> None:
    """Two hybrid engagements that are low, two parallel ones that are high, in different dyads."""
    for number, (arrangement, score) in enumerate(
        (
            (Arrangement.HYBRID, 1),
            (Arrangement.HYBRID, 1),
            (Arrangement.PARALLEL, 5),
            (Arrangement.PARALLEL, 5),
        )
    ):
        pair = [(0, 1), (0, 2), (1, 2), (1, 3)][number]
        engagement = EngagementFactory(
            dyad=dyad(organisations, *pair), arrangement=arrangement, name=f"Episode{number}"
        )
        assess(framework, 2, engagement=engagement, answers=dict.fromkeys(("F1.1", "F1.2"), score))


def test_engagements_are_compared(
    client: Client, person: User, framework: Framework, organisations: list[Organisation]
) -> None:
    engagements(framework, organisations)
    response = client.get("/engagements/compare/?by=F1&detail=indicators")
    row = next(row for row in response.context["rows"] if row["code"] == "F1.1")
    assert {cell.column for cell in row["cells"][:2]} == {"Episode2", "Episode3"}
    assert all(cell.figure.score > 3 for cell in row["cells"][:2])
    assert row["cells"][0].band != row["cells"][3].band
    assert "case=engagement%3A" in row["cells"][0].address
    hybrid = client.get("/engagements/compare/?arrangement=hybrid").context["scored"]
    assert [one.engagement.name for one in hybrid] == ["Episode0", "Episode1"]
    mission = hybrid[0].engagement.parts.all()[0].mission
    of_mission = client.get(f"/engagements/compare/?mission={mission}").context["scored"]
    assert [one.engagement.name for one in of_mission] == ["Episode0"]
    nothing = page(client, "/engagements/compare/?arrangement=bridging")
    assert "No engagement is chosen" in nothing


def test_a_choice_of_engagements_changes_no_figure(
    client: Client, person: User, framework: Framework, organisations: list[Organisation]
) -> None:
    engagements(framework, organisations)
    one = Dyad.objects.named("AAA-BBB").get()
    assess(framework, engagement=EngagementFactory(dyad=one, arrangement=Arrangement.PARALLEL))

    def score(query: str) -> float:
        response = client.get(f"/engagements/compare/?part=field&{query}")
        cell = next(c for c in response.context["rows"][0]["cells"] if c.column == "Episode0")
        return float(cell.figure.score)

    scored = client.get("/engagements/compare/").context["scored"]
    number = next(one.engagement.pk for one in scored if one.engagement.name == "Episode0")
    assert score(f"engagement={number}") == score("")


def test_arrangements_are_compared(
    client: Client, person: User, framework: Framework, organisations: list[Organisation]
) -> None:
    engagements(framework, organisations)
    response = client.get("/arrangements/compare/?by=F1")
    row = next(row for row in response.context["rows"] if row["code"] == "F1")
    assert [cell.column for cell in row["cells"]] == ["Parallel", "Hybrid"]
    assert [cell.figure.n_engagements for cell in row["cells"]] == [2, 2]
    pairs = dict(response.context["pairs"]["lines"])
    assert pairs["Parallel"][response.context["pairs"]["keys"].index("Hybrid")].words == "above"
    assert "2 engagements" in page(client, "/arrangements/compare/?by=F1")
    assert "not applicable" in page(client, "/arrangements/compare/?by=F5")


def test_one_engagement_speaks_for_itself_only(
    client: Client, person: User, framework: Framework, organisations: list[Organisation]
) -> None:
    engagements(framework, organisations)
    text = page(client, "/arrangements/compare/?organisation=DDD&by=F1")
    assert "a single engagement" in text
    assert "Insufficient evidence." in text


def test_engagements_that_are_hidden_do_not_exist(
    client: Client, person: User, framework: Framework, organisations: list[Organisation]
) -> None:
    engagement = EngagementFactory(dyad=dyad(organisations, 1, 2), name="Secret")
    assess(framework, engagement=engagement, released_to_all=False)
    for address in ("/engagements/compare/", "/arrangements/compare/"):
        text = page(client, address)
        assert "Nothing to compare yet" in text
        assert "Secret" not in text


class TestConstellation:
    @pytest.fixture(autouse=True)
    def work(self, person: User, framework: Framework, organisations: list[Organisation]) -> None:
        """Two of three dyads assessed, the third recorded only; nothing with DDD is recorded but AAA-DDD."""
        for pair, score in (((0, 1), 5), ((0, 2), 1)):
            answers = dict.fromkeys(("P1.1", "P1.2"), score)
            assess(framework, 2, dyad=dyad(organisations, *pair), answers=answers)
        dyad(organisations, 1, 2)
        dyad(organisations, 0, 3)

    def address(self, *acronyms: str) -> str:
        return "/constellations/?" + "&".join(f"organisation={acronym}" for acronym in acronyms)

    def test_says_mean_weakest_link_and_what_is_missing(self, client: Client) -> None:
        response = client.get(self.address("AAA", "BBB", "CCC"))
        row = next(row for row in response.context["rows"] if row["code"] == "P1")
        high, low, missing = row["cells"]
        assert missing is None
        assert row["together"].estimate.score == pytest.approx((high.figure.score + low.figure.score) / 2)
        variance = (high.figure.variance + low.figure.variance) / 4
        assert row["together"].estimate.variance == pytest.approx(variance)
        assert row["weakest"] == ["AAA-CCC"]
        text = page(client, self.address("AAA", "BBB", "CCC"))
        assert "2 of 3 dyads have approved assessments" in text
        assert "BBB-CCC : not assessed" in text

    def test_the_order_in_the_address_changes_nothing(self, client: Client) -> None:
        one = client.get(self.address("CCC", "AAA", "BBB")).context
        other = client.get(self.address("AAA", "BBB", "CCC")).context
        assert (one["rows"], one["diagram"]) == (other["rows"], other["diagram"])

    def test_of_four_has_six_dyads_and_too_little_evidence(self, client: Client) -> None:
        response = client.get(self.address("AAA", "BBB", "CCC", "DDD"))
        assert len(response.context["edges"]) == 6
        row = next(row for row in response.context["rows"] if row["code"] == "P1")
        assert row["together"].status == "insufficient_evidence"
        assert "not assessed; no dyad is recorded" in page(client, self.address("AAA", "BBB", "CCC", "DDD"))

    @pytest.mark.parametrize(
        ("acronyms", "words"),
        [
            (["AAA"], "you have chosen 1"),
            (["AAA", "AAA", "BBB"], "you have chosen 2"),
            (["AAA", "BBB", "ZZZ"], "ZZZ is not one of the available choices"),
        ],
    )
    def test_asks_for_three_or_four(self, client: Client, acronyms: list[str], words: str) -> None:
        assert words in page(client, self.address(*acronyms))

    def test_without_a_choice_asks_for_one(self, client: Client) -> None:
        assert "Please mend this first" not in page(client, "/constellations/")

    def test_shows_only_what_the_viewer_may_know(
        self, client: Client, framework: Framework, organisations: list[Organisation]
    ) -> None:
        before = client.get(self.address("AAA", "BBB", "CCC")).context["rows"]
        assess(framework, dyad=Dyad.objects.named("BBB-CCC").get(), released_to_all=False)
        after = client.get(self.address("AAA", "BBB", "CCC")).context
        assert (after["rows"], after["assessed"]) == (before, 2)


def test_too_few_organisations_for_a_constellation(client: Client, person: User) -> None:
    assert "Too few organisations" in page(client, "/constellations/")


class TestOrganisation:
    def test_without_anything_says_so(self, client: Client, person: User) -> None:
        assert "It is in no dyad." in page(client, "/organisations/AAA/dyads/")
        assert client.get("/organisations/ZZZ/dyads/").status_code == 404

    def test_shows_its_dyads_with_what_recurs_and_what_is_open(
        self, client: Client, person: User, framework: Framework, organisations: list[Organisation]
    ) -> None:
        for pair in ((0, 1), (0, 2), (1, 2)):
            assess(framework, dyad=dyad(organisations, *pair), answers={"P1.1": 5})
        dyad(organisations, 0, 3)
        context = client.get("/organisations/aaa/dyads/").context
        assert [str(line["dyad"]) for line in context["lines"]] == ["AAA-BBB", "AAA-CCC", "AAA-DDD"]
        (recurring,) = context["recurring"]
        assert [str(f.scorecard.dyad) for f in recurring.findings] == ["AAA-BBB", "AAA-CCC"]
        assert {str(r.dyad) for r in context["recommendations"]} == {"AAA-BBB", "AAA-CCC"}
        text = page(client, "/organisations/AAA/dyads/")
        assert "No approved assessment that you may see." in text
        assert "P1 Political commitment" in text

    def test_hides_what_is_hidden(
        self, client: Client, person: User, framework: Framework, organisations: list[Organisation]
    ) -> None:
        assess(framework, dyad=dyad(organisations, 0, 1), released_to_all=False)
        text = page(client, "/organisations/AAA/dyads/")
        assert "No assessment of its dyads has been approved and released to you." in text
