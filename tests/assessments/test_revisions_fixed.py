"""The database refuses to change or delete what was submitted and decided, whoever asks."""

import pytest
from django.db import DatabaseError, connection

from assessments.models import Revision
from tests.factories import make_assessment

pytestmark = pytest.mark.django_db(transaction=True)

REFUSED = [
    "UPDATE assessments_revision SET content = '{}'",
    "UPDATE assessments_revision SET sha256 = repeat('0', 64)",
    "UPDATE assessments_revision SET remarks_reason = 'Later.', number = 7",
    "DELETE FROM assessments_revision",
    "TRUNCATE assessments_revision CASCADE",
    "TRUNCATE assessments_assessment CASCADE",
    "UPDATE assessments_review SET decision = 'approved'",
    "DELETE FROM assessments_review",
    "TRUNCATE assessments_review",
    "UPDATE assessments_reading SET opened_at = now()",
    "DELETE FROM assessments_reading",
    "TRUNCATE assessments_reading",
]


@pytest.mark.parametrize("statement", REFUSED)
def test_it_cannot_be_altered_by_sql(statement: str) -> None:
    revision = make_assessment("approved").current_revision
    assert revision is not None
    before = Revision.objects.values().get(pk=revision.pk)
    counts = revision.reviews.count(), revision.readings.count()
    assert counts == (1, 1)
    with (
        pytest.raises(DatabaseError, match=r"Cannot (update|delete|truncate)"),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert Revision.objects.values().get(pk=revision.pk) == before
    assert (revision.reviews.count(), revision.readings.count()) == counts


def test_tests_begin_with_empty_tables() -> None:
    """The control: Django empties them between tests; what refuses above are the triggers."""
    assert not Revision.objects.exists()
