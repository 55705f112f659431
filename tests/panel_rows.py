"""Rows of the permission table about next cycles and panels."""

DESCRIPTION = {"period_start": "2008", "period_end": "2010", "basis": "Interviews", "marking": "AMBER"}
#             anonym. suspend nobody  reader  analyst colleag review  coordin partner p.coord outsid. admin
CONTINUES = " login   login   404     404     200     200     away    away    404     404     404     404"
NOT_NOW = "   login   login   404     404     away    away    away    away    404     404     404     404"
RECORDS = "   login   login   404     404     done    done    refused refused 404     404     404     404"
REFUSED = "   login   login   404     404     refused refused refused refused 404     404     404     404"

RowParts = tuple[str, str, dict[str, str], str, dict[str, str]]


def panel_rows() -> list[RowParts]:
    """As ``permission_table.Row`` takes them."""
    return [
        ("GET", "assessments:next-cycle", {"pk": "approved"}, CONTINUES, {}),
        ("GET", "assessments:next-cycle", {"pk": "draft"}, NOT_NOW, {}),
        ("POST", "assessments:next-cycle", {"pk": "approved"}, RECORDS, DESCRIPTION),
        ("POST", "assessments:next-cycle", {"pk": "draft"}, REFUSED, DESCRIPTION),
    ]
