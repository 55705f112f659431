"""The file format of vignettes: short cases that every assessor may rate once."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from assessments.choices import IndicatorKind, Level
from assessments.exchange.cases import known_framework
from assessments.exchange.checking import SLUG, Check, shown
from assessments.exchange.documents import Document, InvalidFile, Node
from assessments.exchange.frameworks import FrameworkFile

LONGEST_TEXT = 6000


@dataclass(frozen=True, slots=True)
class VignetteFile:
    """One vignette; ``indicators`` are codes, in any order. ``line`` is where it stands."""

    code: str
    level: str
    title: str
    text: str
    indicators: frozenset[str]
    line: int

    @property
    def content(self) -> tuple[str, str, str, frozenset[str]]:
        """What must not change under a code."""
        return self.level, self.title, self.text, self.indicators


@dataclass(frozen=True, slots=True)
class VignettesFile:
    framework: str
    vignettes: tuple[VignetteFile, ...]


def check_vignettes(document: Document, frameworks: Mapping[str, FrameworkFile]) -> VignettesFile:
    """Return what the file says. Raises :class:`InvalidFile` with every problem in it."""
    check = Check()
    fields = check.mapping(document.root, ("framework", "vignettes"))
    framework = known_framework(check, fields.get("framework"), frameworks)
    seen: dict[str, int] = {}
    vignettes = tuple(
        _vignette(check, child, framework, seen) for child in check.items(fields.get("vignettes"), least=1)
    )
    if check.problems:
        raise InvalidFile(check.problems)
    return VignettesFile(framework.name if framework else "", vignettes)


def _vignette(
    check: Check, node: Node, framework: FrameworkFile | None, seen: dict[str, int]
) -> VignetteFile:
    fields = check.mapping(node, ("code", "level", "title", "text", "indicators"))
    code = check.text(fields.get("code"), 80, pattern=SLUG, expected=_("letters, digits and hyphens"))
    check.once(fields.get("code"), code, seen)
    level = check.one_of(fields.get("level"), Level.values)
    return VignetteFile(
        code=code,
        level=level,
        title=check.text(fields.get("title"), 200),
        text=check.text(fields.get("text"), LONGEST_TEXT),
        indicators=_indicators(check, fields.get("indicators"), framework, level),
        line=node.line,
    )


def _indicators(
    check: Check, node: Node | None, framework: FrameworkFile | None, level: str
) -> frozenset[str]:
    """Codes of evaluative indicators of the vignette's level, each once."""
    asked = {
        indicator.code
        for dimension in (framework.dimensions if framework else ())
        for indicator in dimension.indicators
        if dimension.level == level and indicator.kind == IndicatorKind.EVALUATIVE
    }
    seen: dict[str, int] = {}
    codes = set()
    for child in check.items(node, least=1):
        code = check.text(child, 20)
        check.once(child, code, seen)
        if framework and level and code and code not in asked:
            check.report(child, shown(code), _("an evaluative indicator of the vignette's level"))
        codes.add(code)
    return frozenset(codes)
