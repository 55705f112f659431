"""The headers of every answer: what a browser may load, keep, tell and do."""

import re

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.test import Client
from pytest_django import Settings

from tests.factories import AdministratorFactory
from tests.permission_table import TABLE
from tests.test_permissions import address, signed_in
from tests.world import World, make_world

pytestmark = pytest.mark.django_db
OF_EVERYTHING = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
OF_ANSWERS = OF_EVERYTHING | {
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
NONCE = re.compile(r"'nonce-([A-Za-z0-9+/=_-]{22,})'")
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "object-src": "'none'",
    "manifest-src": "'self'",
}
ELSEWHERE = ["/nowhere", "/static/nowhere.css", "/admin/login/", "/admin/organisations/user/", "/api/v2/"]
INLINE = re.compile(rb"<(?:script|style)(?![^>]*\bsrc=)([^>]*)>|<[^>]+\s(on\w+|style)=", re.IGNORECASE)
LOADED = re.compile(
    rb"<(?:script|link|img|iframe|form)\b[^>]*\b(?:src|href|action)=\"(?:\w+:)?//", re.IGNORECASE
)


OF_FILES = {"sandbox": "", "default-src": "'none'"}


def policy(header: str) -> dict[str, str]:
    """The directives of a policy, without nonces."""
    parts = [NONCE.sub("", part).split() for part in header.split(";")]
    return {name: " ".join(values) for name, *values in parts}


def addresses(world: World) -> list[str]:
    """Every address of the table that can be read, and some that are not in it."""
    return [address(row, world.ids) for row in TABLE if row.method == "GET"] + ELSEWHERE


@pytest.mark.parametrize("person", ["anonymous", "reviewer", "outsider", "administrator"])
def test_every_answer_has_every_header(person: str) -> None:
    world = make_world()
    client = signed_in(world, person)
    expected = [(OF_ANSWERS, True, allowed) for allowed in (POLICY, OF_FILES)]
    found = {}
    for url in addresses(world):
        response = client.get(url)
        response.getvalue()  # a file that nobody reads would keep its transaction open
        headers = {name: response.headers.get(name) for name in OF_ANSWERS}
        kept_by_nobody = {"no-store", "private"} <= set(response["Cache-Control"].split(", "))
        found[url] = (headers, kept_by_nobody, policy(response["Content-Security-Policy"]))
    assert {url: what for url, what in found.items() if what not in expected} == {}


def test_no_page_needs_what_the_policy_refuses() -> None:
    """What stands in a page has the nonce of its answer; nothing is loaded from another host."""
    world = make_world()
    for person in ("anonymous", "reviewer", "analyst", "administrator"):
        client = signed_in(world, person)
        for url in addresses(world):
            response = client.get(url)
            content = response.getvalue()
            if not response["Content-Type"].startswith("text/html"):
                continue
            nonces = set(NONCE.findall(response["Content-Security-Policy"]))
            inline = [match[0] for match in INLINE.finditer(content) if not own(match, nonces)]
            assert (url, inline, LOADED.findall(content)) == (url, [], [])


def own(match: re.Match[bytes], nonces: set[str]) -> bool:
    """Whether the browser runs it: it has the nonce, or is data that nobody runs."""
    attributes = (match[1] or b"").decode()
    return (
        any(f'nonce="{nonce}"' in attributes for nonce in nonces) or 'type="application/json"' in attributes
    )


@pytest.mark.parametrize(
    ("found", "number"),
    [
        (b"<script>1</script>", 1),
        (b'<p onclick="x()">', 1),
        (b'<p style="color: red">', 1),
        (b"<style>p {}</style>", 1),
        (b'<script src="/a.js"></script>', 0),
        (b'<script nonce="abc">1</script>', 0),
    ],
)
def test_it_would_be_seen(found: bytes, number: int) -> None:
    assert len([match for match in INLINE.finditer(found) if not own(match, {"abc"})]) == number


def test_a_nonce_is_used_once() -> None:
    client = Client()
    client.force_login(AdministratorFactory())
    policies = [client.get("/api/v1/docs/")["Content-Security-Policy"] for _ in range(20)]
    nonces = [set(NONCE.findall(policy)) for policy in policies]
    assert all(len(nonce) == 1 for nonce in nonces)
    assert len(set.union(*nonces)) == 20


@pytest.mark.parametrize("name", ["concord/concord.css", "concord/concord.js", "tabler/css/tabler.min.css"])
def test_static_files_may_be_kept_for_ever_and_are_what_they_say(name: str) -> None:
    response = Client().get(staticfiles_storage.url(name))
    assert response.getvalue()
    assert response.status_code == 200
    assert {header: response.headers.get(header) for header in OF_EVERYTHING} == OF_EVERYTHING
    assert "immutable" in response["Cache-Control"]
    assert response["Content-Type"].split(";")[0] in {"text/css", "text/javascript"}


def test_browsers_are_told_to_come_by_https_only(settings: Settings) -> None:
    """With the settings of production, which test_settings.py shows."""
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    told = {
        Client().get(url, secure=True)["Strict-Transport-Security"] for url in ("/", "/nowhere", "/api/v1/")
    }
    assert told == {"max-age=31536000; includeSubDomains; preload"}
