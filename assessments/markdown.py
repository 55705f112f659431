"""Rationales as HTML: a small part of Markdown, then an allow-list, so that no text brings a script along."""

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

# No headings, pictures or HTML: a rationale lies inside a page with an outline of its own.
RULES = ["emphasis", "backticks", "link", "list", "blockquote", "newline", "escape"]
TAGS = {"p", "br", "strong", "em", "code", "ul", "ol", "li", "blockquote", "a"}
ATTRIBUTES: dict[str, set[str]] = {"*": set(), "a": {"href"}, "ol": {"start"}}  # without "*": title and lang
SCHEMES = {"http", "https", "mailto"}

_parser = MarkdownIt("zero", {"breaks": True, "maxNesting": 100}).enable(RULES)


def rendered(text: str) -> SafeString:
    """``text`` as safe HTML; line breaks survive, links leave without a referrer."""
    html = nh3.clean(
        _parser.render(text),
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer nofollow",
    )
    return mark_safe(html)  # noqa: S308 - cleaned above
