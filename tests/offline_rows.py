"""Rows of the permission table about the offline form."""

DRAFT = {"pk": "draft"}
SUBMITTED = {"pk": "submitted"}


def offline_rows(assessor: str, not_now: str) -> list[tuple[str, str, dict[str, str], str, dict[str, str]]]:
    """As ``permission_table.Row`` takes them; the outcomes of whole columns are given."""
    return [
        ("GET", f"assessments:{route}", objects, outcomes, {})
        for route in ("offline", "offline-form")
        for objects, outcomes in ((DRAFT, assessor), (SUBMITTED, not_now))
    ]
