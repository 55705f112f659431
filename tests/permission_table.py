"""Who may use which route: a row for every route, method and state of its object."""

from typing import Any, NamedTuple

from tests.api_rows import api_rows
from tests.edition_rows import edition_rows
from tests.export_rows import export_api_rows, export_rows
from tests.history_rows import history_rows
from tests.lesson_rows import lesson_rows
from tests.notice_rows import notice_rows
from tests.offline_rows import offline_rows
from tests.panel_rows import panel_rows
from tests.review_rows import review_rows
from tests.rule_rows import rule_rows
from tests.search_rows import search_rows
from tests.source_rows import source_rows
from tests.world import COLLEAGUE_ID


class Row(NamedTuple):
    """``objects`` and ``data`` are keys of ``World.ids``, or the text itself where there is no such key.

    ``outcomes`` are in the order of the columns: a status; ``login``, ``away`` (a redirect), and of what
    would change something ``done`` or ``refused`` (with the reason in a message).
    """

    method: str
    route: str
    objects: dict[str, str]
    outcomes: str
    data: dict[str, Any] = {}


#               anonym. suspend nobody  reader  analyst colleag review  coordin partner p.coord outsid. admin
ANYBODY = "    200     200     200     200     200     200     200     200     200     200     200     200"
SIGNED_IN = "  login   login   200     200     200     200     200     200     200     200     200     200"
WITH_ROLE = "  login   login   404     200     200     200     200     200     200     200     200     404"
CALIBRATION = "login   login   404     200     200     200     200     200     200     200     200     200"
BY_ADMIN = "   login   login   404     refused refused refused refused refused refused refused refused done"
NO_MORE = BY_ADMIN.replace("done", "refused")
OWN_WORK = "   login   login   404     404     200     200     200     200     404     404     404     404"
ASSESSOR = "   login   login   404     404     200     away    away    away    404     404     404     404"
READ_IT = "    login   login   404     404     away    away    200     away    404     404     404     404"
NOT_NOW = "    login   login   404     404     away    away    away    away    404     404     404     404"
BY_ANALYST = " login   login   404     404     done    refused refused refused 404     404     404     404"
ANALYSTS = "   login   login   404     404     done    done    refused refused 404     404     404     404"
SHARING = "    login   login   404     404     done    refused refused done    404     404     404     404"
BY_REVIEWER = "login   login   404     404     refused refused done    refused 404     404     404     404"
BY_COORD = "   login   login   404     404     refused refused refused done    404     404     404     404"
REFUSED = "    login   login   404     404     refused refused refused refused 404     404     404     404"
RECORDING = "  login   login   404     404     200     200     404     404     200     404     200     404"
API = "        401     401     200     200     200     200     200     200     200     200     200     200"
API_ROLE = "   401     401     404     200     200     200     200     200     200     200     200     404"
API_OWN = "    401     401     404     404     200     200     200     200     404     404     404     404"
ACCOUNT = "    200     200     away    away    away    away    away    away    away    away    away    away"
OWN_TOKEN = "  login   login   404     404     200     404     404     404     404     404     404     404"
COLLEAGUE = {"person": str(COLLEAGUE_ID)}
TOKEN = {"label": "new", "scopes": "read", "days": "30"}
DYAD = {"slug": "OWN-OTHER"}
POLITICAL = {**DYAD, "level": "political"}
CHART = {**DYAD, "name": "political-dimensions"}
OPENING = {"on_behalf_of": "1"}
DESCRIPTION = {
    "version": "1",
    "period_start": "2004",
    "period_end": "2005",
    "basis": "Interviews",
    "marking": "AMBER",
}
ANSWERS = {"P1.1-answer": "5", "P1.1-version": "1", "P1.2-version": "1", "then": "stay"}

