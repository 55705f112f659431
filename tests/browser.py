"""Chromium for tests and pictures. A page that a visitor opens must load without a fault in its console."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from organisations.models import User

NAMES = ("chromium", "chromium-browser", "google-chrome")
INSTALL = "apt-get install chromium"
TIMEOUT = 15_000


@dataclass
class Visitor:
    """One person at one browser window, with a profile of their own."""

    page: Page
    address: str
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(TIMEOUT)
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.faults.append(f"{self.page.url}: {error}"))

    def _hear(self, message: ConsoleMessage) -> None:
        expected = "the server responded with a status of 4" in message.text
        if message.type in {"error", "warning"} and not expected:
            self.faults.append(f"{self.page.url}: {message.text}")

    def open(self, path: str) -> int:
        """Go to a page; returns its status."""
        response = self.page.goto(self.address + path)
        assert response is not None
        return response.status

    def arrives(self, heading: str) -> None:
        """Wait for a page and its scripts: a key pressed before they run is lost."""
        self.page.get_by_role("heading", name=heading).wait_for()
        self.page.wait_for_load_state()

    def sign_in(self, email: str, password: str) -> None:
        self.open("/account/login/")
        self.page.get_by_label("Email").fill(email)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.get_by_role("heading", name="My work").wait_for()

    def carry_session_of(self, person: User) -> None:
        """Be signed in without the form."""
        client = Client()
        client.force_login(person)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        self.page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": self.address}])

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def follow(self, name: str) -> None:
        self.page.get_by_role("link", name=name, exact=True).first.click()

    def text(self) -> str:
        return self.page.locator("main").inner_text()

    def overflow(self) -> int:
        """By how many pixels the page is wider than its window."""
        script = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        return int(self.page.evaluate(script))

    def barriers(self, *, leave_out: str | None = None) -> list[str]:
        """Violations that axe finds, outside of the element ``leave_out``."""
        context = {"exclude": [leave_out]} if leave_out else None
        found = Axe().run(self.page, context=context).response["violations"]
        return [f"{v['id']}: {node['html'][:120]}" for v in found for node in v["nodes"]]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium of this machine; fails with :class:`FileNotFoundError` where there is none."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        raise FileNotFoundError(f"There is no Chromium. On Debian: {INSTALL}")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright keeps an event loop in the test's thread
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, chromium_sandbox=os.geteuid() != 0)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    try:
        with chromium() as started:
            yield started
    except FileNotFoundError as missing:
        if os.environ.get("CI") == "true":
            pytest.fail(str(missing))
        pytest.skip(str(missing))


@pytest.fixture
def visit(browser: Browser, live_server: object) -> Iterator[Callable[..., Visitor]]:
    """Open a window: ``visit(width=1280, scripts=True, dark=False)``. None of them may have had a fault."""
    visitors = []

    def start(width: int = 1280, *, scripts: bool = True, dark: bool = False) -> Visitor:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            java_script_enabled=scripts,
            color_scheme="dark" if dark else "light",
            locale="en-GB",
        )
        visitors.append(Visitor(context.new_page(), str(live_server)))
        return visitors[-1]

    yield start
    for visitor in visitors:
        visitor.page.context.close()
    assert [fault for visitor in visitors for fault in visitor.faults] == []
