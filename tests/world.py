"""One organisation's work in every state, and the kinds of people who may ask for it."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.core.files.uploadedfile import SimpleUploadedFile

from assessments.actions import assessments as opening
from assessments.actions import desk, recording, review
from assessments.actions.attachments import attach
from assessments.actions.calibrations import propose_calibration
from assessments.actions.editions import freeze_edition
from assessments.actions.exports import begin_export
from assessments.actions.rule_versions import begin_rules_version, reading_of, write_rule
from assessments.choices import EditionBasis, Stance, State
from assessments.models import (
    Assessment,
    Calibration,
    Comment,
    Evidence,
    Finding,
    Framework,
    Notice,
    OfflineUpload,
    Recommendation,
    Revision,
    Scorecard,
    Vignette,
)
from assessments.scoring.calibration import Calibration as Record
from organisations.actions.tokens import issue_token
from organisations.models import ApiToken, Dyad, Mission, Organisation, User
from tests.factories import (
    AT,
    PASSWORD,
    AdministratorFactory,
    DyadFactory,
    EngagementFactory,
    FrameworkFactory,
    InstrumentFactory,
    OrganisationFactory,
    SourceFactory,
    UserFactory,
    VignetteFactory,
    advance,
    analyst,
    coordinator,
    make_assessment,
    rate_vignette,
    reader,
    reviewer,
)
from tests.lesson_world import lessons_of_the_world
from tests.panel_world import panels_of_the_world, word

PEOPLE = (
    "anonymous",
    "suspended",
    "nobody",
    "reader",
    "analyst",
    "colleague",
    "reviewer",
    "coordinator",
    "partner",
    "partner_coordinator",
    "outsider",
    "administrator",
)
RULE = {
    "kind": "weakness",
    "priority": 1,
    "scope": ["dyad"],
    "addresses": "P1.1",
    "finding": "{dyad}: {target} was assessed.",
    "recommendation": "{dyad} commits itself.",
    "because": "judgement",
}
# The first fires on one assessor, so for everybody; the second only where the private assessment counts.
RULES = [
    {**RULE, "code": "one", "when": {"of": "P1.1", "measure": "n_assessors", "at_least": 1}},
    {**RULE, "code": "two", "when": {"of": "P1.1", "measure": "n_assessors", "at_least": 2}},
]
COLLEAGUE_ID = 7340912658  # so that it can be told from other numbers
_numbers = count()


@dataclass(frozen=True, slots=True)
class World:
    """``ids`` are what addresses are made of: assessments by state (none released but ``shared``), ...

    ``blind`` are canaries in what the analyst writes for a panel that still rates, ``alone`` in what is the
    analyst's for good, such as the name of a token: neither is anybody else's to reach.
    ``identity`` is what would tell others who assessed: of the colleague, and of the shared assessment.
    """

    people: dict[str, User | None]
    ids: dict[str, Any]
    canaries: dict[str, str]
    identity: dict[str, str]
    blind: dict[str, str]
    alone: dict[str, str]


def make_world() -> World:
    """Work of OWN on its dyad with OTHER: private in every state, and one assessment shared with all.

    The analyst assesses what is private, the colleague what is shared; both are of OWN. The partners belong
    to OTHER, the outsider to a third organisation. Private assessments carry canaries: random words, one in
    each of their texts.
    """
    own, other = OrganisationFactory(acronym="OWN"), OrganisationFactory(acronym="OTHER")
    dyad, framework = DyadFactory(first=own, second=other), FrameworkFactory(version="1.0", rules=RULES)
    EngagementFactory(dyad=dyad, name="Engagement")
    InstrumentFactory(dyad=dyad)
    people: dict[str, User | None] = {
        "anonymous": None,
        "suspended": coordinator(own, is_active=False),
        "nobody": UserFactory(),
        "reader": reader(own),
        "analyst": analyst(own),
        "colleague": analyst(own, pk=COLLEAGUE_ID, name=f"canary{secrets.token_hex(8)}"),
        "reviewer": reviewer(own),
        "coordinator": coordinator(own),
        "partner": analyst(other),
        "partner_coordinator": coordinator(other),
        "outsider": analyst(OrganisationFactory()),
        "administrator": AdministratorFactory(),
    }
    password = make_password(PASSWORD)
    for user in filter(None, people.values()):
        user.password = password
        user.save()
    canaries: dict[str, str] = {}
    propose_calibration(framework=framework, at=AT)
    shared = make_assessment(
        State.APPROVED,
        dyad=dyad,
        framework=framework,
        assessor=people["colleague"],
        reference=f"canary{secrets.token_hex(8)}",
        released_to_all=True,
    )
    ids = {"shared": shared.pk}
    for state in (State.DRAFT, State.SUBMITTED, State.IN_REVIEW, State.RETURNED, State.APPROVED):
        ids[state.value] = _private(state, dyad, framework, own, people, canaries).pk
    canaries |= _editions(dyad, framework, people)
    identity = {
        "name": shared.assessor.name,
        "address": shared.assessor.email,
        "id": str(COLLEAGUE_ID),
        "reference": shared.reference,
    }
    panels, blind = panels_of_the_world(dyad, framework, people, canaries)
    ids |= panels
    ids |= lessons_of_the_world(dyad, framework, people, canaries)
    ids |= _attached(own, people["analyst"], canaries)
    alone = {"rationale in an offline form": word(), "name of a token": word()}
    ids |= _other_ids(ids, framework, people, alone)
    return World(people, ids, canaries, identity, blind, alone)


def _editions(dyad: Dyad, framework: Framework, people: dict[str, User | None]) -> dict[str, str]:
    """Freezes one edition for everybody and one for OWN alone; returns the words in the texts of that one."""
    person = people["coordinator"]
    assert person is not None
    title, note = (f"canary{secrets.token_hex(8)}" for _ in range(2))
    for basis, texts in ((EditionBasis.RELEASED, ("", "")), (EditionBasis.ORGANISATION, (title, note))):
        freeze_edition(
            dyad=dyad,
            framework=framework,
            basis=basis,
            organisation=dyad.first,
            title=texts[0],
            note=texts[1],
            by=person,
            at=AT,
        )
    return {"title of an edition of the organisation": title, "note of an edition of the organisation": note}


def _private(
    state: State,
    dyad: Dyad,
    framework: Framework,
    organisation: Organisation,
    people: dict[str, User | None],
    canaries: dict[str, str],
) -> Assessment:
    person, reads = people["analyst"], people["reviewer"]
    assert person is not None
    assert reads is not None

    def canary(field: str) -> str:
        word = f"canary{secrets.token_hex(8)}"
        canaries[f"{field} of the {state.value} assessment"] = word
        return word

    assessment = opening.open_assessment(
        by=person,
        on_behalf_of=organisation,
        dyad=dyad,
        engagement=None,
        framework=framework,
        period=(2003, 2007),
        basis=canary("basis"),
        reference=canary("reference"),
        at=AT,
    )
    rationale, locator, excerpt = canary("rationale"), canary("locator"), canary("excerpt")
    source = SourceFactory(
        organisation=organisation,
        key=f"own-{next(_numbers)}",
        title=canary("title of a source"),
        author=canary("author of a source"),
        url=f"https://{canary('address of a source')}.example/",
        reliability="B",
    )
    doubt = canary("reason of a reliability")
    for indicator in assessment.applicable_indicators():
        answer = recording.AnswerInput(indicator, score=4, rationale=rationale, confidence="high")
        recording.save_ratings(assessment=assessment, answers=[answer], by=person, at=AT)
        recording.add_evidence(
            assessment=assessment,
            indicator=indicator,
            source=source,
            by=person,
            at=AT,
            locator=locator,
            excerpt=excerpt,
            wording="paraphrase",
            reliability="C",
            reliability_reason=doubt,
        )
    desk.comment(assessment=assessment, text=canary("comment"), by=person, at=AT)
    _rewritten(assessment, canary("replaced rationale"))
    _advanced(assessment, state, canary, reads)
    return assessment


def _rewritten(draft: Assessment, word: str) -> None:
    """Replace the last rationale by a word, and that by what stood there: only the history still has it."""
    rating = draft.ratings.select_related("indicator").last()
    assert rating is not None
    for text in (word, rating.rationale):
        given = recording.AnswerInput(
            rating.indicator, rating.score, rationale=text, confidence="high", version=rating.version
        )
        (rating,) = recording.save_ratings(assessment=draft, answers=[given], by=draft.assessor, at=AT)
    events = apps.get_model("assessments", "RatingEvent")._default_manager
    events.filter(rationale=word).update(pgh_created_at=AT)  # long ago, so that it is told by itself


def _advanced(assessment: Assessment, state: State, canary: Callable[[str], str], reads: User) -> None:
    """Bring a draft into ``state``, with a warning that is confirmed and words of the reviewer."""
    if state == State.DRAFT:
        return
    rating = assessment.ratings.filter(indicator__code="P1.2").get()
    rating.evidence.update(stance=Stance.CONTRADICTS)
    why = canary("reason of the submission")
    if state in {State.RETURNED, State.APPROVED}:
        advance(assessment, state, why=why, said=canary("remark of the reviewer"))
        return
    advance(assessment, State.SUBMITTED, why=why)
    if state == State.IN_REVIEW:
        review.start_review(assessment=assessment, by=reads, at=AT)


def _upload(draft: Assessment, rationale: str) -> OfflineUpload:
    """An offline form of the assessor that changes one answer."""
    answer = {"sheet": "P1", "row": "6", "answer": "2", "rationale": rationale}
    return OfflineUpload.objects.create(
        assessment=draft,
        by=draft.assessor,
        at=AT,
        signed="",
        mark={"versions": {"P1.1": 1}},
        content={"answers": {"P1.1": answer}, "evidence": [], "faults": []},
    )


def _rated_vignette(framework: Framework, assessor: User) -> Vignette:
    vignette: Vignette = VignetteFactory(framework=framework)
    rate_vignette(vignette, assessor)
    return vignette


def _attached(own: Organisation, by: User | None, canaries: dict[str, str]) -> dict[str, Any]:
    """A source of OWN with a file; its title and symbol, and the file's name and content, are canaries."""
    assert by is not None
    for where in (
        "title of a source",
        "symbol of a source",
        "name of an attachment",
        "content of an attachment",
    ):
        canaries[where] = word()
    source = SourceFactory(
        organisation=own, title=canaries["title of a source"], symbol=canaries["symbol of a source"]
    )
    content = canaries["content of an attachment"].encode()
    file = SimpleUploadedFile(f"{canaries['name of an attachment']}.txt", content)
    attachment = attach(source=source, file=file, marking="AMBER", by=by, at=AT)
    return {"source": source.pk, "attachment": attachment.pk}


