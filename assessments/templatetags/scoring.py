"""Template filters that put figures of scorecards into words."""

from django import template

from assessments.models import Indicator
from assessments.wording import BADGES

register = template.Library()


@register.filter
def badge(code: str) -> str:
    return str(BADGES[code])


@register.filter
def in_words(score: int, indicator: Indicator) -> str:
    return indicator.scale[score]
