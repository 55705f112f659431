"""Citations: the sentence, and BibTeX that parses whatever the texts hold."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.editions.citation import ESCAPES, Citation, escaped
from assessments.models import Edition
from organisations.models import Dyad, Organisation
from tests.factories import AT

ADDRESS = "https://concord.example/dyads/UN-EU/editions/3/"


def edition(**fields: str) -> Edition:
    un, eu = (
        Organisation(acronym=a, name=n) for a, n in (("UN", "United Nations"), ("EU", "European Union"))
    )
    content = {
        "framework": {"name": "inter-organisational-cooperation@1.0"},
        "calibration": {"sha256": "c" * 64},
        "marking": "AMBER",
    }
    return Edition(
        dyad=Dyad(first=un, second=eu),
        basis="released",
        organisation=eu,
        number=3,
        method_version="2",
        frozen_at=AT,
        sha256="a" * 64,
        content=content,
        **fields,
    )


def test_the_sentence() -> None:
    assert Citation(edition(), ADDRESS).plain == (
        "European Union (2026). Scorecard of UN-EU, edition 3. 2 January 2026. "
        "inter-organisational-cooperation@1.0, method 2, calibration cccccccccccc. "
        f"SHA-256 {'a' * 64}. TLP:AMBER. {ADDRESS}"
    )


def test_the_entry() -> None:
    assert Citation(edition(title="50% & more"), ADDRESS).bibtex == (
        "@misc{concord-UN-EU-3,\n"
        "  author = {{European Union}},\n"
        "  title = {{Scorecard of UN-EU, edition 3: 50\\% \\& more}},\n"
        "  year = {2026},\n"
        "  month = {1},\n"
        "  howpublished = {inter-organisational-cooperation@1.0, method 2, calibration cccccccccccc},\n"
        f"  url = {{{ADDRESS}}},\n"
        f"  note = {{TLP:AMBER. SHA-256 {'a' * 64}}},\n"
        "}\n"
    )


def parsed(text: str) -> dict[str, str]:
    """The fields of one entry by the grammar of BibTeX: values in balanced braces, a backslash is no help."""
    head = re.match(r"@(\w+)\{([^\s,{}\"#%'()=]+),\s*", text)
    assert head, text
    rest, fields = text[head.end() :], {}
    while not rest.startswith("}"):
        name = re.match(r"(\w+)\s*=\s*\{", rest)
        assert name, rest
        depth, end = 1, name.end()
        while depth:
            depth += {"{": 1, "}": -1}.get(rest[end], 0)
            end += 1
        fields[name[1]] = rest[name.end() : end - 1]
        following = re.match(r"\s*,\s*", rest[end:])
        assert following, rest[end:]
        rest = rest[end + following.end() :]
    assert rest.strip() == "}"
    return fields


def unescaped(text: str) -> str:
    macros = sorted(ESCAPES.items(), key=lambda pair: -len(pair[1]))
    pattern = "|".join(re.escape(macro) for _character, macro in macros)
    back = {macro: character for character, macro in macros}
    return re.sub(pattern, lambda match: back[match[0]], text)


@given(st.text())
def test_whatever_is_typed_parses_and_means_what_was_typed(typed: str) -> None:
    fields = parsed(Citation(edition(title=typed), ADDRESS).bibtex)
    assert set(fields) == {"author", "title", "year", "month", "howpublished", "url", "note"}
    assert fields["url"] == ADDRESS
    title = Citation(edition(title=typed), ADDRESS).title
    shown = re.sub(r"[\x00-\x1f\x7f-\x9f]", "", " ".join(title.split()))
    assert unescaped(fields["title"][1:-1]) == shown


@pytest.mark.parametrize("wrong", ["@misc{a, b = {c}", "@misc{a, b = {c}} trailing", "@misc{a b, c = {d},}"])
def test_the_grammar_refuses_what_is_none(wrong: str) -> None:
    with pytest.raises((AssertionError, IndexError)):
        parsed(wrong)


def test_special_characters_are_taken_literally() -> None:
    assert escaped("a_b {c} \\ ~^\n$1") == (
        r"a\_b \textbraceleft{}c\textbraceright{} \textbackslash{} \textasciitilde{}\textasciicircum{} \$1"
    )
