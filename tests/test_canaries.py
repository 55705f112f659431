"""That no word of private work reaches anybody of another organisation, by any route, in any state."""

import re
from collections.abc import Iterator
from io import BytesIO
from urllib.parse import quote
from zipfile import ZipFile

import pytest
from django.apps import apps
from django.contrib import admin
from django.db.models import BinaryField, CharField, FileField, JSONField, Model, TextField
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
    "author of",
    "symbol of",
    "address of",
    "why somebody",
)
TEXTS = (CharField, TextField, JSONField, BinaryField, FileField)
ELSEWHERE = {
    # What everybody who is signed in may read, or is made of it.
    "assessments.anchor": "of a framework",
    "assessments.calibration": "of what is released to all",
    "assessments.dimension": "of a framework",
    "assessments.engagement": "described by administrators for everybody",
    "assessments.framework": "of a framework",
    "assessments.indicator": "of a framework",
    "assessments.rule": "of a framework",
    "assessments.vignette": "of a framework",
    "assessments.instrumentfound": "what is found of a framework's or dyad's texts",
    "assessments.missionfound": "what is found of a mission, which everybody sees",
    "organisations.instrument": "described by administrators for everybody",
    "organisations.mission": "described by administrators for everybody",
    "organisations.organisation": "described by administrators for everybody",
    # What machines write, from texts that have canaries.
    "assessments.approvedrating.case": "made of the dyad, level, engagement and period",
    "assessments.attachment.file": "a number",
    "assessments.edition.method_version": "a number",
    "assessments.export": "what was asked for: tests/assessments/test_exports*.py",
    "assessments.finding": "made of a rule and of figures; whether it is there at all: test_permissions.py",
    "assessments.jointfit": "figures",
    "assessments.jointscore": "figures",
    "assessments.lesson.measured": "figures",
    "assessments.lesson.subject": "the code of an indicator",
    "assessments.lessonstep.move": "the name of a move",
    "assessments.lessonstep.recurrence": "made of a rule and of figures",
    "assessments.notice": "numbers, and what a mail server said",
    "assessments.offlineupload.mark": "numbers",
    "assessments.offlineupload.signed": "a signature",
    "assessments.recommendation.target": "the code of an indicator",
    "assessments.recommendation.text": "made of a rule and of names",
    "assessments.revision.remarks": "made of codes and of numbers",
    "assessments.scorecard": "figures; whether it is there at all: test_permissions.py",
    "assessments.searchentry": "copies of what has canaries, see test_searching_tells_nothing",
    "assessments.source.event_date": "a date, on pages that a title keeps from others",
    "assessments.source.publication_date": "a date, on pages that a title keeps from others",
    "assessments.source.key": "made of author and year",
    "assessments.source.kind": "the name of a kind",
    "organisations.apitoken.token_key": "shown by administrators' lists, and useless alone",
    "organisations.keptanswer": "given again to who asked only: tests/organisations/test_once.py",
    "organisations.ratecount": "numbers of people",
    # What is seen with the thing it belongs to, which has canaries.
    "assessments.lessonaction": "stands on the page of its lesson",
    "assessments.panel.basis": "is the basis of its assessments",
    "assessments.panel.ending_reason": "stands where the reason for opening does",
    # What was decided for an organisation is told to all who see the recommendation.
    "assessments.recommendation.reason": "told with the decision",
}


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


def test_each_text_has_a_canary(world: World) -> None:
    """A new field is watched by the tests below, or says here why not."""
    words = set().union(*(one.values() for one in (world.canaries, world.blind, world.alone, world.identity)))
    bare: set[tuple[str, str]] = set()
    watched: set[tuple[str, str]] = set()
    for name, model, field in texts_of_models():
        values = model._base_manager.values_list(field, flat=True)
        (watched if any(word in str(value) for value in values for word in words) else bare).add(
            (model._meta.label_lower, name)
        )
    excused = {(model, name) for model, name in bare if model in ELSEWHERE or name in ELSEWHERE}
    assert sorted(name for _model, name in bare - excused) == []
    needed = {name for pair in excused for name in pair}
    assert sorted(set(ELSEWHERE) - needed) == [], "excuses that nothing needs"
    assert len(watched) > 25


def texts_of_models() -> Iterator[tuple[str, type[Model], str]]:
    """What people and machines write; not choices, digests, passwords or histories of other rows."""
    for model in apps.get_models():
        if model._meta.app_label not in {"assessments", "organisations"} or hasattr(model, "pgh_id"):
            continue
        for field in model._meta.concrete_fields:
            digest = "sha256" in field.name or field.name in {"password", "digest"}
            if isinstance(field, TEXTS) and not field.choices and not digest:
                yield f"{model._meta.label_lower}.{field.name}", model, field.name


@pytest.mark.parametrize("person", OTHERS)
def test_none_reaches_others(world: World, person: str) -> None:
    """No text, and not who assessed: administrators know people, but not what they assessed."""
    read, user = read_by(world, person), world.people[person]
    assert found(read, world.canaries | world.blind | world.alone) == set()
    if person == "administrator":
        assert user is not None
        assert found(read, world.identity) == {"name", "address", "id"}
        assert not Assessment.objects.visible_to(user).exists()
    else:
        assert found(read, world.identity) == set()


@pytest.mark.parametrize("person", OF_ITS_ORGANISATION)
def test_all_reach_its_own_people(world: World, person: str) -> None:
    """The control without which the test above could pass by looking in the wrong place.

    What is written for a panel, and what is the analyst's own, reaches the analyst alone; references reach
    all, names their coordinators.
    """
    read = read_by(world, person)
    assert found(read, world.canaries) == set(world.canaries)
    own = world.blind | world.alone
    assert found(read, own) == (set(own) if person == "analyst" else set())
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
