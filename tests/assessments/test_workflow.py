"""The table of states and actions, cell by cell."""

import pytest

from assessments.choices import State
from assessments.workflow import TRANSITIONS, Action, next_state

EXPECTED = {
    "draft": {
        "edit": "draft",
        "submit": "submitted",
        "withdraw": "withdrawn",
        "share": "draft",
        "hand_over": "draft",
        "comment": "draft",
        "end": "withdrawn",
    },
    "submitted": {
        "start_review": "in_review",
        "withdraw": "withdrawn",
        "assign": "submitted",
        "comment": "submitted",
        "end": "withdrawn",
    },
    "in_review": {
        "start_review": "in_review",
        "return": "returned",
        "approve": "approved",
        "assign": "in_review",
        "comment": "in_review",
        "end": "withdrawn",
    },
    "returned": {
        "revise": "draft",
        "withdraw": "withdrawn",
        "share": "returned",
        "hand_over": "returned",
        "assign": "returned",
        "comment": "returned",
        "end": "withdrawn",
    },
    "approved": {
        "approve": "approved",
        "release": "approved",
        "amend": "approved",
        "continue": "approved",
        "supersede": "superseded",
        "withdraw": "withdrawn",
    },
    "superseded": {},
    "withdrawn": {},
}


@pytest.mark.parametrize("state", State.values)
@pytest.mark.parametrize("action", Action.values)
def test_each_cell(state: str, action: str) -> None:
    assert next_state(state, Action(action)) == EXPECTED[state].get(action)


def test_the_table_has_no_other_cell() -> None:
    assert len(TRANSITIONS) == sum(len(row) for row in EXPECTED.values())
