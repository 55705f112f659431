"""What other rules would find, before they are published: tried on what every organisation sees.

The same functions fire them as when they are published, on the same figures; only nothing is stored.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from assessments import conclusions, scorecards
from assessments.conclusions import Conclusion
from assessments.models import ApprovedRating, Engagement, Framework, Rule, Scorecard
from assessments.scoring import METHOD_VERSION
from assessments.scoring.inputs import EngagementShape, FrameworkShape
from assessments.scoring.results import ScorecardResult
from organisations.models import Dyad

Identity = tuple[str, int | None, str]


@dataclass(slots=True)
class Trial:
    """Of one rule: what it would find, what of it is not found today, and what it would not find any more."""

    code: str
    found: list[tuple[Dyad, Conclusion]] = field(default_factory=list)
    newly: list[tuple[Dyad, Conclusion]] = field(default_factory=list)
    no_longer: list[tuple[Dyad, Conclusion]] = field(default_factory=list)

    @property
    def dyads(self) -> int:
        """How many dyads it fires for."""
        return len({dyad.pk for dyad, _found in self.found})


@dataclass(frozen=True, slots=True)
class Trials:
    """``by_code``: of each rule of the draft and in force; ``dyads``: how many they were tried on."""

    dyads: int
    by_code: dict[str, Trial]


def try_rules(questions: Framework, draft: Sequence[Rule]) -> Trials:
    """Fire the rules of a draft, and those in force, on the scorecards that every organisation sees."""
    in_force = list(questions.rules_in_force().rules.order_by("position"))
    trials = {rule.code: Trial(rule.code) for rule in (*draft, *in_force)}
    names = questions.names()
    shape = scorecards.framework_shape(questions)
    known = _results(questions, shape)
    for dyad, result, engagements in known:
        before = _concluded(dyad, in_force, shape, result, engagements, names)
        after = _concluded(dyad, draft, shape, result, engagements, names)
        for identity, one in after.items():
            trials[identity[0]].found.append((dyad, one))
            if identity not in before:
                trials[identity[0]].newly.append((dyad, one))
        for identity, one in before.items():
            if identity not in after:
                trials[identity[0]].no_longer.append((dyad, one))
    return Trials(len(known), trials)


def _concluded(
    dyad: Dyad,
    rules: Sequence[Rule],
    shape: FrameworkShape,
    result: ScorecardResult,
    engagements: Sequence[Engagement],
    names: dict[str, str],
) -> dict[Identity, Conclusion]:
    shapes = [EngagementShape(id=one.pk, arrangement=one.arrangement) for one in engagements]
    fired = conclusions.fire(rules, shape, result, shapes)
    by_id: dict[int | None, Engagement] = {one.pk: one for one in engagements}
    return {one.identity: one for one in conclusions.conclude(dyad, rules, fired, names, by_id)}


def _results(
    questions: Framework, shape: FrameworkShape
) -> list[tuple[Dyad, ScorecardResult, list[Engagement]]]:
    """The scorecard of each dyad for what everybody sees: the stored one, or else calculated."""
    sets = scorecards.sets_released_to_all(questions)
    dyads = Dyad.objects.with_organisations().in_bulk(list(sets))
    calibration = scorecards.calibration_in_force(questions)
    stored = Scorecard.objects.filter(
        framework=questions, method_version=METHOD_VERSION, calibration=calibration, dyad__in=sets
    )
    contents = {
        (dyad, tuple(revisions)): content
        for dyad, revisions, content in stored.order_by("pk").values_list("dyad", "revision_ids", "content")
    }
    engagements = _engagements(sets.values())
    found = []
    for pk, revisions in sorted(sets.items(), key=lambda item: dyads[item[0]].slug):
        content = contents.get((pk, tuple(revisions)))
        if content is None:
            result, _shapes = scorecards.score(shape, scorecards.answers_of(revisions), calibration)
        else:
            result = ScorecardResult.from_dict(content)
        found.append((dyads[pk], result, engagements.get(pk, [])))
    return found


def _engagements(sets: Iterable[Sequence[int]]) -> dict[int, list[Engagement]]:
    """The engagements that these revisions are about, by dyad: two queries."""
    revisions = [revision for one in sets for revision in one]
    about = ApprovedRating.objects.filter(revision__in=revisions, engagement__isnull=False)
    engagements = Engagement.objects.filter(pk__in=about.values("engagement")).order_by("pk")
    by_dyad: dict[int, list[Engagement]] = {}
    for engagement in engagements:
        by_dyad.setdefault(engagement.dyad_id, []).append(engagement)
    return by_dyad
