"""The page *Getting started with the API* does what it says: each request on it is sent."""

import json
import re
import shlex
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from django.conf import settings
from django.test import Client

from assessments.models import Assessment
from organisations.actions.tokens import issue_token
from organisations.models import Scope, User
from tests.factories import (
    DyadFactory,
    EngagementFactory,
    FrameworkFactory,
    OrganisationFactory,
    SourceFactory,
    analyst,
    make_assessment,
)

PAGE = Path(settings.BASE_DIR, "docs", "api-getting-started.md").read_text(encoding="utf-8")
TAKES_A_VALUE = {"-X", "-H", "-d", "-o", "-D"}


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def curls(text: str) -> Iterator[list[str]]:
    """The arguments of each curl in a piece of shell, up to what its output goes to."""
    words = shlex.split(text.replace("\\\n", " "))
    starts = [number for number, word in enumerate(words) if word == "curl" or word.endswith("$(curl")]
    for start, end in pairwise([*starts, len(words)]):
        command = words[start + 1 : end]
        yield command[: command.index("|")] if "|" in command else command


class Shell:
    """Sends what curl would send, with the token of a person; ids on the page stand for what is there."""

    def __init__(self, person: User, ids: dict[str, str]) -> None:
        _token, self.secret = issue_token(label="Program", by=person, scopes=list(Scope))
        self.ids, self.etag = ids, ""

    def send(self, arguments: list[str]) -> Any:
        method, headers, body, address = "GET", {}, "", ""
        words = iter(arguments)
        for word in words:
            value = next(words) if word in TAKES_A_VALUE else ""
            if word == "-X":
                method = value
            elif word == "-H":
                name, _colon, text = value.partition(": ")
                headers[name] = text.replace("$TOKEN", self.secret).replace("$etag", self.etag)
            elif word == "-d":
                body = value
            elif not word.startswith("-"):
                address = word
        for written, there in self.ids.items():
            address, body = address.replace(written, there), body.replace(written, there)
        split = urlsplit(address.replace("$CONCORD", "/api/v1"))
        response = Client().generic(
            method, f"{split.path}?{split.query}", body, content_type="application/json", headers=headers
        )
        self.etag = response.headers.get("ETag", self.etag)
        return response


@pytest.mark.django_db
def test_each_curl_on_the_page_does_what_the_page_says() -> None:
    dyad = DyadFactory(first=OrganisationFactory(acronym="UN"), second=OrganisationFactory(acronym="EU"))
    framework = FrameworkFactory(code="inter-organisational-cooperation")
    person = analyst(dyad.first)
    answered = make_assessment(
        dyad=dyad, framework=framework, assessor=person, answers={"P1.1": 3, "P1.2": 5, "PX.1": 3}
    )
    answered.ratings.get(indicator__code="P1.2").evidence.update(stance="contradicts")
    ids = {"/12/": f"/{answered.pk}/", '"source": 3': f'"source": {SourceFactory().pk}'}
    shell = Shell(person, ids)
    sent = [shell.send(arguments) for block in blocks("sh") for arguments in curls(block)]
    assert [response.status_code for response in sent] == [200, 201, 200, 200, 201, 200]
    assert Assessment.objects.get(pk=sent[1].json()["id"]).basis == "After-action review"
    assert answered.ratings.get(indicator__code="P1.1").rationale == "Both sides met each week."
    answered.refresh_from_db()
    assert answered.state == "submitted"


@pytest.mark.django_db(transaction=True)
def test_the_python_on_the_page_reads_every_row(live_server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    engagement = EngagementFactory(
        dyad=DyadFactory(first=OrganisationFactory(acronym="UN"), second=OrganisationFactory(acronym="EU"))
    )
    approved = make_assessment("approved", engagement=engagement, on_behalf_of=engagement.dyad.first)
    _token, secret = issue_token(label="Notebook", by=analyst(engagement.dyad.first))
    monkeypatch.setenv("TOKEN", secret)
    monkeypatch.setenv("CONCORD", f"{live_server.url}/api/v1")
    (code,) = blocks("python")
    names: dict[str, Any] = {}
    exec(compile(code.replace("page_size=500", "page_size=1"), "getting started", "exec"), names)  # noqa: S102
    assert {row["assessment"] for row in names["rows"]} == {approved.pk}
    assert len(names["rows"]) == approved.approved_ratings.count() > 1


@pytest.mark.django_db
def test_what_r_and_power_query_ask_for_is_there(client: Client) -> None:
    """They are not installed here: what they would ask for is read from the page and asked."""
    dyad = DyadFactory(first=OrganisationFactory(acronym="UN"), second=OrganisationFactory(acronym="EU"))
    client.force_login(analyst(dyad.first))
    (r,), (power_query,) = blocks("r"), blocks("powerquery")
    appended = re.search(r"req_url_path_append\((.*?)\)", r)
    relative = re.search(r'RelativePath = "(.*?)"', power_query)
    assert appended
    assert relative
    for path, asked in (
        ("/".join(json.loads(f"[{appended[1]}]")), re.search(r"req_url_query\((.*?)\)", r)),
        (relative[1], re.search(r"Query = \[(.*?)\]", power_query)),
    ):
        assert asked
        query = urlencode(dict(re.findall(r'(\w+) = "(.*?)"', asked[1])))
        response = client.get(f"/api/v1/{path}?{query}")
        assert (response.status_code, response["Content-Type"]) == (200, "text/csv; charset=utf-8")
        assert response.getvalue().startswith(b"id,")
    for code in (r, power_query):
        assert [code.count(one) for one in "([{"] == [code.count(one) for one in ")]}"]
