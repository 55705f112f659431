"""What the pictures show beside the reference cases: work of one organisation in progress."""

from collections.abc import Set
from datetime import timedelta

from django.utils import timezone

from assessments.actions import assessments, authorship, desk, panels, recording, review, submission
from assessments.actions.reference import DEMO_PASSWORD
from assessments.choices import Stance
from assessments.models import Assessment
from organisations.actions.people import add_membership, add_person
from organisations.models import Organisation, User
from organisations.roles import Role

ANALYST, SECOND, REVIEWER = "analyst@eu.example", "second-analyst@eu.example", "reviewer@eu.example"
COORDINATOR = "coordinator@eu.example"
LEFT_OPEN = {"F5.3", "F5.4", "F8.1", "F8.2", "F8.3"}
REASON = "P2.1: has the review changed anything? Say what is known.\nP4.2: who does what?"
GOVERNS = "The declaration governs planning, training, communication and best practices"
TASKS = "The two often carry out similar tasks: peacekeeping, policing, civilian activities"
CHANGES = [
    (
        "P2.1",
        3,
        [f"{GOVERNS}.", f"{GOVERNS}. It has been reviewed; what the review changed is not on record."],
    ),
    ("P4.2", 3, [f"{TASKS}; the sources name no division of labour."]),
]


def prepare() -> None:
    """A field draft half done by two analysts, and a political one that was returned and submitted again."""
    organisation = Organisation.objects.get(acronym="EU")
    analyst, reviewer = (User.objects.get(email=address) for address in (ANALYST, REVIEWER))
    administrator = User.objects.filter(is_superuser=True)[0]
    second = add_person(
        email=SECOND, name="Second analyst of the EU", password=DEMO_PASSWORD, by=administrator
    )
    add_membership(user=second, organisation=organisation, role=Role.ANALYST, by=administrator)
    copied = Assessment.objects.filter(dyad__first__acronym="UN", dyad__second__acronym="EU")
    draft = copy(copied.get(engagement__name="MONUC-Artemis"), organisation, analyst)
    both = list(copied.filter(engagement__name="IPTF-EUPM").order_by("pk")[:2])
    panel(organisation, both, [analyst, second])
    speak_against(draft, "F3.1", analyst)
    authorship.add_co_author(assessment=draft, person=second, by=analyst, at=timezone.now())
    political = copy(copied.filter(engagement=None)[0], organisation, analyst)
    submission.submit(assessment=political, by=analyst, at=timezone.now(), reason="Both sources say so.")
    revision = review.start_review(assessment=political, by=reviewer, at=timezone.now())
    asked = desk.comment(
        assessment=political,
        text="Has the review changed anything in practice?",
        by=reviewer,
        at=timezone.now(),
        indicator=political.applicable_indicators().get(code="P2.1"),
    )
    review.return_for_changes(revision=revision, by=reviewer, reason=REASON, at=timezone.now())
    submission.revise(assessment=political, by=analyst, at=timezone.now())
    rewrite(political, analyst)
    answered = "Nothing on record. The rationale says so now, and the score is lower."
    desk.comment(assessment=political, text=answered, by=analyst, at=timezone.now(), parent=asked)
    submission.submit(assessment=political, by=analyst, at=timezone.now(), reason="Both sources say so.")


def copy(original: Assessment, organisation: Organisation, by: User) -> Assessment:
    """The answers of a reference case, answered again for another organisation, but for some left open."""
    draft = assessments.open_assessment(
        by=by,
        on_behalf_of=organisation,
        dyad=original.dyad,
        engagement=original.engagement,
        framework=original.framework,
        period=(original.period_start, original.period_end),
        basis=original.basis,
        at=timezone.now() - timedelta(days=2),
    )
    fill_in(draft, original, by, left_open=LEFT_OPEN)
    return draft


def fill_in(draft: Assessment, original: Assessment, by: User, *, left_open: Set[str] = frozenset()) -> None:
    """Answer a draft as another assessment does, with its evidence."""
    ratings = original.ratings.exclude(indicator__code__in=left_open)
    for rating in ratings.select_related("indicator"):
        answer = recording.AnswerInput(
            rating.indicator, rating.score, rating.non_score, rating.rationale, rating.confidence
        )
        recording.save_ratings(assessment=draft, answers=[answer], by=by, at=timezone.now())
        for evidence in rating.evidence.all():
            recording.add_evidence(
                assessment=draft,
                indicator=rating.indicator,
                source=evidence.source,
                by=by,
                at=timezone.now(),
                locator=evidence.locator,
            )


def panel(organisation: Organisation, originals: list[Assessment], members: list[User]) -> None:
    """Two analysts who rated one engagement without seeing each other's answers, which are open now."""
    first = originals[0]
    convened = panels.convene(
        organisation=organisation,
        members=members,
        dyad=first.dyad,
        engagement=first.engagement,
        framework=first.framework,
        period=(first.period_start, first.period_end),
        basis=first.basis,
        task="Rate what was published; do not talk about it until both have submitted.",
        by=User.objects.get(email=COORDINATOR),
        at=timezone.now(),
    )
    for member, original in zip(members, originals, strict=True):
        draft = Assessment.objects.get(panel_member__panel=convened, assessor=member)
        fill_in(draft, original, member)
        submission.submit(assessment=draft, by=member, at=timezone.now(), reason="Both sources say so.")


def rewrite(draft: Assessment, by: User) -> None:
    """Two answers changed, one of them in several saves as autosave makes them."""
    for code, score, texts in CHANGES:
        rating = draft.ratings.select_related("indicator").get(indicator__code=code)
        for text in texts:
            given = recording.AnswerInput(
                rating.indicator, score, "", text, rating.confidence or "moderate", rating.version
            )
            (rating,) = recording.save_ratings(assessment=draft, answers=[given], by=by, at=timezone.now())


def speak_against(draft: Assessment, code: str, by: User) -> None:
    """Turn the evidence of an answer against it, for the checks to find."""
    rating = draft.ratings.select_related("indicator").get(indicator__code=code)
    for evidence in rating.evidence.select_related("source", "rating__assessment"):
        recording.remove_evidence(evidence=evidence, by=by, at=timezone.now())
        recording.add_evidence(
            assessment=draft,
            indicator=rating.indicator,
            source=evidence.source,
            by=by,
            at=timezone.now(),
            locator=evidence.locator,
            stance=Stance.CONTRADICTS,
        )
