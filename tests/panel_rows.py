"""Rows of the permission table about next cycles and panels."""

DESCRIPTION = {"period_start": "2008", "period_end": "2010", "basis": "Interviews", "marking": "AMBER"}
#             anonym. suspend nobody  reader  analyst colleag review  coordin partner p.coord outsid. admin
CONTINUES = " login   login   404     404     200     200     away    away    404     404     404     404"
NOT_NOW = "   login   login   404     404     away    away    away    away    404     404     404     404"
RECORDS = "   login   login   404     404     done    done    refused refused 404     404     404     404"
REFUSED = "   login   login   404     404     refused refused refused refused 404     404     404     404"

SIGNED_IN = " login   login   200     200     200     200     200     200     200     200     200     200"
OWN_WORK = "  login   login   404     404     200     200     200     200     404     404     404     404"
BY_COORD = "  login   login   404     404     refused refused refused done    404     404     404     404"
DISCUSS = "   login   login   404     404     done    done    refused done    404     404     404     404"
NOBODY = "    login   login   404     404     404     404     404     404     404     404     404     404"
ANALYST = "   login   login   404     404     200     404     404     404     404     404     404     404"
COLLEAGUE = " login   login   404     404     404     200     404     404     404     404     404     404"
API_ALONE = " 401     401     404     404     200     404     404     404     404     404     404     404"
API_COLLEAGUE = "401  401     404     404     404     200     404     404     404     404     404     404"
API_NOBODY = "401     401     404     404     404     404     404     404     404     404     404     404"
BLIND = {"pk": "panel_submitted"}
DRAFT = {"pk": "panel_draft"}
ITEM = {"pk": "open_panel", "code": "P1.2"}
REASON = {"reason": "It cannot wait."}

RowParts = tuple[str, str, dict[str, str], str, dict[str, str]]


def panel_rows() -> list[RowParts]:
    """As ``permission_table.Row`` takes them."""
    return [
        ("GET", "assessments:next-cycle", {"pk": "approved"}, CONTINUES, {}),
        ("GET", "assessments:next-cycle", {"pk": "draft"}, NOT_NOW, {}),
        ("POST", "assessments:next-cycle", {"pk": "approved"}, RECORDS, DESCRIPTION),
        ("POST", "assessments:next-cycle", {"pk": "draft"}, REFUSED, DESCRIPTION),
        ("GET", "assessments:panels", {}, SIGNED_IN, {}),
        ("GET", "assessments:convene-panel", {}, SIGNED_IN, {}),
        ("POST", "assessments:convene-panel", {}, SIGNED_IN.replace("200", "422"), {"on_behalf_of": "1"}),
        ("GET", "assessments:panel", {"pk": "panel"}, OWN_WORK, {}),
        ("POST", "assessments:panel", {"pk": "panel"}, BY_COORD, {"do": "cancel", **REASON}),
        ("GET", "assessments:panel", {"pk": "open_panel"}, OWN_WORK, {}),
        ("POST", "assessments:panel", {"pk": "open_panel"}, REFUSED, {"do": "conclude"}),
        ("GET", "assessments:panel-item", {"pk": "panel", "code": "P1.2"}, NOBODY, {}),
        ("GET", "assessments:panel-item", {**ITEM, "code": "P1.1"}, OWN_WORK, {}),
        ("GET", "assessments:panel-item", ITEM, OWN_WORK, {}),
        ("POST", "assessments:panel-item", ITEM, DISCUSS, {"do": "discuss", "text": "Which year?"}),
        *_blind_rows(),
    ]


def _blind_rows() -> list[RowParts]:
    """Every door to what the analyst has submitted and the colleague drafts for a panel that still rates."""
    revision = {**BLIND, "number": "1"}
    return [
        *(
            ("GET", f"assessments:{route}", BLIND, ANALYST, {})
            for route in ("assessment", "authors", "history")
        ),
        ("GET", "assessments:revisions", BLIND, ANALYST, {}),
        ("GET", "assessments:assessment", DRAFT, COLLEAGUE, {}),
        ("GET", "assessments:edit", DRAFT, COLLEAGUE, {}),
        ("GET", "assessments:dimension", {**DRAFT, "code": "P1"}, COLLEAGUE, {}),
        ("GET", "assessments:presence", DRAFT, COLLEAGUE, {}),
        ("GET", "assessments:check", DRAFT, COLLEAGUE, {}),
        ("GET", "assessments:offline", DRAFT, COLLEAGUE, {}),
        ("GET", "assessments:offline-form", DRAFT, COLLEAGUE, {}),
        ("GET", "assessments:review", revision, ANALYST.replace("200", "away"), {}),
        ("POST", "assessments:start-review", BLIND, ANALYST.replace("200", "refused"), {}),
        ("POST", "assessments:withdraw", BLIND, ANALYST.replace("200", "refused"), {}),
        ("POST", "assessments:authors", DRAFT, COLLEAGUE.replace("200", "refused"), {"do": "add"}),
        ("GET", "api:assessment-detail", BLIND, API_ALONE, {}),
        ("GET", "api:answers", BLIND, API_ALONE, {}),
        ("GET", "api:comments", BLIND, API_ALONE, {}),
        ("GET", "api:answers", DRAFT, API_COLLEAGUE, {}),
        ("GET", "api:panel-items", {"pk": "panel"}, API_NOBODY, {}),
    ]
