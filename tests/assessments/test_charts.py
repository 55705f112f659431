"""Charts: the same figures drawn, said and listed, for whoever may see them and nobody else."""

import csv
import io
import json
import re
import threading
import xml.etree.ElementTree as ET
from dataclasses import replace
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client

from assessments.charts import labels
from assessments.charts.chart import Chart
from assessments.charts.drawing import Drawing
from assessments.charts.figures import Subject, chart_named
from assessments.charts.themes import DARK, LIGHT, THEMES
from assessments.models import Framework, Scorecard
from assessments.scoring.results import ScorecardResult
from organisations.models import Dyad, Organisation, User
from tests.factories import (
    DyadFactory,
    EngagementFactory,
    FrameworkFactory,
    OrganisationFactory,
    make_assessment,
    reader,
)

pytestmark = pytest.mark.django_db
NAMES = ["levels", "political-dimensions", "field-dimensions", "political-indicators", "field-indicators"]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def person() -> User:
    """A reader of released assessments of UN-EU: two assessors of both levels, one of F5."""
    un, eu = OrganisationFactory(acronym="UN"), OrganisationFactory(acronym="EU")
    engagement = EngagementFactory(dyad=DyadFactory(first=un, second=eu))
    framework = FrameworkFactory()
    of_field = ({"F1.1": 5, "F1.2": 4, "F5.1": 2}, {"F1.1": 4, "F1.2": 5, "F5.1": "insufficient_evidence"})
    for answers in of_field:
        for subject in ({"dyad": engagement.dyad}, {"engagement": engagement, "answers": answers}):
            make_assessment("approved", framework=framework, released_to_all=True, **subject)
    return reader(un)


@pytest.fixture
def by_person(client: Client, person: User) -> Client:
    client.force_login(person)
    return client


def subject() -> Subject:
    everybody = User.objects.get(memberships__role="reader")
    card = Scorecard.objects.visible_to(everybody).select_related("framework").get()
    result = ScorecardResult.from_dict(card.content)
    return Subject(name="UN-EU", result=result, names=card.framework.names(), notes=("TLP:AMBER",))


def charted(name: str) -> Chart:
    chart = chart_named(name, subject())
    assert chart is not None
    return chart


