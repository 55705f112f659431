"""The page about the method, and the pages of calibrations with their decisions."""

from datetime import timedelta

import pytest
from django.test import Client

from assessments.actions.calibrations import propose_calibration, put_in_force, reject
from assessments.choices import State
from assessments.models import Calibration, Framework
from assessments.scoring.calibration import Calibration as Record
from organisations.models import User
from tests.factories import (
    AT,
    AdministratorFactory,
    DyadFactory,
    FrameworkFactory,
    OrganisationFactory,
    UserFactory,
    make_assessment,
    reader,
)
from tests.world import RULE

pytestmark = pytest.mark.django_db

LATER = AT + timedelta(days=1)
LOW = {**RULE, "code": "low", "when": {"of": "P1.1", "measure": "score", "at_most": 3.2}}
LOW["finding"] = "{dyad}: {target} is low."


@pytest.fixture
def framework() -> Framework:
    framework: Framework = FrameworkFactory(version="1.0", rules=[LOW])
    return framework


def rated(framework: Framework, score: int) -> None:
    answers = {"P1.1": score, "P1.2": score}
    make_assessment(
        State.APPROVED, framework=framework, dyad=DyadFactory(), answers=answers, released_to_all=True
    )


@pytest.fixture
def proposal(framework: Framework) -> Calibration:
    rated(framework, 3)
    propose_calibration(framework=framework, at=AT)
    rated(framework, 5)
    return propose_calibration(framework=framework, at=LATER)


def text(client: Client, address: str, person: User, status: int = 200) -> str:
    client.force_login(person)
    response = client.get(address)
    assert response.status_code == status
    return " ".join(response.content.decode().split())


def test_the_method_is_explained_before_anything_is_there(client: Client) -> None:
    page = text(client, "/method/", UserFactory())
    assert "nine times in ten" in page
    assert "There is no calibration that you may see" in page


def test_it_names_the_calibration_in_force_and_the_one_proposed(
    client: Client, proposal: Calibration
) -> None:
    page = text(client, "/method/", reader(OrganisationFactory()))
    assert "Calibration 1 has been in force since 2 January 2026." in page
    assert "Calibration 2 is proposed: see what it moves" in page
    assert "fewer than five dyads" in page
    assert "1 dyad, 1 assessor." in page
    assert "No answers yet" in page
    first = proposal.framework.calibrations.get(number=1)
    assert f"{first.sha256[:16]}…" in page
    assert first.get_absolute_url() in page
    assert proposal.get_absolute_url() in page


def test_a_framework_without_one_says_so(client: Client, proposal: Calibration) -> None:
    FrameworkFactory(version="2.0")
    assert "Not calibrated yet" in text(client, "/method/", reader(OrganisationFactory()))


@pytest.mark.parametrize(
    "query", ["page=x", "page=99", "page=-1", "sort=nothing", "sort=-framework", "sort="]
)
def test_odd_queries_do_no_harm(client: Client, proposal: Calibration, query: str) -> None:
    person = reader(OrganisationFactory())
    assert "How scores are made" in text(client, f"/method/?{query}", person)
    assert "What it moves" in text(client, f"{proposal.get_absolute_url()}?{query}", person)


def test_a_proposal_shows_what_it_moves(client: Client, proposal: Calibration) -> None:
    page = text(client, proposal.get_absolute_url(), reader(OrganisationFactory()))
    assert "Calibration 2 is proposed since 3 January 2026 and waits for a decision." in page
    assert "Compared with calibration 1, 2 of 2 dyads move." in page
    assert "Only administrators decide on calibrations." in page
    assert 'name="decision"' not in page
    row = '<th scope="row" class="fw-normal">P1.1 Indicator P1.1</th><td class="num">3.00</td>'
    assert f'{row}<td class="num"><strong>4.00</strong></td><td class="num">+1.00</td>' in page
    assert "No longer a finding:" in page
    assert page.index("Political level</h3>") < page.index("Field level</h3>")
    for dyad in proposal.report["dyads"]:
        assert f'href="/dyads/{dyad["dyad"]}/"' in page


def test_the_first_has_nothing_to_compare_with(client: Client, proposal: Calibration) -> None:
    first = proposal.framework.calibrations.get(number=1)
    page = text(client, first.get_absolute_url(), reader(OrganisationFactory()))
    assert "there was nothing to compare it with" in page
    assert "0.250" in page


def test_a_proposal_that_moves_no_dyad_says_so(client: Client, framework: Framework) -> None:
    rated(framework, 3)
    propose_calibration(framework=framework, at=AT)
    record = Record.default()
    made = Calibration.objects.create(
        framework=framework,
        number=2,
        record=record.to_dict(),
        sha256="0" * 64,
        report={"number": 1, "levels": [], "dyads": [], "n_dyads": 1},
        created_at=AT,
    )
    page = text(client, made.get_absolute_url(), reader(OrganisationFactory()))
    assert "Compared with calibration 1, 0 of 1 dyad moves." in page
    assert "No score of a dyad moves by more than 0.01" in page


