"""Files of sources: what is kept and what refused, who gets them, and that no browser ever shows one."""

import hashlib
import tracemalloc
from pathlib import Path
from typing import Any

import pgtrigger
import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assessments.actions.attachments import MOST_FILES, attach, detach
from assessments.actions.submission import revise
from assessments.exchange.files.sniffing import MOST_BYTES, RefusedFile, safe_name, sniff
from assessments.models import Attachment, Source
from assessments.policy import Refused
from organisations.models import Organisation, User
from tests.assessments.hostile_files import EICAR, GOOD, HTML, PDF, REFUSED, declares_less, png
from tests.factories import (
    AT,
    AdministratorFactory,
    OrganisationFactory,
    SourceFactory,
    analyst,
    coordinator,
    make_assessment,
    reader,
    reviewer,
)

pytestmark = pytest.mark.django_db
MOST_MEMORY = 250 * 1024**2


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    storage = FileSystemStorage(location=tmp_path)
    monkeypatch.setattr(Attachment._meta.get_field("file"), "storage", storage)
    return tmp_path


@pytest.fixture
def own() -> Organisation:
    made: Organisation = OrganisationFactory()
    return made


@pytest.fixture
def source(own: Organisation) -> Source:
    made: Source = SourceFactory(organisation=own)
    return made


@pytest.fixture
def writer(own: Organisation) -> User:
    return analyst(own)


def upload(content: bytes = PDF, name: str = "report.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="text/html")


def kept(source: Source, by: User, content: bytes = PDF, name: str = "report.pdf") -> Attachment:
    return attach(source=source, file=upload(content, name), marking="AMBER", by=by, at=AT)


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("name", GOOD)
def test_what_is_what_it_says_is_kept(source: Source, writer: User, folder: Path, name: str) -> None:
    attachment = kept(source, writer, GOOD[name], name)
    assert attachment.sha256 == hashlib.sha256(GOOD[name]).hexdigest()
    assert attachment.size == len(GOOD[name])
    (stored,) = files_in(folder)
    assert stored.read_bytes() == GOOD[name]
    assert stored.suffix == ""
    assert stored.name not in name


def test_the_corpus_is_large_enough() -> None:
    assert len(REFUSED) >= 60


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_is_refused_in_words_and_leaves_nothing(
    client: Client, source: Source, writer: User, folder: Path, name: str
) -> None:
    content, words = REFUSED[name]
    with pytest.raises(RefusedFile, match=words):
        sniff(upload(content, name), name, len(content))
    client.force_login(writer)
    answer = client.post(source.get_absolute_url(), {"file": upload(content, name), "marking": "AMBER"})
    assert answer.status_code == 422
    assert not Attachment.objects.exists()
    assert files_in(folder) == []


def test_sizes(source: Source, writer: User) -> None:
    for content, words in ((b"", "is empty"), (bytes(MOST_BYTES + 1), "at most 20 MB")):
        with pytest.raises(ValidationError, match=words):
            kept(source, writer, content)
    assert kept(source, writer, b"a" * MOST_BYTES, "long.txt").size == MOST_BYTES


def test_looking_takes_little_memory() -> None:
    """Nothing is unpacked, whatever it declares, and nothing is drawn."""
    large = png(7000, 7000) + b""
    hostile = {
        "less.docx": declares_less(),
        "large.png": large,
        "long.pdf": b"%PDF-" + b"/JavaScrip " * 1_800_000 + b"%%EOF",
    }
    for name, content in hostile.items():
        tracemalloc.start()
        sniff(upload(content, name), name, len(content))
        _now, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < MOST_MEMORY, name


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\temp\\a.pdf", "a.pdf"),
        ('a"; filename="b.html.pdf', "a__ filename__b.html.pdf"),
        ("evil\u202efdp.pdf", "evil_fdp.pdf"),
        ("line\r\nSet-Cookie: a=b.pdf", "line__Set-Cookie_ a_b.pdf"),
        ("...pdf", "file.pdf"),
        ("é" * 300 + ".pdf", "é" * 150 + ".pdf"),
    ],
)
def test_names_are_made_harmless(given: str, told: str) -> None:
    assert safe_name(given, "pdf") == told


