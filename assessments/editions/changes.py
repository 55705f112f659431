"""What changed from one edition of a dyad to another, in words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.choices import Level
from assessments.editions.content import figures, label
from assessments.models import Assessment
from organisations.models import User

Content = Mapping[str, Any]
SHOWN_DECIMALS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Sentences by what they are about; the three of figures from the whole to its parts."""

    basis: tuple[str, ...]
    levels: tuple[str, ...]
    dimensions: tuple[str, ...]
    indicators: tuple[str, ...]
    findings: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        return self.levels + self.dimensions + self.indicators + self.basis + self.findings


def changes(earlier: Content, later: Content, withdrawn: frozenset[int] = frozenset()) -> Changes:
    """``withdrawn`` are ids of assessments that have been withdrawn, see :func:`withdrawn_of`."""
    before, after = figures(earlier), figures(later)
    sentences: dict[str, list[str]] = {"level": [], "dimension": [], "indicator": []}
    for code in [*after, *(code for code in before if code not in after)]:
        figure = after.get(code) or before[code]
        names = later if code in after else earlier
        sentences[_kind(code, figure)] += _of_figure(label(names, code), before.get(code), after.get(code))
    return Changes(
        basis=(*_assessments(earlier, later, withdrawn), *_versions(earlier, later)),
        levels=(*sentences["level"], *_gap(earlier, later)),
        dimensions=tuple(sentences["dimension"]),
        indicators=tuple(sentences["indicator"]),
        findings=tuple(_findings(earlier, later)),
    )


def withdrawn_of(user: User, *editions: Content) -> frozenset[int]:
    """Those of the assessments in these editions that ``user`` saw withdrawn: one query."""
    ids = {entry["assessment"] for content in editions for entry in content["assessments"]}
    found = Assessment.objects.withdrawn_before(user).filter(pk__in=ids)
    return frozenset(found.values_list("pk", flat=True))


def _kind(code: str, figure: Content) -> str:
    if code in Level.values:
        return "level"
    return "dimension" if "indicators" in figure else "indicator"


def _of_figure(name: str, before: Content | None, after: Content | None) -> Iterator[str]:
    old, new = (before or {}).get("score"), (after or {}).get("score")
    words = {"name": name, "old": _shown(old), "new": _shown(new)}
    if old is None and new is not None:
        yield _("%(name)s is new, with %(new)s.") % words
    elif old is not None and new is None:
        yield _("%(name)s has no score any longer; it was %(old)s.") % words
    elif words["old"] != words["new"] and new is not None and old is not None:
        if new > old:
            yield _("%(name)s rose from %(old)s to %(new)s.") % words
        else:
            yield _("%(name)s fell from %(old)s to %(new)s.") % words
    elif (before or {}).get("position") != (after or {}).get("position"):
        yield _("%(name)s has another position.") % words


def _shown(score: float | None) -> str:
    return "" if score is None else f"{score:.{SHOWN_DECIMALS}f}"


def _gap(earlier: Content, later: Content) -> Iterator[str]:
    old, new = (content["scorecard"]["political_above_field"] for content in (earlier, later))
    if old is None and new is not None:
        yield _("The two levels can be compared now.")
    elif old is not None and new is None:
        yield _("The two levels cannot be compared any longer.")
    elif old is not None and new is not None and f"{old:.0%}" != f"{new:.0%}":
        yield _(
            "The probability that the political level is above the field level went from %(old)s to %(new)s."
        ) % {"old": f"{old:.0%}", "new": f"{new:.0%}"}


def _assessments(earlier: Content, later: Content, withdrawn: frozenset[int]) -> Iterator[str]:
    old, new = ({entry["assessment"] for entry in content["assessments"]} for content in (earlier, later))
    gone = old - new
    added, taken, left = len(new - old), len(gone & withdrawn), len(gone - withdrawn)
    if added:
        yield ngettext("%(n)d assessment was added.", "%(n)d assessments were added.", added) % {"n": added}
    if taken:
        yield ngettext("%(n)d assessment was withdrawn.", "%(n)d assessments were withdrawn.", taken) % {
            "n": taken
        }
    if left:
        yield ngettext(
            "%(n)d assessment is not included any longer.",
            "%(n)d assessments are not included any longer.",
            left,
        ) % {"n": left}


def _versions(earlier: Content, later: Content) -> Iterator[str]:
    old, new = earlier["framework"]["title"], later["framework"]["title"]
    if earlier["framework"] != later["framework"]:
        yield _("The framework changed from %(old)s to %(new)s.") % {"old": old, "new": new}
    if earlier["method_version"] != later["method_version"]:
        yield _("The method changed from version %(old)s to %(new)s.") % {
            "old": earlier["method_version"],
            "new": later["method_version"],
        }
    if _calibration(earlier) != _calibration(later):
        yield _("The calibration changed.")
    if earlier["marking"] != later["marking"]:
        yield _("The handling marking changed from TLP:%(old)s to TLP:%(new)s.") % {
            "old": earlier["marking"],
            "new": later["marking"],
        }


def _calibration(content: Content) -> str:
    return content["calibration"]["sha256"] if content["calibration"] else ""


def _findings(earlier: Content, later: Content) -> Iterator[str]:
    old, new = ({finding["text"]: None for finding in content["findings"]} for content in (earlier, later))
    for text in new:
        if text not in old:
            yield _("New finding: %(text)s") % {"text": text}
    for text in old:
        if text not in new:
            yield _("No longer found: %(text)s") % {"text": text}
