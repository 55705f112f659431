"""Rows of the permission table about the offline form."""

DRAFT = {"pk": "draft"}
SUBMITTED = {"pk": "submitted"}
UPLOAD = {**DRAFT, "upload": "upload"}


def offline_rows(
    assessor: str, not_now: str, by_analyst: str, refused: str
) -> list[tuple[str, str, dict[str, str], str, dict[str, str]]]:
    """As ``permission_table.Row`` takes them; the outcomes of whole columns are given."""
    nowhere: dict[str, str] = {}
    reads = [
        ("GET", f"assessments:{route}", objects, outcomes, nowhere)
        for route in ("offline", "offline-form")
        for objects, outcomes in ((DRAFT, assessor), (SUBMITTED, not_now))
    ]
    return [
        *reads,
        ("POST", "assessments:offline", DRAFT, by_analyst.replace("done", "422 "), nowhere),
        ("POST", "assessments:offline", SUBMITTED, refused, nowhere),
        ("GET", "assessments:offline-upload", UPLOAD, assessor, nowhere),
        ("POST", "assessments:offline-upload", UPLOAD, by_analyst, {"do": "discard"}),
        ("POST", "assessments:offline-upload", {**SUBMITTED, "upload": "upload"}, refused, {"do": "discard"}),
    ]
