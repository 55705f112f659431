"""Checks of answers that are complete and may still not fit together: a table, read from top to bottom.

What is missing altogether is for :mod:`assessments.actions.submission`. A *warning* has to be confirmed with
a reason when the assessment is submitted, which reviewers read; a *prompt* only asks to look again.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.choices import Marking, MissionPart, Phase, Stance
from assessments.models import Assessment, Evidence, Indicator, Rating
from organisations.models import Mission

WARNING, PROMPT = "warning", "prompt"
ENOUGH = 5
HANDING_OVER = frozenset({MissionPart.PREDECESSOR, MissionPart.BRIDGING})


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to look at; ``indicator`` is none where it is about the assessment as a whole."""

    check: str
    severity: str
    indicator: Indicator | None
    message: str
    mend: str | Promise

    def as_json(self) -> dict[str, str]:
        """As a revision keeps it."""
        code = self.indicator.code if self.indicator else ""
        return {"check": self.check, "indicator": code, "message": self.message}


class Facts:
    """What the checks read of an assessment, in seven queries at most."""

    def __init__(self, assessment: Assessment) -> None:
        self.assessment = assessment

    @cached_property
    def ratings(self) -> list[Rating]:
        """Scored answers with their evidence, in the framework's order."""
        scored = self.assessment.ratings.filter(score__isnull=False)
        return list(
            scored.select_related("indicator__dimension__framework").prefetch_related("evidence__source")
        )

    @cached_property
    def earlier(self) -> dict[int, Rating]:
        """Answers of the assessment that this one continues, by indicator."""
        return self.assessment.earlier_ratings()

    @cached_property
    def parts(self) -> list[tuple[str, Mission]]:
        engagement = self.assessment.engagement
        if engagement is None:
            return []
        return [(part.part, part.mission) for part in engagement.parts.select_related("mission")]

    @property
    def running(self) -> list[Mission]:
        """Missions without an end that would have had to end for a transition to be rated."""
        handing_over = [mission for part, mission in self.parts if part in HANDING_OVER]
        missions = handing_over or [mission for _part, mission in self.parts]
        running = [mission for mission in missions if not mission.end]
        return running if handing_over or len(running) == len(missions) else []


def is_older(evidence: Evidence, start: int, earlier: Rating | None) -> bool:
    """Whether what it reports on, or else its publication, lies before the year ``start``.

    Without a date: whether it is carried over.
    """
    source = evidence.source
    year = int(source.event_date[:4]) if source.event_date else source.year
    return year < start if year else earlier is not None and earlier.cites(evidence)


Found = Iterator[tuple[Indicator | None, str]]


def _only_contrary(facts: Facts) -> Found:
    for rating in facts.ratings:
        stances = {evidence.stance for evidence in rating.evidence.all()}
        if stances == {Stance.CONTRADICTS}:
            yield (
                rating.indicator,
                _("All evidence cited speaks against the answer %(score)d.") % {"score": rating.score},
            )


def _one_source(facts: Facts) -> Found:
    cited = [evidence.source for rating in facts.ratings for evidence in rating.evidence.all()]
    if len(cited) >= ENOUGH and len({source.pk for source in cited}) == 1:
        yield (
            None,
            _("All evidence comes from one source: %(source)s.") % {"source": cited[0]},
        )


def _transition_of_a_running_mission(facts: Facts) -> Found:
    rated = [rating for rating in facts.ratings if rating.indicator.dimension.phase == Phase.TRANSITION]
    if not rated:
        return
    running = ", ".join(str(mission) for mission in facts.running)
    for rating in rated if running else ():
        yield (
            rating.indicator,
            _("A transition is rated while no end of %(missions)s is recorded.") % {"missions": running},
        )


def _outside_the_missions(facts: Facts) -> Found:
    if not facts.parts:
        return
    start = min(int(mission.start[:4]) for _part, mission in facts.parts)
    ends = [mission.end[:4] for _part, mission in facts.parts]
    end = max(int(year) for year in ends) if all(ends) else None
    first, last = facts.assessment.period_start, facts.assessment.period_end
    if last < start or (end is not None and first > end):
        until = str(end) if end else _("today")
        values = {"period": facts.assessment.period, "start": start, "end": until}
        yield (
            None,
            _("The period %(period)s lies outside the missions’ dates, %(start)d to %(end)s.") % values,
        )


