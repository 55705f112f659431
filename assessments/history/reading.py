"""The history of one assessment, newest first."""

from assessments.history.answers import answer_changes, evidence_changes
from assessments.history.desk import assignments, comments
from assessments.history.entries import Entry, Kind, folded
from assessments.history.steps import opened_at, steps
from assessments.models import Assessment


def history_of(assessment: Assessment) -> list[Entry]:
    """All entries, newest first, in a number of queries that does not grow.

    What an amendment took over from the assessment that it amends is one entry; its changes are told there.
    """
    copied_at = opened_at(assessment) if assessment.amends_id else None
    changes = [
        *steps(assessment),
        *assignments(assessment),
        *comments(assessment),
        *evidence_changes(assessment, copied_at),
        *answer_changes(assessment, copied_at),
    ]
    changes.sort(key=lambda change: change.at)  # of one moment in the order above
    entries = folded(changes, [change.at for change in changes if change.kind is Kind.STATE])
    entries.reverse()
    return sorted(entries, key=lambda entry: entry.until or entry.at, reverse=True)
