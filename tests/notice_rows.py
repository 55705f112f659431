"""Rows of the permission table about notices: everybody has their own, and nobody another's."""


def notice_rows(signed_in: str) -> list[tuple[str, str, dict[str, str], str, dict[str, str]]]:
    """As ``permission_table.Row`` takes them; ``signed_in`` are the outcomes for whoever has signed in."""
    done = signed_in.replace("200", "done")
    return [
        ("GET", "assessments:notices", {}, signed_in, {}),
        ("POST", "assessments:notices", {}, done, {"seen": "all"}),
        ("GET", "assessments:notice-preferences", {}, signed_in, {}),
        ("POST", "assessments:notice-preferences", {}, signed_in.replace("200", "422"), {"returned": "?"}),
    ]