def _kept_from_the_partner(facts: Facts) -> Found:
    assessment = facts.assessment
    if assessment.partner_ids and assessment.marking in {Marking.AMBER_STRICT, Marking.RED}:
        values = {
            "marking": assessment.get_marking_display(),
            "partners": " / ".join(map(str, assessment.partners)),
        }
        yield (
            None,
            _("Reviewers of %(partners)s have to read it, and the marking %(marking)s keeps it from them.")
            % values,
        )


def _one_sided(facts: Facts) -> Found:
    scores = [rating.score or 0 for rating in facts.ratings]
    if len(scores) < ENOUGH:
        return
    if min(scores) >= 4:
        yield None, _("Every score is 4 or 5: was there nothing that did not work?")
    if max(scores) <= 2:
        yield None, _("Every score is 1 or 2: was there nothing that worked?")


def _only_older_evidence(facts: Facts) -> Found:
    start = facts.assessment.period_start
    for rating in facts.ratings if facts.earlier else ():
        earlier = facts.earlier.get(rating.indicator_id)
        cited = rating.evidence.all()
        if cited and all(is_older(evidence, start, earlier) for evidence in cited):
            yield (
                rating.indicator,
                _("All evidence for it is older than the period %(period)s.")
                % {"period": facts.assessment.period},
            )


def _in_the_same_words(facts: Facts) -> Found:
    pairs = [
        (rating, facts.earlier[rating.indicator_id])
        for rating in facts.ratings
        if rating.indicator_id in facts.earlier
    ]
    same = [now for now, then in pairs if (now.score, now.rationale) == (then.score, then.rationale)]
    if same:
        values = {
            "same": len(same),
            "all": len(facts.ratings),
            "period": next(iter(facts.earlier.values())).assessment.period,
        }
        yield None, _("%(same)d of %(all)d scores are those of %(period)s in the same words.") % values


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    severity: str
    find: Callable[[Facts], Found]
    mend: str | Promise


CHECKS = (
    Check(
        "only-contrary-evidence",
        WARNING,
        _only_contrary,
        gettext_lazy("Change the score, cite evidence for it, or say why it stands all the same."),
    ),
    Check(
        "transition-of-a-running-mission",
        WARNING,
        _transition_of_a_running_mission,
        gettext_lazy(
            "Answer “insufficient evidence”, have the mission’s end recorded, or say why it can be rated."
        ),
    ),
    Check(
        "period-outside-the-missions",
        WARNING,
        _outside_the_missions,
        gettext_lazy("Correct the period in the description, or say why it differs."),
    ),
    Check(
        "marking-keeps-it-from-the-partner",
        WARNING,
        _kept_from_the_partner,
        gettext_lazy("Change the marking in the description, or say who has agreed that they read it."),
    ),
    Check(
        "one-source",
        WARNING,
        _one_source,
        gettext_lazy("Look for a second, independent source, or say why there is none."),
    ),
    Check(
        "one-sided",
        PROMPT,
        _one_sided,
        gettext_lazy("If so, nothing needs to be done: reviewers see this too."),
    ),
    Check(
        "only-older-evidence",
        PROMPT,
        _only_older_evidence,
        gettext_lazy("Is there anything newer that shows whether it still holds?"),
    ),
    Check(
        "in-the-same-words",
        PROMPT,
        _in_the_same_words,
        gettext_lazy("If nothing has changed, nothing needs to be done: reviewers see this too."),
    ),
)


def remarks_on(assessment: Assessment) -> list[Remark]:
    """All that the checks find, in their order; needs dyad and engagement loaded."""
    facts = Facts(assessment)
    return [
        Remark(check.name, check.severity, indicator, message, check.mend)
        for check in CHECKS
        for indicator, message in check.find(facts)
    ]
