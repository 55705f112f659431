"""How many queries the review desk takes, and that more comments and assessments take no more."""

import pytest
from django.test import Client

from assessments.actions.desk import assign, comment
from assessments.models import Assessment
from organisations.models import User
from tests.assessments.test_page_queries import queries_of
from tests.factories import AT, make_assessment, reviewer

pytestmark = pytest.mark.django_db

QUERIES = {
    "review": 13,
    "mine": 13,
    "assigned": 13,
    "desk": 21,
    "comments": 13,
    "comment": 8,
    "assessment": 45,
}


def pages(assessment: Assessment) -> dict[str, str]:
    here = assessment.get_absolute_url()
    return {
        "review": "/reviews/",
        "mine": "/reviews/?queue=mine",
        "assigned": "/reviews/?queue=assigned",
        "desk": f"{here}review/1/",
        "comments": f"{here}comments/",
        "comment": f"{here}comments/{assessment.comments.order_by('pk')[0].pk}/",
        "assessment": here,
    }


def asked(assessment: Assessment, person: User) -> None:
    """A thread with an answer on every indicator and on the whole, by both sides."""
    for indicator in [*assessment.applicable_indicators(), None]:
        one = comment(assessment=assessment, text="Why?", by=person, indicator=indicator, at=AT)
        comment(assessment=assessment, text="So.", by=assessment.assessor, parent=one, at=AT)


def test_pages_take_their_queries_whatever_was_said_and_waits(client: Client) -> None:
    assessment = make_assessment("submitted")
    person, other = reviewer(assessment.on_behalf_of), reviewer(assessment.on_behalf_of)
    client.force_login(person)
    client.post(f"{assessment.get_absolute_url()}review/")
    asked(assessment, person)
    asked(assessment, other)
    for holder in (None, person, other):
        _another(assessment, holder)
    first = queries_of(client, pages(assessment))
    asked(assessment, other)
    for holder in (None, None, person, person, other):
        _another(assessment, holder)
    assert queries_of(client, pages(assessment)) == first == QUERIES


def _another(assessment: Assessment, holder: User | None) -> None:
    one = make_assessment(
        "submitted",
        assessor=assessment.assessor,
        on_behalf_of=assessment.on_behalf_of,
        framework=assessment.framework,
    )
    if holder:
        assign(assessment=one, reviewer=holder, by=holder, at=AT)
        comment(assessment=one, text="Why?", by=holder, at=AT)
