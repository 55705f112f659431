"""Rows of the permission table about notices: everybody has their own, and nobody another's."""

#              anonym. suspend nobody  reader  analyst colleag review  coordin partner p.coord outsid. admin
OF_ANALYST = " login   login   404     404     done    404     404     404     404     404     404     404"


def notice_rows(signed_in: str) -> list[tuple[str, str, dict[str, str], str, dict[str, str]]]:
    """As ``permission_table.Row`` takes them; ``signed_in`` are the outcomes for whoever has signed in."""
    done = signed_in.replace("200", "done")
    return [
        ("GET", "assessments:notices", {}, signed_in, {}),
        ("POST", "assessments:notices", {}, done, {"seen": "all"}),
        ("POST", "assessments:notices", {}, OF_ANALYST, {"seen": "notice"}),
        ("POST", "assessments:notices", {}, OF_ANALYST, {"open": "notice"}),
        ("GET", "assessments:notice-preferences", {}, signed_in, {}),
        ("POST", "assessments:notice-preferences", {}, signed_in.replace("200", "422"), {"returned": "?"}),
    ]
