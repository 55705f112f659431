"""Pages of notices with something on them: no barrier and no overflow, whatever people are called."""

from collections.abc import Callable

import pytest

from assessments.choices import NoticeKind, State
from assessments.models import Notice
from tests.browser import Visitor
from tests.factories import MembershipFactory, OrganisationFactory, analyst, make_assessment
from tests.journeys.test_pages import look_at

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (360, False), (1280, True)])
def test_pages_with_notices(visit: Callable[..., Visitor], width: int, dark: bool) -> None:
    own = OrganisationFactory()
    person = analyst(own, name="A person whose name is longer than a narrow page has room for")
    MembershipFactory(user=person, organisation=own, role="reviewer")
    make_assessment(State.SUBMITTED, on_behalf_of=own, assessor=analyst(own, name="N" * 60))
    make_assessment(State.RETURNED, assessor=person)
    assert Notice.objects.filter(recipient=person).count() == 2
    visitor = visit(width, dark=dark)
    visitor.carry_session_of(person)
    look_at(visitor, ["/", "/notices/", "/notices/?show=all", "/notices/?kind=approved", "/me/notices/"])


def test_opening_a_notice_without_scripts_leads_there_and_counts_it_as_seen(
    visit: Callable[..., Visitor],
) -> None:
    returned = make_assessment(State.RETURNED)
    visitor = visit(scripts=False)
    visitor.carry_session_of(returned.assessor)
    visitor.open("/notices/")
    visitor.page.get_by_role("button", name="Open: Returned to you").focus()
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_url(f"**{returned.get_absolute_url()}")
    assert Notice.objects.get(kind=NoticeKind.RETURNED).seen_at is not None
