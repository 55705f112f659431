"""Words for what scoring measures: badges of figures, and the inputs that a finding fired on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assessments.choices import Arrangement, Level
from assessments.scoring.agreement import NOT_COMPUTABLE, NOT_RELIABLE, RELIABLE, TENTATIVE
from assessments.scoring.results import Figure

Scale = Mapping[str, str]

BADGES = {
    "single_assessment": gettext_lazy("single assessment"),
    "single_engagement": gettext_lazy("a single engagement"),
    "provisional": gettext_lazy("provisional: few assessors"),
    "full": gettext_lazy("full evidence"),
    "no_independent_rating": gettext_lazy("no independent rating"),
    "evidence_limited": gettext_lazy("evidence limited"),
    "uneven_profile": gettext_lazy("uneven profile"),
}
MEASURES = {
    "score": gettext_lazy("Score"),
    "lower": gettext_lazy("Lower end of the 90% interval"),
    "upper": gettext_lazy("Upper end of the 90% interval"),
    "p_below_3": gettext_lazy("Probability of a score below 3"),
    "p_above_3_5": gettext_lazy("Probability of a score above 3.5"),
    "coverage": gettext_lazy("Coverage"),
    "n_ratings": gettext_lazy("Number of scored answers"),
    "n_engagements": gettext_lazy("Number of engagements"),
    "n_assessors": gettext_lazy("Number of assessors"),
    "published": gettext_lazy("Enough evidence for a score"),
    "assessed": gettext_lazy("Assessed at all"),
    "spread": gettext_lazy("Distance between highest and lowest answer"),
    "scored_and_unscored": gettext_lazy("One scored where another found insufficient evidence"),
    "lowest_supported": gettext_lazy("Lowest answer with evidence"),
    "political_above_field": gettext_lazy("Probability that the political level is above the field level"),
    "field_above_political": gettext_lazy("Probability that the field level is above the political level"),
}
MEASURES |= {
    "status": gettext_lazy("Status"),
    "position": gettext_lazy("Position"),
    "n_insufficient": gettext_lazy("Number of answers of insufficient evidence"),
    "badges": gettext_lazy("Badges"),
}
PARTS = {
    "political_above_field": MEASURES["political_above_field"],
    "cases": gettext_lazy("Answers case by case"),
    "agreements": gettext_lazy("Agreement of assessors"),
    "contrasts": gettext_lazy("Parts side by side"),
    "case_levels": gettext_lazy("Scores of single cases"),
}
SHARES = {"p_below_3", "p_above_3_5", "coverage", "political_above_field", "field_above_political"}
COUNTS = {"n_ratings", "n_engagements", "n_assessors", "spread", "lowest_supported"}


SURENESS = {
    1: gettext_lazy("sure"),
    2: gettext_lazy("fairly sure"),
    3: gettext_lazy("unsure"),
}


AGREEMENT = {
    RELIABLE: gettext_lazy("reliable"),
    TENTATIVE: gettext_lazy("tentative"),
    NOT_RELIABLE: gettext_lazy("not reliable"),
    NOT_COMPUTABLE: gettext_lazy("not computable"),
}


@dataclass(frozen=True, slots=True)
class ScoreWords:
    """A score in words of its framework's scale: ``lowest`` and ``highest`` name the ends of its interval."""

    word: str
    lowest: str
    highest: str
    sureness: str


def band_of(score: float) -> int:
    """The whole number on the scale of 1 to 5 that is nearest; halves go up."""
    return min(5, max(1, int(score + 0.5)))


def score_words(figure: Figure, scale: Scale) -> ScoreWords | None:
    """Nothing unless there is a score; how sure it is goes by how many words its interval touches."""
    if figure.score is None or figure.lower is None or figure.upper is None:
        return None
    lowest, highest = band_of(figure.lower), band_of(figure.upper)
    return ScoreWords(
        word=scale[str(band_of(figure.score))],
        lowest=scale[str(lowest)].lower(),
        highest=scale[str(highest)].lower(),
        sureness=str(SURENESS.get(highest - lowest + 1, _("very unsure"))),
    )


def scale_in_words(scale: Scale) -> str:
    """The words of a framework's scale with their numbers, such as ``1 absent, 2 weak``."""
    return ", ".join(f"{number} {scale[number].lower()}" for number in sorted(scale))


def probability(share: float) -> str:
    """As whole percents, and never as certain."""
    return _("over 99%") if share > 0.99 else f"{share:.0%}"


def counts_in_words(distribution: Sequence[int]) -> str:
    """How many answers there are of each score, such as ``1 answer of 2, 3 answers of 4``."""
    return ", ".join(
        ngettext("%(n)d answer of %(score)d", "%(n)d answers of %(score)d", n) % {"n": n, "score": score}
        for score, n in enumerate(distribution, 1)
        if n
    )


@dataclass(frozen=True, slots=True)
class Reason:
    """One measured value of a finding in words; ``wanted`` is what the rule asks for."""

    subject: str
    measure: str
    value: str
    wanted: str
    holds: bool


def reasons(inputs: list[dict[str, Any]], names: Mapping[str, str]) -> list[Reason]:
    """The inputs of a finding, as :class:`assessments.scoring.findings.FiredFinding` keeps them, in words."""
    return [
        _of_arrangement(given) if "arrangement" in given else _of_measure(given, names) for given in inputs
    ]


def subject_name(code: str, names: Mapping[str, str]) -> str:
    """A level, dimension or indicator as people know it."""
    if code in Level.values:
        return str(Level(code).label)
    if code == "gap":
        return _("Gap between the levels")
    return f"{code} {names[code]}" if code in names else code


def _of_measure(given: Mapping[str, Any], names: Mapping[str, str]) -> Reason:
    measure = given["measure"]
    threshold = shown_value(measure, given["threshold"])
    wanted = {
        "at_least": _("at least %(value)s"),
        "at_most": _("at most %(value)s"),
        "above": _("above %(value)s"),
        "below": _("below %(value)s"),
        "equals": "%(value)s",
    }[given["comparison"]]
    return Reason(
        subject=subject_name(given["of"], names),
        measure=str(MEASURES[measure]),
        value=shown_value(measure, given["value"]),
        wanted=wanted % {"value": threshold},
        holds=given["holds"],
    )


def _of_arrangement(given: Mapping[str, Any]) -> Reason:
    return Reason(
        subject=_("Engagement"),
        measure=_("Arrangement"),
        value=_arrangements(given["value"]),
        wanted=_arrangements(given["arrangement"]),
        holds=given["holds"],
    )


def _arrangements(codes: list[str]) -> str:
    return ", ".join(str(Arrangement(code).label) for code in codes)


def shown_value(measure: str, value: bool | float) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if measure in SHARES:
        return f"{value:.0%}"
    return f"{value:.0f}" if measure in COUNTS else f"{value:.2f}"
