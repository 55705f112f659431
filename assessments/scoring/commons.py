"""Which indicators a figure rests on, and scores over those that several figures have in common."""

from collections.abc import Mapping, Sequence

from assessments.scoring.composites import shares
from assessments.scoring.inputs import DimensionShape
from assessments.scoring.results import LevelResult

Weights = Mapping[str, float]


def basis(level: LevelResult) -> dict[str, Weights]:
    """Weights by indicator, adding up to 1, of a level and its dimensions, as far as they are published."""
    of_dimensions = {
        dimension.code: {i.code: i.weight for i in dimension.indicators if i.weight}
        for dimension in level.dimensions
        if dimension.published
    }
    found: dict[str, Weights] = dict(of_dimensions)
    if level.published:
        found[level.code] = {
            indicator: dimension.weight * weight
            for dimension in level.dimensions
            for indicator, weight in of_dimensions.get(dimension.code, {}).items()
        }
    return found


def common_weights(shapes: Sequence[DimensionShape], levels: Sequence[LevelResult]) -> dict[str, Weights]:
    """Weights of each dimension and of the level over the indicators that all its published figures rest on.

    Weights are those of the framework, scaled to 1 over what is common; a dimension counts in the level with
    its own weight as long as one of its indicators is common. What has nothing in common is left out.
    """
    bases = [basis(level) for level in levels]
    found: dict[str, Weights] = {}
    for shape in shapes:
        if codes := _common(bases, shape.code):
            found[shape.code] = _over(shape, codes)
    code = levels[0].code if levels else ""
    if codes := _common(bases, code):
        parts = {shape.code: own for shape in shapes if (own := _over(shape, codes))}
        carried = shares({shape.code: shape.weight for shape in shapes}, list(parts))
        found[code] = {
            indicator: carried[dimension] * weight
            for dimension, own in parts.items()
            for indicator, weight in own.items()
        }
    return found


def _common(bases: Sequence[Mapping[str, Weights]], code: str) -> set[str]:
    sets = [set(of_level[code]) for of_level in bases if code in of_level]
    return set.intersection(*sets) if sets else set()


def _over(shape: DimensionShape, codes: set[str]) -> Weights:
    weights = {indicator.code: indicator.weight for indicator in shape.indicators if indicator.code in codes}
    return shares(weights, list(weights)) if weights else {}
