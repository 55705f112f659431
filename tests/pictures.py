"""The pictures of the README, taken of the application as ``make run`` starts it: ``make pictures``."""

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.installation import throwaway_installation

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "pictures"
SIZE = {"width": 1280, "height": 860}
STARTING = 60


def main() -> None:
    with throwaway_installation():
        prepare()
        with served() as address:
            take(address)


def prepare() -> None:
    """The reference cases, and of one organisation a draft half done and a political one to review."""
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    from assessments.actions import assessments, recording, review, submission
    from assessments.models import Assessment
    from organisations.models import Organisation, User

    call_command("load_reference", verbosity=0)
    analyst, reviewer = (User.objects.get(email=f"{role}@eu.example") for role in ("analyst", "reviewer"))
    copied = Assessment.objects.filter(dyad__first__acronym="UN", dyad__second__acronym="EU")
    for original in (copied.get(engagement__name="MONUC-Artemis"), copied.filter(engagement=None)[0]):
        copy = assessments.open_assessment(
            by=analyst,
            on_behalf_of=Organisation.objects.get(acronym="EU"),
            dyad=original.dyad,
            engagement=original.engagement,
            framework=original.framework,
            period=(original.period_start, original.period_end),
            basis=original.basis,
            at=timezone.now(),
        )
        left_open = {"F5.3", "F5.4", "F8.1", "F8.2", "F8.3"}
        for rating in original.ratings.exclude(indicator__code__in=left_open).select_related("indicator"):
            answer = recording.AnswerInput(
                rating.indicator, rating.score, rating.non_score, rating.rationale, rating.confidence
            )
            recording.save_ratings(assessment=copy, answers=[answer], by=analyst, at=timezone.now())
            for evidence in rating.evidence.all():
                recording.add_evidence(
                    assessment=copy,
                    indicator=rating.indicator,
                    source=evidence.source,
                    by=analyst,
                    at=timezone.now(),
                    locator=evidence.locator,
                )
        if original.engagement is None:
            submission.submit(assessment=copy, by=analyst, at=timezone.now(), reason="Both sources say so.")
            review.start_review(assessment=copy, by=reviewer, at=timezone.now())
    connection.close()


@contextmanager
def served() -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "config.wsgi:application", "--bind", f"127.0.0.1:{port}"]
    server = subprocess.Popen([*command, "--threads", "4", "--log-level", "warning"], cwd=ROOT)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(address)
        yield address
    finally:
        server.terminate()
        server.wait(20)


def wait_for(address: str) -> None:
    until = time.monotonic() + STARTING
    while True:
        try:
            urllib.request.urlopen(f"{address}/readyz", timeout=5)  # noqa: S310 - the server started above
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
        else:
            return


def take(address: str) -> None:
    from assessments.actions.reference import DEMO_PASSWORD
    from tests.browser import Visitor, chromium

    FOLDER.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:

        def picture(name: str, email: str, *, walk: Callable[[Visitor], object]) -> None:
            context = browser.new_context(viewport=SIZE, locale="en-GB", color_scheme="light")  # type: ignore[arg-type]
            visitor = Visitor(context.new_page(), address)
            visitor.sign_in(email, DEMO_PASSWORD)
            walk(visitor)
            visitor.page.screenshot(path=FOLDER / f"{name}.png")
            context.close()

        def recording(visitor: Visitor) -> None:
            visitor.page.get_by_role("region", name="My drafts").get_by_role("link").first.click()
            visitor.page.get_by_role("link", name="F5 ").first.click()

        def review(visitor: Visitor) -> None:
            visitor.page.get_by_role("region", name="To review").get_by_role("link").first.click()
            visitor.press("Review")
            visitor.page.get_by_role("button", name="Approve").wait_for()

        picture("home", "coordinator@un.example", walk=lambda visitor: visitor.open("/"))
        picture("scorecard", "reader@eu.example", walk=lambda visitor: visitor.open("/dyads/UN-EU/"))
        picture("recording", "analyst@eu.example", walk=recording)
        picture("review", "reviewer@eu.example", walk=review)


if __name__ == "__main__":
    main()