def test_many_dyads_come_in_pages(client: Client, framework: Framework) -> None:
    dyads = [
        {
            "dyad": f"A{n}-B{n}",
            "figures": [{"code": "P1.1", "before": 3, "after": 3 + n, "difference": n}],
            "statuses": [{"code": "political", "before": "published", "after": "insufficient_evidence"}],
            "started": [],
            "stopped": [],
        }
        for n in range(25)
    ]
    made = Calibration.objects.create(
        framework=framework,
        number=1,
        record=Record.default().to_dict(),
        sha256="0" * 64,
        report={"number": 0, "levels": [], "dyads": dyads, "n_dyads": 30},
        created_at=AT,
    )
    person = reader(OrganisationFactory())
    first = text(client, made.get_absolute_url(), person)
    assert "A9-B9" in first
    assert "1 score moves, by 9.00; 1 figure changes its status" in first
    assert "A10-B10" not in first
    assert "1 of 3" in first
    assert (
        '<td class="num">published</td><td class="num"><strong>insufficient evidence</strong></td>' in first
    )
    last = text(client, f"{made.get_absolute_url()}?page=3", person)
    assert "A24-B24" in last
    assert "Next" not in last


def decide(client: Client, calibration: Calibration, **data: str) -> tuple[int, str]:
    response = client.post(calibration.get_absolute_url(), data, follow=True)
    return response.status_code, " ".join(response.content.decode().split())


def test_an_administrator_puts_it_in_force(client: Client, proposal: Calibration) -> None:
    person = AdministratorFactory()
    assert "Your decision" in text(client, proposal.get_absolute_url(), person)
    status, page = decide(client, proposal, decision="put_in_force")
    assert status == 200
    assert "The calibration is in force. All scorecards follow it." in page
    assert "Calibration 2 has been in force since" in page
    assert f"Decided by {person}." in page
    assert "Your decision" not in page
    proposal.refresh_from_db()
    assert (proposal.status, proposal.decided_by) == ("in_force", person)


def test_an_administrator_rejects_it_with_a_reason(client: Client, proposal: Calibration) -> None:
    client.force_login(AdministratorFactory())
    status, page = decide(client, proposal, decision="reject", reason="  ")
    assert status == 422
    assert "Say why it is rejected." in page
    status, page = decide(client, proposal, decision="reject", reason="Too early <b>.")
    assert status == 200
    assert "The calibration is rejected." in page
    assert "Too early &lt;b&gt;." in page
    proposal.refresh_from_db()
    assert proposal.status == "rejected"


@pytest.mark.parametrize("data", [{}, {"decision": "delete"}, {"decision": "reject", "reason": "x" * 5001}])
def test_what_is_no_decision_is_refused_in_words(
    client: Client, proposal: Calibration, data: dict[str, str]
) -> None:
    client.force_login(AdministratorFactory())
    status, page = decide(client, proposal, **data)
    assert status == 422
    assert "Please mend this first" in page
    proposal.refresh_from_db()
    assert proposal.status == "proposed"


def test_the_name_of_who_decided_stays_with_administrators(client: Client, proposal: Calibration) -> None:
    administrator = AdministratorFactory(name="Somebody Particular")
    put_in_force(calibration=proposal, by=administrator, at=LATER)
    assert "Somebody Particular" in text(client, proposal.get_absolute_url(), administrator)
    assert "Somebody Particular" not in text(
        client, proposal.get_absolute_url(), reader(OrganisationFactory())
    )


def test_every_state_says_how_it_came_to_it(client: Client, framework: Framework) -> None:
    rated(framework, 3)
    first = propose_calibration(framework=framework, at=AT)
    rated(framework, 5)
    second = propose_calibration(framework=framework, at=AT)
    rated(framework, 1)
    third = propose_calibration(framework=framework, at=LATER)
    reject(calibration=third, reason="No.", at=LATER)
    rated(framework, 2)
    put_in_force(calibration=propose_calibration(framework=framework, at=LATER), at=LATER)
    person = reader(OrganisationFactory())
    said = {
        first: "Calibration 1 was in force from 2 January 2026 to 3 January 2026.",
        second: "Calibration 2 was proposed on 2 January 2026 and replaced undecided on 3 January 2026.",
        third: "Calibration 3 was rejected on 3 January 2026: No.",
    }
    for calibration, words in said.items():
        assert words in text(client, calibration.get_absolute_url(), person)


def test_a_record_of_an_earlier_method_is_shown(client: Client, framework: Framework) -> None:
    level = {
        "mu": {"P1.1": 3.5},
        "n_dyads": 3,
        "n_assessors": 2,
        "components": Record.default().to_dict()["levels"]["field"]["components"],
        "degrees_of_freedom": 8.0,
    }
    made = Calibration.objects.create(
        framework=framework,
        number=1,
        status="in_force",
        decided_at=AT,
        record={"levels": {"political": level, "field": level | {"mu": {}}}},
        sha256="0" * 64,
        created_at=AT,
    )
    page = text(client, made.get_absolute_url(), reader(OrganisationFactory()))
    assert "this calibration did not estimate them" in page
    assert "3.50" in page


def test_scorecards_name_their_calibration(client: Client, proposal: Calibration) -> None:
    dyad = DyadFactory()
    make_assessment(State.APPROVED, framework=proposal.framework, dyad=dyad, released_to_all=True)
    page = text(client, dyad.get_absolute_url(), reader(OrganisationFactory()))
    first = proposal.framework.calibrations.get(number=1)
    assert f'<a href="{first.get_absolute_url()}">calibration 1</a>' in page
    assert '<a href="/method/">Method' in page
