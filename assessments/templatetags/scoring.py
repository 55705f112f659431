"""Template filters that put figures of scorecards into words."""

from typing import Any

from django import template
from django.template.defaultfilters import floatformat
from django.utils.formats import number_format

from assessments.models import Indicator
from assessments.wording import AGREEMENT, BADGES, MEASURES, PARTS, band_of, counts_in_words

register = template.Library()


@register.filter
def badge(code: str) -> str:
    return str(BADGES.get(code, code))


@register.filter
def in_words(score: int | str, indicator: Indicator) -> str:
    return indicator.scale[int(score)]


@register.filter
def heat(score: float) -> int:
    """The step, 1 to 5, of a score on the scale of colours; it changes where a score's word does."""
    return band_of(score)


@register.filter
def signed(value: float, digits: int = 2) -> str:
    """A difference with its sign; nothing has none."""
    rounded = round(value, digits)
    sign = "+" if rounded > 0 else "−" if rounded < 0 else ""
    return f"{sign}{number_format(abs(rounded), decimal_pos=digits)}"


@register.filter
def agreement_word(label: str) -> str:
    return str(AGREEMENT[label])


@register.filter
def measure(name: str) -> str:
    return str(MEASURES.get(name, name))


@register.filter
def part(name: str) -> str:
    """A part of a scorecard beside its figures."""
    return str(PARTS.get(name, name))


@register.filter
def frozen_value(value: Any) -> str:
    """A value of a figure where the last decimals matter; badges in words, a dash for none."""
    if value is None or value == []:
        return "–"
    if isinstance(value, list):
        return ", ".join(badge(code) for code in value)
    return floatformat(value, 6) if isinstance(value, float) else str(value)


register.filter(counts_in_words)
