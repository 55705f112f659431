"""Rows of the permission table about editions: edition 1 is for everybody, OWN-1 of OWN alone."""

DYAD = {"slug": "OWN-OTHER"}
PARTS: list[tuple[str, dict[str, str]]] = [
    ("edition", {}),
    ("recompute-edition", {}),
    ("edition-file", {"extension": "json"}),
    ("edition-file", {"extension": "bib"}),
    ("edition-chart", {"chart": "political-dimensions", "extension": "svg"}),
]
#             anonym. suspend nobody  reader  analyst colleag review  coordin partner p.coord outsid. admin
FREEZES = "   login   login   refused refused refused refused refused 200     refused 200     refused refused"


def edition_rows(
    signed_in: str, with_role: str, own_work: str
) -> list[tuple[str, str, dict[str, str], str, dict[str, str]]]:
    """As ``permission_table.Row`` takes them; the outcomes of whole columns are given."""
    rows: list[tuple[str, str, dict[str, str], str, dict[str, str]]] = [
        ("GET", "assessments:editions", DYAD, signed_in, {}),
        ("GET", "assessments:freeze-edition", DYAD, FREEZES.replace("refused", "away"), {}),
        ("POST", "assessments:freeze-edition", DYAD, FREEZES.replace("200", "422"), {"basis": "released"}),
    ]
    for name, outcomes in (("1", with_role), ("OWN-1", own_work)):
        rows += [
            ("GET", f"assessments:{route}", {**DYAD, "name": name, **further}, outcomes, {})
            for route, further in PARTS
        ]
    for one, other, outcomes in (("1", "1", with_role), ("1", "OWN-1", own_work), ("OWN-1", "1", own_work)):
        objects = {**DYAD, "name": one, "other": other}
        rows.append(("GET", "assessments:edition-changes", objects, outcomes, {}))
    return rows
