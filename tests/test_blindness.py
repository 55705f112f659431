"""What is written for a panel that still rates reaches nobody but its assessor, by any door."""

import re
from urllib.parse import quote

import pytest
from django.urls import reverse

from assessments.actions.panels import cancel
from assessments.models import Assessment, Panel, Presence
from assessments.policy import actions_open_to, may_act
from assessments.workflow import Action
from tests.factories import AT
from tests.panel_world import rate
from tests.test_canaries import without_tokens
from tests.test_permissions import signed_in
from tests.world import World, make_world

pytestmark = pytest.mark.django_db
SEARCHES = (
    ("assessments:assessments", "search"),
    ("assessments:search", "q"),
    ("api:assessment-list", "reference"),
)


@pytest.fixture
def world(db: None) -> World:
    return make_world()


@pytest.mark.parametrize("person", ["colleague", "reviewer", "coordinator"])
def test_everybody_of_the_organisation_reads_it_once_all_have_submitted(world: World, person: str) -> None:
    panel = Panel.objects.get(pk=world.ids["panel"])
    rate(panel, world.people["colleague"], {})  # type: ignore[arg-type]
    address = Assessment.objects.get(pk=world.ids["panel_submitted"]).get_absolute_url()
    page = signed_in(world, person).get(address).content
    assert [what for what, word in world.blind.items() if word.encode() not in page] == []


@pytest.mark.parametrize("person", ["colleague", "reviewer", "coordinator"])
def test_submitting_changes_nothing_but_counts(world: World, person: str) -> None:
    """The page of the panel, lists, counts and search are the same whoever of two has submitted."""
    panel = Panel.objects.get(pk=world.ids["panel"])
    client = signed_in(world, person)
    page = without_tokens(client.get(panel.get_absolute_url()).content)
    assert b"1 of 2 members have submitted." in page
    ids = {str(pk) for pk in panel.members.values_list("assessment", flat=True)}
    own = {str(world.ids["panel_draft"])} if person == "colleague" else set()
    lists = "".join(
        client.get(address).content.decode()
        for address in ("/", "/assessments/", "/panels/", panel.get_absolute_url(), "/api/v1/assessments/")
    )
    found = set(re.findall(r"/assessments/(\d+)/", lists)) | set(re.findall(r'"id":(\d+),', lists))
    assert found & ids == own
    for word in world.blind.values():
        for route, parameter in SEARCHES:
            answers = [
                without_tokens(
                    client.get(reverse(route), {parameter: one})
                    .content.replace(one.encode(), b"W")
                    .replace(quote(one).encode(), b"W")
                )
                for one in (word, "canary0000000000000000")
            ]
            assert answers[0] == answers[1]


def test_actions_are_refused_to_everybody_whatever_calls_them(world: World) -> None:
    submitted = Assessment.objects.get(pk=world.ids["panel_submitted"])
    draft = Assessment.objects.get(pk=world.ids["panel_draft"])
    for name, person in world.people.items():
        if person is None:
            continue
        assert (name, actions_open_to(person, submitted)) == (name, [])
        allowed = [Action.EDIT, Action.SUBMIT] if name == "colleague" else []
        assert (name, actions_open_to(person, draft)) == (name, allowed)
    refused = may_act(world.people["reviewer"], Action.START_REVIEW, submitted)  # type: ignore[arg-type]
    assert "A panel still rates" in refused.reason


def test_who_is_at_it_is_not_told(world: World) -> None:
    address = reverse("assessments:edit", args=[world.ids["panel_draft"]])
    assert signed_in(world, "colleague").get(address).status_code == 200
    assert Presence.objects.get(assessment=world.ids["panel_draft"]).person == world.people["colleague"]
    for person in ("analyst", "reviewer", "coordinator"):
        presence = reverse("assessments:presence", args=[world.ids["panel_draft"]])
        assert signed_in(world, person).get(presence).status_code == 404


def test_what_a_member_withdrew_stays_hidden_while_others_rate(world: World) -> None:
    panel = Panel.objects.get(pk=world.ids["panel"])
    signed_in(world, "analyst").post(panel.get_absolute_url(), {"do": "leave", "reason": "Moved on."})
    address = Assessment.objects.get(pk=world.ids["panel_submitted"]).get_absolute_url()
    assert panel.members.filter(left_at__isnull=False, person=world.people["analyst"]).exists()
    assert [signed_in(world, p).get(address).status_code for p in ("analyst", "colleague", "reviewer")] == [
        200,
        404,
        404,
    ]
    coordinator = world.people["coordinator"]
    assert coordinator is not None
    cancel(panel=panel, reason="One is left.", by=coordinator, at=AT)
    assert signed_in(world, "reviewer").get(address).status_code == 200
