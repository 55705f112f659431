import pytest

from assessments.actions.reference import load_reference
from tests.factories import AT


@pytest.fixture
def reference(db: None) -> None:
    """The reference cases, approved, released to all and scored, in the test's own transaction."""
    load_reference(at=AT)
