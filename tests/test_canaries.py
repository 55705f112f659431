"""That no word of private work reaches anybody of another organisation, by any route, in any state."""

import re
from collections.abc import Iterator
from io import BytesIO
from urllib.parse import quote
from zipfile import ZipFile

import pytest
from django.contrib import admin
from django.urls import reverse

from assessments.exports.catalogue import DATASETS
from assessments.models import Assessment
from assessments.search.query import parsed
from assessments.search.results import find
from tests.permission_table import TABLE
from tests.test_permissions import address, signed_in
from tests.world import World, make_world

pytestmark = pytest.mark.django_db

OF_ITS_ORGANISATION = ("analyst", "colleague", "reviewer", "coordinator")
OTHERS = (
    "anonymous",
    "suspended",
    "nobody",
    "reader",
    "partner",
    "partner_coordinator",
    "outsider",
    "administrator",
)
SEARCHES = (
    ("assessments:assessments", "search"),
    ("assessments:search", "q"),
    ("assessments:sources", "search"),
    ("assessments:lessons", "search"),
    ("assessments:lesson-board", "search"),
    ("assessments:lesson-figures", "search"),
    ("assessments:alike-lessons", "title"),
    ("api:assessment-list", "reference"),
)


CHOSEN = (
    "/planning/?dyad=OWN-OTHER&arrangement=sequential",
    "/dyads/OWN-OTHER/?as=OTHER",
    "/dyads/OWN-OTHER/?as=OWN",
    "/dyads/OWN-OTHER/political/?as=OTHER",
    "/dyads/OWN-OTHER/political/?as=OWN",
    "/search/?q=P1.1",
    "/learning/P1.1/?dyad=OWN-OTHER",
    "/learning/P1/",
    "/search/?q=assessment*",
    *(f"/api/v1/exports/{name}/?format=ndjson" for name in DATASETS),
)
NOT_SEARCHED = (
    "reference of",
    "comment",
    "replaced",
    "reason of",
    "remark of",
    "of an edition",
    "task of",
    "why a",
    "progress note",
    "of an attachment",
)


@pytest.fixture
def world(db: None) -> World:
    return make_world()


def read_by(world: World, person: str) -> bytes:
    """All bytes that somebody can read: every route of the table, what can be chosen, the administration."""
    client = signed_in(world, person)
    addresses = [address(row, world.ids) for row in TABLE if row.method == "GET"] + [*CHOSEN]
    if person == "administrator":
        addresses += administration()
    return b"".join(unpacked(client.get(url, follow=True).getvalue()) for url in addresses)


def unpacked(content: bytes) -> bytes:
    """A workbook is read as what is packed in it."""
    if not content.startswith(b"PK"):
        return content
    with ZipFile(BytesIO(content)) as packed:
        return b"".join(packed.read(name) for name in packed.namelist())


def administration() -> Iterator[str]:
    for model in admin.site._registry:
        page = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{page}_changelist")
        yield from (
            reverse(f"{page}_change", args=[pk]) for pk in model._default_manager.values_list("pk", flat=True)
        )


def found(read: bytes, words: dict[str, str]) -> set[str]:
    """Where the words come from that stand in what was read."""
    return {where for where, word in words.items() if word.encode() in read}


@pytest.mark.parametrize("person", OTHERS)
def test_none_reaches_others(world: World, person: str) -> None:
    """No text, and not who assessed: administrators know people, but not what they assessed."""
    read, user = read_by(world, person), world.people[person]
    assert found(read, world.canaries | world.blind) == set()
    if person == "administrator":
        assert user is not None
        assert found(read, world.identity) == {"name", "address", "id"}
        assert not Assessment.objects.visible_to(user).exists()
    else:
        assert found(read, world.identity) == set()


@pytest.mark.parametrize("person", OF_ITS_ORGANISATION)
def test_all_reach_its_own_people(world: World, person: str) -> None:
    """The control without which the test above could pass by looking in the wrong place.

    What is written for a panel reaches its assessor alone, references all, names their coordinators.
    """
    read = read_by(world, person)
    assert found(read, world.canaries) == set(world.canaries)
    assert found(read, world.blind) == (set(world.blind) if person == "analyst" else set())
    assert "reference" in found(read, world.identity)
    assert person != "coordinator" or "name" in found(read, world.identity)


@pytest.mark.parametrize("person", [person for person in OTHERS if person not in {"anonymous", "suspended"}])
@pytest.mark.parametrize(("route", "parameter"), SEARCHES)
def test_searching_tells_nothing(world: World, person: str, route: str, parameter: str) -> None:
    """Whatever is searched for: the answer is that of a word which stands nowhere."""
    client = signed_in(world, person)

    def answer(word: str) -> bytes:
        response = client.get(reverse(route), {parameter: word})
        page = response.content.replace(word.encode(), b"WORD").replace(quote(word).encode(), b"WORD")
        return without_tokens(page)

    nowhere = answer("canary0000000000000000")
    words = world.canaries | world.identity
    assert [where for where, word in words.items() if answer(word) != nowhere] == []


def test_its_own_people_find_what_is_searched(world: World) -> None:
    """The control: each text that is searched is found by its own people, by each of its canaries."""
    for person in OF_ITS_ORGANISATION:
        user = world.people[person]
        assert user is not None
        hits = {
            where: find(parsed(word), user=user, chosen={}, number=1).total
            for where, word in world.canaries.items()
        }
        missed = [
            where for where, n in hits.items() if not n and not any(map(where.__contains__, NOT_SEARCHED))
        ]
        assert (person, missed) == (person, [])
        assert sum(map(bool, hits.values())) >= 20


def without_tokens(page: bytes) -> bytes:
    """A page without what differs in each: nonces and the tokens of forms."""
    return re.sub(rb'(nonce|value)="[^"]*"', b"", page)
