"""Rules in words: of what they are asked, what has to hold, and what follows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.choices import Arrangement, Level
from assessments.scoring.templates import render
from assessments.wording import MEASURES, shown_value, subject_name

COMPARISONS = {
    "at_least": gettext_lazy("at least %(value)s"),
    "at_most": gettext_lazy("at most %(value)s"),
    "above": gettext_lazy("above %(value)s"),
    "below": gettext_lazy("below %(value)s"),
    "equals": gettext_lazy("%(value)s"),
}
SCOPES = {
    ("dyad",): gettext_lazy("Asked of each dyad"),
    ("engagement",): gettext_lazy("Asked of each engagement"),
    ("dyad", "engagement"): gettext_lazy("Asked of each dyad and of each of its engagements"),
}
EACH = {"indicator": gettext_lazy("each indicator"), "dimension": gettext_lazy("each dimension")}

FILLED_IN = {
    "dyad": gettext_lazy("the dyad"),
    "first": gettext_lazy("first organisation"),
    "second": gettext_lazy("second organisation"),
    "engagement": gettext_lazy("the engagement"),
    "subject": gettext_lazy("the dyad or engagement"),
}


@dataclass(frozen=True, slots=True)
class Condition:
    """What has to hold, and the conditions that it is made of."""

    words: str
    parts: tuple["Condition", ...] = ()


@dataclass(frozen=True, slots=True)
class RuleWords:
    """``finding`` and ``recommendation`` with words for what is filled in when it fires."""

    asked: str
    condition: Condition
    finding: str
    recommendation: str


def in_words(definition: Mapping[str, Any], names: Mapping[str, str]) -> RuleWords:
    """A rule that ``check_rules`` accepts, in words. ``names`` are those of dimensions and indicators."""
    filled_in = {name: f"[{words}]" for name, words in FILLED_IN.items()}
    each = definition.get("for_each")
    about = str(EACH[each]) if each else subject_name(definition["addresses"], names)
    filled_in["target"] = f"[{about}]"
    return RuleWords(
        _asked(definition, names),
        _condition(definition["when"], definition, names),
        render(definition["finding"], filled_in),
        render(definition.get("recommendation", ""), filled_in),
    )


def _asked(definition: Mapping[str, Any], names: Mapping[str, str]) -> str:
    scope = str(SCOPES[tuple(sorted(set(definition["scope"])))])
    if "for_each" not in definition:
        about = subject_name(definition["addresses"], names)
        return _("%(asked)s, about %(subject)s") % {"asked": scope, "subject": about}
    each = str(EACH[definition["for_each"]])
    if "level" not in definition:
        return _("%(asked)s, about %(each)s") % {"asked": scope, "each": each}
    level = Level(definition["level"]).label
    return _("%(asked)s, about %(each)s of the %(level)s") % {
        "asked": scope,
        "each": each,
        "level": str(level).lower(),
    }


def _condition(
    condition: Mapping[str, Any], definition: Mapping[str, Any], names: Mapping[str, str]
) -> Condition:
    if "all" in condition or "any" in condition:
        key = "all" if "all" in condition else "any"
        words = _("all of these hold:") if key == "all" else _("at least one of these holds:")
        return Condition(words, tuple(_condition(part, definition, names) for part in condition[key]))
    if "not" in condition:
        return Condition(_("this does not hold:"), (_condition(condition["not"], definition, names),))
    if "rule" in condition:
        return Condition(_("the rule %(code)s fires") % {"code": condition["rule"]})
    if "arrangement" in condition:
        labels = ", ".join(str(Arrangement(one).label) for one in condition["arrangement"])
        return Condition(_("the arrangement is one of: %(arrangements)s") % {"arrangements": labels})
    return Condition(_measured(condition, definition, names))


def _measured(condition: Mapping[str, Any], definition: Mapping[str, Any], names: Mapping[str, str]) -> str:
    comparison = next(name for name in COMPARISONS if name in condition)
    measure, of = condition["measure"], condition["of"]
    subject = str(EACH[definition["for_each"]]) if of == "each" else subject_name(of, names)
    wanted = str(COMPARISONS[comparison]) % {"value": shown_value(measure, condition[comparison])}
    return _("%(subject)s – %(measure)s: %(wanted)s") % {
        "subject": subject,
        "measure": str(MEASURES[measure]).lower(),
        "wanted": wanted,
    }
