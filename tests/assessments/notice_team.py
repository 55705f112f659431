"""Everybody who may be told something about one assessment, and what is new to them."""

from collections.abc import Iterator

from django.utils import timezone

from assessments.actions import assessments as opening
from assessments.actions import review, submission
from assessments.choices import PanelState
from assessments.models import Assessment, Framework, Notice, Panel, PanelMember, Revision
from organisations.models import User
from tests.factories import (
    AT,
    OrganisationFactory,
    analyst,
    answer,
    coordinator,
    make_assessment,
    reader,
    reviewer,
)


def new(person: User) -> set[str]:
    """The kinds of what is new to a person."""
    return set(Notice.objects.visible_to(person).new().values_list("kind", flat=True))


def seat(draft: Assessment, state: PanelState) -> None:
    """Make the assessor of a draft a member of a panel in this state, due today."""
    panel = Panel.objects.create(
        organisation=draft.on_behalf_of,
        dyad=draft.dyad,
        framework=draft.framework,
        level=draft.level,
        period_start=draft.period_start,
        period_end=draft.period_end,
        basis=draft.basis,
        due=timezone.now().date(),
        state=state,
        opened_at=None if state == PanelState.RATING else AT,
        convened_by=coordinator(draft.on_behalf_of),
        convened_at=AT,
    )
    PanelMember.objects.create(
        panel=panel, person=draft.assessor, assessment=draft, added_by=panel.convened_by, added_at=AT
    )


class Team:
    """Everybody of one organisation, with a draft of the analyst; and the same people of another."""

    def __init__(self, framework: Framework | None = None) -> None:
        own = OrganisationFactory()
        self.analyst, self.colleague = analyst(own), analyst(own)
        self.reviewer, self.other_reviewer = reviewer(own), reviewer(own)
        self.coordinator, self.reader = coordinator(own), reader(own)
        self.suspended = reviewer(own, is_active=False)
        elsewhere = OrganisationFactory()
        self.foreign = [make(elsewhere) for make in (analyst, reviewer, coordinator, reader)]
        self.draft = make_assessment(assessor=self.analyst, framework=framework)
        codes = [indicator.code for indicator in self.draft.applicable_indicators()]
        answer(self.draft, dict.fromkeys(codes, 3))

    def everybody(self) -> Iterator[tuple[str, User]]:
        yield from ((name, person) for name, person in vars(self).items() if isinstance(person, User))
        yield from ((f"foreign {number}", person) for number, person in enumerate(self.foreign))

    def told(self) -> dict[str, set[str]]:
        """What is new to whom, but for those to whom nothing is."""
        return {name: kinds for name, person in self.everybody() if (kinds := new(person))}

    def submit(self) -> None:
        submission.submit(assessment=self.draft, by=self.analyst, at=AT, reason="It stands.")

    def review(self, by: User) -> None:
        review.start_review(assessment=self.draft, by=by, at=AT)

    def send_back(self, by: User) -> None:
        self.review(by)
        review.return_for_changes(revision=self.current(), by=by, reason="Say more.", at=AT)

    def approve(self, by: User) -> None:
        self.review(by)
        review.approve(revision=self.current(), by=by, at=AT)

    def current(self) -> Revision:
        self.draft.refresh_from_db()
        assert self.draft.current_revision is not None
        return self.draft.current_revision

    def revise(self) -> None:
        submission.revise(assessment=self.draft, by=self.analyst, at=AT)

    def release(self) -> None:
        opening.release(assessment=self.draft, to=[], to_all=True, by=self.coordinator, at=AT)

    def withdraw(self) -> None:
        opening.withdraw(assessment=self.draft, by=self.analyst, at=AT)