@pytest.mark.parametrize("name", ["scripted words.txt", "eicar.txt", "formula.csv", "map.png", "report.pdf"])
def test_no_browser_shows_it(client: Client, source: Source, writer: User, name: str) -> None:
    attachment = kept(source, writer, GOOD[name], name)
    client.force_login(writer)
    answer = client.get(attachment.get_absolute_url())
    assert answer.getvalue() == GOOD[name]
    assert answer["Content-Disposition"].startswith("attachment; filename")
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert "no-store" in answer["Cache-Control"]


def test_only_who_sees_the_source_gets_its_files(
    client: Client, own: Organisation, source: Source, writer: User
) -> None:
    attachment = kept(source, writer)
    other = OrganisationFactory()
    seeing: list[User] = [writer, reviewer(own), coordinator(own)]
    blind: list[User] = [reader(own), analyst(other), coordinator(other), AdministratorFactory()]
    for people, status in ((seeing, 200), (blind, 404)):
        for person in people:
            client.force_login(person)
            answer = client.get(attachment.get_absolute_url())
            answer.getvalue()
            assert answer.status_code == status
            assert client.get(source.get_absolute_url()).status_code == status
    client.logout()
    assert client.get(attachment.get_absolute_url()).status_code == 302
    client.force_login(writer)
    elsewhere = SourceFactory(organisation=source.organisation)
    assert client.get(f"/sources/{elsewhere.pk}/files/{attachment.pk}/").status_code == 404


def test_a_released_assessment_shows_the_citation_and_not_the_file(client: Client, own: Organisation) -> None:
    """Nothing that leads to a file reaches those to whom the answer that it supports is released."""
    assessment = make_assessment("approved", on_behalf_of=own, released_to_all=True)
    cited = assessment.ratings.earliest("pk").evidence.get().source
    Source.objects.filter(pk=cited.pk).update(organisation=own)
    cited.refresh_from_db()
    attachment = kept(cited, analyst(own), name="secret name.pdf")
    client.force_login(reader(OrganisationFactory()))
    page = client.get(assessment.get_absolute_url()).content.decode()
    assert cited.title in page
    assert "secret name" not in page
    assert f"/sources/{cited.pk}/" not in page
    assert client.get(attachment.get_absolute_url()).status_code == 404


def test_who_may_attach_and_take_away(own: Organisation, source: Source, writer: User) -> None:
    attachment = kept(source, writer)
    for person in (reviewer(own), coordinator(own), AdministratorFactory()):
        with pytest.raises(Refused):
            kept(source, person, png(), "map.png")
        with pytest.raises(Refused):
            detach(attachment=attachment, by=person)
    shared = SourceFactory(organisation=None)
    with pytest.raises(Refused, match="shared library"):
        kept(shared, writer)
    assert kept(shared, AdministratorFactory()).source == shared


@pytest.mark.parametrize("state", ["submitted", "returned", "approved", "taken up again"])
def test_files_stay_once_evidence_that_was_submitted_cites_the_source(
    client: Client, own: Organisation, state: str
) -> None:
    assessment = make_assessment("returned" if state == "taken up again" else state, on_behalf_of=own)
    if state == "taken up again":
        revise(assessment=assessment, by=assessment.assessor, at=AT)
    cited = assessment.ratings.earliest("pk").evidence.get().source
    Source.objects.filter(pk=cited.pk).update(organisation=own)
    cited.refresh_from_db()
    attachment = kept(cited, assessment.assessor)
    with pytest.raises(Refused, match="its files stay"):
        detach(attachment=attachment, by=assessment.assessor)
    client.force_login(assessment.assessor)
    assert "Take away" not in client.get(cited.get_absolute_url()).content.decode()


