"""Template filters for what Django has none."""

from django import template
from django.template.defaultfilters import floatformat

register = template.Library()

STRIP_LEFT, STRIP_WIDTH = 4.0, 112.0


@register.filter
def on_strip(score: float | str) -> str:
    """The place of a score (1 to 5) on an interval strip, in the strip's own units."""
    return f"{STRIP_LEFT + (float(score) - 1) / 4 * STRIP_WIDTH:.1f}"


@register.filter
def percent(share: float | None) -> str:
    """A share between 0 and 1 as whole percents; a dash for none."""
    return "–" if share is None else f"{share:.0%}"


@register.filter
def cell(value: str | float | None) -> str:
    """A cell of a table of figures: scores at two decimals, counts and words as they are, a dash for none."""
    if value is None:
        return "–"
    return floatformat(value, 2) if isinstance(value, float) else str(value)
