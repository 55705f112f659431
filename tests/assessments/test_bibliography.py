"""Sources described, or brought as lists in RIS and BibTeX: what is read, refused, and there already."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.exchange.bibliography import (
    MOST_CHARACTERS,
    MOST_ENTRIES,
    InvalidBibliography,
    in_library,
    read_bibliography,
)
from assessments.models import Source
from organisations.models import Organisation
from tests.factories import OrganisationFactory, SourceFactory, analyst, coordinator, reader

pytestmark = pytest.mark.django_db

RIS = """TY  - RPRT
AU  - Tardy, Thierry
AU  - Windmar, Erik
TI  - EU-UN cooperation in peacekeeping
PY  - 2005///
IS  - OP 23
UR  - https://papers.example/eu-un
ER  -

TY  - JOUR
AU  - Osland, Kari M.
T1  - The EU Police Mission
Y1  - 2004/09/
DO  - 10.1000/xyz123
ER  -
"""
BIBTEX = r"""@techreport{dpko, author = {{UN DPKO}}, title = {Operation {Artemis}: the lessons},
  institution = {United Nations}, year = 2004, number = {PBPU/1}, url = {https://un.example/artemis}}
@article{guenther, author = {G{\"u}nther, Anna and Bj\o{}rgo, Einar}, title = {Caf\'e diplomacy \& more},
  journal = {Journal}, year = {2010}}
@misc{anon, title = {No author}, publisher = {A house}, date = {2001-05-03}}
@comment{not this}
"""


def test_ris_is_read() -> None:
    report, article = read_bibliography(RIS)
    assert report.fields() == {
        "author": "Tardy, Thierry; Windmar, Erik",
        "title": "EU-UN cooperation in peacekeeping",
        "year": 2005,
        "publication_date": "",
        "kind": "report",
        "symbol": "OP 23",
        "url": "https://papers.example/eu-un",
    }
    assert (article.kind, article.year, article.url) == ("article", 2004, "https://doi.org/10.1000/xyz123")
    assert article.title == "The EU Police Mission"


def test_bibtex_is_read_without_its_commands() -> None:
    report, article, other = read_bibliography(BIBTEX)
    assert (report.author, report.title) == ("UN DPKO", "Operation Artemis: the lessons")
    assert (report.symbol, report.kind, report.year) == ("PBPU/1", "report", 2004)
    assert article.author == "Günther, Anna; Bjørgo, Einar"
    assert article.title == "Café diplomacy & more"
    assert (other.author, other.kind, other.year, other.url) == ("A house", "document", 2001, "")


def test_signs_of_tex_in_what_people_enter_are_kept() -> None:
    address = r"https://x.example/a%20b\_c/~smith"
    (one,) = read_bibliography(f"@book{{a, title={{50% of it}}, author={{A}}, url={{{address}}}}}")
    assert (one.title, one.url) == ("50% of it", "https://x.example/a%20b_c/~smith")
    (odd,) = read_bibliography(r"@book{a, title={Foo \}, year=2003}")
    assert odd.title.startswith("Foo")


@pytest.mark.parametrize(
    "text", ["TY  - BOOK\nTI  - A\nTY  - BOOK\nTI  - B\nER  - \n", RIS + "TY  - BOOK\nTI  - B\n"]
)
def test_references_that_do_not_end_are_not_lost_without_a_word(text: str) -> None:
    with pytest.raises(InvalidBibliography, match="references begin"):
        read_bibliography(text)


def test_the_number_of_a_series_is_no_symbol() -> None:
    SourceFactory(organisation=None, symbol="12", title="Another report")
    (one,) = read_bibliography("@techreport{a, title={A}, number={12}, year=2003}")
    assert in_library([one], Source.objects.all()) == [None]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "neither RIS"),
        ("Tardy, T. (2005): EU-UN cooperation", "neither RIS"),
        ("TY  - RPRT\nAU  - Nobody\nER  - \n", "no title: 1"),
        (f"{RIS}\nTY  - RPRT\nER  - \n", "no title: 3"),
        ("@book{a, title = {Open", "as BibTeX"),
        ("@book{a, title={A}}\n@book{a, title={B}}", "as BibTeX"),
        ("@book{a, title = undefined_macro # }", "as BibTeX"),
        ("a" * (MOST_CHARACTERS + 1), "Bring it in parts"),
        ("TY  - RPRT\nTI  - A\nER  - \n" * (MOST_ENTRIES + 1), "Bring it in parts"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(InvalidBibliography, match=words):
        read_bibliography(text)


@pytest.mark.parametrize(
    "text",
    [
        "@book{a, title = " + "{" * 40_000 + "A" + "}" * 40_000 + "}",
        "@book{" * 40_000,
        "@book{a, title = " + "a # " * 60_000 + "b}",
        "@string{a = {A}}\n" * 15_000,
        "@book{a, author = {" + "A and " * 45_000 + "B}, title={T}}",
        "TY  - RPRT\n" * 25_000,
        "TY  - RPRT\n" + "AU  - A\n" * 35_000 + "TI  - T\nER  - \n",
        "@book{a, title={" + "\\textbf{" * 20_000 + "}}",
        "@" * 250_000,
    ],
)
def test_hostile_lists_are_read_or_refused(text: str) -> None:
    try:
        read = read_bibliography(text)
    except InvalidBibliography:
        return
    assert len(read) <= MOST_ENTRIES


@given(st.text(max_size=300), st.sampled_from(["TY  - RPRT\n", "@book{a, title={", "@x(", ""]))
@settings(max_examples=300, deadline=None)
def test_no_text_makes_reading_fail(text: str, before: str) -> None:
    try:
        found = read_bibliography(before + text)
    except InvalidBibliography:
        return
    for one in found:
        source = Source(key="k", reliability="", **one.fields())
        source.clean_fields(exclude=["organisation"])


@pytest.mark.parametrize(
    ("field", "given_value", "kept"),
    [
        ("UR", "javascript:alert(1)", ""),
        ("UR", "ftp://files.example/a", ""),
        ("UR", "https://a.example/" + "a" * 600, ""),
        ("UR", "www.example.org", ""),
    ],
)
def test_only_addresses_of_the_web_are_kept(field: str, given_value: str, kept: str) -> None:
    (one,) = read_bibliography(f"TY  - RPRT\nTI  - A\n{field}  - {given_value}\nER  - \n")
    assert one.url == kept


def test_years_out_of_range_and_long_texts_are_cut() -> None:
    (one,) = read_bibliography(f"TY  - RPRT\nTI  - {'a' * 500}\nAU  - {'b' * 300}\nPY  - 9999\nER  - \n")
    assert (len(one.title), len(one.author), one.year) == (400, 250, None)
    assert one.title.endswith("…")


def test_what_is_there_is_recognised_by_address_symbol_or_title_and_year() -> None:
    own = OrganisationFactory()
    kinds = {
        "address": SourceFactory(organisation=own, url="https://papers.example/eu-un"),
        "title": SourceFactory(organisation=own, title="the eu police mission", year=2004),
    }
    SourceFactory(organisation=OrganisationFactory(), title="The EU Police Mission", year=2004)
    with CaptureQueriesContext(connection) as captured:
        found = in_library(read_bibliography(RIS), Source.objects.citable_for(own))
    assert found == [kinds["address"], kinds["title"]]
    assert len(captured) == 1
    kinds["title"].year = 1999
    kinds["title"].save()
    assert in_library(read_bibliography(RIS), Source.objects.citable_for(own))[1] is None


class Page:
    def __init__(self, client: Client) -> None:
        self.client, self.own = client, OrganisationFactory()
        client.force_login(analyst(self.own))

    def look(self, **data: Any) -> Any:
        return self.client.post("/sources/list/", {"organisation": self.own.pk, **data})


@pytest.fixture
def page(client: Client) -> Page:
    return Page(client)


@pytest.mark.parametrize("as_file", [True, False])
def test_a_list_is_looked_at_and_then_what_is_chosen_is_added(page: Page, as_file: bool) -> None:
    there = SourceFactory(organisation=page.own, url="https://papers.example/eu-un")
    sent: dict[str, Any] = {"file": SimpleUploadedFile("a.ris", RIS.encode())} if as_file else {"text": RIS}
    looked = page.look(**sent)
    assert looked.status_code == 200
    assert [row["twin"] for row in looked.context["rows"]] == [there, None]
    assert Source.objects.filter(organisation=page.own).count() == 1
    none = page.look(text=looked.context["text"], do="add")
    assert (none.status_code, len(none.context["rows"])) == (200, 2)
    added = page.look(text=looked.context["text"], do="add", entry=["1", "77", "x"])
    assert added.status_code == 302
    new = Source.objects.filter(organisation=page.own).exclude(pk=there.pk).get()
    assert (new.author, new.key) == ("Osland, Kari M.", "osland-2004")


def test_faults_stand_at_their_fields(page: Page) -> None:
    for sent, field in (
        ({}, "file"),
        ({"text": RIS, "file": SimpleUploadedFile("a.ris", RIS.encode())}, "file"),
        ({"text": "Nothing."}, "text"),
        ({"file": SimpleUploadedFile("a.ris", "é".encode("latin-1"))}, "file"),
        ({"file": SimpleUploadedFile("a.ris", b"a" * 2_000_000)}, "file"),
        ({"file": SimpleUploadedFile("a.ris", RIS.encode() + b"\x00")}, "file"),
        ({"text": RIS, "organisation": OrganisationFactory().pk}, "organisation"),
    ):
        answer = page.look(**sent)
        assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert not Source.objects.filter(organisation=page.own).exists()


def test_only_analysts_add(client: Client) -> None:
    own: Organisation = OrganisationFactory()
    for person in (reader(own), coordinator(own)):
        client.force_login(person)
        for path in ("/sources/add/", "/sources/list/"):
            assert "Analysts add sources" in client.get(path).content.decode()
            sent = {"organisation": own.pk, "text": RIS, "do": "add", "entry": "0"}
            assert client.post(path, sent).status_code == 422
    assert not Source.objects.exists()


def test_a_source_that_looks_the_same_is_shown_first(page: Page) -> None:
    there = SourceFactory(organisation=None, symbol="S/RES/1484 (2003)")
    new = {
        "organisation": page.own.pk,
        "author": "Security Council",
        "title": "Resolution 1484",
        "published": "2003-05-30",
        "event_date": "2003-05",
        "kind": "resolution",
        "symbol": "S/RES/1484 (2003)",
        "reliability": "A",
    }
    asked = page.client.post("/sources/add/", new)
    assert (asked.status_code, asked.context["twin"]) == (422, there)
    assert page.client.post("/sources/add/", {**new, "another": "on"}).status_code == 302
    added = Source.objects.get(organisation=page.own)
    assert (added.symbol, added.reliability, added.key) == ("S/RES/1484 (2003)", "A", "security-council-2003")
    wrong = page.client.post("/sources/add/", {**new, "title": "", "url": "javascript:x"})
    assert set(wrong.context["form"].errors) == {"title", "url"}
    assert "Add a source" in page.client.get("/sources/").content.decode()