def test_files_can_be_taken_away_while_only_drafts_cite_the_source(client: Client, own: Organisation) -> None:
    assessment = make_assessment(on_behalf_of=own, answers={"P1.1": 3})
    cited = assessment.ratings.get().evidence.get().source
    Source.objects.filter(pk=cited.pk).update(organisation=own)
    cited.refresh_from_db()
    attachment = kept(cited, assessment.assessor)
    client.force_login(assessment.assessor)
    assert "Take away" in client.get(cited.get_absolute_url()).content.decode()
    detach(attachment=attachment, by=assessment.assessor)
    assert not Attachment.objects.exists()


def test_the_same_file_is_attached_once(source: Source, writer: User, folder: Path) -> None:
    kept(source, writer)
    with pytest.raises(ValidationError, match="attached to the source already"):
        kept(source, writer, name="again.pdf")
    assert len(files_in(folder)) == 1


def test_a_file_whose_row_cannot_be_written_is_not_left(
    source: Source, writer: User, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise IntegrityError("gone")

    monkeypatch.setattr(Attachment, "save", fail)
    with pytest.raises(IntegrityError), transaction.atomic():
        kept(source, writer)
    assert files_in(folder) == []


def test_what_is_taken_away_is_gone_once_that_is_certain(
    source: Source, writer: User, folder: Path, django_capture_on_commit_callbacks: Any
) -> None:
    attachment = kept(source, writer)
    with django_capture_on_commit_callbacks() as waiting:
        detach(attachment=attachment, by=writer)
    assert len(files_in(folder)) == 1
    for each in waiting:
        each()
    assert files_in(folder) == []
    history = Attachment._meta.apps.get_model("assessments", "AttachmentEvent")
    assert list(history.objects.values_list("pgh_label", flat=True)) == ["insert", "delete"]


def test_a_source_has_so_many_files(source: Source, writer: User) -> None:
    for number in range(MOST_FILES):
        kept(source, writer, f"text {number}".encode(), f"{number}.txt")
    with pytest.raises(ValidationError, match="at most 20 files"):
        kept(source, writer, EICAR, "one.txt")


def test_the_page_of_a_source(client: Client, source: Source, writer: User, folder: Path) -> None:
    client.force_login(writer)
    sent = client.post(source.get_absolute_url(), {"file": upload(name="Ä report.pdf"), "marking": "RED"})
    assert sent.status_code == 302
    page = client.get(source.get_absolute_url()).content.decode()
    attachment = Attachment.objects.get()
    assert attachment.sha256 in page
    assert "Ä report.pdf" in page
    assert "TLP:RED" in page
    missing = client.post(source.get_absolute_url(), {"marking": "RED"})
    assert missing.status_code == 422
    files_in(folder)[0].unlink()
    gone = client.get(attachment.get_absolute_url(), follow=True)
    assert "is missing" in gone.content.decode()
    client.post(f"{attachment.get_absolute_url()}remove/")
    assert not Attachment.objects.exists()


def test_the_page_lists_the_answers_that_rest_on_it(client: Client, own: Organisation, writer: User) -> None:
    shared = SourceFactory(organisation=None)
    shown = make_assessment("approved", released_to_all=True)
    hidden = make_assessment("draft", answers={"P1.1": 3})
    for assessment in (shown, hidden):
        with pgtrigger.ignore("assessments.Evidence:only_in_draft"):
            assessment.ratings.earliest("pk").evidence.update(source=shared)
    client.force_login(writer)
    cited = client.get(shared.get_absolute_url()).context["cited"]
    assert [one.rating.assessment for one in cited.object_list] == [shown]


def test_more_files_and_answers_take_no_more_queries(client: Client, source: Source, writer: User) -> None:
    client.force_login(writer)

    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(source.get_absolute_url()).status_code == 200
        return len(captured)

    kept(source, writer)
    once = count()
    kept(source, writer, png(), "map.png")
    kept(source, writer, HTML, "page.txt")
    assert (count(), once) == (9, 9)
