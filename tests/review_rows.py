"""Rows of the permission table about the review desk: the queue, assignments, comments and decisions."""

#               anonym. suspend nobody  reader  analyst colleag review  coordin partner p.coord outsid. admin
REVIEWING = "  login   login   404     404     refused refused done    done    404     404     404     404"
COMMENTING = " login   login   404     404     done    refused done    refused 404     404     404     404"
BY_ANALYST = " login   login   404     404     done    refused refused refused 404     404     404     404"
BY_REVIEWER = "login   login   404     404     refused refused done    refused 404     404     404     404"
IN_REVIEW = {"pk": "in_review", "number": "1"}
SUBMITTED = {"pk": "submitted", "number": "1"}
STATES = ("draft", "submitted", "in_review", "returned", "approved", "shared")
COMMENT = {"pk": "draft", "comment": "comment"}
APPROVING = {"decision": "approve", "sha256": "digest_in_review"}
APPROVING_TOO_SOON = {"decision": "approve", "sha256": "digest_submitted"}


def review_rows(
    signed_in: str, own_work: str, refused: str
) -> list[tuple[str, str, dict[str, str], str, dict[str, str]]]:
    """As ``permission_table.Row`` takes them; the outcomes of whole columns are given."""
    stale = own_work.replace("200", "409")
    asked = {"text": "Why?"}
    return [
        ("POST", "assessments:decide", IN_REVIEW, BY_REVIEWER, APPROVING),
        ("POST", "assessments:decide", IN_REVIEW, stale, {"decision": "approve"}),
        ("POST", "assessments:decide", SUBMITTED, refused, APPROVING_TOO_SOON),
        ("GET", "assessments:reviews", {}, signed_in, {}),
        ("POST", "assessments:assign", {"pk": "submitted"}, REVIEWING, {"reviewer": ""}),
        ("POST", "assessments:assign", {"pk": "draft"}, refused, {"reviewer": ""}),
        *(("GET", "assessments:discussion", {"pk": state}, own_work, {}) for state in STATES),
        ("POST", "assessments:comment", {"pk": "draft"}, COMMENTING, asked),
        ("POST", "assessments:comment", {"pk": "approved"}, refused, asked),
        ("POST", "assessments:comment", {"pk": "shared"}, refused, asked),
        ("GET", "assessments:change-comment", COMMENT, own_work, {}),
        ("POST", "assessments:change-comment", COMMENT, BY_ANALYST, {"text": "What?", "version": "1"}),
        ("POST", "assessments:settle-comment", COMMENT, COMMENTING, {"resolved": "yes"}),
    ]