def _draft_of_rules(framework: Framework) -> dict[str, Any]:
    """A draft with a rule more than those in force, and what was read of it."""
    by = AdministratorFactory()
    draft = begin_rules_version(questions=framework, version="1.1", note="Draft.", by=by)
    definition = {**RULES[0], "code": "third"}
    rule = write_rule(draft=draft, rule=None, definition=definition, version=0, by=by)
    return {"draft_rule": rule.pk, "draft_read": reading_of(draft)}


def _proposal(framework: Framework) -> Calibration:
    """Not by the action: what is shared is in conflict, so that nothing says anything new."""
    report = {"number": 1, "levels": [], "dyads": [], "n_dyads": 1}
    record = Record.default()
    return Calibration.objects.create(
        framework=framework,
        number=2,
        record=record.to_dict(),
        sha256=record.digest(),
        report=report,
        created_at=AT,
    )


def _other_ids(
    ids: dict[str, Any], framework: Framework, people: dict[str, User | None], alone: dict[str, str]
) -> dict[str, Any]:
    person = people["analyst"]
    assert person is not None
    token, _secret = issue_token(label=alone["name of a token"], by=person)
    approved = Assessment.objects.get(pk=ids["approved"])
    private = Scorecard.objects.get(revision_ids__contains=[approved.current_revision_id])
    shared = Scorecard.objects.exclude(pk=private.pk).get()
    of_private, of_shared = (
        Assessment.objects.get(pk=ids[state]).approved_ratings.order_by("rating_id")[0].rating_id
        for state in ("approved", "shared")
    )
    return {
        "scorecard": private.pk,
        "shared_scorecard": shared.pk,
        "finding": Finding.objects.get(rule__code="two").pk,
        "shared_finding": Finding.objects.get(rule__code="one", scorecard=shared).pk,
        "recommendation": Recommendation.objects.get(rule__code="two").pk,
        "shared_recommendation": Recommendation.objects.get(rule__code="one").pk,
        "rating": of_private,
        "shared_rating": of_shared,
        **{
            f"digest_{state}": Revision.objects.get(assessment=ids[state]).sha256
            for state in ("submitted", "in_review")
        },
        "comment": Comment.objects.get(assessment=ids["draft"]).pk,
        "mission": Mission.objects.get().pk,
        "framework": framework.pk,
        "framework_name": framework.name,
        "evidence": Evidence.objects.filter(rating__assessment=ids["draft"])[0].pk,
        **_draft_of_rules(framework),
        "calibration": framework.calibrations.in_force().get().pk,
        "proposal": _proposal(framework).pk,
        "vignette": VignetteFactory(framework=framework).pk,
        "rated_vignette": _rated_vignette(framework, person).pk,
        "export": begin_export(
            dataset="ratings", file_format="csv", hxl=False, filters={}, by=person, at=AT
        ).pk,
        "upload": _upload(Assessment.objects.get(pk=ids["draft"]), alone["rationale in an offline form"]).pk,
        "notice": Notice.objects.get(recipient=person, kind="returned").pk,
        "token": ApiToken.objects.get(pk=token.pk).token_key,
    }
