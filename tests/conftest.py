from collections.abc import Iterator

import pgtrigger
import pytest
from django.db.backends.postgresql.operations import DatabaseOperations
from django.test import override_settings

from assessments.actions.reference import load_reference
from tests.factories import AT

QUEUE_EMPTIED = "TRUNCATE procrastinate_jobs, procrastinate_events, procrastinate_periodic_defers"


@pytest.fixture
def reference(db: None) -> None:
    """The reference cases, approved, released to all and scored, in the test's own transaction."""
    load_reference(at=AT)


@pytest.fixture(scope="session", autouse=True)
def static_files_unread() -> Iterator[None]:
    """Let WhiteNoise look for a file when it is asked for; it would read them all for each test client."""
    with override_settings(WHITENOISE_AUTOREFRESH=True):
        yield


@pytest.fixture(scope="session", autouse=True)
def emptied_between_tests() -> Iterator[None]:
    """Let Django empty the tables after tests with real transactions; triggers refuse it otherwise.

    The queue is emptied with them: Django does not manage its tables, and jobs would wait for the next test.
    """
    emptied = DatabaseOperations.execute_sql_flush

    def execute(operations: DatabaseOperations, statements: list[str]) -> None:
        with pgtrigger.ignore(
            *(f"assessments.{one}:never_emptied" for one in ("Revision", "Reading", "Review"))
        ):
            emptied(operations, [*statements, QUEUE_EMPTIED] if statements else statements)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "execute_sql_flush", execute)
        yield
