"""Template filters that put figures of scorecards into words."""

from django import template
from django.utils.formats import number_format

from assessments.models import Indicator
from assessments.wording import AGREEMENT, BADGES, counts_in_words

register = template.Library()


@register.filter
def badge(code: str) -> str:
    return str(BADGES[code])


@register.filter
def in_words(score: int | str, indicator: Indicator) -> str:
    return indicator.scale[int(score)]


@register.filter
def heat(score: float) -> int:
    """The step, 1 to 5, of a score on the scale of colours: each step is 0.8 wide."""
    return min(5, int((score - 1) / 0.8) + 1)


@register.filter
def signed(value: float, digits: int = 2) -> str:
    """A difference with its sign; nothing has none."""
    rounded = round(value, digits)
    sign = "+" if rounded > 0 else "−" if rounded < 0 else ""
    return f"{sign}{number_format(abs(rounded), decimal_pos=digits)}"


@register.filter
def agreement_word(label: str) -> str:
    return str(AGREEMENT[label])


register.filter(counts_in_words)
