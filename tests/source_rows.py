"""Rows of the permission table about sources: one of OWN, with a file."""

SOURCE = {"pk": "source"}
FILE = {"pk": "source", "number": "attachment"}


def source_rows(own_work: str, analysts: str) -> list[tuple[str, str, dict[str, str], str, dict[str, str]]]:
    """As ``permission_table.Row`` takes them; the outcomes of whole columns are given."""
    return [
        ("GET", "assessments:source", SOURCE, own_work, {}),
        ("POST", "assessments:source", SOURCE, analysts.replace("done", "422 "), {"marking": "AMBER"}),
        ("GET", "assessments:attachment", FILE, own_work, {}),
        ("POST", "assessments:remove-attachment", FILE, analysts, {}),
    ]
