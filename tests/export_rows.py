"""Rows of the permission table about exports: everybody may make them, each of what they see."""

from assessments.exports.catalogue import DATASETS

#              anonym. suspend nobody  reader  analyst colleag review  coordin partner p.coord outsid. admin
OF_ANALYST = " login   login   404     404     200     404     404     404     404     404     404     404"


def export_rows(signed_in: str) -> list[tuple[str, str, dict[str, str], str]]:
    """As ``permission_table.Row`` takes them; ``signed_in`` are the outcomes for whoever has signed in."""
    return [
        ("GET", "assessments:exports", {}, signed_in),
        ("GET", "assessments:data-dictionary", {}, signed_in),
        ("GET", "assessments:data-dictionary-file", {}, signed_in),
        ("GET", "assessments:export-manifest", {"pk": "export"}, OF_ANALYST),
        *(("GET", "assessments:export", {"name": name}, signed_in) for name in DATASETS),
        *(("GET", "assessments:export-download", {"name": name}, signed_in) for name in DATASETS),
    ]


def export_api_rows(signed_in: str) -> list[tuple[str, str, dict[str, str], str]]:
    """The same of the API."""
    return [
        ("GET", "api:export-dictionary", {}, signed_in),
        ("GET", "api:export-manifest", {"pk": "export"}, OF_ANALYST.replace("login", "401")),
        *(("GET", f"api:export-{name}", {}, signed_in) for name in DATASETS),
    ]
