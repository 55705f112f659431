"""Rationales: what of Markdown they know, and that nothing in them ever runs."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.markdown import SCHEMES, TAGS, rendered

PIECES = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "<svg/onload=alert(1)>",
    "[x](JaVaScRiPt&#58;alert(1))",
    "[x](data:text/html;base64,PHN2Zz4=)",
    "<a href='vbscript:x'>",
    "[x](<javascript:x>)",
    "![x](javascript:alert(1))",
    "<javascript:alert(1)>",
    "[x]: javascript:alert(1)",
    '[x](https://a.b "onclick=x")',
    "[a](\x01javascript:alert(1))",
    "`",
    "**",
    "* ",
    "> ",
    "- ",
    "1. ",
    "\n",
    "\n\n",
    "\\",
    "](",
    "[",
    "<",
    ">",
    '"',
    "'",
    "&lt;script&gt;",
    "&#106;avascript:",
    "\t",
    "    ",
    "```",
    "~~~",
    "<!--",
    "]]>",
    "<style>",
    "<math><mi//xlink:href=",
]


class Parts(HTMLParser):
    """The tags and attributes of a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str | None]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]


def unsafe(html: str) -> list[str]:
    """What of ``html`` could do more than show words."""
    parts = Parts(html)
    found = [tag for tag in parts.tags if tag not in TAGS]
    for tag, name, value in parts.attributes:
        if (tag, name) not in {("a", "href"), ("a", "rel"), ("ol", "start")}:
            found.append(f"{tag} {name}")
        scheme, separator, _rest = (value or "").partition(":")
        if name == "href" and separator and "/" not in scheme and scheme.lower() not in SCHEMES:
            found.append(f"{name}={value}")
    return found


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=20)), max_size=12).map("".join))
def test_nothing_in_a_rationale_runs(text: str) -> None:
    assert unsafe(rendered(text)) == []


@pytest.mark.parametrize(
    "html", ["<script>", "<p onclick=x>", '<a href="javascript:x">', "<img src=x>", '<a href="data:x">']
)
def test_what_would_run_is_found(html: str) -> None:
    assert unsafe(html)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**bold** and *soft*", "<p><strong>bold</strong> and <em>soft</em></p>"),
        ("one\ntwo\n\nthree", "<p>one<br>\ntwo</p>\n<p>three</p>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("4. a", '<ol start="4">\n<li>a</li>\n</ol>'),
        ("> said", "<blockquote>\n<p>said</p>\n</blockquote>"),
        ("# no heading", "<p># no heading</p>"),
        ("a < b & c", "<p>a &lt; b &amp; c</p>"),
        (
            "[the report](https://a.example/r)",
            '<p><a href="https://a.example/r" rel="noopener noreferrer nofollow">the report</a></p>',
        ),
    ],
)
def test_what_a_rationale_knows(text: str, html: str) -> None:
    assert rendered(text).strip() == html


@given(st.text(alphabet=st.characters(categories=["L", "N"]), min_size=1, max_size=200))
def test_plain_words_are_shown_as_they_are(text: str) -> None:
    assert text in rendered(f"Words {text} words")
