"""Hints on the quality of a lesson's texts, as published guidance asks: a table, read from top to bottom.

A lesson is to be reusable, not obvious, factual, readable by outsiders, and at most a page and a half. Hints
only ask to look again: they never stop anybody.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.models import Engagement, Lesson
from organisations.models import Mission, Organisation

PAGE_AND_A_HALF = 750  # words
LONG_SENTENCE = 35
SHORT = 8
ACRONYM = re.compile(r"\b[A-Z][A-Z0-9]{2,}\b")
DAY = re.compile(
    r"\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}\.? (?:January|February|March|April|May|June|July|August|"
    r"September|October|November|December|janvier|février|mars|avril|mai|juin|juillet|août|"
    r"septembre|octobre|novembre|décembre)\b",
    re.IGNORECASE,
)
PERSON = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|Gen|Col|Lt|Maj|Amb|Mme|M)\. ?[A-Z]\w+")
TRUISM = re.compile(
    r"\b(?:improve|strengthen|enhance|ensure|increase|better|more|améliorer|renforcer|assurer)\b[^.]{0,30}"
    r"\b(?:cooperation|coordination|communication|planning|coopération|planification)\b",
    re.IGNORECASE,
)
OPINION = re.compile(
    r"\b(?:obviously|clearly|of course|disastrous|terrible|brilliant|unacceptable|évidemment|bien sûr)\b",
    re.IGNORECASE,
)
CAUSE = re.compile(
    r"\b(?:because|since|due to|root cause|caused|led to|result of|owing to|so that|parce que|car|cause|"
    r"faute de|en raison)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Hint:
    check: str
    message: str
    mend: str | Promise


@dataclass(frozen=True, slots=True)
class Texts:
    """``names`` are acronyms that everybody can look up; ``links`` counts what the lesson rests on."""

    observation: str
    discussion: str
    conclusion: str
    recommendation: str
    links: int
    names: frozenset[str]
    organisations: frozenset[str]

    @property
    def all(self) -> str:
        return f"{self.observation}\n\n{self.discussion}\n\n{self.conclusion}\n\n{self.recommendation}"


def _names_a_moment(texts: Texts) -> Iterator[str]:
    for pattern, words in ((PERSON, _("a person")), (DAY, _("a day"))):
        if pattern.search(texts.recommendation):
            yield _("The recommendation names %(what)s: will it help somebody next time?") % {"what": words}


def _is_obvious(texts: Texts) -> Iterator[str]:
    words = len(texts.recommendation.split())
    if words and (words < SHORT or (TRUISM.search(texts.recommendation) and words < 3 * SHORT)):
        yield _("The recommendation could stand in any report.")


def _rests_on_nothing(texts: Texts) -> Iterator[str]:
    if not texts.links:
        yield _("No answer, evidence or mission is linked.")
    for found in sorted({match.group().lower() for match in OPINION.finditer(texts.all)}):
        yield _("“%(word)s” is an opinion.") % {"word": found}


def _without_a_cause(texts: Texts) -> Iterator[str]:
    if texts.discussion and not CAUSE.search(texts.discussion):
        yield _("The discussion names no cause.")


def _addresses_nobody(texts: Texts) -> Iterator[str]:
    named = set(ACRONYM.findall(texts.recommendation)) | set(re.findall(r"\w+", texts.recommendation))
    if texts.recommendation and not named & texts.organisations:
        yield _("The recommendation names neither %(organisations)s.") % {
            "organisations": _(" nor ").join(sorted(texts.organisations))
        }


def _unexplained(texts: Texts) -> Iterator[str]:
    unknown = {
        acronym
        for acronym in ACRONYM.findall(texts.all)
        if acronym not in texts.names and f"({acronym}" not in texts.all and f"{acronym} (" not in texts.all
    }
    if unknown:
        yield _("Not everybody knows %(acronyms)s.") % {"acronyms": ", ".join(sorted(unknown)[:8])}


def _long_sentences(texts: Texts) -> Iterator[str]:
    longest = max((len(sentence.split()) for sentence in re.split(r"[.!?]\s|\n", texts.all)), default=0)
    if longest > LONG_SENTENCE:
        yield _("A sentence has %(n)d words.") % {"n": longest}


def _too_long(texts: Texts) -> Iterator[str]:
    words = len(texts.all.split())
    if words > PAGE_AND_A_HALF:
        yield _("It has %(n)d words: more than a page and a half.") % {"n": words}


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    find: Callable[[Texts], Iterator[str]]
    mend: str | Promise


CHECKS = (
    Check("reusable", _names_a_moment, gettext_lazy("Say what holds for the next operation too.")),
    Check("not-obvious", _is_obvious, gettext_lazy("Say who does what differently, when, and with what.")),
    Check(
        "addressed",
        _addresses_nobody,
        gettext_lazy("Say which organisation, and which part of it, has to act."),
    ),
    Check("factual", _rests_on_nothing, gettext_lazy("Write what happened, and link what shows it.")),
    Check(
        "cause", _without_a_cause, gettext_lazy("Ask why until the answer is something that can be changed.")
    ),
    Check("outsiders", _unexplained, gettext_lazy("Write names out once, with the short form in brackets.")),
    Check("readable", _long_sentences, gettext_lazy("Make two of it.")),
    Check("short", _too_long, gettext_lazy("Move details to what is linked.")),
)


def hints_on(lesson: Lesson) -> list[Hint]:
    """All that the checks find, in their order; needs the dyad with its organisations. Four queries."""
    organisations = {lesson.dyad.first.acronym, lesson.dyad.second.acronym}
    known = set(Organisation.objects.values_list("acronym", flat=True))
    known |= set(Mission.objects.values_list("acronym", flat=True))
    for name in Engagement.objects.filter(dyad=lesson.dyad_id).values_list("name", flat=True):
        known |= set(ACRONYM.findall(name))
    texts = Texts(
        lesson.observation,
        lesson.discussion,
        lesson.conclusion,
        lesson.recommendation,
        lesson.links.count(),
        frozenset(known),
        frozenset(organisations),
    )
    return [Hint(check.name, message, check.mend) for check in CHECKS for message in check.find(texts)]
