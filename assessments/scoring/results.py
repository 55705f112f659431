"""A scorecard as values: levels of dimensions of indicators, the gap between levels, and the cases."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from assessments.scoring.agreement import Agreement
from assessments.scoring.cases import CaseIndicator, CaseResult

PUBLISHED = "published"
INSUFFICIENT = "insufficient_evidence"
NOT_ASSESSED = "not_assessed"
NOT_APPLICABLE = "not_applicable"
DESCRIPTIVE = "descriptive"

IDENTITIES = frozenset({"rating_ids", "engagement_id", "case"})
DECIMALS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What is shown of an indicator, dimension or level.

    ``status``: published | insufficient_evidence | not_assessed | not_applicable | descriptive. ``score`` to
    ``p_above_3_5`` are none unless published; ``lower`` and ``upper`` bound the 90% interval. ``weight`` is
    the share of the enclosing score that this one carries (0 if it is not part of it). ``coverage``: of an
    indicator, scored among scored and insufficient answers; above it, weight with data in what applies.
    """

    code: str
    status: str
    weight: float
    score: float | None
    lower: float | None
    upper: float | None
    variance: float | None
    p_below_3: float | None
    p_above_3_5: float | None
    coverage: float | None
    n_ratings: int
    n_insufficient: int
    n_not_applicable: int
    n_engagements: int
    n_assessors: int
    badges: tuple[str, ...]
    rating_ids: tuple[int, ...]

    @property
    def published(self) -> bool:
        return self.status == PUBLISHED

    @property
    def assessed(self) -> bool:
        return self.n_ratings + self.n_insufficient > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorResult(Figure):
    """``bounds``: the plain mean were what is missing all 1, and all 5. ``position``: if descriptive.

    ``distribution``: how many answers there are of 1, 2, 3, 4 and 5.
    """

    bounds: tuple[float, float] | None
    distribution: tuple[int, ...]
    position: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DimensionResult(Figure):
    """``missing``: applicable indicators without a score."""

    missing: tuple[str, ...]
    indicators: tuple[IndicatorResult, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelResult(Figure):
    """``missing``: applicable dimensions that are not published."""

    geometric_mean: float | None
    weakest: str | None
    missing: tuple[str, ...]
    dimensions: tuple[DimensionResult, ...]

    def figures(self) -> dict[str, Figure]:
        """The level, its dimensions and their indicators by code."""
        figures: dict[str, Figure] = {self.code: self}
        for dimension in self.dimensions:
            figures[dimension.code] = dimension
            figures |= {indicator.code: indicator for indicator in dimension.indicators}
        return figures


@dataclass(frozen=True, slots=True)
class Portion:
    """A level's or dimension's figure from a part of the answers; fields as those of :class:`Figure`."""

    code: str
    status: str
    score: float | None
    lower: float | None
    upper: float | None
    n_ratings: int
    n_engagements: int
    n_assessors: int
    badges: tuple[str, ...]
    rating_ids: tuple[int, ...]

    @classmethod
    def of(cls, figure: Figure) -> "Portion":
        return cls(**{name: getattr(figure, name) for name in cls.__slots__})

    @property
    def published(self) -> bool:
        return self.score is not None

    @property
    def assessed(self) -> bool:
        return bool(self.rating_ids)


@dataclass(frozen=True, slots=True)
class CaseLevel:
    """The level of one case, as an average assessor without conflict would rate it there."""

    case: str
    level: str
    figure: Portion


@dataclass(frozen=True, slots=True)
class Part:
    """A part by name, with its first and last year; the figure of the level comes first."""

    name: str
    years: tuple[int, int] | None
    figures: tuple[Portion, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """One part's score less another's, with its 90% interval and the probability that it is positive.

    The last three are none where the one part contains the other.
    """

    code: str
    value: float
    lower: float | None = None
    upper: float | None = None
    p_positive: float | None = None


@dataclass(frozen=True, slots=True)
class Contrast:
    """``kind``: conflict (all less without) | perception (first less second) | trend (later less earlier).

    ``indicators``: those compared. ``differences``: by level and dimension, where both parts have a score.
    """

    kind: str
    level: str
    indicators: tuple[str, ...]
    parts: tuple[Part, ...]
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorecardResult:
    """``political_above_field``: its probability, none unless both levels are published.

    ``agreements``: of indicators of which assessors can be compared, by code. ``contrasts``,
    ``agreements`` and ``case_levels`` are what :func:`assessments.scoring.details.with_details` adds.
    """

    levels: tuple[LevelResult, ...]
    political_above_field: float | None
    cases: tuple[CaseResult, ...]
    agreements: Mapping[str, Agreement] = field(default_factory=dict)
    contrasts: tuple[Contrast, ...] = ()
    case_levels: tuple[CaseLevel, ...] = ()

    def figures(self) -> dict[str, Figure]:
        """Every level, dimension and indicator by its code."""
        figures: dict[str, Figure] = {}
        for level in self.levels:
            figures |= level.figures()
        return figures

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values: dataclasses as objects, tuples as arrays."""
        plain: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return plain

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "ScorecardResult":
        return cls(
            levels=tuple(_level(level) for level in content["levels"]),
            political_above_field=content["political_above_field"],
            cases=tuple(_case(case) for case in content["cases"]),
            agreements={code: Agreement(**values) for code, values in content.get("agreements", {}).items()},
            contrasts=tuple(_contrast(contrast) for contrast in content.get("contrasts", ())),
            case_levels=tuple(
                CaseLevel(**case | {"figure": Portion(**_tuples(case["figure"]))})
                for case in content.get("case_levels", ())
            ),
        )

    def contrast(self, kind: str, level: str) -> Contrast | None:
        return next((c for c in self.contrasts if (c.kind, c.level) == (kind, level)), None)


def digest(result: ScorecardResult) -> str:
    """SHA-256 of the canonical JSON, numbers at six decimals, without ids of rows; in hexadecimal."""
    content = _anonymous(result.to_dict())
    for by_case in ("cases", "case_levels"):
        content[by_case].sort(key=_canonical)
    return hashlib.sha256(_canonical(content).encode()).hexdigest()


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def _anonymous(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _anonymous(part) for key, part in value.items() if key not in IDENTITIES}
    if isinstance(value, list):
        return [_anonymous(part) for part in value]
    return round(value, DECIMALS) + 0.0 if isinstance(value, float) else value


def _tuples(content: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in content.items()}


def _known(kind: type[Figure], content: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of ``kind``; what an edition of an older method did not have is none."""
    return _tuples({field.name: content.get(field.name) for field in fields(kind)})


def _level(content: Mapping[str, Any]) -> LevelResult:
    dimensions = tuple(_dimension(dimension) for dimension in content["dimensions"])
    return LevelResult(**_known(LevelResult, content) | {"dimensions": dimensions})


def _dimension(content: Mapping[str, Any]) -> DimensionResult:
    indicators = tuple(
        IndicatorResult(**_known(IndicatorResult, indicator)) for indicator in content["indicators"]
    )
    return DimensionResult(**_known(DimensionResult, content) | {"indicators": indicators})


def _case(content: Mapping[str, Any]) -> CaseResult:
    indicators = tuple(CaseIndicator(**_tuples(indicator)) for indicator in content["indicators"])
    return CaseResult(**_tuples(content) | {"indicators": indicators})


def _contrast(content: Mapping[str, Any]) -> Contrast:
    parts = tuple(
        Part(**_tuples(part) | {"figures": tuple(Portion(**_tuples(figure)) for figure in part["figures"])})
        for part in content["parts"]
    )
    differences = tuple(Difference(**difference) for difference in content["differences"])
    return Contrast(**_tuples(content) | {"parts": parts, "differences": differences})
