"""The template filter of rationales."""

from django import template
from django.utils.safestring import SafeString

from assessments.markdown import rendered

register = template.Library()


@register.filter
def rationale(text: str) -> SafeString:
    """A rationale's Markdown as safe HTML."""
    return rendered(text)
