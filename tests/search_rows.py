"""Rows of the permission table about the search: everybody may ask, each within what they see."""


def search_rows(signed_in: str) -> list[tuple[str, str, dict[str, str], str]]:
    """As ``permission_table.Row`` takes them; ``signed_in`` are the outcomes for whoever has signed in."""
    return [("GET", "assessments:search", {}, signed_in)]
