"""Two panels of one organisation: one that still rates, and one whose answers are open."""

import secrets
from collections.abc import Mapping
from typing import Any

from assessments.actions.adjudication import adjudicate, discuss
from assessments.actions.panels import add_member, convene, open_answers, remove_member
from assessments.actions.recording import AnswerInput, add_evidence, save_ratings
from assessments.actions.submission import submit
from assessments.models import Adjudication, Assessment, Framework, Panel
from organisations.models import Dyad, Organisation, User
from tests.factories import (
    AT,
    DyadFactory,
    FrameworkFactory,
    OrganisationFactory,
    SourceFactory,
    coordinator,
    reviewer,
)
from tests.factories import analyst as analyst_of


def word() -> str:
    return f"canary{secrets.token_hex(8)}"


def make_panel(
    organisation: Organisation,
    dyad: Dyad,
    framework: Framework,
    *,
    by: User,
    members: list[User],
    chair: User | None = None,
    task: str = "",
    period: tuple[int, int] = (2003, 2007),
) -> Panel:
    return convene(
        organisation=organisation,
        dyad=dyad,
        engagement=None,
        framework=framework,
        period=period,
        basis="Panel of analysts",
        task=task,
        members=members,
        chair=chair,
        by=by,
        at=AT,
    )


def assessment_of(panel: Panel, person: User) -> Assessment:
    return Assessment.objects.get(panel_member__panel=panel, assessor=person, panel_member__left_at=None)


def rate(
    panel: Panel, person: User, scores: Mapping[str, int | str], *, rationale: str = "Why."
) -> Assessment:
    """Answer everything (3 where nothing else is given) and submit."""
    draft = assessment_of(panel, person)
    source = SourceFactory()
    for indicator in draft.applicable_indicators():
        value = scores.get(indicator.code, 3)
        answer = AnswerInput(
            indicator,
            score=value if isinstance(value, int) else None,
            non_score=value if isinstance(value, str) else "",
            rationale=rationale,
            confidence="moderate",
        )
        save_ratings(assessment=draft, answers=[answer], by=person, at=AT)
        add_evidence(assessment=draft, indicator=indicator, source=source, by=person, at=AT, locator="p. 1")
    submit(assessment=draft, by=person, at=AT)
    return draft


class Setting:
    """An organisation with a coordinator, a chair and three analysts, and a dyad to rate."""

    def __init__(self) -> None:
        self.own: Organisation = OrganisationFactory()
        self.by: User = coordinator(self.own)
        self.chair: User = reviewer(self.own)
        self.people: list[User] = [analyst_of(self.own) for _ in range(3)]
        self.dyad: Dyad = DyadFactory()
        self.framework: Framework = FrameworkFactory()

    def panel(self, n: int = 2) -> Panel:
        return make_panel(
            self.own, self.dyad, self.framework, by=self.by, members=self.people[:n], chair=self.chair
        )

    def opened(self, *scores: dict[str, int | str]) -> Panel:
        panel = self.panel(len(scores))
        for person, given in zip(self.people, scores, strict=False):
            rate(panel, person, given)
        panel.refresh_from_db()
        return panel

    def adjudicate(self, panel: Panel, code: str = "P1.1", **values: Any) -> Adjudication:
        given = {
            "score": 3,
            "non_score": "",
            "reason": "The report of 2006.",
            "read": 0,
            "by": self.by,
            "at": AT,
        }
        indicator = assessment_of(panel, self.people[0]).applicable_indicators().get(code=code)
        return adjudicate(panel=panel, indicator=indicator, **(given | values))  # type: ignore[arg-type]


def panels_of_the_world(
    dyad: Dyad, framework: Framework, people: Mapping[str, User | None], canaries: dict[str, str]
) -> tuple[dict[str, int], dict[str, str]]:
    """Ids, and the words of the analyst's blind answers, which only the analyst may reach.

    Of the panel that rates the analyst has submitted and the colleague has not. In the open one they disagree
    on P1.1, which is adjudicated, and on P1.2, which is not.
    """
    analyst, colleague, coordinator = (people[name] for name in ("analyst", "colleague", "coordinator"))
    assert analyst is not None
    assert colleague is not None
    assert coordinator is not None
    canaries["task of a panel"] = word()
    blind = {"rationale of a blind answer": word()}
    place = {"by": coordinator, "members": [analyst, colleague]}
    rating = make_panel(dyad.first, dyad, framework, task=canaries["task of a panel"], **place)  # type: ignore[arg-type]
    submitted = rate(rating, analyst, {}, rationale=blind["rationale of a blind answer"])
    gone = analyst_of(dyad.first)
    canaries["why somebody left a panel"], canaries["why a panel was opened"] = word(), word()
    add_member(panel=rating, person=gone, by=coordinator, at=AT)
    remove_member(
        panel=rating, person=gone, reason=canaries["why somebody left a panel"], by=coordinator, at=AT
    )
    opened = make_panel(dyad.first, dyad, framework, **place)  # type: ignore[arg-type]
    add_member(panel=opened, person=analyst_of(dyad.first), by=coordinator, at=AT)
    canaries["rationale in an open panel"] = word()
    rate(opened, analyst, {"P1.1": 5, "P1.2": 5}, rationale=canaries["rationale in an open panel"])
    rate(opened, colleague, {"P1.1": 1, "P1.2": "insufficient_evidence"})
    open_answers(panel=opened, reason=canaries["why a panel was opened"], by=coordinator, at=AT)
    indicator = submitted.applicable_indicators().get(code="P1.1")
    canaries["comment in a panel"] = word()
    discuss(panel=opened, indicator=indicator, text=canaries["comment in a panel"], by=analyst, at=AT)
    canaries["reason of an adjudication"] = word()
    adjudicate(
        panel=opened,
        indicator=indicator,
        score=2,
        non_score="",
        reason=canaries["reason of an adjudication"],
        read=0,
        by=coordinator,
        at=AT,
    )
    ids = {
        "panel": rating.pk,
        "open_panel": opened.pk,
        "panel_submitted": submitted.pk,
        "panel_draft": assessment_of(rating, colleague).pk,
    }
    return ids, blind


def panels_to_act_on(people: Mapping[str, User | None]) -> dict[str, int]:
    """A panel that still rates but could be opened, and one whose members agree, so that it can end."""
    analyst, colleague, by = (people[name] for name in ("analyst", "colleague", "coordinator"))
    assert analyst is not None
    assert colleague is not None
    assert by is not None
    dyad = Dyad.objects.get(first__acronym="OWN", second__acronym="OTHER")
    framework, own = Framework.objects.latest(), dyad.first
    assert framework is not None
    openable = make_panel(own, dyad, framework, by=by, members=[analyst, colleague, analyst_of(own)])
    settled = make_panel(own, dyad, framework, by=by, members=[analyst, colleague])
    for panel in (openable, settled):
        for person in (analyst, colleague):
            rate(panel, person, {})
    return {"openable_panel": openable.pk, "settled_panel": settled.pk}
