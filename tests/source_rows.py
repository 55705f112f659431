"""Rows of the permission table about sources: one of OWN, with a file."""

SOURCE = {"pk": "source"}
FILE = {"pk": "source", "number": "attachment"}


def source_rows(own_work: str, analysts: str) -> list[tuple[str, str, dict[str, str], str, dict[str, str]]]:
    """As ``permission_table.Row`` takes them; the outcomes of whole columns are given."""
    signed_in = own_work.replace("404", "200")
    refused = signed_in.replace("200", "422")
    changed = analysts.replace("done", "200 ").replace("refused", "away   ")
    return [
        ("GET", "assessments:add-source", {}, signed_in, {}),
        ("POST", "assessments:add-source", {}, refused, {"title": "No author"}),
        ("GET", "assessments:bring-sources", {}, signed_in, {}),
        ("POST", "assessments:bring-sources", {}, refused, {"text": "Nothing."}),
        ("GET", "assessments:source", SOURCE, own_work, {}),
        ("POST", "assessments:source", SOURCE, analysts.replace("done", "422 "), {"marking": "AMBER"}),
        ("GET", "assessments:change-source", SOURCE, changed, {}),
        ("POST", "assessments:change-source", SOURCE, analysts.replace("done", "422 "), {"title": ""}),
        ("GET", "assessments:attachment", FILE, own_work, {}),
        ("POST", "assessments:remove-attachment", FILE, analysts, {}),
    ]
