"""Rows of the permission table about histories and revisions: for the organisation's own people alone."""


def history_rows(own_work: str) -> list[tuple[str, str, dict[str, str], str]]:
    """As ``permission_table.Row`` takes them, also of what is released to everybody."""
    rows: list[tuple[str, str, dict[str, str], str]] = []
    for state in ("draft", "submitted", "in_review", "returned", "approved", "shared"):
        rows += [
            ("GET", "assessments:history", {"pk": state}, own_work),
            ("GET", "assessments:revisions", {"pk": state}, own_work),
        ]
    for state in ("submitted", "in_review", "returned", "approved", "shared"):
        objects = {"pk": state, "earlier": "1", "later": "1"}
        rows.append(("GET", "assessments:compare-revisions", objects, own_work))
    draft = {"pk": "draft", "earlier": "now", "later": "now"}
    return [*rows, ("GET", "assessments:compare-revisions", draft, own_work)]