PAGES = [
    Row("GET", "home", {}, SIGNED_IN),
    Row("GET", "organisations:organisations", {}, SIGNED_IN),
    Row("GET", "organisations:organisation", {"acronym": "OWN"}, SIGNED_IN),
    Row("GET", "organisations:missions", {}, SIGNED_IN),
    Row("GET", "organisations:mission", {"pk": "mission"}, SIGNED_IN),
    Row("GET", "organisations:roles", {}, SIGNED_IN),
    Row("GET", "organisations:tokens", {}, SIGNED_IN),
    Row("POST", "organisations:tokens", {}, SIGNED_IN.replace("200", "201"), TOKEN),
    Row("GET", "organisations:revoke-token", {"token_key": "token"}, OWN_TOKEN),
    Row("POST", "organisations:revoke-token", {"token_key": "token"}, OWN_TOKEN.replace("200", "done")),
    Row("GET", "assessments:assessments", {}, SIGNED_IN),
    Row("GET", "assessments:open", {}, SIGNED_IN),
    Row("POST", "assessments:open", {}, SIGNED_IN.replace("200", "422"), OPENING),
    Row("GET", "assessments:assessment", {"pk": "draft"}, OWN_WORK),
    Row("GET", "assessments:assessment", {"pk": "submitted"}, OWN_WORK),
    Row("GET", "assessments:assessment", {"pk": "in_review"}, OWN_WORK),
    Row("GET", "assessments:assessment", {"pk": "returned"}, OWN_WORK),
    Row("GET", "assessments:assessment", {"pk": "approved"}, OWN_WORK),
    Row("GET", "assessments:assessment", {"pk": "shared"}, WITH_ROLE),
    Row("GET", "assessments:edit", {"pk": "draft"}, ASSESSOR),
    Row("GET", "assessments:edit", {"pk": "approved"}, NOT_NOW),
    Row("GET", "assessments:describe", {"pk": "draft"}, ASSESSOR),
    Row("POST", "assessments:describe", {"pk": "draft"}, BY_ANALYST, DESCRIPTION),
    Row("POST", "assessments:describe", {"pk": "submitted"}, REFUSED, DESCRIPTION),
    Row("GET", "assessments:dimension", {"pk": "draft", "code": "P1"}, ASSESSOR),
    Row("POST", "assessments:dimension", {"pk": "draft", "code": "P1"}, BY_ANALYST, ANSWERS),
    Row("POST", "assessments:dimension", {"pk": "submitted", "code": "P1"}, REFUSED),
    Row("POST", "assessments:save-answer", {"pk": "draft", "code": "P1.1"}, BY_ANALYST, ANSWERS),
    Row("POST", "assessments:save-answer", {"pk": "submitted", "code": "P1.1"}, REFUSED, ANSWERS),
    Row("GET", "assessments:authors", {"pk": "draft"}, OWN_WORK),
    Row("GET", "assessments:authors", {"pk": "shared"}, OWN_WORK),
    Row("POST", "assessments:authors", {"pk": "draft"}, SHARING, {"do": "add", **COLLEAGUE}),
    Row("POST", "assessments:authors", {"pk": "approved"}, REFUSED, {"do": "add"}),
    Row(
        "POST",
        "assessments:authors",
        {"pk": "draft"},
        BY_COORD,
        {"do": "hand_over", **COLLEAGUE},
    ),
    Row("POST", "assessments:authors", {"pk": "returned"}, SHARING.replace("done", "422 "), {"do": "remove"}),
    Row("GET", "assessments:presence", {"pk": "draft"}, ASSESSOR.replace("away", "403 ")),
    Row("GET", "assessments:signed-in", {}, SIGNED_IN),
    Row("GET", "assessments:add-evidence", {"pk": "draft", "code": "P1.1"}, ASSESSOR),
    Row(
        "POST",
        "assessments:add-evidence",
        {"pk": "draft", "code": "P1.1"},
        BY_ANALYST.replace("done", "422"),
        {"stance": "?"},
    ),
    Row("GET", "assessments:check", {"pk": "draft"}, ASSESSOR),
    Row("POST", "assessments:check", {"pk": "draft"}, BY_ANALYST, {"reason": "One report is all there is."}),
    Row("POST", "assessments:check", {"pk": "submitted"}, REFUSED),
    Row("POST", "assessments:revise", {"pk": "returned"}, BY_ANALYST),
    Row("POST", "assessments:revise", {"pk": "approved"}, REFUSED),
    Row("POST", "assessments:amend", {"pk": "approved"}, ANALYSTS),
    Row("POST", "assessments:amend", {"pk": "draft"}, REFUSED),
    Row("POST", "assessments:withdraw", {"pk": "draft"}, BY_ANALYST),
    Row("POST", "assessments:withdraw", {"pk": "in_review"}, REFUSED),
    Row("POST", "assessments:release", {"pk": "approved"}, BY_COORD, {"released_to_all": "on"}),
    Row("POST", "assessments:release", {"pk": "draft"}, REFUSED, {"released_to_all": "on"}),
    Row("POST", "assessments:start-review", {"pk": "submitted"}, BY_REVIEWER),
    Row("POST", "assessments:start-review", {"pk": "draft"}, REFUSED),
    Row("GET", "assessments:review", {"pk": "in_review", "number": "1"}, READ_IT),
    Row("GET", "assessments:review", {"pk": "submitted", "number": "1"}, NOT_NOW),
    *(Row(*row) for row in review_rows(SIGNED_IN, OWN_WORK, REFUSED)),
    Row("GET", "assessments:dyads", {}, SIGNED_IN),
    Row("GET", "assessments:compare", {}, SIGNED_IN),
    Row("GET", "assessments:compare-engagements", {}, SIGNED_IN),
    Row("GET", "assessments:compare-arrangements", {}, SIGNED_IN),
    Row("GET", "assessments:constellation", {}, SIGNED_IN),
    Row("GET", "assessments:organisation-dyads", {"acronym": "OWN"}, SIGNED_IN),
    Row("GET", "assessments:learning", {"code": "P1.1"}, SIGNED_IN),
    Row("GET", "assessments:dyad", DYAD, SIGNED_IN),
    Row("GET", "assessments:dyad-ratings", POLITICAL, SIGNED_IN),
    Row(
        "GET",
        "assessments:dyad-preview",
        {**DYAD, "acronym": "OTHER"},
        "login login away away away away away 200 away away away away",
    ),
    Row("GET", "assessments:dyad-chart", {**CHART, "extension": "svg"}, WITH_ROLE),
    Row("GET", "assessments:dyad-chart", {**CHART, "extension": "png"}, WITH_ROLE),
    Row("GET", "assessments:dyad-chart", {**CHART, "extension": "csv"}, WITH_ROLE),
    *(Row(*row) for row in edition_rows(SIGNED_IN, WITH_ROLE, OWN_WORK)),
    *(Row(*row) for row in offline_rows(ASSESSOR, NOT_NOW, BY_ANALYST, REFUSED)),
    *(Row(*row) for row in history_rows(OWN_WORK)),
    *(Row(*row) for row in panel_rows()),
    *(Row(*row) for row in notice_rows(SIGNED_IN)),
    *(Row(*row) for row in search_rows(SIGNED_IN)),
    *(Row(*row) for row in export_rows(SIGNED_IN)),
    *(Row(*row) for row in lesson_rows(SIGNED_IN, WITH_ROLE, OWN_WORK)),
    Row("GET", "assessments:finding", {"pk": "finding"}, OWN_WORK),
    Row(
        "GET",
        "assessments:finding",
        {"pk": "shared_finding"},
        "login login 404 200 404 404 404 404 200 200 200 404",
    ),
    Row("GET", "assessments:planning", {}, SIGNED_IN),
    Row("GET", "assessments:sources", {}, SIGNED_IN),
    Row("GET", "assessments:recommendations", {}, SIGNED_IN),
    Row("GET", "assessments:recommendation", {"pk": "recommendation"}, OWN_WORK),
    Row("GET", "assessments:recommendation", {"pk": "shared_recommendation"}, WITH_ROLE),
    Row("POST", "assessments:recommendation", {"pk": "recommendation"}, BY_COORD, {"decision": "accept"}),
    Row(
        "POST",
        "assessments:recommendation",
        {"pk": "shared_recommendation"},
        "login login 404 refused refused refused refused done refused done refused 404",
        {"decision": "accept"},
    ),
    Row("GET", "assessments:joint-fit", {}, SIGNED_IN),
    Row(
        "POST",
        "assessments:joint-fit",
        {},
        "login login refused refused refused refused refused refused refused refused refused done",
    ),
    Row("GET", "assessments:own-severity", {}, SIGNED_IN),
    Row("GET", "assessments:vignettes", {}, SIGNED_IN),
    Row("GET", "assessments:vignette", {"pk": "vignette"}, RECORDING),
    Row("GET", "assessments:vignette", {"pk": "rated_vignette"}, RECORDING),
    Row(
        "POST",
        "assessments:vignette",
        {"pk": "vignette"},
        RECORDING.replace("200", "done"),
        {"F1.1-answer": "2"},
    ),
    Row(
        "POST",
        "assessments:vignette",
        {"pk": "rated_vignette"},
        "login login 404 404 refused done 404 404 done 404 done 404",
        {"F1.1-answer": "2"},
    ),
    Row("GET", "assessments:complete-vignette", {"pk": "vignette"}, RECORDING),
    Row("POST", "assessments:complete-vignette", {"pk": "vignette"}, RECORDING.replace("200", "refused")),
    Row("GET", "assessments:method", {}, SIGNED_IN),
    Row("GET", "assessments:calibration", {"pk": "calibration"}, CALIBRATION),
    Row("GET", "assessments:calibration", {"pk": "proposal"}, CALIBRATION),
    Row("POST", "assessments:calibration", {"pk": "proposal"}, BY_ADMIN, {"decision": "put_in_force"}),
    Row("POST", "assessments:calibration", {"pk": "calibration"}, NO_MORE, {"decision": "put_in_force"}),
    Row("GET", "assessments:frameworks", {}, SIGNED_IN),
    Row("GET", "assessments:framework", {"code": "small", "version": "1.0"}, SIGNED_IN),
    *(Row(*row) for row in rule_rows(BY_ADMIN)),
    *(Row(*row) for row in source_rows(OWN_WORK, ANALYSTS)),
]
API_ROUTES = [
    Row("GET", "api:api-root", {}, API),
    Row("GET", "api:schema", {}, API),
    Row("GET", "api:docs", {}, SIGNED_IN),
    Row("GET", "api:ratings-csv", {}, API),
    Row("GET", "api:scorecards-csv", {}, API),
    *(Row(*row) for row in export_api_rows(API)),
    Row("GET", "api:organisation-list", {}, API),
    Row("GET", "api:organisation-detail", {"acronym": "OWN"}, API),
    Row("GET", "api:dyad-list", {}, API),
    Row("GET", "api:dyad-detail", DYAD, API),
    Row("GET", "api:mission-list", {}, API),
    Row("GET", "api:mission-detail", {"pk": "mission"}, API),
    Row("GET", "api:framework-list", {}, API),
    Row("GET", "api:framework-detail", {"pk": "framework"}, API),
    Row("GET", "api:assessment-list", {}, API),
    Row("GET", "api:assessment-detail", {"pk": "draft"}, API_OWN),
    Row("GET", "api:assessment-detail", {"pk": "submitted"}, API_OWN),
    Row("GET", "api:assessment-detail", {"pk": "in_review"}, API_OWN),
    Row("GET", "api:assessment-detail", {"pk": "returned"}, API_OWN),
    Row("GET", "api:assessment-detail", {"pk": "approved"}, API_OWN),
    Row("GET", "api:assessment-detail", {"pk": "shared"}, API_ROLE),
    Row("GET", "api:rating-list", {}, API),
    Row("GET", "api:rating-detail", {"id": "rating"}, API_OWN),
    Row("GET", "api:rating-detail", {"id": "shared_rating"}, API_ROLE),
    Row("GET", "api:scorecard-list", {}, API),
    Row("GET", "api:scorecard-detail", {"pk": "scorecard"}, API_OWN),
    Row(
        "GET",
        "api:scorecard-detail",
        {"pk": "shared_scorecard"},
        "401 401 404 200 404 404 404 404 200 200 200 404",
    ),
    Row("GET", "api:finding-list", {}, API),
    Row("GET", "api:finding-detail", {"pk": "finding"}, API_OWN),
    Row(
        "GET",
        "api:finding-detail",
        {"pk": "shared_finding"},
        "401 401 404 200 404 404 404 404 200 200 200 404",
    ),
    Row("GET", "api:recommendation-list", {}, API),
    Row("GET", "api:recommendation-detail", {"pk": "recommendation"}, API_OWN),
    Row("GET", "api:recommendation-detail", {"pk": "shared_recommendation"}, API_ROLE),
    *(Row(*row) for row in api_rows()),
    Row("GET", "api:unknown-address", {"address": "nowhere"}, API.replace("200", "404")),
]
# allauth's own rules: who has signed in is sent away from what is for those who have not, and back.
OTHERS = [
    Row("GET", "account_login", {}, ACCOUNT),
    Row("GET", "account_logout", {}, "login login 200 200 200 200 200 200 200 200 200 200"),
    Row("GET", "account_inactive", {}, ANYBODY),
    Row("GET", "account_signup", {}, ACCOUNT),
    Row("GET", "account_reauthenticate", {}, SIGNED_IN),
    Row("GET", "account_change_password", {}, SIGNED_IN),
    Row("GET", "account_set_password", {}, SIGNED_IN.replace("200", "away")),
    Row("GET", "account_reset_password", {}, ANYBODY),
    Row("GET", "account_reset_password_done", {}, ANYBODY),
    Row("GET", "account_reset_password_from_key", {"uidb36": "1", "key": "wrong-key"}, ANYBODY),
    Row("GET", "account_reset_password_from_key_done", {}, ANYBODY),
    Row(
        "POST",
        "set_language",
        {},
        "done done done done done done done done done done done done",
        {"language": "en"},
    ),
    Row("GET", "healthz", {}, ANYBODY),
    Row("GET", "readyz", {}, ANYBODY),
    Row("GET", "admin:index", {}, "away away away away away away away away away away away 200"),
]
TABLE = PAGES + API_ROUTES + OTHERS
