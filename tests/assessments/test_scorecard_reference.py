"""METHOD's reference figures of the cases, through the database, as a reader finds them on the pages."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from assessments.actions.reference import load_reference
from assessments.models import Scorecard
from assessments.scoring.results import ScorecardResult
from organisations.models import User
from tests.assessments.test_scorecard_page import ANSWERS, LINK, section, words
from tests.factories import AT

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def pages(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, str]]:
    """The three dyads' pages; the cases are loaded once for the module, and rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_reference(at=AT)
        client = Client()
        client.force_login(User.objects.get(email="reader@eu.example"))
        yield {slug: client.get(f"/dyads/{slug}/").content.decode() for slug in ("UN-EU", "UN-NATO", "UN-AU")}
        transaction.set_rollback(True)


def row(html: str, code: str) -> str:
    """The words of the row of a level's table that begins with this code."""
    tables = re.findall(r'<table class="[^"]*figures">.*?</table>', html, re.DOTALL)
    rows = [words(found) for table in tables for found in re.findall(r"<tr.*?</tr>", table, re.DOTALL)]
    return next(found for found in rows if found.startswith(f"{code} "))


@pytest.mark.parametrize(
    ("dyad", "political", "field"),
    [
        ("UN-EU", "Good 4.08", "Partial 3.24"),
        ("UN-NATO", "Partial 2.89", "Partial 3.17"),
        ("UN-AU", "Good 3.85", "Insufficient evidence"),
    ],
)
def test_levels_come_as_words_and_numbers(
    pages: dict[str, str], dyad: str, political: str, field: str
) -> None:
    glance = words(section(pages[dyad], "glance"))
    assert f"Political level {political}" in glance
    assert f"Field level {field}" in glance


@pytest.mark.parametrize(
    ("dyad", "gap"),
    [
        ("UN-EU", "Practice lags behind politics, by 0.8 points (probability 90%)."),
        ("UN-NATO", "the field level is above with a probability of 65%."),
        ("UN-AU", "The two levels cannot be compared. Without a score: Field level."),
    ],
)
def test_the_gap_comes_in_words(pages: dict[str, str], dyad: str, gap: str) -> None:
    assert gap in words(section(pages[dyad], "glance"))


@pytest.mark.parametrize(
    ("dyad", "code", "figures"),
    [
        ("UN-NATO", "P2", "2.53"),
        ("UN-NATO", "P4.2", "3.91"),
        ("UN-EU", "F6.3", "1.90 1.1 to 3.2"),
    ],
)
def test_single_figures(pages: dict[str, str], dyad: str, code: str, figures: str) -> None:
    found = row(pages[dyad], code)
    assert figures in found


@pytest.mark.parametrize(
    ("dyad", "code", "sentence"),
    [
        ("UN-NATO", "P2", "below 3 with a probability of 78%"),
        ("UN-NATO", "P4.2", "above 3.5 with a probability of 73%"),
        ("UN-EU", "F6.3", "Between 1.09 and 3.21"),
    ],
)
def test_the_page_of_a_figure_says_its_probabilities(
    pages: dict[str, str], dyad: str, code: str, sentence: str
) -> None:
    client = Client()
    client.force_login(User.objects.get(email="reader@eu.example"))
    level = "political" if code.startswith("P") else "field"
    assert sentence in words(client.get(f"/dyads/{dyad}/{level}/?of={code}").content.decode())


def test_a_withheld_level_has_no_number(pages: dict[str, str]) -> None:
    glance = words(section(pages["UN-AU"], "glance"))
    field = glance[glance.index("Field level Insufficient") : glance.index("F1 ")]
    assert not re.search(r"\d\.\d", field)


def test_a_newcomer_finds_three_answers_at_a_glance(pages: dict[str, str]) -> None:
    glance = words(section(pages["UN-NATO"], "glance"))
    assert "2 weak, 3 partial, 4 good" in glance
    assert "F3 Chain-of-command clarity Partial 2.69 interval 1.7 to 3.7" in glance
    assert "How sure: unsure. Between 2.02 and 3.78 (weak to good)." in glance
    assert "1 assessor, 1 engagement, 1995–1996" in glance
    assert "Do this first, for the pair as a whole Formalise the partnership of UN and NATO" in glance


def test_it_says_what_is_not_known(pages: dict[str, str]) -> None:
    glance = words(section(pages["UN-NATO"], "glance"))
    assert "F5 Transition quality: 0 of 4 questions answered" in glance
    assert "How it looks from inside: no assessor of UN or NATO" in glance


def test_every_figure_opens_exactly_the_answers_behind_it(pages: dict[str, str]) -> None:
    person = User.objects.get(email="reader@eu.example")
    client = Client()
    client.force_login(person)
    scorecard = Scorecard.objects.visible_to(person).get(dyad__second__acronym="EU")
    result = ScorecardResult.from_dict(scorecard.content)
    links = {unescape(link) for link in LINK.findall(pages["UN-EU"])}
    of_figures = {link for link in links if "of=" in link and "case=" not in link}
    assert len(of_figures) > 30
    for link in of_figures:
        code = link.rpartition("of=")[2]
        shown = {int(pk) for pk in ANSWERS.findall(client.get(link).content.decode())}
        assert (code, shown) == (code, set(result.figures()[code].rating_ids))


def test_every_cell_of_the_heat_map_opens_its_answers(pages: dict[str, str]) -> None:
    client = Client()
    client.force_login(User.objects.get(email="reader@eu.example"))
    links = {unescape(link) for link in LINK.findall(section(pages["UN-EU"], "cases")) if "of=" in link}
    assert len(links) > 50
    disagreed = next(link for link in links if "of=F5.1&case=" in link and "IPTF" in about(client, link))
    assert len(ANSWERS.findall(client.get(disagreed).content.decode())) == 2


def about(client: Client, link: str) -> str:
    return words(client.get(link).content.decode())


def test_agreement_comes_with_its_word_or_not_computable(pages: dict[str, str]) -> None:
    assert "not reliable alpha 0.00, AC2 0.82" in row(pages["UN-EU"], "F2.1")
    assert "not computable" in row(pages["UN-EU"], "F1.1")


def test_the_timeline_has_missions_instruments_and_assessments_with_their_scores(
    pages: dict[str, str],
) -> None:
    timeline = words(section(pages["UN-EU"], "timeline"))
    assert "1999-11 – no end recorded Mission MONUC" in timeline
    assert "2003 Instrument Joint Declaration on UN-EU" in timeline
    assert re.search(r"2003 Assessment MONUC-Artemis on behalf of IND [1-5]\.\d\d", timeline)
    assert timeline.index("IPTF: ") < timeline.index("MONUC: ") < timeline.index("Artemis: ")