def data_of(specification: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = specification["datasets"][specification["data"]["name"]]
    return rows


def test_the_table_has_the_figures_that_are_drawn(person: User) -> None:
    for name in NAMES:
        chart = charted(name)
        keys = list(chart.columns)
        listed = [[labels.wrapped(str(cells[0])), *cells[1:]] for cells in chart.table()]
        assert listed
        for theme in THEMES.values():
            drawn = [[row[key] for key in keys] for row in data_of(chart.to_vega_lite(theme))]
            assert drawn == listed


def test_points_lie_where_the_scores_are(person: User) -> None:
    """In the file itself: the place of each mark along the axis, from its own transform."""
    chart = charted("field-dimensions")
    svg = Drawing.of(chart, LIGHT, "svg").draw().decode()
    points = re.findall(r'aria-label="score: [^"]*"[^>]*transform="translate\(([\d.]+),', svg)
    scores = [1 + 4 * float(place) / 420 for place in points]
    assert scores == pytest.approx([row["score"] for row in chart.rows], abs=1e-3)


def test_a_figure_of_a_single_assessment_is_hollow_and_says_so(person: User) -> None:
    chart = charted("field-dimensions")
    single = {str(row["label"])[:2] for row in chart.rows if row["single"]}
    assert single == {"F5"}
    svg = Drawing.of(chart, LIGHT, "svg").draw().decode()
    hollow = re.findall(r'aria-label="score: \d; label: (F\d)[^"]*"[^>]*fill="#ffffff"', svg)
    assert set(hollow) == single
    assert "Hollow point: a single assessment." in chart.notes
    assert chart.notes[0] == "TLP:AMBER"


def test_the_picture_says_what_it_shows(person: User) -> None:
    chart = charted("levels")
    root = ET.fromstring(Drawing.of(chart, LIGHT, "svg").draw())  # noqa: S314 - our own file
    assert root.get("role") == "img"
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None
    assert description is not None
    assert (title.text, description.text) == (chart.title, chart.description)
    assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"


def test_the_description_has_the_highest_and_the_lowest(person: User) -> None:
    chart = charted("field-dimensions")
    high, low = (
        f"{row['score']:.2f}, between {row['lower']:.2f} and {row['upper']:.2f}." for row in chart.rows
    )
    assert chart.description == (
        f"2 scores with their 90% intervals. Highest: F1 Joint planning, {high} "
        f"Lowest: F5 Transition quality, {low}"
    )
    assert charted("political-dimensions").description.startswith("P1 Political commitment, 3.")


def test_what_is_not_published_is_not_drawn(person: User) -> None:
    assert [row["label"] for row in charted("levels").rows] == ["Political level", "Field level"]
    unpublished = replace(subject().level("field"), status="insufficient_evidence", score=None)
    levels = (subject().level("political"), unpublished)
    withheld = replace(subject(), result=replace(subject().result, levels=levels))
    chart = chart_named("levels", withheld)
    assert chart is not None
    assert [row["label"] for row in chart.rows] == ["Political level"]
    none = replace(subject(), result=replace(subject().result, levels=(unpublished,)))
    assert chart_named("levels", none) is None


def test_the_trend_has_both_halves_of_the_years(person: User) -> None:
    assert chart_named("trend", subject()) is None
    dyad, framework = Dyad.objects.get(), Framework.objects.get()
    for score in (2, 5):
        make_assessment(
            "approved",
            dyad=dyad,
            framework=framework,
            answers={"P1.1": score, "P1.2": score},
            period=(2010, 2010 + score),
            released_to_all=True,
        )
    chart = charted("trend")
    rows = [row["label"] for row in chart.rows]
    assert rows[0] == "Political level, 2007"
    assert rows[1].startswith("Political level, 201")  # type: ignore[union-attr]
    trend = subject().result.contrast("trend", "political")
    assert trend is not None
    assert [row["score"] for row in chart.rows] == [part.figures[0].score for part in trend.parts]


def test_there_is_no_other_chart(person: User) -> None:
    names = ["", "dimensions", "nowhere-dimensions", "political-", "political-levels"]
    assert [chart_named(name, subject()) for name in names] == [None] * len(names)


def test_charts_drawn_at_once_are_the_charts_drawn_one_by_one(person: User) -> None:
    """Altair keeps state in its classes; without a lock one thread's axis stood on another's chart."""
    charts = [charted(name) for name in NAMES]
    alone = [json.dumps(chart.to_vega_lite(LIGHT)) for chart in charts]
    found: list[bool] = []
    start = threading.Barrier(len(charts))

    def draw(chart: Chart, right: str) -> None:
        start.wait(timeout=10)
        found.extend(json.dumps(chart.to_vega_lite(LIGHT)) == right for _ in range(5))

    threads = [threading.Thread(target=draw, args=pair) for pair in zip(charts, alone, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert found == [True] * 5 * len(charts)


def test_labels_keep_their_room_in_any_script() -> None:
    long = "F6.3 Bereitschaft, in den Strukturen des Partners zu arbeiten und zu entscheiden"
    assert all(len(line) <= labels.LONGEST_LINE for line in labels.wrapped(long).split("\n"))
    assert labels.wrapped("F1 Joint planning") == "F1 Joint planning"
    assert labels.width("連携") == 2 * labels.width("ab")
    assert labels.width("e\u0301") == labels.width("e")
    assert labels.room(["short", "much longer\nx"]) == labels.width("much longer")
    assert labels.step(["a\nb"]) > labels.step(["a"])
    assert (labels.room([]), labels.wrapped("")) == (0.0, "")


def address(name: str, extension: str, **query: str) -> str:
    return f"/dyads/UN-EU/charts/{name}.{extension}?" + "&".join(f"{k}={v}" for k, v in query.items())


def test_files_have_their_type_and_name(by_person: Client) -> None:
    svg = by_person.get(address("levels", "svg"))
    assert (svg["Content-Type"], svg["Content-Disposition"]) == (
        "image/svg+xml",
        'inline; filename="UN-EU-levels.svg"',
    )
    assert b"TLP:" in svg.content
    assert LIGHT.background.encode() in svg.content
    dark = by_person.get(address("levels", "svg", theme="dark"))
    assert DARK.background.encode() in dark.content
    png = by_person.get(address("levels", "png"))
    assert png["Content-Type"] == "image/png"
    assert png.content.startswith(b"\x89PNG")


def test_the_csv_has_the_figures_and_the_marking(by_person: Client) -> None:
    rows = list(csv.DictReader(io.StringIO(by_person.get(address("levels", "csv")).getvalue().decode())))
    chart = charted("levels")
    assert [[row["Of"], row["Score"]] for row in rows] == [
        [str(row["label"]), str(row["score"])] for row in chart.rows
    ]
    assert {row["Handling marking"] for row in rows} == {"TLP:AMBER"}


def test_what_does_not_exist_is_not_there(by_person: Client) -> None:
    wrong = [
        address("levels", "gif"),
        address("nothing", "svg"),
        address("levels", "svg", theme="pink"),
        address("levels", "svg", framework="nowhere@1"),
    ]
    assert [by_person.get(each).status_code for each in wrong] == [404] * len(wrong)


def test_who_has_it_gets_it_once(by_person: Client) -> None:
    first = by_person.get(address("levels", "svg"))
    again = by_person.get(address("levels", "svg"), headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["Cache-Control"] == first["Cache-Control"] == "no-store, private"
    other = by_person.get(address("levels", "svg", theme="dark"), headers={"If-None-Match": first["ETag"]})
    assert other.status_code == 200


def test_it_is_drawn_once(by_person: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    first = by_person.get(address("levels", "svg")).content

    def refuse(self: Drawing) -> bytes:
        raise AssertionError

    monkeypatch.setattr(Drawing, "draw", refuse)
    assert by_person.get(address("levels", "svg")).content == first
    with pytest.raises(AssertionError):
        by_person.get(address("levels", "svg", theme="dark"))


def test_pictures_in_the_cache_reach_only_those_who_may_see_their_figures(client: Client) -> None:
    framework: Framework = FrameworkFactory()
    own: Organisation = OrganisationFactory()
    private = make_assessment("approved", framework=framework, on_behalf_of=own)
    path = f"/dyads/{private.dyad.slug}/charts/political-dimensions.svg"
    client.force_login(private.assessor)
    drawn = client.get(path)
    assert drawn.status_code == 200
    assert caches["charts"].get(drawn["ETag"].strip('"')) == drawn.content
    client.force_login(reader(OrganisationFactory()))
    assert client.get(path).status_code == 404
    assert client.get(path, headers={"If-None-Match": drawn["ETag"]}).status_code == 404


def test_names_and_marking_that_differ_make_other_files(person: User) -> None:
    """Though the scores are the same: what is drawn decides, not the digest of the scorecard."""
    one = subject()
    others = [
        Subject(name=one.name, result=one.result, names=dict.fromkeys(one.names, "x"), notes=one.notes),
        Subject(name=one.name, result=one.result, names=one.names, notes=("TLP:RED",)),
        Subject(name="A-B", result=one.result, names=one.names, notes=one.notes),
    ]
    charts = [chart_named("field-dimensions", each) for each in (one, *others)]
    digests = {
        Drawing.of(chart, theme, extension).digest
        for chart in charts
        if chart
        for theme in THEMES.values()
        for extension in ("svg", "png")
    }
    assert len(digests) == 4 * 2 * 2
